"""Findings are summed up by what causes them."""

from __future__ import annotations

import pytest

from conformance.report.causes import rows
from conformance.verdict import Run
from conformance.verdict.causes import causes, place_of, skeleton


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
        ("event 7 response.completed /response/usage", "/usage"),
        ("event 7 response.completed /response", ""),
        ("event 7 /response/output/3/id", "/output/*/id"),
        ("event 3 response.created", "event response.created"),
        ("event 3", "event"),
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


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("1024, as it was sent", "…, as it was sent"),
        ('"required", as it was sent', "…, as it was sent"),
        ('{"type": "custom", "tools": [{"a": 1}]}, as it was sent', "…, as it was sent"),
        ('{"type": "custom", "na…', "…"),
        ("17 + 29 = 46", "… + … = …"),
        ("null", "null"),
    ],
)
def test_skeleton(text: str, left: str) -> None:
    """What is left of an expectation holds no value, however deep and whether it was cut or not."""
    assert skeleton(text) == left


def test_each_missing_member_is_a_cause() -> None:
    """Members that one object lacks are told apart, and those that lack in the same cases share a row."""
    both = ["response.schema", "", 'the members "store", "user"', "nothing"]
    in_stream = ["response.schema", "event 9 response.completed /response", 'the member "store"', "nothing"]
    run = run_of(("a", [both]), ("a", [in_stream]))
    assert [(cause.place, len(cause.records)) for cause in causes(run, "must")] == [("/store", 2), ("/user", 1)]
    (row,) = rows(causes(run_of(("a", [both])), "must"), 9)
    assert row == "response.schema  in 1 case of a: /store, /user  expected the member, received nothing"


def test_a_status_is_no_value() -> None:
    """What kind of answer came, by its status, tells causes apart."""
    found = [["a.b", "status", "200", f'{status}: "no"'] for status in (400, 500)]
    assert len(causes(run_of(("a", found)), "must")) == 2


def test_rows_are_short() -> None:
    """A row names number, models, place and one example; what is too much is counted."""
    run = run_of(
        *((f"model {n}", [["a.b", "/y", "x" * 500, "y" * 500]]) for n in range(5)), ("m", [["c.d", "/z", "1", "2"]])
    )
    first, more = rows(causes(run, "must"), 1)
    assert first.startswith("a.b  in 5 cases of 5 models: /y  expected xxx")
    assert len(first) < 220
    assert more == "… and 1 more"
