"""Every fault of the reference endpoint is noticed by exactly the requirements that it breaks, and all of them are."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import httpx
import pytest
from starlette.types import ASGIApp

from conformance.__main__ import main
from conformance.checks import LINKS, PAIRS, RULES
from conformance.contract import load
from conformance.faults import FAULTS, UnknownFault, find
from conformance.reference import serve
from conformance.reference.app import TARGET_HEADER
from conformance.reference.reply import Reply
from tests.tools.kill_matrix import (
    EXEMPT,
    FAULTLESS,
    MODEL,
    NOT_BESIDE,
    UNREACHED,
    Outcome,
    Task,
    measure,
    noticed,
    table,
    unbroken,
)
from tests.tools.kill_runs import Faultless, selected

CONTRACT = load("databricks")
SAMPLE = (
    "usage.total",
    "errors.body",
    "echo.metadata",
    "streams.numbering",
    "streams.same_items",
    "obedience.json_text",
)
"""Requirements whose check is turned off in a run of its own."""


def fault_of(requirement: str) -> str:
    """A fault that breaks a requirement and nothing else."""
    return next(fault.name for fault in FAULTS.values() if fault.breaks == (requirement,))


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> dict[Task, Outcome]:
    """What came of the runs: one without a fault, one with each fault that a selected test asks for.

    For a test of a check that is turned off there is one more.
    """
    return measure(list(wanted([item for item in request.session.items if isinstance(item, pytest.Function)])))


def wanted(items: list[pytest.Function]) -> Iterator[Task]:
    """What the tests of this file that were selected have to know."""
    tests = [item for item in items if item.module.__name__ == __name__]
    asked = {item.callspec.params["name"] for item in tests if item.originalname == "test_fault"}
    whole = any(item.originalname in ("test_every_check_is_needed", "test_table") for item in tests)
    yield from ((name, "") for name in FAULTS if whole or name in asked)
    for item in tests:
        if item.originalname == "test_a_check_that_is_turned_off":
            yield fault_of(item.callspec.params["requirement"]), item.callspec.params["requirement"]


def test_one_fault_is_run_alone(request: pytest.FixtureRequest) -> None:
    """A test of one fault asks for the runs of that fault and no other."""
    one = [item for item in request.session.items if item.name == "test_fault[total-off-by-one]"]
    assert all([*wanted([item])] == [("total-off-by-one", "")] for item in one if isinstance(item, pytest.Function))


def test_without_a_fault(outcomes: dict[Task, Outcome]) -> None:
    """The endpoint without a fault keeps every promise that is put to the test."""
    faultless = outcomes[FAULTLESS]
    assert len(faultless.cases) > 30
    assert (faultless.failed(), faultless.unjudged()) == (set(), [])


@pytest.mark.parametrize("name", FAULTS)
def test_fault(outcomes: dict[Task, Outcome], name: str) -> None:
    """A fault is noticed by the requirements that it breaks and by no other, and every case comes to a judgement.

    But no refusal is judged where the fault leaves the right request beside it unanswered.
    """
    outcome, fault = outcomes[name, ""], FAULTS[name]
    assert outcome.cases
    assert noticed(outcome, outcomes[FAULTLESS]) == set(fault.breaks)
    assert [one for one in outcome.unjudged() if NOT_BESIDE not in one] == []


def test_selection() -> None:
    """Of the cases that a fault touches, those run that judge what has not been judged often enough before."""

    def case(name: str, reply: Reply, *judged: str) -> Faultless:
        return Faultless(name, (), ((reply, repr(reply)),), frozenset((one, "streamed") for one in judged))

    touched, untouched = Reply(200, {"usage": {"total_tokens": 1}}), Reply(404, {})
    cases = [
        case("first", touched, "a", "b"),
        case("untouched", untouched, "a", "b", "c"),
        case("second", touched, "a"),
        case("of no use", touched, "a"),
        case("of use", touched, "a", "b"),
    ]
    assert [one.item for one in selected(FAULTS["total-off-by-one"], cases)] == ["first", "second", "of use"]


def test_every_requirement_is_broken() -> None:
    """No requirement is without a fault, unless its row says why."""
    assert unbroken() == []


def test_breaks_are_requirements() -> None:
    """A fault names requirements that apply, each once, and at least one."""
    for fault in FAULTS.values():
        assert fault.breaks
        assert len(set(fault.breaks)) == len(fault.breaks)
        for requirement in fault.breaks:
            assert CONTRACT.level(requirement, MODEL) is not None


def test_exempt_chapters_are_no_promises_of_an_endpoint() -> None:
    """What is exempt has no check that could notice a fault."""
    chapters = {requirement.partition(".")[0] for requirement in (*RULES, *PAIRS, *LINKS)}
    assert not chapters & EXEMPT.keys()


def test_every_check_is_needed(outcomes: dict[Task, Outcome]) -> None:
    """Turning off any check would fail the test of a fault: each notices one of which it is named."""
    needed = set()
    for fault in FAULTS.values():
        needed |= noticed(outcomes[fault.name, ""], outcomes[FAULTLESS]) & set(fault.breaks)
    checks = {requirement for requirement in (*RULES, *PAIRS, *LINKS) if CONTRACT.level(requirement, MODEL) is not None}
    unreached = {requirement for requirement in checks if requirement.partition(".")[0] in UNREACHED}
    assert checks - needed == unreached


def test_what_is_not_reached_has_no_fault() -> None:
    """A chapter counts as not reached only as long as no fault shows what breaks it."""
    named = {requirement.partition(".")[0] for fault in FAULTS.values() for requirement in fault.breaks}
    assert not named & UNREACHED.keys()


@pytest.mark.parametrize("requirement", SAMPLE)
def test_a_check_that_is_turned_off(outcomes: dict[Task, Outcome], requirement: str) -> None:
    """Without its check a fault goes unnoticed: what is computed for all is so where it is tried."""
    outcome = outcomes[fault_of(requirement), requirement]
    assert requirement not in noticed(outcome, outcomes[FAULTLESS])


def test_table(outcomes: dict[Task, Outcome]) -> None:
    """The table has a line for each fault."""
    lines = list(table(outcomes))
    assert {line.split()[0] for line in lines if line and not line.startswith(" ")} >= FAULTS.keys()


# --- the command line


def test_list_of_faults(capsys: pytest.CaptureFixture[str]) -> None:
    """The list says of each fault what it is and what it breaks."""
    with pytest.raises(SystemExit) as left:
        main(["serve", "--list-faults"])
    told = capsys.readouterr().out
    assert left.value.code == 0
    for fault in FAULTS.values():
        assert f"{fault.name}\n    {fault.sentence}\n" in told
        assert all(requirement in told for requirement in fault.breaks)


def test_a_misspelt_fault(capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is not right is answered with the closest one, in one sentence."""
    assert main(["serve", "--port", "0", "--fault", "total-of-by-one"]) == 2
    assert capsys.readouterr().err.endswith("did you mean total-off-by-one?\n")
    with pytest.raises(UnknownFault):
        find("")


def test_a_faulty_endpoint_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """``serve --fault`` serves the fault, under a name that no cassette of the reference endpoint has."""
    answers: list[httpx.Response] = []

    def ask(app: ASGIApp, listener: socket.socket, _: list[str]) -> None:
        listener.close()
        with serve.running(app) as url:
            body = {"model": f"system.ai.{MODEL}", "input": "Hello"}
            answers.append(httpx.post(f"{url}/responses", json=body, headers={"authorization": "Bearer x"}))

    monkeypatch.setattr(serve, "serve", ask)
    assert main(["serve", "--port", "0", "--fault", "total-off-by-one"]) == 0
    answer = answers[0]
    usage = answer.json()["usage"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"] + 1
    assert answer.headers[TARGET_HEADER] == "faulty endpoint, total-off-by-one"
