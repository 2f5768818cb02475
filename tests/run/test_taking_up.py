"""A run that goes on where an earlier one ended: only what failed, could not run or was not reached is asked again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.reference.app import create_app
from conformance.reference.edits.replies import on_final
from conformance.reference.reply import Reply
from conformance.reference.serve import running
from conformance.report import record_of
from conformance.wire.edit import put
from tests.run.checkout import TOKEN, Checkout
from tests.run.reports import report_in, timeless
from tests.run.results import FILE, USAGE, assert_one_sentence

OFF_BY_ONE = on_final(put("/usage/total_tokens", lambda total: total + 1))


class Mended:
    """An endpoint that breaks answers to lists until it is mended, and counts what it is asked."""

    def __init__(self) -> None:
        self.broken = True
        self.asked = 0

    def reply(self, reply: Reply) -> Reply:
        """Counts a reply, and breaks it if it answers a list."""
        self.asked += 1
        return OFF_BY_ONE(reply) if self.broken and isinstance(reply.asked.get("input"), list) else reply


def test_only_what_failed_is_asked_again(unchanged: Checkout, tmp_path: Path) -> None:
    """The cases that failed are asked again, and the report has all of them; workers do the same."""
    target = Mended()
    with running(create_app(token=TOKEN, reply_edit=target.reply, delay=0.0)) as url:
        assert unchanged.live(url, f"--report={tmp_path / 'a'}", FILE).ret == 1
        first = report_in(tmp_path / "a")
        failed = [case["case"] for case in first["cases"] if case["outcome"] == "fail"]
        assert 0 < len(failed) < len(first["cases"])
        resume = f"--resume={tmp_path / 'a' / 'report.json'}"
        still = unchanged.live(url, resume, f"--report={tmp_path / 'still'}", FILE)
        assert still.ret == 1
        assert timeless(report_in(tmp_path / "still")["cases"]) == timeless(first["cases"])
        target.broken, target.asked = False, 0
        result = unchanged.live(url, resume, f"--report={tmp_path / 'b'}", FILE)
        assert result.ret == 0
        assert target.asked == len(failed) + 1  # the preflight
        assert unchanged.live(url, resume, f"--report={tmp_path / 'c'}", FILE, "-n", "2").ret == 0
        assert unchanged.live(url, f"--report={tmp_path / 'd'}", FILE).ret == 0
    result.stdout.fnmatch_lines([f"{len(first['cases'])} cases: {len(first['cases'])} pass"])
    merged = report_in(tmp_path / "b")
    assert merged["run"]["resumed"] == first["run"]["started"]
    for folder in "cd":
        assert timeless(report_in(tmp_path / folder)["cases"]) == timeless(merged["cases"])


def test_what_was_not_reached_is_asked(checkout: Checkout, endpoint: str, tmp_path: Path) -> None:
    """Of a run that was interrupted, what it did not reach is asked."""
    content = (checkout.path / FILE).read_text()
    (checkout.path / FILE).write_text(content.replace("def test_message_list(ask, model):", BREAKING_OFF, 1))
    options = ("--live", f"--base-url={endpoint}", "--models=gpt-5-4", FILE)
    first = checkout.run(*options, f"--report={tmp_path / 'a'}", RESPONSES_API_KEY=TOKEN)
    assert first.ret == pytest.ExitCode.INTERRUPTED
    (checkout.path / FILE).write_text(content)
    resume = f"--resume={tmp_path / 'a' / 'report.json'}"
    second = checkout.run(*options, resume, f"--report={tmp_path / 'b'}", RESPONSES_API_KEY=TOKEN)
    assert second.ret == 0
    reached, whole = (len(report_in(tmp_path / name)["cases"]) for name in "ab")
    assert 0 < reached < whole
    assert f"{reached} deselected" in second.stdout.str()


BREAKING_OFF = """def test_message_list(ask, model):
    raise KeyboardInterrupt


def not_a_test(ask, model):"""


@pytest.fixture
def report(unchanged: Checkout, tmp_path: Path) -> dict[str, Any]:
    """The report of a replay in which one case failed."""
    assert unchanged.quick("--models=gpt-5-4", f"--report={tmp_path}", FILE).ret == 0
    report = report_in(tmp_path)
    report["cases"][0]["outcome"] = "fail"
    return report


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("run", "mode"), "verify", "the mode of the report differs"),
        (("run", "options"), ["--models=gpt-5"], "the options of the report differ"),
        (("target",), "https://h.example/v1", "the target of the report differs"),
        (("contract", "version"), "2020.01", "the contract of the report differs"),
        (("cases", 0, "outcome"), "pass", "nothing is to be taken up"),
        (("cases", 0, "outcome"), "lost", "cannot be read"),
    ],
)
def test_refused(
    unchanged: Checkout, tmp_path: Path, report: dict[str, Any], path: tuple[Any, ...], value: Any, words: str
) -> None:
    """A run that is not like the earlier one does not take it up."""
    at: Any = report
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    file = tmp_path / "report.json"
    file.write_text(json.dumps(report))
    args = ("--models=gpt-5-4", f"--resume={file}", f"--report={tmp_path}", FILE)
    assert_one_sentence(unchanged.quick(*args), USAGE, "--resume", words)
    # A run that was not taken up leaves the report as it is.
    assert json.loads(file.read_text()) == report


def test_taken_up_in_a_replay(unchanged: Checkout, tmp_path: Path, report: dict[str, Any]) -> None:
    """A replay can be taken up too; a case of a report is read as it was written."""
    file = tmp_path / "other.json"
    file.write_text(json.dumps(report))
    result = unchanged.quick("--models=gpt-5-4", f"--resume={file}", FILE)
    assert result.ret == 0
    result.assert_outcomes(passed=1, deselected=3)
    for case in report["cases"]:
        record = record_of(case)
        assert (record.case, record.tokens, record.judged) == (case["case"], case["tokens"], case["judged"])
