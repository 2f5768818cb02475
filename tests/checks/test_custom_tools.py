"""The checks of custom tools: the grammars of their inputs."""

from __future__ import annotations

import time

import pytest

from conformance.checks.lib.grammars import misfit
from conformance.wire.edit import put
from tests.checks.rules import judged_by
from tests.right import answers as samples
from tests.right import tool_answers as tools
from tests.right.answers import with_items
from tests.right.samples import with_answer


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
    """A text fits a grammar as a whole or not at all, and a grammar that is none says nothing, soon."""
    begun = time.perf_counter()
    wrong = misfit(syntax, grammar, text)
    assert (None if wrong is None else wrong == "") is fits
    assert time.perf_counter() - begun < 5


def test_a_call_under_a_grammar_that_does_not_compile_is_not_judged() -> None:
    """A wrong grammar is no fault of the input."""
    tool = put("/format/definition", "start: (")(tools.LARK)
    found = with_items([tool], samples.custom_call(input="x"))
    assert "custom_tools.lark_grammar" not in judged_by(found)


def test_an_input_that_is_cut_off_is_not_judged() -> None:
    """The input of an incomplete call need not fit the grammar."""
    found = with_answer("lark", put("/output/0", samples.custom_call(input="4 +", status="incomplete")))
    assert "custom_tools.lark_grammar" not in judged_by(found)
