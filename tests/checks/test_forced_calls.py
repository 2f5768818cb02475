"""Calls that are forced: what counts as one, and what excuses from it."""

from __future__ import annotations

import pytest

from conformance.wire.edit import put
from tests.checks.rules import broken_by, judged_by
from tests.right import answers as samples
from tests.right import tool_answers as tools
from tests.right.answers import with_items
from tests.right.changed import asked
from tests.right.samples import MESSAGE, with_answer, with_output


@pytest.mark.parametrize("name", ["function", "forced_custom", "patch", "local_shell", "drawn", "rolled", "searched"])
def test_a_call_of_another_kind_is_not_the_one_that_was_forced(name: str) -> None:
    """Where one kind is forced, a call of another kind is found."""
    other = samples.function_call() if name != "function" else samples.SEARCH_CALL
    broken = {found.partition(".")[2] for found in broken_by(with_output(name, other, MESSAGE))}
    assert "called" in broken


@pytest.mark.parametrize("name", ["function", "forced_custom", "patch", "local_shell", "drawn", "rolled", "searched"])
def test_who_cannot_call_is_excused(name: str) -> None:
    """A refusal, a server that was not reached and an answer that is cut off owe no call."""
    refusal = {**MESSAGE, "content": [{"type": "refusal", "refusal": "I will not."}]}
    for output in ([refusal], [tools.UNREACHED, MESSAGE]):
        assert not any(found.endswith(".called") for found in broken_by(with_output(name, *output)))
    cut = with_answer(name, put("/status", "incomplete"), put("/output", []))
    assert not any(found.endswith(".called") for found in judged_by(cut))


def test_an_item_of_an_unknown_type_is_not_the_call_that_was_forced() -> None:
    """A new type of item does not pass for the call."""
    for name in ("function", "drawn"):
        found = with_output(name, {"id": "new_1", "type": "call_of_tomorrow"}, MESSAGE)
        assert any(each.endswith(".called") for each in broken_by(found))


def test_who_has_refused_a_call_is_answered_without_one() -> None:
    """Behind a refusal of the user no call is owed, behind an approval one is."""
    for name, is_forced in (("not_approved", False), ("approved", True)):
        choice = put("/tool_choice", "required")
        found = asked(with_answer(name, choice), choice)
        assert ("mcp.called" in judged_by(found)) is is_forced
        assert "mcp.called" not in broken_by(found)


def test_tools_of_several_kinds_are_judged_together() -> None:
    """Where tools of several kinds are declared, one call of any kind is owed."""
    found = with_items([samples.STRICT, samples.CUSTOM], tool_choice="required")
    assert "obedience.tool_choice_required" in broken_by(found)
    assert not any(each.endswith("_tools.called") for each in judged_by(found))


@pytest.mark.parametrize("kind", ["web_search", "web_search_preview", "web_search_preview_2025_03_11"])
def test_a_search_has_several_names(kind: str) -> None:
    """Every name of the search forces a search."""
    declared = put("/tools", [{"type": kind}])
    answer = with_answer("searched", declared, put("/output", [MESSAGE]))
    assert "web_search.called" in broken_by(asked(answer, declared))


def test_allowed_tools_can_force_too() -> None:
    """Allowed tools force a call where their mode says so, and only there."""
    choice = {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "get_weather"}]}
    forced = with_items([samples.STRICT], tool_choice=choice)
    assert "function_tools.called" in broken_by(forced)
    free = with_items([samples.STRICT], tool_choice={**choice, "mode": "auto"})
    assert "function_tools.called" not in judged_by(free)
