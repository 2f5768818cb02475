"""Findings are summed up by what causes them."""

from __future__ import annotations

import pytest

from conformance.report.causes import causes, place_of, rows
from conformance.verdict import Run


def run_of(*cases: tuple[str, list[list[str]]]) -> Run:
    """A run whose cases, by model, have these findings: requirement, where, expected, received."""
    run = Run()
    for number, (model, findings) in enumerate(cases):
        found = [
            [requirement, "must", where, expected, received] for requirement, where, expected, received in findings
        ]
        run.add({"case": f"case {number}", "chapter": "x", "model": model, "outcome": "fail", "findings": found})
    return run


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("/output/12/content/0/text", "/output/*/content/*/text"),
        ("event 7 response.output_text.delta /item_id", "event /item_id"),
        ("event 7 /response/usage", "event /response/usage"),
        ("event 3", "event "),
        ("header content-type", "header content-type"),
        ("status", "status"),
        ("/gpt-5/x1", "/gpt-5/x1"),
        ("", ""),
    ],
)
def test_place(where: str, place: str) -> None:
    """A place is told without numbers of events and of members of a list."""
    assert place_of(where) == place


def test_one_row_for_one_cause() -> None:
    """Values and indices make no new cause; another place, promise or kind of expectation does."""
    same = [["usage.total", f"/output/{n}/x", f'"id_{n}", as sent', f'"other {n}"'] for n in range(3)]
    run = run_of(
        ("a", same[:1]), ("b", same), ("a", [["usage.total", "/y", "1", "2"]]), ("a", [["a.b", "/y", "a string", "2"]])
    )
    assert [(cause.requirement, cause.place, len(cause.records), cause.models) for cause in causes(run, "must")] == [
        ("usage.total", "/output/*/x", 2, ["a", "b"]),
        ("usage.total", "/y", 1, ["a"]),
        ("a.b", "/y", 1, ["a"]),
    ]
    assert causes(run, "should") == []


def test_rows_are_short() -> None:
    """A row names number, models, place and one example; what is too much is counted."""
    run = run_of(
        *((f"model {n}", [["a.b", "/y", "x" * 500, "y" * 500]]) for n in range(5)), ("m", [["c.d", "/z", "1", "2"]])
    )
    first, more = rows(run, "must", 1)
    assert first.startswith("a.b  in 5 cases of 5 models: /y  expected xxx")
    assert len(first) < 220
    assert more == "… and 1 more"
