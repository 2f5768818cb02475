"""What OpenAI itself refuses on a model, and models that a workspace does not offer or that are slow."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from conformance.contract import GATEWAY
from conformance.reference.edits.asked import sent, tools
from conformance.reference.edits.replies import is_unauthorized, only_if, refused_with
from conformance.reference.profiles.switch import Switch
from conformance.reference.refusal import Refusal, invalid
from conformance.reference.reply import Reply

WITHOUT: Final[Mapping[str, Collection[str]]] = {
    "gpt-5": ("apply_patch", "shell"),
    "gpt-5-mini": ("apply_patch", "shell"),
    "gpt-5-nano": ("apply_patch",),
}
"""Tools that are refused on a model."""

NOT_AT_MINIMAL: Final = ("web_search", "image_generation")
"""Tools that are refused at this effort."""

ABSENT: Final = ("gpt-5-1", "gpt-5-2", "gpt-5-3-codex", "gpt-5-4-nano")
"""Models of the page that are not there. Some chapters are tried on one of them where it is."""

SLOW: Final = "gpt-5-5-pro"


def _model(reply: Reply) -> str:
    return str(reply.asked.get("model")).removeprefix(GATEWAY)


def _refused_upstream(reply: Reply) -> Reply:
    """Refuses tools that the model does not have, or does not use at the effort minimal."""
    kinds = {tool.get("type") for tool in tools(reply)}
    if without := [kind for kind in WITHOUT.get(_model(reply), ()) if kind in kinds]:
        return refused_with(invalid("tools", f"'{without[0]}' is not supported with {_model(reply)}."))(reply)
    unused = [kind for kind in NOT_AT_MINIMAL if kind in kinds]
    if unused and sent(reply, "/reasoning/effort") == "minimal":
        problem = f"The following tools cannot be used with reasoning.effort 'minimal': {', '.join(unused)}."
        return refused_with(Refusal(400, problem, param="tools"))(reply)
    return reply


def _absent(reply: Reply) -> Reply:
    """Does not know a model. Whose credential is wrong is not told so."""
    if is_unauthorized(reply) or _model(reply) not in ABSENT:
        return reply
    return refused_with(Refusal(404, f"'{GATEWAY}{_model(reply)}' does not exist.", "model_not_found"))(reply)


def _late(reply: Reply) -> Reply:
    return replace(reply, late=reply.pause)


SWITCHES: Final = (
    Switch(
        "models-absent",
        f"Models of the page are not there: {', '.join(ABSENT)}.",
        is_right=True,
        reply_edit=_absent,
    ),
    Switch(
        "refused-upstream",
        "The first models of GPT-5 have no apply_patch and no shell, and at the effort minimal no web_search and no "
        "image_generation, as on OpenAI's own API.",
        is_right=True,
        reply_edit=only_if(lambda reply: reply.status == 200, _refused_upstream),
    ),
    Switch(
        "slow-pro",
        f"{SLOW} takes its time before an answer begins.",
        is_right=True,
        reply_edit=only_if(lambda reply: _model(reply) == SLOW, _late),
    ),
)
