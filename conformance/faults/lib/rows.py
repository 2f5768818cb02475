"""Faults that are alike: one row for each of many things."""

from conformance.faults.lib.fault import Fault
from conformance.reference.edits.asked import Test
from conformance.reference.edits.hosted import failing
from conformance.reference.edits.replies import echoing, on_final, only_if, refusing
from conformance.reference.edits.requests import calling_none
from conformance.reference.reply import ReplyEdit, RequestEdit
from conformance.reference.text import input_tokens
from conformance.wire.edit import put


def refused(name: str, what: str, broken: str | tuple[str, ...], test: Test) -> Fault:
    """A fault that refuses something which else is answered, and breaks a promise or more with that."""
    return Fault(
        f"{name}-refused", f"{what} is refused.", (broken,) if isinstance(broken, str) else broken, refusing(test)
    )


def not_called(kind: str, *broken: str) -> Fault:
    """A fault that does not call the tools of a type where one of them has to be called."""
    return Fault(
        f"{kind.replace('_', '-')}-not-called",
        f"Text comes where only tools of the type {kind} are declared and one has to be called.",
        broken,
        echoing("tool_choice"),
        calling_none(kind),
    )


def hosted_fails(kind: str, what: str, broken: str, test: Test = lambda _: True) -> Fault:
    """A fault that lets what the server itself runs fail, in answers to some requests."""
    edit = only_if(test, failing(f"{kind}_call"))
    return Fault(f"{kind.replace('_', '-')}-fails", f"{what} fails each time, and no text follows.", (broken,), edit)


def counting(read: RequestEdit) -> ReplyEdit:
    """Counts the input tokens of what is left of a request, as a server does that passes over the rest."""
    return lambda reply: costing(input_tokens(read({**reply.asked})))(reply)


def costing(tokens: int) -> ReplyEdit:
    """Says that the input has cost so many tokens."""
    return on_final(
        put("/usage", lambda usage: usage | {"input_tokens": tokens, "total_tokens": tokens + usage["output_tokens"]})
    )
