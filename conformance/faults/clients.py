"""Faults that show to one client only: each refuses a request that has two ways to write, and takes either alone."""

from typing import Final

from conformance.faults.client_requests import has
from conformance.faults.lib.fault import Fault
from conformance.reference.edits.asked import all_of, input_items
from conformance.reference.edits.replies import refusing
from conformance.reference.reply import Reply

PAIRS: Final = {
    "openai": ("null_members", "no_description"),
    "openai_agents": ("empty_include", "schema_annotations"),
    "openai_agents_stateless": ("verbosity_with_tools", "client_status"),
    "ai_sdk": ("item_reference", "typed_parts"),
    "ai_sdk_stateless": ("phase", "strict_left_out"),
    "langchain": ("client_ids", "open_parameters"),
    "pydantic_ai": ("no_reasoning", "instructions_with_tools"),
    "codex": ("reasoning_without_content", "many_tools"),
}
"""By the row of a client, what its loop alone holds at once."""

NO_ID: Final = {"pydantic_ai"}
"""Clients that alone send both with a call that has no id."""


def _has_call_without_id(reply: Reply) -> bool:
    return any("id" not in item for item in input_items(reply, "function_call"))


FAULTS: Final = tuple(
    Fault(
        f"{client.replace('_', '-')}-loop-refused",
        f"A request is refused that has both {one.replace('_', ' ')} and {other.replace('_', ' ')}.",
        (f"clients.{client}",),
        refusing(all_of(has(one, other), _has_call_without_id) if client in NO_ID else has(one, other)),
    )
    for client, (one, other) in PAIRS.items()
)
