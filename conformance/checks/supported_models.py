"""Checks of the answer to a plain text request."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import View
from conformance.wire.json_values import MISSING, show


def _is_plain_text_request(view: View) -> bool:
    settings = ("tools", "prompt", "previous_response_id", "conversation")
    return (
        view.is_create
        and view.status == "completed"
        and bool(view.body)
        and not any(view.asked(name) not in (MISSING, []) for name in settings)
    )


@rule("supported_models.text", when=_is_plain_text_request)
def text(view: View) -> Iterator[Finding]:
    """A request without tools that is completed is answered with text, or with a refusal to give it."""
    types = [item.get("type") for _, item in view.items]
    # Tools can also come from an input item, so a call is a matter of the checks of calls.
    # A request to compact a conversation is answered with the compaction alone.
    called = any(isinstance(kind, str) and (kind.endswith("_call") or kind == "compaction") for kind in types)
    if not called and not any(part.get("text") or part.get("refusal") for _, part in view.parts()):
        yield Finding(view.where("/output"), "a message with text", f"items of the types {show(types)}")
