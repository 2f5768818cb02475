"""Faults of requests as clients write them: each refuses one way to write."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import Final

from conformance.faults.lib.fault import DATABRICKS, Fault
from conformance.reference.edits.asked import Test
from conformance.reference.edits.replies import refusing
from conformance.reference.reply import STREAM_TYPE, Reply
from conformance.samples.client_requests import SHAPES, Shape, Written, shapes_of

LONG: Final = 50
"""Events of a stream that shows whether it is held back."""

ELSEWHERE: Final[dict[str, tuple[str, ...]]] = {
    "item_reference": ("clients.ai_sdk",),
    "long_history": ("text_input.history",),
    "no_reasoning": (
        "apply_patch.accepted",
        "clients.langchain",
        "clients.openai_agents",
        "credentials.basic",
        "custom_tools.accepted",
        "supported_models.message_list",
        "wrong_requests.unusual_body",
    ),
    "phase": ("round_trips.third_turn", "several_tools.message_and_call"),
    "store_false": (
        "clients.openai_agents_stateless",
        "clients.ai_sdk_stateless",
        "clients.codex",
        "unsupported_parameters.boundary_values",
    ),
    "stream_options": ("streams.obfuscation",),
    "typed_parts": ("text_input.parts",),
}
"""What else breaks with a shape, as other tests write so too."""

STATEFUL: Final = "bare_reasoning"
"""What an endpoint that stores nothing cannot take, so that the fault is to take it."""

BY_NAME: Final = {shape.name: shape for shape in SHAPES}
SEEN: Final = {"null_members": DATABRICKS}


def written(reply: Reply) -> Written:
    """What was asked, as a request of a client."""
    return Written({**reply.asked}, reply.received.headers)


def has(*names: str) -> Test:
    """True where a request has all of some shapes."""
    return lambda reply: {*names} <= {shape.name for shape in shapes_of(written(reply))}


def _refused(shape: Shape) -> Fault:
    return Fault(
        f"{shape.name.replace('_', '-')}-not-taken",
        f"A request is refused that has what clients write: {shape.name.replace('_', ' ')}.",
        (shape.requirement, *ELSEWHERE.get(shape.name, ())),
        refusing(lambda reply: shape.is_in(written(reply))),
        seen=SEEN.get(shape.name, ""),
    )


def _compressed(reply: Reply) -> Reply:
    """A stream that is compressed as a whole, where that was asked for."""
    if (
        reply.frames is None
        or len(reply.frames) < LONG
        or "gzip" not in reply.received.headers.get("accept-encoding", "")
    ):
        return reply
    content = gzip.compress(b"".join(frame.encoded() for frame in reply.frames), mtime=0)
    headers = {**reply.headers, "content-type": STREAM_TYPE, "content-encoding": "gzip"}
    return replace(reply, frames=None, content=content, headers=headers, late=0.1)


FAULTS: Final = (
    *(_refused(shape) for shape in SHAPES if shape.name != STATEFUL),
    Fault(
        "bare-reasoning-taken",
        "Reasoning without its content is passed over.",
        (f"client_requests.{STATEFUL}", "clients.openai"),
        request_edit=lambda body: BY_NAME[STATEFUL].plainly(Written(body)).body,
    ),
    Fault(
        "compression-holds-back",
        "A stream that is compressed is held back until it is finished.",
        ("client_requests.compressed_stream",),
        _compressed,
    ),
    Fault(
        "long-history-in-other-order-refused",
        "A long history is refused in which outputs stand in another order than their calls.",
        ("client_requests.together",),
        refusing(has("long_history", "outputs_in_other_order")),
    ),
)
