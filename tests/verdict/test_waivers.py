"""Waivers are read with their lines, match causes and no others, and say when they are due."""

from __future__ import annotations

import datetime
import json

import pytest
from jsonschema import Draft202012Validator

from conformance.checks import Finding, Result
from conformance.contract import Level, load
from conformance.report.draft import drafted
from conformance.verdict import Case, CaseOutcome, Run, State, WaiverError, Waivers, read_waivers
from tests import ROOT

CONTRACT = load("databricks")
TODAY = datetime.date(2026, 12, 1)
ROW = """
# why we have it
[[waiver]]
requirement = "usage.total"
models = ["gpt-5-4", "gpt-5-5*"]
place = "/usage/total_tokens"
reason = "known"
link = "https://issues.example/1"
expires = 2026-12-01
"""
TESTED = {name for name, chapter in CONTRACT.chapters.items() if not chapter.universal}


def read(text: str) -> Waivers:
    """The waivers in a text, on the day of these tests."""
    return read_waivers(text.encode(), "waivers.toml", CONTRACT, TODAY)


def test_schema() -> None:
    """The schema is one, and the rows of these tests fit it."""
    schema = json.loads((ROOT / "schemas" / "waivers.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert read("").rows == ()
    first, second = read(ROW + "\n# other\n" + ROW.replace("2026-12-01", '"2027-01-01"')).rows
    assert (first.lines, second.lines) == ((3, 9), (14, 20))
    assert second.expires == datetime.date(2027, 1, 1)


MISTAKES = {
    "no-toml": (ROW + "x = =", ["line 10", "no TOML"]),
    "no-utf-8": ("\udcff", ["no UTF-8"]),
    "misspelt": (ROW.replace("reason", "raeson"), ["line 3", "raeson"]),
    "no-reason": (ROW.replace('"known"', '""'), ["line 7", "reason"]),
    "no-link": (ROW.replace('link = "https://issues.example/1"\n', ""), ["line 3", "link"]),
    "no-models": (ROW.replace('["gpt-5-4", "gpt-5-5*"]', "[]"), ["line 5", "models"]),
    "models-as-text": (ROW.replace('["gpt-5-4", "gpt-5-5*"]', '"gpt-5"'), ["line 5", "an array"]),
    "no-requirement": (ROW.replace("usage.total", "usage.totl"), ["line 4", "did you mean usage.total?"]),
    "no-day": (ROW.replace("2026-12-01", '"2026-13-01"'), ["line 9", "2026-13-01 is no day"]),
    "time-of-day": (ROW.replace("2026-12-01", "2026-12-01T10:00:00"), ["line 9", "expires"]),
    "other-table": ("[[waivers]]\n", ["waivers.toml", "waivers"]),
    "second": (ROW + ROW.replace('"known"', "1"), ["line 16", "a string"]),
    "in-one-line": ("waiver = [{}]", ["waiver 1", "requirement"]),
}


@pytest.mark.parametrize(("text", "words"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(text: str, words: list[str]) -> None:
    """A mistake is told in one line, with that of the file."""
    with pytest.raises(WaiverError) as raised:
        read_waivers(text.encode("utf-8", "surrogateescape"), "waivers.toml", CONTRACT, TODAY)
    said = str(raised.value)
    assert all(word in said for word in words), said
    assert "\n" not in said


def finding(where: str = "/usage/total_tokens", level: str = "must", expected: str = "1") -> list[str]:
    """A finding of usage.total."""
    return ["usage.total", level, where, expected, "nothing"]


@pytest.mark.parametrize(
    ("row", "model", "found", "waived"),
    [
        (ROW, "gpt-5-4", finding(), True),
        (ROW, "gpt-5-5-pro", finding(), True),
        (ROW, "gpt-5", finding(), False),
        (ROW, "gpt-5-4", finding("event 9 response.completed /response/usage/total_tokens"), True),
        (ROW, "gpt-5-4", finding("/usage"), False),
        (ROW, "gpt-5-4", finding(level="should"), True),
        (ROW, "gpt-5-4", finding(level="may"), False),
        (ROW, "gpt-5-4", ["usage.parts", *finding()[1:]], False),
        (ROW, "gpt-5-4", finding("/usage", expected='the member "total_tokens"'), True),
        (ROW, "gpt-5-4", finding("/usage", expected='the members "total_tokens", "input_tokens"'), False),
        (ROW.replace('place = "/usage/total_tokens"\n', ""), "gpt-5-4", finding("/usage"), True),
        (ROW.replace("/usage/total_tokens", ""), "gpt-5-4", finding(""), True),
        (ROW.replace("2026-12-01", "2026-11-30"), "gpt-5-4", finding(), False),
    ],
)
def test_what_is_waived(row: str, model: str, found: list[str], waived: bool) -> None:
    """A waiver is of a requirement, models and a place, to its last day; each cause of a finding needs one."""
    assert read(row).of(found, model) == ([0] if waived else [])


@pytest.mark.parametrize(
    ("places", "level", "error", "outcome"),
    [
        (["/usage/total_tokens"], Level.MUST, None, CaseOutcome.WAIVED),
        (["/usage/total_tokens", "/usage"], Level.MUST, None, CaseOutcome.FAIL),
        (["/usage/total_tokens"], Level.MUST, ZeroDivisionError(), CaseOutcome.WAIVED),
        (["/usage/total_tokens"], Level.SHOULD, None, CaseOutcome.WAIVED),
        (["/usage/total_tokens", "/usage"], Level.SHOULD, None, CaseOutcome.WARN),
        (["/usage/total_tokens"], Level.SHOULD, ZeroDivisionError(), CaseOutcome.SUITE_ERROR),
        (["/usage/total_tokens"], Level.MAY, None, CaseOutcome.OBSERVED),
    ],
)
def test_outcome(places: list[str], level: Level, error: Exception | None, outcome: CaseOutcome) -> None:
    """A case all of whose findings are waived is waived; one that is not decides as without waivers."""
    made = Case("n", "usage", "t", "n", "gpt-5-4", ("usage.total",), expected_requests=0, waivers=read(ROW))
    made.results = [(0, Result("usage.total", level, Finding(place, "1", "2"))) for place in places]
    assert made.finish(error) is outcome
    record = made.record()
    if outcome is CaseOutcome.WAIVED:
        assert record.waived_by == [0]
        assert record.judged == {"usage.total": "waived"}
        assert [one[1] for one in record.findings] == [f"waived {level}"]
        assert record.reason == "known (https://issues.example/1)"


def run_of(*cases: tuple[str, str, list[list[str]]], waived_by: tuple[int, ...] = ()) -> Run:
    """A run of cases that judge usage.total: model, outcome, findings."""
    run = Run()
    for number, (model, outcome, findings) in enumerate(cases):
        values = {"case": str(number), "chapter": "streams", "model": model, "outcome": outcome, "findings": findings}
        judged = {} if outcome == "could not run" else {"usage.total": outcome}
        run.add({**values, "judged": judged, "waived_by": list(waived_by)})
    return run


ALL = [(model, "pass", []) for model in CONTRACT.documented_models()]


@pytest.mark.parametrize(
    ("row", "run", "whole", "state"),
    [
        (ROW, run_of(*ALL, waived_by=(0,)), TESTED, State.IN_USE),
        (ROW, run_of(*ALL), TESTED, State.PASSES),
        (ROW, run_of(*ALL), {"streams"}, State.NOT_TOLD),
        (ROW, run_of(("gpt-5-4", "pass", [])), TESTED, State.NOT_TOLD),
        (ROW, run_of(*ALL, ("gpt-5-4", "could not run", [])), TESTED, State.NOT_TOLD),
        (ROW, run_of(("gpt-5", "pass", [])), TESTED, State.NOT_TOLD),
        (ROW, run_of(*ALL, ("gpt-5-4", "fail", [finding("/usage")])), TESTED, State.UNMATCHED),
        (ROW.replace("gpt-5-4", "gpt-9").replace("gpt-5-5*", "gpt-8"), run_of(*ALL), TESTED, State.UNMATCHED),
        (ROW.replace("2026-12-01", "2026-11-30"), run_of(*ALL), set(), State.EXPIRED),
        (ROW.replace("usage.total", "mcp.accepted"), run_of(*ALL), TESTED, State.NOT_TOLD),
    ],
)
def test_state(row: str, run: Run, whole: set[str], state: State) -> None:
    """A waiver is due where the run can tell: all models and tests that it is about were tried, and it was not used."""
    (told,) = read(row).told(run, CONTRACT, whole)
    assert told.state is state, told.why
    assert told.where == "waivers.toml lines 3 to 9"
    assert state.is_stale is (state in (State.PASSES, State.UNMATCHED, State.EXPIRED))


def test_a_requirement_of_a_chapter() -> None:
    """What the tests of one chapter judge needs these tests only, and no universal one."""
    run = Run()
    for model in CONTRACT.documented_models():
        judged = {"supported_models.text": "pass"}
        run.add({"case": "1", "chapter": "supported_models", "model": model, "outcome": "pass", "judged": judged})
    row = ROW.replace("usage.total", "supported_models.text")
    (told,) = read(row).told(run, CONTRACT, {"supported_models"})
    assert told.state is State.PASSES
    (told,) = read(row).told(run, CONTRACT, {"streams"})
    assert told.state is State.NOT_TOLD


def test_draft() -> None:
    """A draft has a waiver for each place of a requirement; reasons and links are for somebody to write."""
    run = run_of(("gpt-5-4", "fail", [finding()]), ("gpt-5", "fail", [finding(), finding(level="should")]))
    run.add(
        {"case": "9", "chapter": "x", "model": 'a"b', "outcome": "fail", "findings": [finding("/x", expected="\n")]}
    )
    text = drafted(run, ("must",), TODAY)
    with pytest.raises(WaiverError, match=r"line 8.*reason"):
        read(text)
    written = text.replace('reason = ""', 'reason = "r"').replace('link = ""', 'link = "l"')
    first, second = read(written).rows
    assert (first.models, first.place, first.expires) == (
        ("gpt-5-4", "gpt-5"),
        "/usage/total_tokens",
        datetime.date(2026, 12, 31),
    )
    assert (second.models, second.place) == (('a"b',), "/x")
