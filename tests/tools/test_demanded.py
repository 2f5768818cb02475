"""What the checks take for optional is what the `openai` package types as optional."""

from __future__ import annotations

from conformance.checks.lib.demanded import DEMANDED, may_lack
from tests.tools.demanded import demanded


def test_the_package_demands_no_less() -> None:
    """No kind of object of the package lacks a row, and none demands less than the row says.

    A later package may demand what an earlier one did not: that is learned when the data is written again.
    """
    now = demanded()
    assert not now.keys() - DEMANDED.keys()
    less = {kind: {*names} - {*now[kind]} for kind, names in DEMANDED.items() if kind in now}
    assert not {kind: names for kind, names in less.items() if names}


def test_what_clients_can_do_without() -> None:
    """A path is optional where one of its members is."""
    assert may_lack("instructions")
    assert may_lack("reasoning", "effort")
    assert may_lack("text", "format", "strict")
    assert not may_lack("tool_choice")
    assert not may_lack("id")
