"""What a run says of each profile of the reference endpoint: the exact verdict of endpoints as they were reported."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from conformance.reference import mcp_server
from conformance.reference.app import create_app
from conformance.reference.profiles import combined, find
from conformance.reference.serve import running
from tests.run.checkout import TOKEN, Checkout

REPORTED = "as-reported-2026-11"
MODELS = "conformance/test_supported_models.py"
PARAMETERS = "conformance/test_unsupported_parameters.py"
CREDENTIALS = "conformance/test_credentials.py"
NO_TWIN = "nothing of this kind is answered here"


@dataclass
class Verdict:
    """What a run came to: the cases by outcome, what passed, and in how many cases a requirement was found broken."""

    status: int
    lines: list[str]
    outcomes: Counter[str] = field(default_factory=Counter)
    passed: set[str] = field(default_factory=set)
    found: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def must(self) -> dict[str, int]:
        """The findings that fail a run."""
        return dict(self.found["must"])

    @property
    def should(self) -> dict[str, int]:
        """The warnings."""
        return dict(self.found["should"])

    @property
    def could_not_run(self) -> dict[str, int]:
        """The reasons for which cases could not run, each with their number."""
        told = (line.partition(" cases: ") for line in self.lines[self._start() :])
        return {reason: int(count) for count, _, reason in takewhile(lambda one: one[1], told)}

    def _start(self) -> int:
        titles = [number for number, line in enumerate(self.lines) if line.strip("= ") == "could not run"]
        return titles[0] + 1 if titles else len(self.lines)

    def chapters(self) -> set[str]:
        """The chapters of what passed."""
        return {requirement.partition(".")[0] for requirement in self.passed}


@contextmanager
def serving(*names: str) -> Iterator[str]:
    """The base URL of an endpoint of some profiles, which waits for no longer than a moment."""
    profile = combined([find(name) for name in names])
    app = create_app(
        token=TOKEN,
        delay=0.001,
        request_edit=profile.request_edit,
        reply_edit=profile.reply_edit,
        target=profile.target,
        pause=0.01,
    )
    with running(app) as url:
        yield url


def judged(unchanged: Checkout, url: str, *args: str, models: str = "gpt-5-4") -> Verdict:
    """The verdict of a run against an endpoint."""
    file = unchanged.pytester.path / "junit.xml"
    result = unchanged.live(url, "--models", models, f"--junitxml={file}", *args)
    return read(file, result)


def read(file: Path, result: pytest.RunResult) -> Verdict:
    """The verdict of a run that wrote a JUnit file."""
    verdict = Verdict(int(result.ret), result.outlines)
    for case in _cases(file):
        outcome = case["outcome"][0]
        verdict.outcomes[outcome] += 1
        if outcome == "pass":
            verdict.passed |= set(case["requirement"])
        for requirement, level in {tuple(finding.split(" | ", 2)[:2]) for finding in case["finding"]}:
            verdict.found[level][requirement] += 1
    return verdict


def _cases(file: Path) -> Iterator[dict[str, list[str]]]:
    for case in ElementTree.parse(file).iter("testcase"):
        properties: dict[str, list[str]] = {"outcome": [], "requirement": [], "finding": []}
        for one in case.iter("property"):
            properties.setdefault(str(one.get("name")), []).append(str(one.get("value")))
        if properties["outcome"]:
            yield properties


# --- an endpoint as it is reported


def test_as_reported(unchanged: Checkout) -> None:
    """A right endpoint as reports describe it passes, and each of its deviations is one line of warning."""
    with serving(REPORTED) as url, mcp_server.running() as server:
        verdict = judged(unchanged, url, f"--mcp-server={server}", f"--ignore={CREDENTIALS}", "--max-wait=30")
    assert (verdict.status, verdict.must, verdict.could_not_run) == (0, {}, {})
    assert verdict.should.keys() == {
        *("errors.envelope", "errors.gateway_envelope", "errors.gateway_body"),
    }
    warnings = [line for line in verdict.lines if line.startswith("errors.")]
    assert len([line for line in warnings if "errors.envelope" in line]) == 1
    assert len(warnings) <= 4, "the bare 502 has no JSON, which says it all"
    told = next(line for line in verdict.lines if line.startswith("unsteady, asked again: "))
    assert all(f"x {status}" in told for status in (429, 500, 502)), told


def test_a_slow_model(unchanged: Checkout) -> None:
    """A model that takes its time, and answers at length, passes."""
    with serving(REPORTED) as url:
        verdict = judged(unchanged, url, MODELS, models="gpt-5-5-pro")
    assert (verdict.status, verdict.must, verdict.should) == (0, {}, {})


def test_credentials_as_reported(unchanged: Checkout) -> None:
    """A wrong credential that is refused in plain text is a warning."""
    with serving(REPORTED) as url:
        verdict = judged(unchanged, url, CREDENTIALS)
    assert (verdict.status, verdict.must) == (0, {})


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["one process", "workers"])
def test_absent_models(unchanged: Checkout, options: tuple[str, ...]) -> None:
    """Each model of the page that is not there is one warning, and every chapter is tried all the same."""
    models = "gpt-5-1,gpt-5-2,gpt-5-3-codex,gpt-5-4,gpt-5-4-nano"
    with serving("models-absent") as url:
        verdict = judged(unchanged, url, MODELS, "conformance/test_text_input.py", *options, models=models)
    assert (verdict.status, verdict.must, verdict.could_not_run) == (0, {}, {})
    gone = [line for line in verdict.lines if line.startswith("supported_models.offered")]
    assert len(gone) == 1
    assert "in 4 cases of 4 models" in gone[0]
    assert "documented, not offered: gpt-5-1, gpt-5-2, gpt-5-3-codex, gpt-5-4-nano" in verdict.lines
    assert verdict.chapters() >= {"supported_models", "text_input"}


def test_tools_that_are_refused_upstream(unchanged: Checkout) -> None:
    """A tool that OpenAI itself refuses on a model is one warning for that model and tool."""
    with serving("refused-upstream") as url:
        verdict = judged(
            unchanged, url, "conformance/test_apply_patch.py", "conformance/test_shell.py", models="gpt-5,gpt-5-4"
        )
    assert (verdict.status, verdict.must, sum(verdict.should.values())) == (0, {}, 2)


# --- one behaviour each, of an endpoint that is not right


def test_long_item_ids(unchanged: Checkout) -> None:
    """Ids of items that differ inside a stream are found by one requirement, in each case with a text in a stream."""
    with serving("long-item-ids") as url:
        verdict = judged(unchanged, url)
    assert (verdict.status, verdict.should, verdict.could_not_run) == (1, {}, {})
    assert verdict.must == {"streams.item_events": verdict.outcomes["fail"]}
    assert [line[:24] for line in verdict.lines[-40:] if line[:4] == " 1  "] == [" 1  streams.item_events  "[:24]]
    assert not any(line[:4] == " 2  " for line in verdict.lines)


def test_list_only(unchanged: Checkout) -> None:
    """Where no string is taken, one promise is broken, which is found first, and all else is judged with lists."""
    with serving("list-only") as url:
        verdict = judged(unchanged, url, "-v")
    assert (verdict.status, verdict.must, verdict.should) == (1, {"supported_models.string_input": 1}, {})
    assert verdict.could_not_run == {}
    first = next(line for line in verdict.lines if "::test_" in line)
    assert "test_string_input" in first
    assert "FAILED" in first
    assert any("cases asked with a list, as the target takes no string as an input" in line for line in verdict.lines)


def test_list_only_in_one_chapter(unchanged: Checkout) -> None:
    """That no string is taken shows in a run without the promise too, which says so and judges what it was to judge."""
    with serving("list-only") as url:
        verdict = judged(unchanged, url, PARAMETERS, "conformance/test_wrong_requests.py")
    assert (verdict.status, verdict.must, verdict.should, verdict.could_not_run) == (0, {}, {}, {})
    assert any("cases asked with a list" in line for line in verdict.lines)


def test_recording_of_list_only(unchanged: Checkout) -> None:
    """A set that was recorded where no string is taken is replayed with lists, and tells of the promise alone."""
    where = f"--cassettes={unchanged.pytester.path / 'set'}"
    tests = (MODELS, PARAMETERS, "conformance/test_wrong_requests.py")
    with serving("list-only") as url:
        unchanged.record(url, where, *tests)
    file = unchanged.pytester.path / "junit.xml"
    verdict = read(file, unchanged.quick(where, "--models=gpt-5-4", *tests, f"--junitxml={file}"))
    assert [line for line in verdict.lines if line.startswith("FAILED")] == [
        f"FAILED {MODELS}::test_string_input[gpt-5-4]"
    ]
    assert (verdict.status, verdict.could_not_run) == (1, {})
    assert any("cases asked with a list" in line for line in verdict.lines)


def test_string_only(unchanged: Checkout) -> None:
    """Where no list is taken, one promise is broken, and what cannot be asked with a string could not run."""
    with serving("string-only") as url:
        verdict = judged(unchanged, url)
    assert (verdict.status, verdict.must, verdict.should) == (1, {"supported_models.message_list": 2}, {})
    needed, beside = verdict.could_not_run
    assert needed == "the target takes no list as an input, which this case needs"
    assert beside.startswith(NO_TWIN)


def test_string_only_in_one_chapter(unchanged: Checkout) -> None:
    """What needs a list is not accused either where a case is the first one to find out that none is taken."""
    with serving("string-only") as url:
        for test in ("conformance/test_custom_tools.py", "conformance/test_image_input.py"):
            verdict = judged(unchanged, url, test)
            assert (verdict.status, verdict.must, verdict.should) == (6, {}, {})


def test_no_vision(unchanged: Checkout) -> None:
    """A model that says that it takes no images breaks one promise; all else of images is not asked of it."""
    with serving("no-vision") as url:
        verdict = judged(unchanged, url)
        declared = judged(unchanged, url, "--without-inputs=image")
    assert (verdict.status, verdict.must, verdict.should) == (1, {"image_input.data_url": 1}, {})
    assert verdict.could_not_run == {}
    assert len([line for line in verdict.lines if "takes no images as an input, as it says itself" in line]) == 1
    assert (declared.status, declared.must, declared.should, declared.could_not_run) == (0, {}, {}, {})
    assert any("by --without the target takes no images as an input" in line for line in declared.lines)


def test_small_window(unchanged: Checkout) -> None:
    """Where a long input is refused, one promise is broken."""
    with serving("small-window") as url:
        verdict = judged(unchanged, url)
        declared = judged(unchanged, url, "--without=long-text")
    assert (verdict.status, verdict.must, verdict.should) == (1, {"text_input.length": 1}, {})
    assert verdict.could_not_run == {}
    assert (declared.status, declared.must, declared.should, declared.could_not_run) == (0, {}, {}, {})


@pytest.mark.parametrize("name", ["no-vision", "small-window"])
def test_a_lack_under_openai(unchanged: Checkout, name: str) -> None:
    """Where the contract documents no models, what one says that it lacks is not applicable: once said, status 0."""
    with serving(name) as url:
        verdict = judged(unchanged, url, "--contract=openai", models="system.ai.gpt-5-4")
    assert (verdict.status, verdict.must, verdict.could_not_run) == (0, {}, {})
    assert not [one for one in verdict.should if one.startswith(("image_input", "text_input"))]
    assert len([line for line in verdict.lines if ", as it says itself: " in line]) == 1


def test_stores_responses(unchanged: Checkout) -> None:
    """Where responses are stored, both promises are broken, as JSON and streamed: the id is one just given."""
    with serving("stores-responses") as url:
        verdict = judged(unchanged, url)
    assert (verdict.status, verdict.should, verdict.could_not_run) == (1, {}, {})
    assert verdict.must == {"unsupported_parameters.store": 2, "unsupported_parameters.previous_response_id": 2}


def test_hosted_tools_fail(unchanged: Checkout) -> None:
    """Where what the server runs fails each time, each of its tools is found, and what needs a result could not run."""
    with serving("hosted-tools-fail") as url, mcp_server.running() as server:
        verdict = judged(unchanged, url, f"--mcp-server={server}")
    assert (verdict.status, verdict.should) == (1, {})
    assert verdict.must == {"web_search.completed": 1, "image_generation.completed": 1, "mcp.completed": 1}
    assert sum(verdict.could_not_run.values()) == 2


# --- endpoints that answer little


def test_refuses_everything(unchanged: Checkout) -> None:
    """An endpoint that refuses everything passes nothing, and no refusal is found either: none stands beside a twin."""
    with serving("refuses-everything") as url, mcp_server.running() as server:
        verdict = judged(unchanged, url, f"--mcp-server={server}")
    assert (verdict.status, verdict.passed) == (1, set())
    assert {"supported_models.string_input", "supported_models.message_list"} <= verdict.must.keys()
    refused = {"tool_refusals", "unsupported_parameters", "wrong_models", "wrong_requests"}
    assert not refused & {one.partition(".")[0] for one in (*verdict.must, *verdict.should)}
    begun = "the request that this case begins with is not answered"
    assert all(reason.startswith((NO_TWIN, begun)) for reason in verdict.could_not_run)


def test_text_only(unchanged: Checkout) -> None:
    """An endpoint that answers text only passes refusals beside text, and none beside what it does not take."""
    with serving("text-only") as url:
        verdict = judged(unchanged, url)
    assert verdict.status == 1
    assert verdict.chapters() >= {"supported_models", "unsupported_parameters", "wrong_models", "wrong_requests"}
    tools = {"apply_patch", "custom_tools", "image_generation", "shell", "tool_refusals", "web_search"}
    assert not verdict.chapters() & {*tools, "formats", "image_input"}
    assert {f"{tool}.accepted" for tool in tools - {"tool_refusals"}} <= verdict.must.keys()
    assert all(reason.startswith(NO_TWIN) for reason in verdict.could_not_run)


# --- again and again


@pytest.mark.parametrize("name", ["list-only", "stores-responses", "passing-faults"])
def test_the_verdict_is_the_same_each_time(unchanged: Checkout, name: str) -> None:
    """Five runs in a row against one endpoint come to the same verdict."""
    file = unchanged.pytester.path / "junit.xml"
    verdicts = []
    with serving(name) as url:
        for _ in range(5):
            options = ["--live", f"--base-url={url}", "--models=gpt-5-4", f"--junitxml={file}"]
            verdict = read(file, unchanged.quick(*options, MODELS, PARAMETERS, RESPONSES_API_KEY=TOKEN))
            verdicts.append((verdict.status, verdict.must))
    assert verdicts == verdicts[:1] * 5
