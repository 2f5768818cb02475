"""The verdict: outcomes, exit statuses, and what a failure says."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.checks import Finding, Result
from conformance.contract import Level, load
from conformance.reference.app import create_app
from conformance.reference.reply import Reply
from conformance.reference.serve import running
from conformance.report import Sender, cut_tracebacks, failure_text, summary
from conformance.verdict import Case, CaseOutcome, CouldNotRun, Ended, NeverCame, Run, SuiteError
from conformance.wire.exchange import Exchange
from tests.right.exchanges import DATABRICKS, body, exchange
from tests.run.checkout import TOKEN, Checkout
from tests.servers.sockets import http, serving
from tests.verdict.runs import judged

MINE = "supported_models.text"
FINDING = Finding("/output/1", "a string", "7")


def case(*results: Result, requirements: tuple[str, ...] = (MINE,), expected: int = 1) -> Case:
    """A case with one exchange and these results."""
    made = Case("node", "supported_models", "test", "gpt-5-4", "gpt-5-4", requirements, expected)
    made.add(exchange(), results)
    return made


def result(level: Level, finding: Finding | None = None, requirement: str = MINE) -> Result:
    """A result, ok unless it has a finding."""
    return Result(requirement, level, finding)


ABSENT = Finding("", 'the member "instructions"', "nothing")
OK = result(Level.MUST)
OUTCOMES: dict[str, tuple[Case, BaseException | None, CaseOutcome]] = {
    "pass": (case(OK), None, CaseOutcome.PASS),
    "observed": (case(result(Level.MAY, FINDING)), None, CaseOutcome.OBSERVED),
    "pass-with-observation": (case(OK, result(Level.MAY, FINDING, "errors.envelope")), None, CaseOutcome.PASS),
    "warn": (case(OK, result(Level.SHOULD, FINDING, "items.id_prefix")), None, CaseOutcome.WARN),
    "silent-beside-a-warning": (
        case(result(Level.SHOULD, FINDING, "items.id_prefix")),
        None,
        CaseOutcome.COULD_NOT_RUN,
    ),
    "fail": (case(result(Level.MUST, FINDING)), None, CaseOutcome.FAIL),
    "fail-of-another": (case(OK, result(Level.MUST, FINDING, "usage.total")), None, CaseOutcome.FAIL),
    "could-not-run": (case(), CouldNotRun("later"), CaseOutcome.COULD_NOT_RUN),
    "could-not-run-after-ok": (case(OK), CouldNotRun("later"), CaseOutcome.COULD_NOT_RUN),
    "fail-and-could-not-run": (case(result(Level.MUST, FINDING)), CouldNotRun("later"), CaseOutcome.FAIL),
    "never-came": (case(OK, expected=2), NeverCame("no call"), CaseOutcome.OBSERVED),
    "never-came-with-nothing-judged": (case(), NeverCame("no call"), CaseOutcome.OBSERVED),
    "never-came-with-a-warning": (case(result(Level.SHOULD, FINDING)), NeverCame("no call"), CaseOutcome.WARN),
    "never-came-with-a-must": (case(result(Level.MUST, FINDING)), NeverCame("no call"), CaseOutcome.FAIL),
    "exception": (case(OK), KeyError("x"), CaseOutcome.SUITE_ERROR),
    "wrong-request": (case(), SuiteError("x"), CaseOutcome.SUITE_ERROR),
    "fail-and-exception": (case(result(Level.MUST, FINDING)), KeyError("x"), CaseOutcome.FAIL),
    "warn-and-exception": (case(OK, result(Level.SHOULD, FINDING)), KeyError("x"), CaseOutcome.SUITE_ERROR),
    "nothing-judged": (case(), None, CaseOutcome.COULD_NOT_RUN),
    "own-requirement-not-judged": (case(result(Level.MUST, None, "usage.total")), None, CaseOutcome.COULD_NOT_RUN),
    "one-of-two-not-judged": (case(OK, requirements=(MINE, "usage.total")), None, CaseOutcome.COULD_NOT_RUN),
    "not-judged-as-it-is-not-there": (
        case(OK, result(Level.SHOULD, ABSENT, "response.optional_members"), requirements=(MINE, "echo.instructions")),
        None,
        CaseOutcome.WARN,
    ),
    "not-judged-beside-a-warning": (
        case(OK, result(Level.SHOULD, FINDING, "items.id_prefix"), requirements=(MINE, "echo.instructions")),
        None,
        CaseOutcome.COULD_NOT_RUN,
    ),
    "sent-too-little": (case(OK, expected=2), None, CaseOutcome.SUITE_ERROR),
    "ended-by-a-must": (case(result(Level.MUST, FINDING), expected=2), Ended("no call"), CaseOutcome.FAIL),
    "ended-by-a-should": (case(result(Level.SHOULD, FINDING), expected=2), Ended("no call"), CaseOutcome.WARN),
    "ended-by-a-may": (case(result(Level.MAY, FINDING), expected=2), Ended("no call"), CaseOutcome.OBSERVED),
    "ended-by-a-may-after-ok": (
        case(OK, result(Level.MAY, FINDING, "errors.envelope"), requirements=(MINE, "usage.total")),
        Ended("no call"),
        CaseOutcome.OBSERVED,
    ),
    "ended-by-a-should-of-another": (
        case(result(Level.SHOULD, FINDING, "items.id_prefix")),
        Ended("no call"),
        CaseOutcome.WARN,
    ),
    "ended-without-a-finding": (case(OK), Ended("no call"), CaseOutcome.SUITE_ERROR),
    "ended-before-all": (case(), Ended("no call"), CaseOutcome.SUITE_ERROR),
}


@pytest.mark.parametrize(("made", "error", "outcome"), OUTCOMES.values(), ids=OUTCOMES)
def test_outcome(made: Case, error: BaseException | None, outcome: CaseOutcome) -> None:
    """A case has the outcome of the table; silence is no pass, and a must finding outweighs all else."""
    assert made.finish(error) is outcome
    assert made.record().outcome == outcome
    assert json.loads(json.dumps(made.record().as_dict())) == made.record().as_dict()
    if outcome in (CaseOutcome.SUITE_ERROR, CaseOutcome.COULD_NOT_RUN):
        assert made.reason


def test_mismatch_is_a_failure() -> None:
    """A cassette that does not fit is a failure, whatever was judged."""
    made = case(OK)
    made.mismatches.append("recorded exchange 2 of 2 was not used")
    assert made.finish(None) is CaseOutcome.FAIL


def test_ended() -> None:
    """Why a case had to end is told where no finding explains it, and is no note beside those that do."""
    unexplained, failed = case(OK), case(result(Level.MUST, FINDING))
    unexplained.finish(Ended("there is no call to answer"))
    assert "there is no call to answer" in unexplained.reason
    failed.finish(Ended("there is no call to answer"))
    assert failed.notes == []


def test_what_never_came() -> None:
    """It is told, and counts as not run only where no other case judged anything of its chapter."""
    lone, other = case(result(Level.MUST, None, "usage.total")), case(OK)
    lone.finish(NeverCame("no call in 3 attempts"))
    other.finish(None)
    made = Run()
    made.add(lone.record().as_dict())
    assert (made.exit_status(0, "must"), [record.reason for record in made.unmet()]) == (6, ["no call in 3 attempts"])
    made.add(other.record().as_dict())
    assert (made.exit_status(0, "must"), made.unmet()) == (0, [])
    sections = dict(summary(made, load("databricks"), width=80, remarks=(), status=0))
    assert sections["observed, which nobody promises (may)"] == "1 cases: no call in 3 attempts"


def run(*outcomes: CaseOutcome, judged: bool = True) -> Run:
    """A run of cases with these outcomes."""
    made = Run()
    for number, outcome in enumerate(outcomes):
        record = case(OK).record()
        made.records.append(
            replace(record, case=str(number), outcome=str(outcome), judged={MINE: "pass"} if judged else {})
        )
    return made


STATUSES = [
    ([CaseOutcome.PASS], "must", 0, 0),
    ([CaseOutcome.OBSERVED], "should", 0, 0),
    ([CaseOutcome.PASS, CaseOutcome.NOT_APPLICABLE], "must", 0, 0),
    ([CaseOutcome.WARN], "must", 0, 0),
    ([CaseOutcome.WARN], "should", 0, 1),
    ([CaseOutcome.FAIL], "must", 1, 1),
    ([CaseOutcome.SUITE_ERROR], "must", 1, 1),
    ([CaseOutcome.COULD_NOT_RUN], "must", 1, 6),
    ([CaseOutcome.COULD_NOT_RUN, CaseOutcome.PASS], "must", 1, 6),
    ([CaseOutcome.COULD_NOT_RUN, CaseOutcome.FAIL], "must", 1, 1),
    ([CaseOutcome.COULD_NOT_RUN, CaseOutcome.SUITE_ERROR], "must", 1, 1),
    ([CaseOutcome.COULD_NOT_RUN, CaseOutcome.WARN], "should", 1, 1),
    ([CaseOutcome.PASS], "must", 2, 2),
    ([CaseOutcome.FAIL], "must", 3, 3),
    ([CaseOutcome.FAIL], "must", 4, 4),
    ([], "must", 5, 5),
    ([CaseOutcome.PASS], "must", 1, 1),
]


@pytest.mark.parametrize(("outcomes", "fail_on", "status", "expected"), STATUSES)
def test_exit_status(outcomes: list[CaseOutcome], fail_on: str, status: int, expected: int) -> None:
    """The exit status follows from the outcomes; 2 to 5 stay pytest's."""
    assert run(*outcomes).exit_status(status, fail_on) == expected


def test_run_that_judges_nothing_is_not_green() -> None:
    """A run in which nothing was judged is never 0."""
    assert run(CaseOutcome.NOT_APPLICABLE, judged=False).exit_status(0, "must") == 6
    assert run(CaseOutcome.PASS, judged=False).exit_status(0, "must") == 6


MODELS = DATABRICKS.documented_models()


def test_summary_says_a_reason_once() -> None:
    """Cases that could not run for the same reason are told together."""
    made = judged(*((model, "mcp.called", "could not run") for model in MODELS))
    for record in made.records:
        record.reason = "no MCP server was given"
    sections = dict(summary(made, DATABRICKS, width=80, remarks=["left out: shell"], status=6))
    assert sections["could not run"] == f"{len(MODELS)} cases: no MCP server was given"
    assert "left out: shell" in sections["verdict"].splitlines()


def text(made: Case, **more: Any) -> str:
    """The failure text of a case."""
    sender = Sender(None, "RESPONSES_API_KEY", "a-token")
    more = {"again": "pytest X --live", "sender": sender, "exchanges": Path("a/b.json")} | more
    return failure_text(made, DATABRICKS, **more)


def with_headers(made: Exchange, **headers: str) -> Exchange:
    """An exchange whose request had these headers."""
    return replace(made, request=replace(made.request, headers=headers))


FORMS = {
    "none": ({}, "", "authorization"),
    "wrong": ({"authorization": "Bearer wrong-token"}, '-H "Authorization: Bearer wrong-token"', "$RESPONSES"),
    "malformed": ({"authorization": "a-token"}, '-H "Authorization: ${RESPONSES_API_KEY}"', "a-token"),
    "api-key": ({"api-key": "a-token"}, '-H "Api-Key: ${RESPONSES_API_KEY}"', "a-token"),
    "basic": ({"authorization": "Basic dG9rZW46YS10b2tlbg=="}, '-u "token:$RESPONSES_API_KEY"', "dG9r"),
}


@pytest.mark.parametrize(("headers", "told", "absent"), FORMS.values(), ids=FORMS)
def test_curl_sends_the_credential_as_it_was_sent(headers: dict[str, str], told: str, absent: str) -> None:
    """A credential that was wrong on purpose stays wrong, and the right one is taken from the variable."""
    made = case(result(Level.MUST, FINDING))
    made.exchanges[0] = with_headers(made.exchanges[0], **headers)
    made.finish(None)
    curl = text(made).splitlines()[-1]
    assert told in curl
    assert absent not in curl.lower()


def test_failure_text() -> None:
    """A failure says requirement, model, level, place, promise, request id, cassette, and how to see it again."""
    made = Case("node", "supported_models", "test", "gpt-5-4", "gpt-5-4", (MINE,))
    sent = with_headers(exchange(headers={"x-request-id": "7f3c"}), authorization="Bearer a-token")
    made.add(sent, [result(Level.MUST, FINDING), result(Level.MUST, FINDING)])
    made.finish(None)
    lines = text(made).splitlines()
    assert lines[0] == f"FAIL  {MINE}  gpt-5-4   must"
    assert lines[1] == "  /output/1   expected a string, received 7"
    promised = next(line for line in lines if line.startswith("  promised: "))
    row = DATABRICKS.requirements[MINE]
    assert row.statement in promised
    assert row.source in promised
    assert any("request id 7f3c" in line for line in lines)
    assert any("exchanges: a/b.json" in line for line in lines)
    assert any("again:  pytest X --live" in line for line in lines)
    curl = lines[-1].strip()
    assert curl.startswith('curl -X POST "$BASE_URL/responses" -H "Authorization: Bearer ${RESPONSES_API_KEY}"')
    assert json.dumps(body())[:40] in curl


def test_failure_text_cannot_paint() -> None:
    """Nothing that was received, sent or named can paint the terminal or break a line."""
    painting = "\x1b[31m\x9b\u202e\r"
    sent = exchange(content=b"{}", headers={"x-request-id": painting}, sent=body(input=painting + "'; rm -rf /'"))
    made = Case("node", "c", "t", "n", f"model{painting}", (MINE,))
    made.add(sent, [result(Level.MUST, Finding(painting, painting, painting))])
    made.notes.append(painting)
    made.mismatches.append(painting)
    made.finish(None)
    told = text(made, again=f"pytest {painting}")
    assert all(line.isprintable() for line in told.split("\n"))
    long = exchange(sent=body(input="x" * 100_000))
    made.exchanges[0] = long
    assert len(text(made)) < 10_000


def test_many_findings_are_cut() -> None:
    """A hundred findings of one requirement are told as some, and how many more there are."""
    made = case(*[result(Level.MUST, replace(FINDING, where=f"/output/{n}")) for n in range(100)])
    made.finish(None)
    told = text(made)
    assert told.count("expected a string") < 50
    assert "more" in told


def test_failing_run(checkout: Checkout) -> None:
    """A run against a target that breaks promises fails, tells each finding where it is, and all of them at once."""

    def change(reply: Reply) -> Reply:
        content = reply.content
        if isinstance(content, dict) and "usage" in content:
            usage = content["usage"] | {"total_tokens": 1}
            content = content | {"usage": usage, "object": "\x1b[31mthing", "store": "false", "user": TOKEN}
        return replace(reply, content=content)

    with running(create_app(token=TOKEN, reply_edit=change)) as url:
        result = checkout.live(url, "-k", "string_input or boundary_value", "--junitxml=junit.xml")
    assert result.ret == 1
    output = result.stdout.str()
    assert "Traceback" not in output
    assert TOKEN not in output
    assert "\x1b" not in output
    result.stdout.fnmatch_lines(
        ["FAIL  usage.total  gpt-5-4   must", "  /usage/total_tokens   expected * + *, received 1"]
    )
    result.stdout.fnmatch_lines(['*/object*expected "response"*', "*/store*", "*verdict*", "*10 fail*"])
    junit = (checkout.path / "junit.xml").read_text()
    assert '<property name="finding" value="usage.total | must | /usage/total_tokens' in junit
    assert TOKEN not in junit


def test_could_not_run(checkout: Checkout) -> None:
    """Where the environment is in the way the run could not run: said once, with the number of cases, and 6."""
    refusal = http(400, b'{"error_code": "INVALID_PARAMETER_VALUE", "message": "input is missing"}')
    limited = http(429, b'{"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "slow down"}', retry_after="1")
    failing = http(500, b'{"error_code": "INTERNAL_ERROR", "message": "boom"}')
    for answer, words in (
        (limited, "*429*wait*"),
        (failing, "*does not answer the right request beside this one either (500: *boom*"),
    ):
        with serving(lambda number, request, answer=answer: refusal if number == 1 else answer) as server:
            services = ("--mcp-server", server.url, "--image-url", f"{server.url}/image.png", "--max-wait=0")
            args = ("--live", "--base-url", server.url, "--models", "gpt-5-4", *services)
            result = checkout.quick(*args, RESPONSES_API_KEY=TOKEN)
        assert result.ret == 6
        result.stdout.fnmatch_lines(["*= could not run =*", words])
        assert len([line for line in result.outlines if " cases: " in line and "could not run" not in line]) == 1
        assert "Traceback" not in result.stdout.str()


def test_one_server_error_is_a_finding(checkout: Checkout, endpoint: str) -> None:
    """A 5xx to a right request is a finding where a plain request is answered."""

    def change(reply: Reply) -> Reply:
        if "input_image" in json.dumps(reply.asked):
            return Reply(500, {"error_code": "INTERNAL_ERROR", "message": "boom"}, headers=reply.headers)
        return reply

    with running(create_app(token=TOKEN, reply_edit=change)) as url:
        args = ("--live", "--base-url", url, "--models", "gpt-5-4", "-k", "data_url")
        result = checkout.quick(*args, RESPONSES_API_KEY=TOKEN)
    assert result.ret == 1
    result.stdout.fnmatch_lines(['*expected 200, as the request is right, received 500: "boom"*'])


BODIES: dict[str, tuple[str, str]] = {
    "silent": ("pass", "nothing judged"),
    "raises": ("ask(model, conversations.QUESTION); raise KeyError('of the suite')", "of the suite"),
    "wrong-request": ("ask(model, conversations.QUESTION, temperature='hot')", "/temperature"),
    "asks-twice": ("ask(model, conversations.QUESTION); ask(model, conversations.QUESTION)", "sent 2 requests"),
    "fails-by-itself": ("ask(model, conversations.QUESTION); pytest.fail('by hand')", "by hand"),
}


def test_suite_errors(checkout: Checkout, endpoint: str) -> None:
    """What goes wrong in the suite itself is an error of the suite, told as such, and exit status 1."""
    tests = checkout.path / "conformance" / "test_supported_models.py"
    added = [
        "@pytest.mark.requirement('supported_models.text')\n"
        f"def test_{name.replace('-', '_')}(ask, model):\n    {line}\n"
        for name, (line, _) in BODIES.items()
    ]
    tests.write_text("\n\n".join(["import pytest\nfrom conformance.samples import conversations\n", *added]))
    args = ("--live", "--base-url", endpoint, "--models", "gpt-5-4", str(tests))
    result = checkout.quick(*args, RESPONSES_API_KEY=TOKEN)
    assert result.ret == 1
    output = result.stdout.str()
    assert output.count("the fault is in the suite, not in the target") == len(BODIES)
    for _, words in BODIES.values():
        assert words in output
    result.assert_outcomes(errors=len(BODIES))
    assert TOKEN not in output


def test_answer_that_does_not_fit(checkout: Checkout) -> None:
    """An answer that runs out of tokens is asked for once more with four times the cap, then could not run."""
    models = checkout.path / "conformance" / "contract" / "models.toml"

    def change(reply: Reply) -> Reply:
        content = reply.content
        if isinstance(content, dict) and "output" in content and content["max_output_tokens"] < LIMIT[0]:
            details = {"reason": "max_output_tokens"}
            content = content | {"status": "incomplete", "completed_at": None, "incomplete_details": details}
        return replace(reply, content=content)

    assert "max_output_tokens = 256" in models.read_text()
    for limit, status in ((1000, 0), (10_000, 6)):
        LIMIT[0] = limit
        with running(create_app(token=TOKEN, reply_edit=change)) as url:
            args = ("--live", "--base-url", url, "--models", "gpt-5-4", "-k", "string_input")
            result = checkout.quick(*args, RESPONSES_API_KEY=TOKEN)
        assert result.ret == status
    result.stdout.fnmatch_lines(["*does not finish a short answer within 1024 tokens*"])


LIMIT = [0]


def test_judged_once_each() -> None:
    """A record keeps, for each requirement, the worst of its results."""
    made = case(OK, result(Level.MUST, FINDING), OK, result(Level.SHOULD, None, "items.id_prefix"))
    made.finish(None)
    assert made.record().judged == {MINE: "fail", "items.id_prefix": "pass"}
    assert made.record().findings == [[MINE, "must", "/output/1", "a string", "7"]]
    assert isinstance(made.exchanges[0], Exchange)


def test_stray_and_could_not_run(checkout: Checkout) -> None:
    """A stray cassette beside a case that could not run is a failure, exit status 1, not 6."""
    path = checkout.cassette()
    table = json.loads(path.read_text())
    table["exchanges"][0]["response"].update(status=429, body={"text": "slow down"})
    path.write_text(json.dumps(table))
    assert checkout.quick("--models", "gpt-5-4").ret == 6
    (checkout.cassettes / "stray.json").write_text("{}")
    assert checkout.quick("--models", "gpt-5-4").ret == 1


def fall(levels: int) -> None:
    """Calls itself, and raises ValueError in the end."""
    if not levels:
        raise ValueError("down here")
    fall(levels - 1)


def test_long_tracebacks_are_cut() -> None:
    """Of a long traceback the begin and the end are kept, also of the error that was the reason for another."""
    with pytest.raises(ValueError, match="down here") as caught:
        fall(500)
    other = KeyError()
    other.__cause__ = caught.value
    cut_tracebacks(other)
    names = []
    frame = caught.value.__traceback__
    while frame is not None:
        names.append(frame.tb_frame.f_code.co_name)
        frame = frame.tb_next
    assert names == ["test_long_tracebacks_are_cut"] + ["fall"] * 99


FALL = """
    import copy
    value = []
    for _ in range(100_000):
        value = [value]
    copy.deepcopy(value)
"""


def test_a_suite_error_that_lies_deep_is_told_at_once(checkout: Checkout) -> None:
    """Endless calls in the suite itself end in a suite error with a short traceback, in seconds."""
    tests = checkout.path / "conformance" / "test_supported_models.py"
    tests.write_text(tests.read_text().replace("    ask(model, conversations.QUESTION)\n", FALL, 1))
    begin = time.monotonic()
    result = checkout.quick("--models", "gpt-5-4", "-k", "test_string_input")
    assert time.monotonic() - begin < 20
    assert result.ret == 1
    text = result.stdout.str()
    assert "SUITE ERROR" in text
    assert "RecursionError" in text
    assert len(text.splitlines()) < 2_000
