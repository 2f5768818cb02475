"""Faults of the usage."""

from typing import Final

from conformance.faults.lib.fault import Fault
from conformance.reference.edits.replies import on_final
from conformance.wire.edit import put

FAULTS: Final = (
    Fault(
        "total-off-by-one",
        "The total of the tokens is one too many.",
        ("usage.total",),
        on_final(put("/usage/total_tokens", lambda total: total + 1)),
    ),
    Fault(
        "total-without-reasoning",
        "The total leaves the tokens of the output out.",
        ("usage.total",),
        on_final(put("/usage/total_tokens", 1)),
    ),
)
