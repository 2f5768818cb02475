"""Endpoints as public reports describe them: several switches together."""

from typing import Final

from conformance.reference.profiles import answers, gateway, upstream
from conformance.reference.profiles.switch import Profile

RIGHT: Final = [*upstream.SWITCHES, *answers.SWITCHES, *gateway.SWITCHES]

PROFILES: Final = (
    Profile(
        "as-reported-2026-11",
        "A right endpoint as public reports of November 2026 describe Databricks' gateway.",
        tuple(switch for switch in RIGHT if switch.is_right),
    ),
)
