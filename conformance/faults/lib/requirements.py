"""What a fault breaks where that is many requirements of one kind: taken from the contract, not from a list."""

import fnmatch
from typing import Final

from conformance.contract import load


def every(*patterns: str, but: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The requirements whose ids match patterns such as ``mcp.*``, each once, without those that match an exception.

    Requirements that do not apply to the model that does for all others are left out. Raises ValueError for a pattern
    that matches nothing.
    """
    contract = load("databricks")
    known = [one for one in contract.requirements if contract.level(one, contract.representative) is not None]
    idle = [pattern for pattern in (*patterns, *but) if not fnmatch.filter(known, pattern)]
    if idle:
        raise ValueError(f"no requirement matches {', '.join(idle)}")
    left_out = {one for pattern in but for one in fnmatch.filter(known, pattern)}
    found = (one for pattern in patterns for one in fnmatch.filter(known, pattern))
    return tuple(dict.fromkeys(one for one in found if one not in left_out))


WRONG_IMAGES: Final = (
    "image_input.broken_data",
    "image_input.unreachable",
    "image_input.forbidden_url",
    "image_input.other_formats",
)
"""What is not kept where images are not looked at, or where those that have to be refused are not refused well."""

FUNCTION_ROUND_TRIPS: Final = (
    "function_tools.round_trip",
    "round_trips.output_parts",
    "round_trips.reasoning",
    "round_trips.streamed",
    "several_tools.message_and_call",
    "several_tools.two_calls",
)
"""What is not kept where the function calls that the endpoint made cannot be sent back."""

CLIENT_ROUND_TRIPS: Final = (
    *FUNCTION_ROUND_TRIPS,
    *every("*.round_trip", "apply_patch.*_output", "shell.*_output", but=("function_tools.round_trip",)),
)
"""What is not kept where no call at all can be sent back."""

ALL_ROUND_TRIPS: Final = (*CLIENT_ROUND_TRIPS, "mcp.approved", "mcp.refused")
"""What is not kept where nothing that the endpoint gave out can be sent back."""
