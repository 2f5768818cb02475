"""What a run keeps for others: the report, its summary, the log of a CI system, JUnit."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from conformance.__main__ import main
from conformance.reference.causes import CAUSES
from conformance.reference.workspace import Workspace
from conformance.report import azure, markdown
from tests.run.checkout import TOKEN, Checkout
from tests.run.reports import broken, report_in, timeless
from tests.run.results import COULD_NOT_RUN, FILE, USAGE, assert_one_sentence, told
from tests.run.workspaces import PLAIN, reached
from tests.servers.sockets import always, http, serving

MODEL = "--models=gpt-5-4"
INTERRUPTED = pytest.ExitCode.INTERRUPTED


def test_report_of_a_replay(unchanged: Checkout, tmp_path: Path) -> None:
    """The report of a replay names run, contract, models, cases and each promise; workers change nothing but times."""
    alone, together = tmp_path / "a" / "b", tmp_path / "c"
    assert unchanged.run(MODEL, f"--report={alone}").ret == 0
    assert unchanged.run(MODEL, f"--report={together}", "-n", "4").ret == 0
    report = report_in(alone)
    assert timeless(report) == timeless(report_in(together))
    assert (report["run"]["mode"], report["run"]["status"], report["run"]["result"]) == ("replay", 0, "passed")
    assert report["run"]["options"] == [MODEL]
    assert report["target"] is None
    assert report["causes"] == []
    (model,) = report["models"]
    assert model["asked_as"] == "system.ai.gpt-5-4"
    assert model["tokens"]["input"] > model["requests"] > 0
    assert sum(report["counts"]["outcomes"].values()) == report["counts"]["cases"] == len(report["cases"])
    rows = {row["requirement"]: row for row in report["requirements"]}
    judged = [report["cases"][number]["case"] for number in rows["supported_models.string_input"]["judged_by"]]
    assert judged == [f"{FILE}::test_string_input[gpt-5-4]"]
    assert rows["usage.total"]["source"]
    assert all(bool(row["judged_by"]) is (row["not_judged"] is None) for row in rows.values())
    assert "lost when the page was saved" in next(
        row["not_judged"] for row in rows.values() if (row["not_judged"] or "").startswith("not tested")
    )


def test_report_of_a_failing_run(unchanged: Checkout, tmp_path: Path) -> None:
    """Causes name the cases that found them, as many as failed; a live run has its target and the tokens."""
    with broken("total-off-by-one") as url:
        result = unchanged.live(url, f"--report={tmp_path / 'a'}", FILE)
        workers = unchanged.live(url, f"--report={tmp_path / 'n'}", FILE, "-n", "2")
    assert (result.ret, workers.ret) == (1, 1)
    report = report_in(tmp_path / "a")
    assert timeless(report) == timeless(report_in(tmp_path / "n"))
    (cause,) = report["causes"]
    assert (cause["requirement"], cause["level"], cause["place"]) == ("usage.total", "must", "/usage/total_tokens")
    failed = [case for case in report["cases"] if case["outcome"] == "fail"]
    assert cause["cases"] == [case["case"] for case in failed]
    assert {name for case in failed for one in case["findings"] for name in one["causes"]} == {cause["id"]}
    assert cause["again"].startswith("pytest ")
    assert report["target"] == url
    assert report["run"]["mode"] == "verify"
    assert all(case["seconds"] > 0 and case["tokens"]["input"] for case in failed)
    summary = (tmp_path / "a" / "summary.md").read_text(encoding="utf-8")
    assert summary.startswith("## Responses conformance: failed (exit status 1)\n")
    assert "<code>usage.total</code> | <code>/usage/total_tokens</code>" in summary


def test_not_judged(unchanged: Checkout, endpoint: str, tmp_path: Path) -> None:
    """Of each promise that nothing judged, the report says why."""
    args = ("conformance/test_mcp.py", "conformance/test_shell.py", "--without-tools=shell")
    assert unchanged.live(endpoint, f"--report={tmp_path}", *args).ret == 0
    why = {row["requirement"]: row["not_judged"] for row in report_in(tmp_path)["requirements"]}
    assert why["mcp.accepted"].startswith("not tried: it needs --mcp-server (")
    assert why["shell.called"].startswith("not applicable: --without-tools says")
    assert why["custom_tools.called"] == "no case of this run puts it to the test"
    assert why["references.container"] == "no exchange of this run says anything of it"
    assert why["supported_models.string_input"] == "no case of this run puts it to the test"


def test_report_of_a_run_that_ended_before(unchanged: Checkout, tmp_path: Path) -> None:
    """What ends a run before its first case stands in the report, with its exit status."""
    with reached(tmp_path, Workspace(TOKEN, causes=((CAUSES["permission"], ""),))) as to:
        result = to.verify(unchanged, MODEL, "--max-wait=0", PLAIN, f"--report={tmp_path / 'report'}")
    assert_one_sentence(result, COULD_NOT_RUN, "may not use this model")
    report = report_in(tmp_path / "report")
    assert report["run"]["status"] == COULD_NOT_RUN
    assert "may not use this model" in report["run"]["ended"]
    assert report["contract"]["name"] == "databricks"
    assert report["target"].startswith("http://")
    assert report["cases"] == []
    assert_one_sentence(unchanged.quick(f"--report={tmp_path / 'wrong'}", "--models=gpt5-4"), USAGE, "did you mean")
    wrong = report_in(tmp_path / "wrong")
    assert (wrong["run"]["result"], wrong["run"]["mode"], wrong["contract"]) == ("usage error", "none", None)


def test_report_of_the_doctor(unchanged: Checkout, tmp_path: Path) -> None:
    """With --preflight-only the report has what was found."""
    with reached(tmp_path) as to:
        assert to.verify(unchanged, "--preflight-only", MODEL, f"--report={tmp_path / 'report'}").ret == 0
    assert any("gpt-5-4: answers" in line for line in report_in(tmp_path / "report")["provenance"])


BROKEN_OFF = """
import pytest

ABOUT = pytest.mark.requirement("supported_models.string_input")


@ABOUT
def test_string_input(ask, model):
    ask(model, "What is the capital of France?")


@ABOUT
def test_broken_off(ask, model):
    raise KeyboardInterrupt
"""


def test_report_of_an_interrupted_run(checkout: Checkout, endpoint: str, tmp_path: Path) -> None:
    """An interrupted run reports the cases that were over."""
    (checkout.path / FILE).write_text(BROKEN_OFF)
    options = ("--live", f"--base-url={endpoint}", MODEL, f"--report={tmp_path}", FILE)
    assert checkout.run(*options, RESPONSES_API_KEY=TOKEN).ret == INTERRUPTED
    report = report_in(tmp_path)
    assert (report["run"]["result"], report["run"]["status"]) == ("interrupted", INTERRUPTED)
    assert [case["outcome"] for case in report["cases"]] == ["pass"]


@pytest.mark.parametrize("name", ["file", "file/in", "report.json"])
def test_what_cannot_be_written_is_refused(unchanged: Checkout, tmp_path: Path, name: str) -> None:
    """A folder that cannot be written ends the run before anything is sent."""
    (tmp_path / "file").write_text("")
    (tmp_path / "taken" / "report.json").mkdir(parents=True)
    folder = tmp_path / "taken" if name == "report.json" else tmp_path / name
    with serving(always(http(200, b"{}"))) as server:
        result = unchanged.live(server.url, f"--report={folder}")
        assert server.requests == []
    assert_one_sentence(result, USAGE, "--report", "cannot be written")


def test_github(unchanged: Checkout, tmp_path: Path) -> None:
    """The summary is added to the file that GitHub Actions names."""
    file = tmp_path / "step"
    file.write_text("before\n")
    args = (MODEL, "--ci=github", FILE)
    assert unchanged.quick(*args, GITHUB_STEP_SUMMARY=str(file)).ret == 0
    text = file.read_text(encoding="utf-8")
    assert text.startswith("before\n## Responses conformance: passed")
    assert_one_sentence(unchanged.quick(*args), USAGE, "--ci=github", "GITHUB_STEP_SUMMARY")
    nowhere = str(tmp_path / "no" / "step")
    assert_one_sentence(unchanged.quick(*args, GITHUB_STEP_SUMMARY=nowhere), USAGE, "--ci=github", "cannot be written")


def test_azure(unchanged: Checkout) -> None:
    """Each cause is a line of the log that Azure Pipelines makes an error of, and so is what ended a run."""
    with broken("total-off-by-one") as url:
        result = unchanged.live(url, "--ci=azure", FILE)
    lines = [line for line in result.outlines if line.startswith("##vso")]
    assert len(lines) == 1
    assert lines[0].startswith("##vso[task.logissue type=error]usage.total in 4 cases: /usage/total_tokens expected")
    ended = unchanged.quick("--live", "--ci=azure")
    assert [line for line in told(ended) if line.startswith("##vso[task.logissue type=error]no target")]


def test_views_cannot_be_painted() -> None:
    """What a target sends is neither Markdown nor HTML nor a command to a CI system."""
    hostile = "a|b <img> `x` \n##vso[task.setvariable variable=x]1 50%"
    cause = {
        "id": "0" * 12,
        "requirement": "a.b",
        "level": "must",
        "waived": False,
        "place": hostile,
        "models": [hostile],
        "cases": ["x"],
        "again": hostile,
        "evidence": None,
        "example": {"where": hostile, "expected": hostile, "received": hostile},
    }
    tokens = {"input": 0, "output": 0}
    report = {
        "run": {"result": "failed", "status": 1, "ended": hostile, "fail_on": "must"},
        "clients": [{"client": hostile, "model": hostile, "why": hostile}],
        "counts": {
            "cases": 0,
            "outcomes": {},
            "judgements": 0,
            "requests": 0,
            "tokens": tokens,
            "beside": {**tokens, "requests": 0},
        },
        "contract": None,
        "target": hostile,
        "provenance": [hostile],
        "causes": [cause],
        "cases": [],
        "models": [],
        "waivers": [],
        "baseline": None,
        "requirements": [],
    }
    text = markdown.summary(report)
    assert "<img>" not in text
    assert {line.count(" | ") for line in text.splitlines() if line.startswith("| <code>")} == {2, 5}
    lines = list(azure(report))
    assert len(lines) == 2
    assert all("\n" not in line and "50%AZP25" in line for line in lines)


def test_junit(unchanged: Checkout, tmp_path: Path) -> None:
    """JUnit has level, outcome and cause of a case; what could not run is an error there, and no failure."""
    file = tmp_path / "junit.xml"
    with broken("total-off-by-one") as url:
        assert unchanged.live(url, FILE, f"--junitxml={file}").ret == 1
    suite = ET.parse(file).getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("failures"), suite.get("errors")) == ("4", "0")
    found = [
        (one.get("name"), one.get("value"))
        for one in suite.findall("testcase[@name='test_string_input[gpt-5-4]']/properties/property")
    ]
    assert ("level", "supported_models.string_input | must") in found
    assert ("outcome", "fail") in found
    (cause,) = [value for name, value in found if name == "cause"]
    assert (cause or "").endswith(" | usage.total | /usage/total_tokens")
    with reached(tmp_path, Workspace(TOKEN, causes=((CAUSES["guardrail"], ""),))) as to:
        args = (PLAIN, "-k", "test_string_input", MODEL)
        assert to.verify(unchanged, *args, f"--junitxml={file}").ret == COULD_NOT_RUN
    suite = ET.parse(file).getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("failures"), suite.get("errors")) == ("0", "1")
    assert suite.find("testcase/error") is not None


def test_report_of_judge(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Captured exchanges have the same report; a folder that cannot be written is refused before anything is read."""
    exchange = {
        "id": "one",
        "request": {"method": "POST", "path": "/v1/responses", "query": "", "body": {"model": "gpt-5", "input": "x"}},
        "response": {"status": 200, "headers": {"content-type": "application/json"}, "json": {"object": "response"}},
    }
    file = tmp_path / "captured.jsonl"
    file.write_text(json.dumps(exchange) + "\n")
    folder = tmp_path / "report"
    assert main(["judge", f"--report={folder}", "--redacted", str(file)]) == 1
    report = report_in(folder)
    assert (report["run"]["mode"], report["run"]["result"], report["run"]["options"]) == (
        "judge",
        "failed",
        ["--redacted"],
    )
    assert [(case["case"], case["model"], case["outcome"]) for case in report["cases"]] == [("one", "gpt-5", "fail")]
    assert report["causes"]
    assert main(["judge", f"--report={folder}", str(tmp_path / "nothing")]) == 2
    assert report_in(folder)["run"]["result"] == "could not run"
    capsys.readouterr()
    assert main(["judge", f"--report={file}", str(file)]) == 2
    assert capsys.readouterr().out == ""
