"""The command judge: what is read, what is said of it, and with which status it ends."""

from __future__ import annotations

import contextlib
import io
import json
import lzma
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.captured import judging, reading
from conformance.captured.exchanges import CaptureError, from_json, read_captures
from conformance.captured.judging import Judgement, judge_captured, model_name
from conformance.captured.reading import read
from conformance.captured.summary import Summary, as_json, as_text
from conformance.contract import Level, load
from tests.captured.captures import (
    ASKED,
    BAD,
    CASSETTE,
    JSON,
    RESPONSE,
    ROOT,
    line,
    lines,
    run,
    run_apart,
    sentence,
    text,
)

CONTRACT = load("databricks")
OPENAI_ERROR = {"error": {"message": "No.", "type": "invalid_request_error", "param": None, "code": None}}


def judged(exchange: dict[str, Any], contract: str = "databricks") -> Judgement:
    return judge_captured(from_json(exchange), load(contract))


def found(judgement: Judgement) -> list[tuple[str, str]]:
    return [(result.requirement, str(result.level)) for result, _ in judgement.findings]


# --- verdicts ---


def test_a_good_exchange_passes() -> None:
    """A right exchange is judged and passes without a finding."""
    judgement = judged(line())
    assert judgement.judged
    assert as_json(judgement) == {"id": "one", "verdict": "pass", "findings": []}


def test_a_must_finding_fails_and_says_where() -> None:
    """A broken must makes the verdict fail and names requirement and place."""
    told = as_json(judged(BAD))
    assert told["verdict"] == "fail"
    assert set(told["findings"][0]) == {"requirement", "level", "where", "expected", "received"}
    assert (told["findings"][0]["requirement"], told["findings"][0]["where"]) == ("usage.total", "/usage/total_tokens")


def test_a_should_finding_warns() -> None:
    """A broken should makes the verdict a warning."""
    judgement = judged(line(body={**RESPONSE, "id": "1"}))
    assert judgement.verdict == "warn"
    assert found(judgement) == [("items.id_prefix", "should")]


def test_an_observation_changes_no_verdict() -> None:
    """What is merely observed is told, and the exchange passes."""
    asked = line()
    asked["request"] = asked["request"] | {"body": ASKED | {"store": False}}
    judgement = judged(asked)
    assert judgement.verdict == "pass"
    assert found(judgement) == [("unsupported_parameters.boundary_values", "may")]


def test_an_envelope_that_clients_cannot_read() -> None:
    """Databricks' envelope of errors warns under its own contract and fails under OpenAI's."""
    refused = {"error_code": "INVALID_PARAMETER_VALUE", "message": "store is not supported"}
    judgement = judged(line(400, refused))
    assert judgement.verdict == "warn"
    assert found(judgement) == [("errors.envelope", "should"), ("capture.refused", "may")]
    assert judged(line(400, refused), "openai").verdict == "fail"


def test_the_most_binding_finding_comes_first() -> None:
    """A must stands before a should."""
    body = {**RESPONSE, "id": "1", "usage": {**RESPONSE["usage"], "total_tokens": 1}}
    assert [level for _, level in found(judged(line(body=body)))] == ["must", "should"]


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (429, {"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "Slow down."}, "429"),
        (429, "not even an error", "429"),
        (500, [], "500"),
        (503, None, "503"),
        (599, {}, "599"),
        (200, {**RESPONSE, "usage": 1, "databricks_service_policy": {"action": "deny"}}, "guardrail"),
    ],
)
def test_an_answer_of_the_environment_is_a_warning_and_nothing_else(status: int, body: Any, says: str) -> None:
    """A rate limit, a gateway's page or a lost grant is one warning, and nothing is judged."""
    for contract in ("databricks", "openai"):
        judgement = judged(line(status, body), contract)
        assert judgement.verdict == "warn"
        assert not judgement.judged
        assert found(judgement) == [("capture.environment", "should")]
        assert says in judgement.findings[0][1].received


@pytest.mark.parametrize("status", [400, 401, 403, 404, 600])
def test_other_refusals_are_answers_that_are_judged(status: int) -> None:
    """A refusal of the endpoint itself is judged by the rules of errors."""
    assert judged(line(status, OPENAI_ERROR)).judged
    # What a gateway's own layers write is a warning.
    assert judged(line(status, {"error": "no"})).verdict == ("warn" if status in (401, 403) else "fail")


def test_silence_is_no_pass() -> None:
    """An exchange of which no check says anything is a warning."""
    other = {"method": "GET", "path": "/v1/models", "body": None}
    judgement = judged(line(body={"object": "list"}, request=other))
    assert not judgement.judged
    assert judgement.verdict == "warn"
    assert found(judgement) == [("capture.judged", "should")]


def test_an_observation_alone_is_no_pass() -> None:
    """An exchange that was only observed does not pass."""
    body = {**ASKED, "store": None}
    request = {"method": "POST", "path": "/v1/responses", "body": body}
    judgement = judged(line(404, "gone", request=request, response={"status": 204, "json": 1}))
    assert ("unsupported_parameters.boundary_values", "may") in found(judgement)
    assert judgement.verdict != "pass"


def test_a_request_that_was_not_kept_narrows_what_is_judged() -> None:
    """Without the request fewer requirements are judged, and the answer can pass all the same."""
    whole, part = judged(line()), judged(line(request={"method": "POST", "path": "/v1/responses", "body": None}))
    assert part.verdict == "pass"
    assert {r.requirement for r in part.results} < {r.requirement for r in whole.results}


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("gpt-5-4", "gpt-5-4"),
        ("system.ai.gpt-5-4", "gpt-5-4"),
        ("databricks-gpt-5-4", "gpt-5-4"),
        ("gpt-5.4-2026-03-05", "gpt-5.4-2026-03-05"),
        ("main.mine.gpt-5-4", "main.mine.gpt-5-4"),
        ("", None),
        (None, None),
        (["gpt-5-4"], None),
    ],
)
def test_the_model_is_known_by_the_name_that_was_asked(asked: Any, name: str | None) -> None:
    """A name of the contract is found behind each prefix and snapshot, and nowhere else."""
    assert model_name(asked) == name


def test_the_own_rows_are_warnings_under_both_contracts() -> None:
    """What is said of a capture itself is a should, whatever the contract."""
    for name in ("databricks", "openai"):
        assert load(name).level(judging.JUDGED) == load(name).level(judging.ENVIRONMENT) == Level.SHOULD


# --- what is told ---


def test_the_text_names_promise_place_expected_and_received() -> None:
    """The text of a failure holds all that is needed to understand it."""
    told = "\n".join(as_text(judged(BAD), CONTRACT))
    total = RESPONSE["usage"]["total_tokens"]
    assert told.startswith(
        "FAIL  bad  POST /v1/responses answered 200\n  usage.total  must\n    /usage/total_tokens   "
    )
    for part in (str(total), "received 1", CONTRACT.requirements["usage.total"].statement, "2,471"):
        assert part in told


def test_the_text_of_a_pass_is_nothing() -> None:
    """Of an exchange that passes nothing is written."""
    assert list(as_text(judged(line()), CONTRACT)) == []


def test_the_text_is_limited_and_cannot_paint_a_terminal() -> None:
    """However much is wrong, the text is short and printable."""
    item = {"type": "message", "id": "\x1b[2J\ud800"}
    told = list(as_text(judged(line(body={**RESPONSE, "output": [item] * 200}, id="\x1b]0;x\x07")), CONTRACT))
    assert all(each.isprintable() for each in told)
    assert any("more of this requirement" in each for each in told)
    assert len(told) < 200


def test_the_summary_counts() -> None:
    """The summary counts verdicts, findings by requirement, and what was not judged."""
    summary = Summary()
    for exchange in (line(), BAD, BAD, line(429, {}), line(request={"method": "GET", "path": "/", "body": None})):
        summary.add(judged(exchange))
    told = list(summary.lines())
    assert told[0] == "exchanges: 5 read, 3 judged; 1 pass, 2 warn, 2 fail"
    assert any(each.split() == ["must", "usage.total", "findings:", "2,", "on", "2"] for each in told)
    assert told[-1] == "not judged: 1 that no check says anything of, 1 of the environment"


# --- any line ---

NAMES = st.sampled_from([*RESPONSE, *ASKED, "stream", "tools", "type", "error", "message", "content", "store", "name"])
KINDS = ["message", "function_call", "response", "completed", "failed", "resp_1", "json_schema", "response.completed"]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(KINDS)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4))
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=5)
BODIES = VALUES | OBJECTS.map(lambda changed: {**RESPONSE, **changed})
TYPES = st.sampled_from(["response.created", "response.output_item.done", "response.output_text.delta", *KINDS])
EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "event": st.none() | TYPES,
            "data": st.builds(lambda kind, rest, body: {**rest, "type": kind, "response": body}, TYPES, OBJECTS, BODIES)
            | VALUES,
        }
    ),
    max_size=6,
)
LINES = st.fixed_dictionaries(
    {
        "id": st.text(max_size=5),
        "request": st.fixed_dictionaries(
            {
                "method": st.sampled_from(["POST", "GET", "DELETE", ""]),
                "path": st.sampled_from(["/v1/responses", "/responses/", "/v1/responses/resp_1/cancel", "", "/"]),
                "body": BODIES | OBJECTS.map(lambda changed: {**ASKED, **changed}),
            }
        ),
        "response": st.fixed_dictionaries(
            {"status": st.sampled_from([200, 400, 401, 404, 429, 500, None]) | st.integers()},
            optional={"json": BODIES, "events": EVENTS, "headers": st.just(JSON) | OBJECTS},
        ),
    }
)


def tell(content: bytes) -> None:
    """Judges a capture and tells all there is to tell."""
    summary = Summary()
    for captured in read_captures(io.BytesIO(content)):
        judgement = judge_captured(captured, CONTRACT)
        assert judgement.results
        summary.add(judgement)
        json.loads(json.dumps(as_json(judgement)))
        assert all(each.isprintable() for each in as_text(judgement, CONTRACT))
    assert all(each.isprintable() for each in summary.lines())


@given(LINES | VALUES)
def test_no_line_crashes_the_judge(value: Any) -> None:
    """Any JSON value in a line is judged or told, and nothing else is raised."""
    with contextlib.suppress(CaptureError):
        tell(json.dumps(value).encode())


# --- cassettes ---


def stored(**changes: Any) -> dict[str, Any]:
    """A cassette with one exchange, with members of its exchange changed."""
    cassette: dict[str, Any] = json.loads(CASSETTE.read_bytes())
    for part, members in changes.items():
        cassette["exchanges"][0][part] |= members
    return cassette


def write(folder: Path, cassette: Any, **style: Any) -> str:
    file = folder / "any name"
    file.write_text(json.dumps(cassette, **style), encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("style", [{}, {"indent": 1}, {"indent": "\t"}, {"sort_keys": True}])
def test_cassettes_are_known_by_their_content(tmp_path: Path, style: dict[str, Any]) -> None:
    """A cassette in any style is read as exchanges and judged."""
    name = write(tmp_path, stored(), **style)
    (captured,) = read(name)
    assert captured.id == f"{name}#1"
    assert captured.exchange.request.json == ASKED
    assert captured.exchange.media_type == "application/json"
    judgement = judge_captured(captured, CONTRACT)
    assert judgement.verdict == "pass"
    assert "supported_models.text" in {result.requirement for result in judgement.results}


def test_the_bytes_of_a_recorded_stream_are_judged(tmp_path: Path) -> None:
    """A recorded stream keeps its comments for the rules of its bytes."""
    body = {"text": 'event: response.created\ndata: {"type": "response.created"}\n\n: a comment\n\n'}
    cassette = stored(response={"headers": {"Content-Type": ["text/event-stream"]}, "body": body})
    (captured,) = read(write(tmp_path, cassette))
    assert captured.exchange.is_stream
    assert captured.exchange.framing.comments == 1


def test_a_long_request_of_which_only_the_digest_was_kept_is_none(tmp_path: Path) -> None:
    """A digest is no body, and the answer is judged without it."""
    cassette = stored(request={"body": {"digest": {"length": 70000, "sha256": "0" * 64}}})
    (captured,) = read(write(tmp_path, cassette))
    assert captured.exchange.request.content is None
    assert judge_captured(captured, CONTRACT).verdict == "pass"


DEEP: Any = []
for _ in range(600):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("cassette", "why"),
    [
        ({"format": 2}, "provenance"),
        ({**stored(), "format": 1}, "/format"),
        ({**stored(), "exchanges": []}, "/exchanges"),
        (stored(response={"status": "200"}), "/exchanges/0/response/status"),
        (stored(response={"body": {"base64": "a"}}), "exchange 1 has a body that cannot be decoded"),
        (stored(request={"body": {"text": "\ud800"}}), "exchange 1 has a body that cannot be decoded"),
        (stored(response={"body": {"json": DEEP, "style": "indented"}}), "deeper than 128"),
        (stored(response={"body": {"json": float("nan"), "style": "compact"}}), "NaN is not a JSON value"),
    ],
)
def test_a_broken_cassette_is_told(tmp_path: Path, cassette: Any, why: str) -> None:
    """A cassette with a broken member is told with the place."""
    with pytest.raises(CaptureError, match=why) as error:
        list(read(write(tmp_path, cassette)))
    assert "a broken cassette" in str(error.value)


@given(
    st.integers(0, 4000), st.integers(0, 200), st.binary(max_size=9) | st.sampled_from([b"null", b"[]", b'"\\ud800"'])
)
def test_no_cassette_crashes_the_judge(start: int, length: int, put: bytes) -> None:
    """Any damage to a cassette ends in verdicts or in a sentence."""
    whole = CASSETTE.read_bytes()
    with contextlib.suppress(CaptureError):
        for captured in reading._exchanges(io.BytesIO(whole[:start] + put + whole[start + length :]), "it"):
            assert as_json(judge_captured(captured, CONTRACT))["verdict"] in ("pass", "warn", "fail")


def test_half_a_cassette_and_one_that_is_too_long_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cassette that is cut off, or beyond the limit, is told."""
    file = tmp_path / "cassette.json"
    file.write_bytes(CASSETTE.read_bytes()[:1500])
    with pytest.raises(CaptureError, match="a broken cassette: no JSON"):
        list(read(str(file)))
    monkeypatch.setattr(reading, "MAX_LINE", 1000)
    with pytest.raises(CaptureError, match="longer than 1000 bytes"):
        list(read(str(CASSETTE)))


# --- the command ---


def test_json_has_one_object_a_line_and_the_summary_stands_apart() -> None:
    """Verdicts go to the output as lines of JSON, and the summary to the errors."""
    result = run_apart("--format", "json", "-", stdin=text(line(), BAD, line(429, {})))
    assert [(each["id"], each["verdict"]) for each in lines(result)] == [
        ("one", "pass"),
        ("bad", "fail"),
        ("one", "warn"),
    ]
    assert result.stderr.startswith(b"exchanges: 3 read, 2 judged; 1 pass, 1 warn, 1 fail\n")
    assert result.returncode == 1


def test_nothing_failed_is_0_and_text_is_the_default() -> None:
    """Warnings end with 0, and text is what is written unless JSON is asked for."""
    result = run("-", stdin=text(line(), line(body={**RESPONSE, "id": "1"})))
    assert result.stdout.startswith(b"WARN  one  POST /v1/responses answered 200\n  items.id_prefix  should\n")
    assert result.returncode == 0


def test_a_redacted_capture() -> None:
    """Of a capture that is declared redacted nothing is said of ids and times, but all else."""
    redacted = line(body={**RESPONSE, "id": "REDACTED", "created_at": 0, "completed_at": 0})
    given = text(redacted, redacted | {"id": "two"}, BAD)
    assert b"items.id_prefix" in run("-", stdin=given).stdout
    told = run("--redacted", "-", stdin=given)
    assert not any(name in told.stdout for name in (b"items.", b"consistency.", b"links."))
    assert b"FAIL  bad" in told.stdout
    assert told.returncode == 1


def test_the_default_contract_is_that_of_databricks() -> None:
    """A promise of Databricks is judged unless the other contract is named."""
    refused = text(
        line(body={**RESPONSE, "store": True}, request={**line()["request"], "body": {**ASKED, "store": True}})
    )
    assert run("-", stdin=refused).returncode == 1
    assert run("--contract", "openai", "-", stdin=refused).returncode == 0


def test_files_of_all_kinds_are_read(tmp_path: Path) -> None:
    """Standard input, packed files and cassettes are read in one command."""
    (tmp_path / "packed").write_bytes(lzma.compress(text(line(id="b"))))
    result = run_apart("--format", "json", "-", tmp_path / "packed", CASSETTE, stdin=lzma.compress(text(line(id="a"))))
    assert [each["id"] for each in lines(result)] == ["a", "b", f"{CASSETTE}#1"]
    assert result.returncode == 0
    result = run("--format", "json", "-", stdin=CASSETTE.read_bytes())
    assert [each["id"] for each in lines(result)] == ["standard input#1"]


def test_the_reference_set_passes() -> None:
    """Every cassette of the set `reference` passes."""
    result = run("--format", "json", *sorted((ROOT / "cassettes/reference").rglob("*.json")))
    assert {each["verdict"] for each in lines(result)} == {"pass"}
    assert result.returncode == 0


def test_an_unreadable_file_hides_no_other_and_wins(tmp_path: Path) -> None:
    """All other files are judged, and the command ends with 2."""
    half = tmp_path / "half.jsonl"
    half.write_bytes(text(line(id="before"), BAD) + b'{"id": "cut')
    result = run("--format", "json", tmp_path / "none.jsonl", half, CASSETTE)
    assert [each["id"] for each in lines(result)] == ["before", "bad", f"{CASSETTE}#1"]
    told = result.stderr.decode()
    assert f"{tmp_path / 'none.jsonl'}: cannot be read: No such file or directory\n" in told
    assert f"{half}, line 3: half a line at the end of the file" in told
    assert "exchanges: 3 read, 3 judged; 2 pass, 0 warn, 1 fail" in told
    assert result.returncode == 2


def nested(depth: int) -> bytes:
    return b'{"id": ' + b"[" * depth + b"]" * depth + b"}\n"


UNREADABLE = {
    "nothing": (b"", "holds no exchange"),
    "blank lines": (b"\n \n\r\n", "holds no exchange"),
    "binary": (bytes(reversed(range(256))), "line 1: bytes that are not UTF-8"),
    "half an archive": (lzma.compress(text(line()))[:-40], "cannot be decompressed"),
    "an archive of nothing": (lzma.compress(b""), "holds no exchange"),
    "half a line": (text(line())[:99], "line 1: half a line"),
    "nesting": (nested(10_000), "line 1: JSON that is nested deeper"),
    "a long number": (b'{"id": ' + b"9" * 10_000 + b"}\n", "line 1: JSON that cannot be read"),
    "NaN": (b'{"id": NaN}\n', "line 1: JSON that cannot be read: NaN"),
    "a line of 100 MB": (b'{"id": "' + b"a" * 100_000_000 + b'"}\n', "line 1: longer than"),
    "half a cassette": (CASSETTE.read_bytes()[:999], "a broken cassette: no JSON"),
    "a broken cassette": (b'{"format": 2}', "a broken cassette: at the top level"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_one_sentence(name: str) -> None:
    """Input that is no capture is told in one sentence."""
    content, why = UNREADABLE[name]
    told = sentence(run("-", stdin=content))
    assert "judge: standard input" in told
    assert why in told


def test_a_directory_and_a_missing_file_are_one_sentence(tmp_path: Path) -> None:
    """A path that is no file is told in one sentence, printable whatever its name is."""
    assert f"{tmp_path}: cannot be read: Is a directory" in sentence(run(tmp_path))
    assert "cannot be read: No such file" in sentence(run(tmp_path / "no\x1b file"))


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "required: FILE"),
        (("--contract", "opnai", "-"), "invalid choice: 'opnai'"),
        (("--format", "xml", "-"), "invalid choice: 'xml'"),
    ],
)
def test_wrong_arguments_are_one_sentence(arguments: tuple[str, ...], why: str) -> None:
    """A wrong argument is told in one sentence."""
    assert why in sentence(run(*arguments))


def test_nothing_judged_is_said() -> None:
    """A file on which nothing could be judged says nothing about the endpoint, and that is said."""
    result = run("-", stdin=text(line(429, {})))
    assert b"nothing was judged: this says nothing about the endpoint" in result.stderr
    assert result.returncode == 0


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path) -> None:
    """A closed pipe ends the command without a word."""
    file = tmp_path / "many.jsonl"
    file.write_bytes(text(BAD) * 2000)
    command = f"'{sys.executable}' -m conformance judge '{file}' | head -n 1"
    result = subprocess.run(["sh", "-c", command], capture_output=True, timeout=60, cwd=ROOT)
    assert result.stdout.startswith(b"FAIL  bad")
    assert result.stderr == b""


def test_a_full_disk_is_one_sentence() -> None:
    """Output that cannot be written is told in one sentence."""
    command = f"'{sys.executable}' -m conformance judge --format json '{CASSETTE}' > /dev/full"
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    result = subprocess.run(["sh", "-c", command], capture_output=True, timeout=60, cwd=ROOT)
    assert "cannot write: No space left on device" in sentence(result)


def test_any_encoding_of_the_output_will_do() -> None:
    """What the terminal cannot show is escaped."""
    result = run_apart("-", stdin=text(line(id="…", body={**RESPONSE, "id": "é"})), PYTHONIOENCODING="ascii")
    assert rb"\u2026" in result.stdout
    assert result.returncode == 0


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not tell the memory of a process")
def test_memory_does_not_grow_with_the_input() -> None:
    """Verdicts come while the input is still being written, and 60 MB of it take no 60 MB."""
    # The usage that the system keeps begins with that of the process that started this one, so it is not asked.
    script = "import sys; from conformance.__main__ import main; main(['judge', '--format', 'json', '-']); "
    script += "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    command = [sys.executable, "-c", script]
    long = text(line(429, "x" * 500_000))

    def peak(count: int) -> int:
        # What comes out of so few lines fits into the pipe, so that nobody has to read while this writes.
        with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-3, cwd=ROOT) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(long * 2)
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["verdict"] == "warn"
            for _ in range(count):
                process.stdin.write(long)
            process.stdin.close()
            return int(process.stdout.read().splitlines()[-1])

    assert peak(120) < peak(10) + 10_000
