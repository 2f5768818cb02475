"""Faults of models that have to be refused."""

from typing import Any, Final

from conformance.contract import GATEWAY, SERVING, Lifecycle, load
from conformance.faults.lib.fault import Fault
from conformance.reference.edits.asked import Test, sent
from conformance.reference.edits.replies import on_response, only_if
from conformance.reference.edits.requests import MODEL
from conformance.reference.reply import Reply, RequestEdit
from conformance.wire.edit import put

RETIRED: Final = "gpt-5-1-codex-max"


def _as_model(test: Test) -> RequestEdit:
    """Reads a request for some models as one for a model that is there."""

    def request_edit(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "model": MODEL} if test(Reply(0, asked=body)) else body

    return request_edit


def _name(reply: Reply) -> str:
    return str(sent(reply, "/model")).removeprefix(GATEWAY)


def _is_named(start: str) -> Test:
    return lambda reply: _name(reply).startswith(start)


def _is_in_state(state: Lifecycle) -> Test:
    return lambda reply: load("databricks").lifecycle(_name(reply)) is state


FAULTS: Final = (
    Fault(
        "unknown-model-answered",
        "A model that does not exist is replaced by one that does.",
        ("wrong_models.unknown",),
        request_edit=_as_model(_is_named("no-such-")),
    ),
    Fault(
        "foreign-model-answered",
        "A model of another maker is answered for.",
        ("wrong_models.foreign", "echo.model"),
        request_edit=_as_model(_is_in_state(Lifecycle.FOREIGN)),
    ),
    Fault(
        "open-weights-answered",
        "A model with open weights is answered for.",
        ("wrong_models.gpt_oss",),
        only_if(_is_named("gpt-oss-"), on_response(put("/model", "gpt-oss-120b"))),
        _as_model(_is_in_state(Lifecycle.GPT_OSS)),
    ),
    Fault(
        "prefixed-model-answered",
        "A model is found under a mixture of its two names.",
        ("wrong_models.prefixed",),
        request_edit=_as_model(lambda reply: str(sent(reply, "/model")).startswith(GATEWAY + SERVING)),
    ),
    Fault(
        "retired-model-answered",
        "A model that was retired is answered for.",
        ("wrong_models.retired",),
        only_if(_is_named(RETIRED), on_response(put("/model", "gpt-5.1-codex-max"))),
        _as_model(_is_named(RETIRED)),
    ),
)
