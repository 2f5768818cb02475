"""Hostile targets: each ends in a verdict, in bounded memory and time, and the run goes on with its next case."""

from __future__ import annotations

import ssl
import subprocess
import sys
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest

from tests import ROOT
from tests.run.checkout import TOKEN, Checkout
from tests.servers.hostile import ANSWERS, HARMLESS, KINDS, PAINT, STREAMS, hostile
from tests.servers.small_proxy import SELF_SIGNED
from tests.servers.sockets import always, http, serving

MEMORY = 384 * 2**20
"""Bytes of the process. Between 290 and 325 MB were seen, on one machine, of several versions of the suite."""
SECONDS = 20
"""For one case; a limit of one second ends the longest; the rest is judging."""

LIMITS = ("--max-seconds", "1", "--max-silence", "0.5")
TEST = """
@pytest.mark.requirement("supported_models.string_input")
def test_{kind}(ask, model):
    ask(model, "{kind}"{stream})
"""


@dataclass
class Ended:
    """What became of a run: its output, most memory, and for each case outcome and seconds."""

    status: int
    output: str
    memory: int
    cases: dict[str, tuple[str, float]]


def run(checkout: Checkout, url: str, kinds: list[str], *options: str) -> Ended:
    """Runs a test for each kind of answer, in a process of its own."""
    tests = [TEST.format(kind=kind, stream=", stream=True" if kind in STREAMS else "") for kind in kinds]
    (checkout.path / "conformance" / "test_supported_models.py").write_text("import pytest\n\n" + "\n".join(tests))
    script = ROOT / "tests" / "tools" / "memory.py"
    options = (
        "--live",
        "--base-url",
        url,
        "--models",
        "gpt-5-4",
        "--junitxml=junit.xml",
        "--max-wait=0",
        *LIMITS,
        *options,
    )
    done = subprocess.run(
        [sys.executable, str(script), "-p", "no:cacheprovider", *options, "conformance/test_supported_models.py"],
        cwd=checkout.path,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin", "RESPONSES_API_KEY": TOKEN, "PYTHONPATH": str(checkout.path), "NO_PROXY": "*"},
        timeout=200,
        check=False,
    )
    output = (done.stdout + done.stderr).decode("utf-8", "strict")
    memory = int(output.rpartition("most memory: ")[2].split()[0])
    junit = checkout.path / "junit.xml"
    cases = {}
    for case in ElementTree.parse(junit).iter("testcase") if junit.exists() else ():
        outcome = next(each.attrib["value"] for each in case.iter("property") if each.attrib["name"] == "outcome")
        cases[case.attrib["name"].removeprefix("test_").partition("[")[0]] = outcome, float(case.attrib["time"])
    return Ended(done.returncode, output, memory, cases)


@pytest.mark.parametrize("recording", [False, True], ids=["verify", "record"])
@pytest.mark.parametrize("answers", [ANSWERS, STREAMS], ids=["json", "streams"])
def test_hostile_answers(checkout: Checkout, subtests: pytest.Subtests, answers: dict, *, recording: bool) -> None:
    """Every hostile answer fails its case or cannot be judged; those between are answered, and nothing is painted."""
    kinds = [*answers, "right"]
    options = ("-rA", "-vv", "--tb=long", "--showlocals", *(["--record-mode=all"] if recording else []))
    with hostile(KINDS) as server:
        ended = (
            run(checkout, server.url, kinds, "--cassettes=own", *options)
            if recording
            else run(checkout, server.url, kinds, *options)
        )
    assert set(ended.cases) == set(kinds), ended.output[-3000:]
    for kind, (outcome, seconds) in ended.cases.items():
        with subtests.test(kind):
            assert outcome in (("pass", "warn") if kind in HARMLESS else ("fail", "could not run"))
            assert seconds < SECONDS
    assert ended.status == 1
    assert ended.memory < MEMORY, ended.memory
    assert "Traceback" not in ended.output
    assert "INTERNALERROR" not in ended.output
    assert_plain(ended.output)
    saved = {path.parent.name for path in (checkout.path / "own").rglob("*.json")}
    assert saved == (set(HARMLESS) & set(kinds) if recording else set())


def assert_plain(output: str) -> None:
    """Nothing in an output paints a terminal or turns its text."""
    assert set(PAINT) & {character for character in output if not character.isprintable()} == set()
    assert {character for character in output if not character.isprintable()} <= {"\n"}


def test_redirect_to_another_host(checkout: Checkout) -> None:
    """A redirect is not followed, so that no credential goes to another host; it is a failure of its case."""
    with serving(always(http(200, b"{}"))) as other:
        kinds = {
            f"redirect_{status}": lambda send, status=status: send(
                http(status, b"", None, location=f"{other.url}/responses")
            )
            for status in (301, 302, 303, 307, 308)
        }
        with hostile(kinds | KINDS) as server:
            ended = run(checkout, server.url, [*kinds, "right"])
        assert other.requests == []
    assert {ended.cases.pop("right")[0]} <= {"pass", "warn"}
    assert {outcome for outcome, _ in ended.cases.values()} == {"fail"}


def test_tls_that_does_not_verify(checkout: Checkout) -> None:
    """A certificate that nobody vouches for ends the run before anything is sent, in one sentence."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SELF_SIGNED)
    with hostile(KINDS, context) as server:
        ended = run(checkout, server.url, ["right"])
    assert server.requests == []
    assert ended.status == 6
    told = [line for line in ended.output.splitlines() if line.startswith("ERROR: ")]
    assert len(told) == 1
    assert "certificate" in told[0]
    assert "Traceback" not in ended.output


def test_bomb_is_not_inflated(checkout: Checkout) -> None:
    """A compressed answer, which was not asked for, is told as what it is."""
    with hostile(KINDS) as server:
        ended = run(checkout, server.url, ["bomb", "stream_bomb", "brotli"])
    assert {outcome for outcome, _ in ended.cases.values()} == {"fail"}
    assert "compressed with gzip" in ended.output
    assert ended.memory < 200 * 2**20


@pytest.mark.parametrize("value", ["0", "-1", "x", "", "nan", "inf", "1e30", "9" * 5000, "\x1b[31m"])
@pytest.mark.parametrize("name", ["silence", "bytes"])
def test_wrong_limits(unchanged: Checkout, name: str, value: str) -> None:
    """A limit that is none is a usage error in one sentence."""
    args = ("--live", "--base-url", "http://127.0.0.1:9/v1", f"--max-{name}={value}")
    result = unchanged.quick(*args, RESPONSES_API_KEY=TOKEN)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    told = [line for line in result.errlines if line]
    assert len(told) == 1
    assert told[0].startswith(f"ERROR: --max-{name}: ")
    assert told[0].isprintable()
    assert len(told[0]) < 250


def test_limits_need_a_live_run(unchanged: Checkout) -> None:
    """A replay waits for nobody; a limit in it is a usage error."""
    result = unchanged.quick("--max-seconds", "5")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines[0] == "ERROR: --max-seconds needs --live: a replay asks nobody"


def test_limits_are_given_again(checkout: Checkout) -> None:
    """The command that repeats a case has the limits of its run."""
    with hostile(KINDS) as server:
        ended = run(checkout, server.url, ["deep"], "--max-bytes", "1000000")
    again = next(line for line in ended.output.splitlines() if "again:" in line)
    assert "--max-silence=0.5 --max-seconds=1 --max-bytes=1000000" in again
