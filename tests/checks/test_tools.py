"""The checks of the chapters of tools: what keeps each, what breaks it and nothing else, and where none is judged."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.checks import RULES, judge
from conformance.checks.lib.grammars import misfit
from conformance.contract import load
from conformance.wire.exchange import Exchange
from tests.checks.rules import broken_by, judged_by, rows
from tests.defects.OLD import put, with_body, with_sent
from tests.right import answers as samples
from tests.right import tool_answers as tools
from tests.right.answers import PNG, exchange, mcp_call, with_items
from tests.right.exchanges import changed_somewhere
from tests.right.tool_answers import drawing, drawn, patch

GOOD = tools.tools()
MESSAGE = GOOD["function"].json["output"][-1]
CHAPTERS = ("function_tools", "custom_tools", "apply_patch", "shell", "image_generation", "mcp", "web_search")
CHAPTERS += ("round_trips",)


def changed(name: str, *path: str | int, to: Any) -> Exchange:
    return with_body(GOOD[name], put(GOOD[name].json, *path, to=to))


def only_said(name: str) -> Exchange:
    """The answer of a sample, with a message in the place of all that it calls."""
    return changed(name, "output", to=[MESSAGE])


def sent(name: str, **members: Any) -> Exchange:
    return with_sent(GOOD[name], {**GOOD[name].request.json, **members})


DICE = mcp_call(approval_request_id="mcpr_1")
LIST_AGAIN = {**samples.MCP_LIST, "id": "mcpl_2"}
CONTAINER = {"type": "container_reference", "container_id": "cntr_1"}
BREAKS = {
    "function_tools.called": only_said("function"),
    "custom_tools.called": only_said("custom"),
    "custom_tools.lark_grammar": changed("lark", "output", 0, "input", to="4 + "),
    "custom_tools.regex_grammar": changed("regex", "output", 0, "input", to="2026-04-30."),
    "apply_patch.called": only_said("patch"),
    "apply_patch.change": changed("patch", "output", 1, "operation", "diff", to="@@ class A\n     pass\n"),
    "apply_patch.path": changed("patch", "output", 0, "operation", "path", to="../a.py"),
    "apply_patch.diff": changed("patch", "output", 2, "operation", "diff", to="-all\n"),
    "shell.called": only_said("local_shell"),
    "shell.commands": changed("local_shell", "output", 0, "action", "commands", to=[""]),
    "shell.environment": changed("local_shell", "output", 0, "environment", to=CONTAINER),
    "image_generation.called": only_said("drawn"),
    "image_generation.decodable": changed("drawn", "output", 0, "result", to=drawn()[:4000]),
    "image_generation.format": changed("drawn", "output", 0, "result", to=drawn("JPEG")),
    "image_generation.size": changed("drawn", "output", 0, "result", to=drawn("PNG", (512, 512))),
    "image_generation.settings": changed("drawn", "output", 0, "quality", to="high"),
    "image_generation.partial_images": drawing(PNG, PNG, asked=1),
    "mcp.called": only_said("rolled"),
    "mcp.listed": changed("rolled", "output", to=[mcp_call(), MESSAGE]),
    "mcp.listed_again": changed("rolled", "output", to=[samples.MCP_LIST, mcp_call(), LIST_AGAIN, MESSAGE]),
    "mcp.approval": changed("approved", "output", to=[mcp_call(), DICE, MESSAGE]),
    "mcp.needless_approval": changed("rolled", "output", to=[samples.MCP_LIST, tools.APPROVAL_REQUEST]),
    "mcp.approved": only_said("approved"),
    "mcp.refused": changed("not_approved", "output", to=[DICE, MESSAGE]),
    "mcp.unreachable": changed("unreachable", "output", to=[samples.MCP_LIST, mcp_call(), MESSAGE]),
    "round_trips.new_items": changed("approved", "output", -1, "id", to="mcpr_1"),
    "web_search.action": changed("searched", "output", 0, "action", "query", to=" "),
    "web_search.called": only_said("searched"),
    "web_search.citations": changed("searched", "output", -1, "content", 0, "annotations", 0, "title", to=" "),
}
STREAMED = {"image_generation.partial_images": drawing(PNG, PNG)}


def test_every_rule_is_broken_here() -> None:
    mine = {row for chapter in CHAPTERS for row in rows(chapter)} & RULES.keys()
    assert BREAKS.keys() == mine


@pytest.mark.parametrize("requirement", BREAKS)
def test_a_rule_is_broken_alone(requirement: str) -> None:
    others = {found for found in broken_by(BREAKS[requirement]) if found.startswith((*CHAPTERS, "obedience"))}
    assert others == {requirement}


@pytest.mark.parametrize("requirement", BREAKS)
def test_a_rule_is_judged_and_kept_by_some_sample(requirement: str) -> None:
    kept = [*GOOD.values(), *STREAMED.values()]
    assert any(requirement in judged_by(each) and requirement not in broken_by(each) for each in kept)


# --- calls that are forced


@pytest.mark.parametrize("name", ["function", "custom", "patch", "local_shell", "drawn", "rolled", "searched"])
def test_a_call_of_another_kind_is_not_the_one_that_was_forced(name: str) -> None:
    other = samples.function_call() if name != "function" else samples.SEARCH_CALL
    broken = {found.partition(".")[2] for found in broken_by(changed(name, "output", to=[other, MESSAGE]))}
    assert "called" in broken


@pytest.mark.parametrize("name", ["function", "custom", "patch", "local_shell", "drawn", "rolled", "searched"])
def test_who_cannot_call_is_excused(name: str) -> None:
    refusal = {**MESSAGE, "content": [{"type": "refusal", "refusal": "I will not."}]}
    for output in ([refusal], [tools.UNREACHED, MESSAGE]):
        assert not any(found.endswith(".called") for found in broken_by(changed(name, "output", to=output)))
    cut = with_body(GOOD[name], {**GOOD[name].json, "status": "incomplete", "output": []})
    assert not any(found.endswith(".called") for found in judged_by(cut))


def test_an_item_of_an_unknown_type_is_not_the_call_that_was_forced() -> None:
    for name in ("function", "drawn"):
        found = changed(name, "output", to=[{"id": "new_1", "type": "call_of_tomorrow"}, MESSAGE])
        assert any(each.endswith(".called") for each in broken_by(found))


def test_who_has_refused_a_call_is_answered_without_one() -> None:
    for name, is_forced in (("not_approved", False), ("approved", True)):
        request = GOOD[name].request.json
        found = with_sent(changed(name, "tool_choice", to="required"), {**request, "tool_choice": "required"})
        assert ("mcp.called" in judged_by(found)) is is_forced
        assert "mcp.called" not in broken_by(found)


def test_tools_of_several_kinds_are_judged_together() -> None:
    found = with_items([samples.STRICT, samples.CUSTOM], tool_choice="required")
    assert "obedience.tool_choice_required" in broken_by(found)
    assert not any(each.endswith("_tools.called") for each in judged_by(found))


@pytest.mark.parametrize("kind", ["web_search", "web_search_preview", "web_search_preview_2025_03_11"])
def test_a_search_has_several_names(kind: str) -> None:
    search = {"type": kind}
    answer = {**GOOD["searched"].json, "tools": [search], "output": [MESSAGE]}
    assert "web_search.called" in broken_by(with_body(sent("searched", tools=[search]), answer))


def test_allowed_tools_can_force_too() -> None:
    choice = {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "get_weather"}]}
    forced = with_items([samples.STRICT], tool_choice=choice)
    assert "function_tools.called" in broken_by(forced)
    free = with_items([samples.STRICT], tool_choice={**choice, "mode": "auto"})
    assert "function_tools.called" not in judged_by(free)


# --- grammars


@pytest.mark.parametrize(
    ("syntax", "grammar", "text", "fits"),
    [
        ("lark", tools.SUM, "1 + 22", True),
        ("lark", tools.SUM, "1 + ", False),
        ("lark", tools.SUM, "", False),
        ("lark", tools.SUM, "1 + 2;", False),
        ("lark", "start: WORD\nWORD: /[a-zé]+/\n%ignore / /", "caf é", False),
        ("lark", "start: start", "a", False),
        ("lark", "start: (", "a", None),
        ("lark", 'start: s\ns: s s | s s s | "b"', "b" * 3000, None),
        ("lark", "start: " + "(" * 6000 + '"a"' + ")" * 6000, "a", None),
        ("regex", r"\d{3}-\d{4}", "555-1234", True),
        ("regex", r"^\d{3}-\d{4}$", "555-1234", True),
        ("regex", r"\d{3}-\d{4}", "call 555-1234", False),
        ("regex", r"\d{3}-\d{4}", "555-12345", False),
        ("regex", r"a*", "", True),
        ("regex", r"[^a]", "\U0001f600", True),
        ("regex", r".", "\ud800", False),
        ("regex", r"(?=a)a", "a", None),
        ("regex", r"(a", "a", None),
        ("regex", "(a+)+b", "a" * 9000, False),
        ("regex", "((a{1,100}){1,100}){1,100}b", "a" * 9000, None),
        ("regex", "a*", "a" * 200_000, None),
        ("regex", "a" * 200_000, "a", None),
        ("ebnf", "a", "a", None),
    ],
)
def test_a_grammar_is_applied_to_the_whole_text(syntax: str, grammar: str, text: str, *, fits: bool | None) -> None:
    begun = time.perf_counter()
    wrong = misfit(syntax, grammar, text)
    assert (None if wrong is None else wrong == "") is fits
    assert time.perf_counter() - begun < 5


def test_a_call_under_a_grammar_that_does_not_compile_is_not_judged() -> None:
    tool = put(tools.LARK, "format", "definition", to="start: (")
    found = with_items([tool], samples.custom_call(input="x"))
    assert "custom_tools.lark_grammar" not in judged_by(found)


def test_an_input_that_is_cut_off_is_not_judged() -> None:
    found = changed("lark", "output", 0, to=samples.custom_call(input="4 +", status="incomplete"))
    assert "custom_tools.lark_grammar" not in judged_by(found)


# --- diffs


@pytest.mark.parametrize(
    ("kind", "diff", "is_right"),
    [
        ("create_file", "", True),
        ("create_file", "+a", True),
        ("create_file", "+a\r\n+\r\n", True),
        ("create_file", "+a\u2028b\x0cc\n", True),
        ("create_file", "+a\n*** End Patch\n", True),
        ("create_file", "a\n", False),
        ("create_file", "+a\n\n+b\n", False),
        ("create_file", "@@\n+a\n", False),
        ("create_file", "--- /dev/null\n+++ b/a.py\n@@ -0,0 +1 @@\n+a\n", False),
        ("create_file", "*** Begin Patch\n*** Add File: a.py\n+a\n", False),
        ("update_file", "@@\n-a\n+b\n", True),
        ("update_file", "@@ def a():\n@@ def b():\n c\n-a\n+b\n*** End of File\n", True),
        ("update_file", " c\n-a\n+b\n\n@@\n-d\n", True),
        ("update_file", "--- a\n c\n", True),
        ("update_file", "@@\n--- a\n+++ b\n", True),
        ("update_file", "@@ -1,3 +1,4 @@\n-a\n+b\n", False),
        ("update_file", "@@\n-a\n@@ -1 +1 @@ def a():\n+b\n", False),
        ("update_file", "--- a/a.py\n+++ b/a.py\n@@\n-a\n", False),
        ("update_file", "@@\na\n", False),
        ("update_file", "@@\n-a\n\\ No newline at end of file\n", False),
        ("update_file", "*** Update File: a.py\n@@\n-a\n", False),
        ("delete_file", None, True),
        ("delete_file", "", True),
        ("delete_file", "-a\n", False),
    ],
)
def test_the_form_of_a_diff(kind: str, diff: Any, *, is_right: bool) -> None:
    found = with_items([tools.PATCH], patch(kind, diff))
    assert ("apply_patch.diff" not in broken_by(found)) is is_right


def test_a_diff_that_is_not_finished_is_not_judged() -> None:
    begun = with_items([tools.PATCH], patch("create_file", "a") | {"status": "in_progress"})
    assert "apply_patch.diff" not in judged_by(with_body(begun, {**begun.json, "status": "incomplete"}))


@pytest.mark.parametrize(
    ("diff", "is_right"),
    [("@@\n-a\n", True), ("+a", True), ("", False), ("@@\n", False), ("@@\n a\n b\n*** End of File\n", False)],
)
def test_a_change_changes_something(diff: str, *, is_right: bool) -> None:
    assert ("apply_patch.change" not in broken_by(with_items([tools.PATCH], patch("update_file", diff)))) is is_right


@pytest.mark.parametrize(
    ("path", "is_right"),
    [
        ("a.py", True),
        ("./lib/..a/b..py", True),
        ("l\u00efb/\u00e9 \u4e2d.py", True),
        ("/work/a.py", True),
        ("", False),
        (" ", False),
        ("a\nb", False),
        ("a\x00", False),
        ("/etc/a.py", False),
        ("C:\\a.py", False),
        ("~/a.py", False),
        ("lib/../../a.py", False),
        ("..\\a.py", False),
    ],
)
def test_the_path_of_a_patch(path: str, *, is_right: bool) -> None:
    found = with_items([tools.PATCH], put(patch("create_file", "+a\n"), "operation", "path", to=path))
    named = with_sent(found, {**found.request.json, "input": "Change /work/a.py."})
    assert ("apply_patch.path" not in broken_by(named)) is is_right


def test_a_local_shell_is_the_clients() -> None:
    found = changed("local_shell", "output", to=[samples.SHELL_CALL, samples.SHELL_OUTPUT, MESSAGE])
    assert "shell.environment" in broken_by(found)
    for environment in (None, {"type": "local"}):
        right = changed("local_shell", "output", 0, "environment", to=environment)
        assert "shell.environment" not in broken_by(right)
    hosted = sent("local_shell", tools=[{"type": "shell", "environment": {"type": "container_auto"}}])
    assert "shell.environment" not in judged_by(hosted)


@pytest.mark.parametrize(
    ("action", "is_right"),
    [
        ({"commands": ["ls", "pwd"], "timeout_ms": 1000, "max_output_length": 100}, True),
        ({"commands": ["ls"]}, True),
        ({"commands": []}, False),
        ({"commands": ["ls", "\n"]}, False),
        ({"commands": ["ls"], "max_output_length": 0}, True),
        ({"commands": ["ls\0"]}, False),
        ({"commands": ["ls"], "timeout_ms": 0}, False),
        ({"commands": ["ls"], "max_output_length": -1}, False),
    ],
)
def test_the_commands_of_a_shell(action: Any, *, is_right: bool) -> None:
    found = changed("local_shell", "output", 0, "action", to=action)
    assert ("shell.commands" not in broken_by(found)) is is_right


# --- turns


@pytest.mark.parametrize("members", [{"id": "fc_2"}, {"call_id": "call_2"}])
def test_a_call_is_not_made_again_under_its_ids(members: Any) -> None:
    output = {"type": "function_call_output", "call_id": "call_f", "output": "18"}
    before = sent("function", input=[tools.USER, samples.function_call(), output])
    assert "round_trips.new_items" in broken_by(before)
    again = samples.function_call(id="fc_2", call_id="call_2")
    assert "round_trips.new_items" not in broken_by(with_body(before, put(before.json, "output", 0, to=again)))
    half = with_body(before, put(before.json, "output", 0, to=samples.function_call(**members)))
    assert "round_trips.new_items" in broken_by(half)
    same = sent("function", previous_response_id=before.json["id"])
    assert "round_trips.new_items" in broken_by(same)


# --- nothing crashes, and nothing is loaded that is not needed

ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.text(max_size=4)
    | st.sampled_from(["mcp", "grammar", "always"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "name", "tool_names"]), inner),
    max_leaves=6,
)


@given(st.data(), st.sampled_from(sorted(GOOD)))
@settings(max_examples=200, deadline=None)
def test_a_good_exchange_with_any_value_anywhere_gives_results(data: st.DataObject, name: str) -> None:
    sent, body = changed_somewhere(data, GOOD[name], ANY)
    for contract in ("openai", "databricks"):
        for result in judge(exchange(sent, body, status=GOOD[name].status), load(contract)):
            assert result.finding is None or result.finding.where.isprintable()


def test_the_checks_load_no_library_before_it_is_needed() -> None:
    code = "import sys, conformance.checks; print([name for name in ('PIL', 'llguidance') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
