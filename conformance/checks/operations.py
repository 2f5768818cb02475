"""Checks of what is asked beside the creation of a response: retrieving, cancelling, deleting, compacting, counting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import unquote

from conformance.checks.lib.opaque import encrypted, problem
from conformance.checks.lib.rules import Finding, rule, schema_findings
from conformance.checks.lib.view import View
from conformance.wire.json_values import MISSING, at, at_list, show


def _steps(view: View) -> list[str]:
    """The steps of the path behind the last ``responses``, empty where it has none."""
    steps = [unquote(step) for step in view.exchange.request.path.strip("/").split("/")]
    return steps[len(steps) - steps[::-1].index("responses") :] if "responses" in steps else []


def _is_asked(method: str, *end: str) -> Callable[[View], bool]:
    """True for an answer that is no error and no stream, to a request whose path ends so; ``*`` is any one step."""

    def when(view: View) -> bool:
        steps = _steps(view)
        fits = len(steps) == len(end) and all(wanted in ("*", step) for wanted, step in zip(end, steps, strict=True))
        answered = not view.is_error and view.exchange.json is not MISSING
        return fits and view.exchange.request.method == method and answered

    return when


@rule("operations.compaction", when=_is_asked("POST", "compact"))
def compaction(view: View) -> Iterator[Finding]:
    """A compaction has an id, a time, items and a usage whose total is the sum of its parts."""
    found = [*schema_findings("operations#/$defs/compaction", view.exchange.json)]
    yield from found
    usage = at(view.exchange.json, "usage")
    if not found and usage["total_tokens"] != usage["input_tokens"] + usage["output_tokens"]:
        expected = f"{show(usage['input_tokens'])} + {show(usage['output_tokens'])}"
        yield Finding("/usage/total_tokens", expected, show(usage["total_tokens"]))


def _is_compaction(view: View) -> bool:
    return _is_asked("POST", "compact")(view) and at(view.exchange.json, "object") == "response.compaction"


@rule("operations.compacted", when=_is_compaction)
def compacted(view: View) -> Iterator[Finding]:
    """What was made shorter is in one item, which can be sent back."""
    items = [*enumerate(at_list(view.exchange.json, "output"))]
    found = [(index, encrypted(item)) for index, item in items if at(item, "type") == "compaction"]
    if not found:
        received = show([at(item, "type") for _, item in items])
        yield Finding("/output", "an item of the type compaction", received)
    for index, content in found:
        wrong = "nothing" if content is MISSING else problem(view, content)
        if wrong is not None:
            yield Finding(f"/output/{index}/encrypted_content", "a text in base64url", wrong)


@rule("operations.input_items", when=_is_asked("GET", "*", "input_items"))
def input_items(view: View) -> Iterator[Finding]:
    """The list of input items is one, and names its first and its last item."""
    yield from schema_findings("operations#/$defs/input_items", view.exchange.json)
    data = at_list(view.exchange.json, "data")
    for member, item in (("first_id", data[0]), ("last_id", data[-1])) if data else ():
        wanted, named = at(item, "id"), at(view.exchange.json, member)
        if isinstance(wanted, str) and isinstance(named, str) and named != wanted:
            yield Finding(f"/{member}", show(wanted), show(named))


@rule("operations.input_tokens", when=_is_asked("POST", "input_tokens"))
def input_tokens(view: View) -> Iterator[Finding]:
    """The count of an input's tokens is one."""
    yield from schema_findings("operations#/$defs/input_tokens", view.exchange.json)


@rule("operations.deleted", when=_is_asked("DELETE", "*"))
def deleted(view: View) -> Iterator[Finding]:
    """A response that is deleted is said to be."""
    yield from schema_findings("operations#/$defs/deleted", view.exchange.json)


def _id(view: View) -> object:
    """The id in the answer to a request whose path names a response, `MISSING` for any other answer."""
    if view.is_error or view.is_create or not _steps(view):
        return MISSING
    return at(view.exchange.json if _is_asked("DELETE", "*")(view) else view.response, "id")


@rule("operations.response_id", when=lambda view: isinstance(_id(view), str))
def response_id(view: View) -> Iterator[Finding]:
    """The response is the one that was asked for."""
    asked = _steps(view)[0]
    if _id(view) != asked:
        yield Finding(view.where("/id"), f"{show(asked)}, as the path says", show(_id(view)))
