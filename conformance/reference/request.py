"""From a JSON object to a request that can be answered, or to the refusal that it deserves."""

import hashlib
import string
from dataclasses import dataclass
from typing import Any, Final

from conformance.contract import Contract, Level, Model, Parameter
from conformance.reference.body import canonical, digest, portless
from conformance.reference.choice import Choice, choose
from conformance.reference.conversation import check_input
from conformance.reference.models import find_model
from conformance.reference.refusal import Refusal, invalid
from conformance.reference.strict import check_schema, completed
from conformance.reference.text import input_tokens
from conformance.reference.tools import check_tools
from conformance.wire.json_values import MISSING
from conformance.wire.schema import violations

ALPHANUMERIC: Final = string.ascii_letters + string.digits
CONTEXT_TOKENS: Final = 400_000
# How it is said that a member is not there.
MISSED: Final = 'the member "'
# How the code of a refusal ends, by what was expected of a number.
BEYOND: Final = {"a number of at least": "below_min_value", "a number of at most": "above_max_value"}
COUNTS: Final = ("max_output_tokens", "max_tool_calls", "top_logprobs")


@dataclass(frozen=True, slots=True)
class Request:
    """A request that will be answered. ``digest`` differs between any two bodies, and all that is made up is of it."""

    body: dict[str, Any]
    model: Model
    effort: str
    choice: Choice
    digest: str
    input_tokens: int

    def setting(self, name: str, default: Any = None) -> Any:
        """What the body says, or the default where it says nothing or null."""
        value = self.body.get(name)
        return default if value is None else value

    @property
    def streamed(self) -> bool:
        """True if the answer is asked for as a stream."""
        return self.body.get("stream") is True

    @property
    def text(self) -> dict[str, Any]:
        """The setting ``text`` as the answer repeats it."""
        return _whole_text(self.setting("text", {}))

    def includes(self, what: str) -> bool:
        """True if ``include`` asks for this."""
        return what in self.setting("include", ())

    def hash(self, label: str) -> bytes:
        """32 bytes that stand for a label in this request."""
        return hashlib.sha256(f"{self.digest} {label}".encode()).digest()

    def hex(self, label: str) -> str:
        """The end of an id."""
        return self.hash(label).hex()[:50]

    def call_id(self, label: str) -> str:
        """The id of a call, by which its output names it."""
        return "call_" + "".join(ALPHANUMERIC[byte % len(ALPHANUMERIC)] for byte in self.hash(label)[:24])


def read_request(contract: Contract, body: dict[str, Any]) -> Request:
    """The request in a body. Raises Refusal: for the model first, then for unsupported parameters, then the rest."""
    model = find_model(contract, body.get("model"))
    for parameter in contract.parameters.values():
        _check_unsupported(parameter, body)
    if body.get("input") is None and body.get("prompt") is None:
        raise invalid("input", "it is required.", "missing_required_parameter")
    _check_schema(body)
    for name in COUNTS:
        # To a JSON Schema 64.0 is an integer.
        if isinstance(body.get(name), float):
            raise invalid(name, "expected a whole number.")
    effort = _effort(model, body.get("reasoning") or {})
    if body.get("prompt") is not None:
        raise Refusal(404, "Invalid 'prompt': no prompt with that id is stored here.", param="prompt")
    tools = body.get("tools") or []
    check_tools(tools)
    _check_format((body.get("text") or {}).get("format") or {})
    if body.get("max_tool_calls") is not None and body["max_tool_calls"] < 1:
        raise invalid("max_tool_calls", "expected a number from 1 on.")
    check_input(body)
    choice = choose(body, tools)
    known = portless(body)
    tokens = input_tokens(known)
    check_context(tokens)
    return Request(body, model, effort, choice, digest(known), tokens)


def check_context(tokens: int) -> None:
    """Refuse more input than a model can read. Raises Refusal (400)."""
    if tokens > CONTEXT_TOKENS:
        problem = f"{tokens} tokens do not fit into the {CONTEXT_TOKENS} tokens of the model's context."
        raise invalid("input", problem, "context_length_exceeded")


def _check_unsupported(parameter: Parameter, body: dict[str, Any]) -> None:
    if parameter.name not in body:
        return
    given = canonical(body[parameter.name])
    harmless = (canonical(value.value) for value in parameter.values if value.level is Level.MAY)
    if given not in harmless:
        problem = f"the parameter '{parameter.name}' is not supported by this endpoint."
        raise invalid(parameter.name, problem, "unsupported_parameter")


def _check_schema(body: dict[str, Any]) -> None:
    for violation in violations("request", body):
        where = _dotted(violation.pointer)
        if violation.expected == "no such member":
            raise invalid(where, "there is no such parameter.", "unknown_parameter")
        if violation.expected.startswith(MISSED) and violation.received == repr(MISSING):
            missing = f"{violation.pointer}/{violation.expected.removeprefix(MISSED)[:-1]}"
            raise invalid(_dotted(missing), "it is required.", "missing_required_parameter")
        end = next((BEYOND[words] for words in BEYOND if violation.expected.startswith(words)), None)
        kind = "integer" if where in COUNTS else "decimal"
        raise invalid(where, f"expected {violation.expected}.", "invalid_value" if end is None else f"{kind}_{end}")


def _dotted(pointer: str) -> str:
    """A JSON pointer the way that parameters are named: ``tools[0].name``."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    named = "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in steps).removeprefix(".")
    return named[:200] or "body"


def _effort(model: Model, reasoning: dict[str, Any]) -> str:
    effort = reasoning.get("effort")
    if effort is None:
        return model.default_effort
    if model.efforts and effort not in model.efforts:
        supported = ", ".join(model.efforts)
        raise invalid(
            "reasoning.effort",
            f"'{effort}' is not supported with this model, which takes {supported}.",
            "unsupported_value",
        )
    return str(effort)


def _check_format(form: dict[str, Any]) -> None:
    if form.get("type") == "json_schema":
        check_schema("text.format.schema", form.get("schema"), "invalid_json_schema", strict=form.get("strict") is True)


def _whole_text(text: dict[str, Any]) -> dict[str, Any]:
    form = text.get("format") or {"type": "text"}
    if form["type"] == "json_schema":
        form = {"description": None, **form}
        if form.get("strict") is None:
            schema = completed(form["schema"])
            form |= {"strict": schema is not None, "schema": form["schema"] if schema is None else schema}
    return {**text, "format": form, "verbosity": text.get("verbosity") or "medium"}
