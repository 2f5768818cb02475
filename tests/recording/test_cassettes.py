"""Cassettes: what they hold, how a request finds its exchange, and how a recording replaces them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from vcr.request import Request

from conformance.recording import Cassette, CassetteError, Normaliser, Provenance, Tape, file_name, read_cassette
from conformance.recording.body import LONG, to_bytes, to_stored
from conformance.recording.cassette import response_bytes, stored_request, stored_response
from conformance.recording.matching import MATCHERS, from_stored
from conformance.reference.app import create_app
from conformance.reference.reply import Reply
from conformance.reference.serve import running
from tests.conftest import TOKEN, Checkout
from tests.servers.sockets import http, relay, serving

CASE = "supported_models/string_input/gpt-5-4"
NODE = "conformance/test_supported_models.py::test_string_input[gpt-5-4]"


def failed(result: pytest.RunResult) -> list[str]:
    """The ids of the tests that failed."""
    lines = [line for line in result.outlines if line.startswith(("FAILED ", "ERROR "))]
    return [line.split(" ", 1)[1].partition(" - ")[0] for line in lines]


def replay(checkout: Checkout, *args: str) -> pytest.RunResult:
    """A replay of one model, without a traceback."""
    result = checkout.quick("--models", "gpt-5-4", *args)
    assert "Traceback" not in result.stdout.str()
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()
    return result


def edit(path: Path, change: Callable[[Any], Any]) -> None:
    """Changes a cassette; ``change`` works on its JSON value in place."""
    table = json.loads(path.read_text())
    change(table)
    path.write_text(json.dumps(table, indent=1))


def sent(table: Any) -> Any:
    """The JSON body of the first recorded request."""
    return table["exchanges"][0]["request"]["body"]["json"]


# --- replay ---

EDITS = {
    "changed": (lambda body: body.update(input="Another question?"), ["/input: ", "Another question?"]),
    "nested": (lambda body: body["reasoning"].update(effort="high"), ["/reasoning/effort: ", '"high"']),
    "removed": (lambda body: body.pop("max_output_tokens"), ["/max_output_tokens: nothing recorded, 256 now"]),
    "added": (lambda body: body.update({"a/b~c": 1}), ["/a~1b~0c: 1 recorded, nothing now"]),
    "a-float": (lambda body: body.update(max_output_tokens=256.0), ["/max_output_tokens: 256.0 recorded, 256 now"]),
}


@pytest.mark.parametrize(("change", "words"), EDITS.values(), ids=EDITS)
def test_edited_request(checkout: Checkout, change: Callable[[Any], Any], words: list[str]) -> None:
    """An edited request body fails exactly its test, with the pointer and the command that records it."""
    edit(checkout.cassette(), lambda table: change(sent(table)))
    result = replay(checkout)
    assert result.ret == 1
    assert failed(result) == [NODE]
    lines = [line for line in result.outlines if " recorded, " in line]
    assert len(lines) == 1
    assert all(word in lines[0] for word in words), lines
    command = next(line for line in result.outlines if "record it:" in line)
    assert NODE in command
    assert "--live" in command
    assert "--record-mode=all" in command


def test_edited_route_and_credential(checkout: Checkout) -> None:
    """An edited method, path, query, content type or form of the credential is told by its name."""
    for member, value in (("path", "/other"), ("query", "a=b"), ("credential", "none"), ("content_type", "text/plain")):
        edit(checkout.cassette(), lambda table: table["exchanges"][0]["request"].update({member: value}))  # noqa: B023
    result = replay(checkout, "-k", "string_input")
    assert failed(result) == [NODE]
    for member in ("path: '/other'", "query: 'a=b'", "credential: 'none'", "content_type: 'text/plain'"):
        result.stdout.fnmatch_lines([f"*{member} recorded*"])


def test_order_of_members_does_not_matter(checkout: Checkout) -> None:
    """A recorded request with its members in another order, in another style, is the same request."""

    def turn(table: Any) -> None:
        body = table["exchanges"][0]["request"]["body"]
        body["json"] = dict(reversed(body["json"].items()))
        body["style"] = "indented-ascii"

    edit(checkout.cassette(), turn)
    assert replay(checkout, "-k", "string_input").ret == 0


def test_recorded_exchange_that_is_not_used(checkout: Checkout) -> None:
    """A recorded exchange that the test does not ask for fails it."""
    edit(checkout.cassette(), lambda table: table["exchanges"].append(table["exchanges"][0]))
    result = replay(checkout)
    assert failed(result) == [NODE]
    result.stdout.fnmatch_lines(["*recorded exchange 2 of 2 was not used: POST /responses*"])


def test_request_beyond_the_cassette(checkout: Checkout) -> None:
    """A test that asks twice what was recorded once fails, as it asks for more than there is."""
    tests = checkout.path / "conformance" / "test_supported_models.py"
    tests.write_text(
        tests.read_text().replace(
            "    ask(model, conversations.QUESTION)\n", "    ask(model, conversations.QUESTION)\n" * 2
        )
    )
    result = replay(checkout, "-k", "string_input")
    assert failed(result) == [NODE]
    result.stdout.fnmatch_lines(["*all 1 exchanges of the cassette * were used before this request*"])


def _break(content: str | bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content.encode() if isinstance(content, str) else content)


def _edit(*path: str | int, value: Any) -> Callable[[Path], object]:
    def change(table: Any) -> None:
        for step in path[:-1]:
            table = table[step]
        table[path[-1]] = value

    return lambda file: edit(file, change)


RESPONSE = ("exchanges", 0, "response")
BROKEN = {
    "removed": (Path.unlink, ["there is no cassette"]),
    "emptied": (_break(""), ["an empty body"]),
    "blank": (_break(" \n"), ["an empty body"]),
    "truncated": (lambda path: path.write_bytes(path.read_bytes()[:-700]), ["no JSON"]),
    "no-json": (_break("<html>"), ["no JSON"]),
    "no-utf-8": (_break(b'{"format": "\xff"}'), ["bytes that are not UTF-8"]),
    "deep": (_break("[" * 100_000), ["nested deeper"]),
    "a-list": (_break("[]"), ["an object"]),
    "a-conflict": (_break("<<<<<<< HEAD\n{}\n"), ["no JSON"]),
    "other-format": (_edit("format", value=1), ["/format"]),
    "no-exchange": (_edit("exchanges", value=[]), ["/exchanges"]),
    "no-provenance": (lambda path: edit(path, lambda table: table.pop("provenance")), ["provenance"]),
    "status": (_edit(*RESPONSE, "status", value="200"), ["/exchanges/0/response/status"]),
    "only-a-style": (_edit(*RESPONSE, "body", value={"style": "compact"}), ["/exchanges/0/response/body"]),
    "two-bodies": (
        _edit(*RESPONSE, "body", value={"json": 1, "style": "compact", "text": "2"}),
        ["/exchanges/0/response/body"],
    ),
    "no-style": (_edit(*RESPONSE, "body", value={"json": 1}), ["/exchanges/0/response/body"]),
    "digest-of-a-response": (
        _edit(*RESPONSE, "body", value={"digest": {"length": 1, "sha256": "0" * 64}}),
        ["/exchanges/0/response/body"],
    ),
    "no-base64": (_edit(*RESPONSE, "body", value={"base64": "A"}), ["cannot be decoded"]),
    "event-without-data": (
        _edit(*RESPONSE, "body", value={"events": [{"event": "x"}], "style": "compact", "line_end": "\n"}),
        ["/exchanges/0/response/body"],
    ),
    "a-folder": (lambda path: (path.unlink(), path.mkdir()), ["cannot be read"]),
}


@pytest.mark.parametrize(("damage", "words"), BROKEN.values(), ids=BROKEN)
def test_broken_cassette(checkout: Checkout, damage: Callable[[Path], object], words: list[str]) -> None:
    """A cassette that is missing or broken fails its test with one sentence that names the file."""
    damage(checkout.cassette())
    result = replay(checkout, "conformance/test_supported_models.py")
    assert result.ret == 1
    assert failed(result) == [NODE]
    told = [
        line for line in result.outlines if str(checkout.cassette()) in line and all(word in line for word in words)
    ]
    assert len(told) == 1, result.stdout.str()


def test_response_header_outside_ascii(checkout: Checkout) -> None:
    """A recorded header may hold characters outside ASCII."""
    _edit(*RESPONSE, "headers", "x-request-id", value=["café"])(checkout.cassette())
    assert replay(checkout, "-k", "string_input").ret == 0


STRAYS = {
    "another-folder": "supported_models/no_such_test/gpt-5-4.json",
    "another-chapter": "no_such_chapter/string_input/gpt-5-4.json",
    "universal-chapter": "response/string_input/gpt-5-4.json",
    "another-case": "supported_models/string_input/gpt-9.json",
    "letters": "supported_models/string_input/GPT-5-4.json",
    "no-cassette": "supported_models/string_input/gpt-5-4.json.orig",
    "yaml": "supported_models/string_input/gpt-5-4.yaml",
    "in-the-root": "gpt-5-4.json",
    "too-deep": "supported_models/string_input/old/gpt-5-4.json",
    "of-a-foreign-model": "supported_models/string_input/gpt-oss-120b.json",
}


def test_stray_cassettes(checkout: Checkout) -> None:
    """A file that belongs to no case is a failure of its own with one sentence; all other cases pass."""
    for name in STRAYS.values():
        path = checkout.cassettes / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(checkout.cassette().read_bytes())
    (checkout.cassettes / ".hidden").write_text("")
    result = replay(checkout)
    assert result.ret == 1
    told = [line for line in result.outlines if "belongs to no case" in line and not line.startswith("FAILED")]
    assert len(told) == len(STRAYS) == len(failed(result))
    for name in STRAYS.values():
        assert len([line for line in told if str(checkout.cassettes / name) in line]) == 1, name


def test_cassette_of_a_case_that_was_not_selected_is_no_stray(checkout: Checkout) -> None:
    """A cassette of another model, or of a test that was not selected, is no stray."""
    path = checkout.cassettes / "unsupported_parameters" / "boundary_value" / "gpt-5-1-store=null.json"
    path.write_bytes(checkout.cassette("unsupported_parameters/boundary_value/gpt-5-4-store=null").read_bytes())
    assert replay(checkout).ret == 0
    assert replay(checkout, NODE).ret == 0


def test_set_that_is_a_link(checkout: Checkout) -> None:
    """A set may be a link to a folder, and so may a chapter in it."""
    real = checkout.path / "elsewhere"
    checkout.cassettes.rename(real)
    checkout.cassettes.symlink_to(real, target_is_directory=True)
    assert replay(checkout).ret == 0
    (real / "stray.json").write_text("{}")
    assert replay(checkout, "-k", "stray").ret == 1


# --- recording ---


def test_equal_recording_changes_nothing(checkout: Checkout, endpoint: str) -> None:
    """Recording again leaves every byte as it was: on another port, with another token, on another day."""
    tests = [f"conformance/test_{name}.py" for name in ("streams", "supported_models", "unsupported_parameters")]
    tests += ["-k", "not page_example"]
    _edit("provenance", "recorded", value="2020-01-01")(checkout.cassette())
    text = checkout.cassette().read_text() + "\n"
    checkout.cassette().write_text(json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n")
    before = checkout.files()
    assert checkout.record(endpoint, *tests).ret == 0
    assert checkout.files() == before
    token = "quite-another-token-of-the-tests"
    with running(create_app(token=token)) as url:
        assert url != endpoint
        assert checkout.record(url, *tests, token=token).ret == 0
    assert checkout.files() == before


@pytest.mark.parametrize("value", [1, True, 1.5, "1.0"])
def test_changed_answer_replaces(checkout: Checkout, endpoint: str, value: Any) -> None:
    """An answer that differs from the old one in value or kind replaces it, date included; other cassettes stay."""
    before = checkout.files()
    _edit(*RESPONSE, "body", "json", "temperature", value=value)(checkout.cassette())
    _edit("provenance", "recorded", value="2020-01-01")(checkout.cassette())
    result = checkout.quick("--live", "--record-mode=all", "--base-url", endpoint, NODE, RESPONSES_API_KEY=TOKEN)
    assert result.ret == 0
    after = checkout.files()
    assert [name for name in after if after[name] != before[name]] in ([], [f"{CASE}.json"])
    table = json.loads(after[f"{CASE}.json"])
    assert repr(table["exchanges"][0]["response"]["body"]["json"]["temperature"]) == "1.0"
    assert table["provenance"]["recorded"] != "2020-01-01"


def test_recording_makes_what_is_missing(checkout: Checkout, endpoint: str) -> None:
    """A recording into a folder that does not exist makes it, with exactly the cassettes of its cases; it replays."""
    args = ("--models", "gpt-5-4-mini,gpt-5-4", "--cassettes", "new/set", "-k", "message_list or boundary_value")
    assert checkout.record(endpoint, *args).ret == 0
    made = checkout.files(checkout.path / "new" / "set")
    tests = {name.rpartition("/")[0] for name in made}
    assert tests == {"supported_models/message_list", "unsupported_parameters/boundary_value"}
    assert all(content.endswith(b"}\n") for content in made.values())
    result = checkout.quick("--models", "gpt-5-4,gpt-5-4-mini", *args[2:])
    assert result.ret == 0
    assert checkout.files(checkout.path / "new" / "set") == made


def test_no_secret_and_no_host_in_a_recording(checkout: Checkout, endpoint: str) -> None:
    """No file of a recording holds the token, the host, a credential or a header beyond the few that are kept."""
    assert checkout.record(endpoint, "--cassettes", "own", "--without-tools", "mcp", "-k", "not http_url").ret == 0
    host = endpoint.split("/")[2]
    for content in checkout.files(checkout.path / "own").values():
        text = content.decode()
        for secret in (TOKEN, host, host.partition(":")[2], base64.b64encode(TOKEN.encode()).decode(), "Bearer"):
            assert secret not in text
        exchange = json.loads(text)["exchanges"][0]
        assert set(exchange["response"]["headers"]) <= {"content-type", "x-request-id", "retry-after"}


@pytest.mark.parametrize("after", [1, 3, 6])
def test_target_that_dies(checkout: Checkout, endpoint: str, after: int) -> None:
    """A target that dies half-way through a recording leaves every old cassette as it was."""
    edit(checkout.cassette(), lambda table: table["exchanges"].append(table["exchanges"][0]))
    before = checkout.files()
    tests = [f"conformance/test_{name}.py" for name in ("supported_models", "unsupported_parameters")]
    tests += ["-k", "not page_example"]
    with serving(relay(endpoint, lambda number: number > after)) as server:
        args = ("--live", "--record-mode=all", "--base-url", server.url, "--models", "gpt-5-4", *tests)
        result = checkout.quick(*args, RESPONSES_API_KEY=TOKEN)
    assert result.ret == 6
    result.stdout.fnmatch_lines(["* cases: *does not answer*"])
    now = checkout.files()
    assert set(now) == set(before)
    kept = f"{CASE}.json" if after == 1 else ""
    assert {name for name in now if now[name] != before[name]} == ({f"{CASE}.json"} - {kept})


def test_answer_that_breaks_off(checkout: Checkout, endpoint: str) -> None:
    """An answer whose connection breaks is not recorded, and is the network's fault."""
    before = checkout.files()
    cut = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n{"
    with serving(relay(endpoint, lambda number: number > 1, cut)) as server:
        args = ("--live", "--record-mode=all", "--base-url", server.url, "--models", "gpt-5-4")
        result = checkout.quick(*args, RESPONSES_API_KEY=TOKEN)
    assert result.ret == 6
    assert checkout.files() == before


def test_failing_case_is_not_recorded(checkout: Checkout) -> None:
    """A case with a must finding leaves its old cassette; one with a should finding is recorded."""

    def without_usage(reply: Reply) -> Reply:
        content = reply.content
        if isinstance(content, dict) and "usage" in content:
            content = content | ({"usage": None} if content["usage"]["input_tokens"] == 19 else {"id": "other_1"})
        return replace(reply, content=content)

    before = checkout.files()
    with running(create_app(token=TOKEN, reply_edit=without_usage)) as url:
        args = (
            "--live",
            "--record-mode=all",
            "--base-url",
            url,
            "--models",
            "gpt-5-4",
            "conformance/test_supported_models.py",
            "-k",
            "string_input or message_list",
        )
        result = checkout.quick(*args, RESPONSES_API_KEY=TOKEN)
    assert result.ret == 1
    assert failed(result) == [NODE]
    result.stdout.fnmatch_lines(["items.id_prefix*other_1*", "2 cases: 1 fail, 1 warn"])
    after = checkout.files()
    assert [name for name in after if after[name] != before[name]] == [
        CASE.replace("string_input", "message_list") + ".json"
    ]


def test_case_that_ended_early(checkout: Checkout, endpoint: str) -> None:
    """A case that ended before its last request is recorded with what it sent, and has to send as much in a replay."""
    tests = checkout.path / "conformance" / "test_supported_models.py"
    tests.write_text(
        "import pytest\nfrom conformance.samples import conversations\nfrom conformance.verdict import Ended\n\n\n"
        "@pytest.mark.requests(2)\n"
        "@pytest.mark.requirement('supported_models.text')\n"
        "def test_two_turns(ask, model):\n"
        "    ask(model, conversations.QUESTION)\n"
        "    raise Ended('there is no call to answer')\n"
    )
    args = ("--cassettes", "own", "--models", "gpt-5-4", str(tests))
    with running(create_app(token=TOKEN, reply_edit=with_another_id)) as url:
        record = ("--live", "--record-mode=all", *args)
        recorded = checkout.quick(*record, "--base-url", url, RESPONSES_API_KEY=TOKEN)
    assert recorded.ret == 0
    assert replay(checkout, *args).ret == 0
    edit(
        checkout.path / "own" / "supported_models" / "two_turns" / "gpt-5-4.json",
        lambda table: table["exchanges"].append(table["exchanges"][0]),
    )
    result = replay(checkout, *args)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*recorded exchange 2 of 2 was not used*"])
    unexplained = checkout.quick(*record, "--base-url", endpoint, RESPONSES_API_KEY=TOKEN)
    assert unexplained.ret == 1
    unexplained.stdout.fnmatch_lines(["*ended without a finding that explains it: there is no call to answer*"])


def with_another_id(reply: Reply) -> Reply:
    """A change of replies that gives a response an id which is a should finding."""
    is_response = isinstance(reply.content, dict) and "usage" in reply.content
    return replace(reply, content=reply.content | {"id": "other_1"}) if is_response else reply


def test_only_the_reference_endpoint_is_recorded_into_the_set_reference(checkout: Checkout) -> None:
    """Recording another target into the set `reference` is refused in one sentence; nothing but the probe is sent."""
    before = checkout.files()
    answer = http(400, b'{"error_code": "INVALID_PARAMETER_VALUE", "message": "input is missing"}')
    with serving(lambda number, request: answer) as server:
        result = checkout.record(server.url)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    told = [line for line in [*result.outlines, *result.errlines] if "--cassettes DIR" in line]
    assert len(told) == 1
    assert len(server.requests) == 1
    assert checkout.files() == before


def test_file_in_the_way(checkout: Checkout, endpoint: str) -> None:
    """A cassette that cannot be written is told for each case, with the reason; nothing is lost, nothing left over."""
    chapter = checkout.cassettes / "supported_models"
    chapter.rename(checkout.path / "moved")
    chapter.write_text("in the way")
    args = ("--live", "--record-mode=all", "--base-url", endpoint, NODE)
    result = checkout.quick(*args, RESPONSES_API_KEY=TOKEN)
    assert result.ret == 6
    assert "Traceback" not in result.stdout.str()
    result.stdout.fnmatch_lines([f"*{chapter}*"])
    assert chapter.read_text() == "in the way"


def test_each_case_is_recorded_on_its_own(checkout: Checkout, endpoint: str) -> None:
    """A request that the suite adds, such as a plain one after a 5xx, stands in the cassette of each case."""

    passing = relay(endpoint, lambda number: False)

    def reply(number: int, request: bytes) -> bytes | None:
        if b'"store":' in request:
            return http(
                500, b'{"error_code": "INTERNAL_ERROR", "message": "no"}', x_conformance_target="reference endpoint"
            )
        return passing(number, request)

    node = "conformance/test_unsupported_parameters.py"
    with serving(reply) as server:
        args = ("--live", "--record-mode=all", "--base-url", server.url, "--cassettes", "own", "--models", "gpt-5-4")
        result = checkout.quick(*args, node, "-k", "boundary_value", RESPONSES_API_KEY=TOKEN)
        assert result.ret == 0
    for value in ("store=null", "store=false"):
        case = f"{node}::test_boundary_value[gpt-5-4-{value}]"
        result = replay(checkout, "--cassettes", "own", case)
        assert result.ret == 0, result.stdout.str()


def echoing(encode: Callable[[str], str]) -> Callable[[Reply], Reply]:
    """A change of replies that puts the token into the text of a response."""

    def change(reply: Reply) -> Reply:
        if not isinstance(reply.content, dict) or "output" not in reply.content:
            return reply
        return replace(reply, content=reply.content | {"user": encode(LONG_TOKEN)})

    return change


LONG_TOKEN = 'dapi-0123/456+789"abc\\def='
ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "base64": lambda token: base64.b64encode(token.encode()).decode(),
    "base64-of-more": lambda token: base64.b64encode(f"Bearer {token}; and more".encode()).decode(),
    "base64-url-safe": lambda token: base64.urlsafe_b64encode(f"x{token}".encode()).decode(),
    "basic": lambda token: "Basic " + base64.b64encode(f"token:{token}".encode()).decode(),
    "percent": lambda token: quote(token, safe=""),
    "percent-in-small-letters": lambda token: quote(token, safe="").replace("%2F", "%2f").replace("%2B", "%2b"),
    "json": json.dumps,
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_echoed_token_is_not_saved(checkout: Checkout, encode: Callable[[str], str]) -> None:
    """A target that echoes the token breaks a promise: the run says so, saves nothing and shows no token."""
    before = checkout.files()
    with running(create_app(token=LONG_TOKEN, reply_edit=echoing(encode))) as url:
        args = ("--live", "--record-mode=all", "--base-url", url, NODE)
        result = checkout.quick(*args, RESPONSES_API_KEY=LONG_TOKEN)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["FAIL  credentials.not_repeated *"])
    assert checkout.files() == before
    assert encode(LONG_TOKEN) not in result.stdout.str()


@pytest.mark.parametrize("encode", [ENCODINGS["plain"], ENCODINGS["base64"]])
def test_echoed_token_is_not_shown(checkout: Checkout, encode: Callable[[str], str]) -> None:
    """A token that a target repeats in an error is shown neither on the terminal nor in JUnit XML."""
    message = json.dumps({"error_code": "X", "message": f"You sent {encode(TOKEN)} to me"}).encode()
    with serving(lambda number, request: http(400, message, x_request_id=TOKEN)) as server:
        args = ("--live", "--base-url", server.url, "--models", "gpt-5-4", "--junitxml=junit.xml", "-k", "not refused")
        result = checkout.quick(*args, RESPONSES_API_KEY=TOKEN)
    assert result.ret == 1
    for text in (result.stdout.str(), (checkout.path / "junit.xml").read_text()):
        assert encode(TOKEN) not in text
        assert TOKEN not in text


# --- the format ---

PROVENANCE = Provenance("reference endpoint/1", "2026-01-02", "2026.11")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
BODIES = st.one_of(
    st.binary(),
    st.text().map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.builds(
        lambda value, ascii_, indent: json.dumps(value, ensure_ascii=ascii_, indent=indent).encode("utf-8", "replace"),
        JSON,
        st.booleans(),
        st.sampled_from([None, 2, 4]),
    ),
    st.lists(st.sampled_from([b"data: ", b"event: x", b'{"a": 1}', b"\n", b"\r\n", b"\n\n", b": c", b"[DONE]"])).map(
        b"".join
    ),
)
EXAMPLES = (
    b"",
    b'{"a":"\\ud83d"}',
    b'data: {"a":"\\ud83d"}\n\n',
    b'{"a":1,"a":2}',
    b"\xef\xbb\xbf{}",
    b'{"a":1e400}',
    b"9" * 10_000,
    b"[" * 10_000,
    b"[" * 900 + b"]" * 900,
    b'event: x\r\ndata: {"a":1}\r\n\r\ndata: [DONE]\r\n\r\n',
    b"data: NaN\n\n",
    b'"\xe2\x80\xa8\x7f"',
)


def test_a_body_comes_back_as_it_was() -> None:
    """Any bytes come back from the form in which a cassette keeps them, also by way of its file."""

    @settings(max_examples=300, deadline=None)
    @given(BODIES)
    def check(content: bytes) -> None:
        assert to_bytes(to_stored(content)) == content

    check()
    for content in EXAMPLES:
        assert to_bytes(to_stored(content)) == content


def test_a_cassette_comes_back_as_it_was(tmp_path: Path) -> None:
    """A cassette that is written and read has the same exchanges, whatever the bodies were."""
    path = tmp_path / "cassette.json"

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(BODIES, BODIES)
    @example(b"", b"")
    def check(request: bytes, answer: bytes) -> None:
        exchange = {
            "request": stored_request("POST", "/responses", "", "bearer", "application/json", request),
            "response": stored_response(200, "OK", {"Content-Type": ["x"], "Set-Cookie": ["secret"]}, answer),
        }
        path.write_text(Cassette(PROVENANCE, (exchange,)).text(), encoding="utf-8", newline="\n")
        read = read_cassette(path)
        assert read == Cassette(PROVENANCE, (exchange,))
        assert response_bytes(read.exchanges[0]["response"]) == answer
        assert read.exchanges[0]["response"]["headers"] == {"content-type": ["x"]}

    check()
    for content in EXAMPLES:
        check.hypothesis.inner_test(content, content)


def test_reading_any_file_ends_in_a_sentence(tmp_path: Path) -> None:
    """A file with any JSON in it is a cassette or a CassetteError, and a tape tells it instead of raising."""
    path = tmp_path / "cassette.json"
    right = {
        "request": stored_request("POST", "/responses", "", "bearer", "application/json", b"{}"),
        "response": stored_response(200, "OK", {}, b"{}"),
    }
    members = st.dictionaries(
        st.sampled_from(["json", "style", "events", "line_end", "text", "base64", "digest"]),
        JSON | st.sampled_from(["compact", "\n", [{"event": "x"}], [{"data": 1, "text": "x"}]]),
        max_size=3,
    )

    @settings(max_examples=200, deadline=None)
    @given(JSON | members)
    def check(body: Any) -> None:
        exchange = {**right, "response": right["response"] | {"body": body}}
        table = {"format": 2, "provenance": asdict(PROVENANCE), "exchanges": [exchange]}
        path.write_text(json.dumps(table))
        tape = Tape(path, Normaliser("/v1", TOKEN))
        try:
            tape.load_cassette("", None)
        except Exception:
            assert tape.problem is not None
            assert str(path) in tape.problem
            with pytest.raises(CassetteError):
                read_cassette(path)

    check()


def request(body: bytes, *, token: str = TOKEN, path: str = "/v1/responses", **headers: str) -> Request:
    """A request as vcrpy hands it to the matchers."""
    sent_headers = {"authorization": f"Bearer {token}", "content-type": "application/json", **headers}
    return Normaliser("/v1", TOKEN).normalised(Request("POST", f"https://host.example:8443{path}", body, sent_headers))


def matches(now: Request, recorded: Request) -> bool:
    """True if every matcher finds two requests equal."""
    try:
        for matcher in MATCHERS.values():
            matcher(now, recorded)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize(
    ("recorded", "now", "equal"),
    [
        (b'{"a":1,"b":[2]}', b'{"b": [2], "a": 1}', True),
        (b'{"a":1}', b'{"a":1.0}', False),
        (b'{"a":1}', b'{"a":true}', False),
        (b'{"a":0}', b'{"a":false}', False),
        (b'{"a":1.0}', b'{"a":true}', False),
        (b'{"a":null}', b"{}", False),
        (b'{"a":[1,2]}', b'{"a":[2,1]}', False),
        (b'{"a":"\\u00e9"}', '{"a":"é"}'.encode(), True),
        (b'{"a":1}', b'{"a":1', False),
        (b"\xff", b"\xff", True),
        (b"\xff", b"\xfe", False),
        (b"", b"", True),
        (b"", b"null", False),
    ],
)
def test_matching_of_bodies(recorded: bytes, now: bytes, *, equal: bool) -> None:
    """JSON bodies match by value, kinds of numbers told apart, members in any order; all others by bytes."""
    assert matches(request(now), request(recorded)) is equal
    assert matches(request(now), from_stored(request(recorded).stored)) is equal


def test_matching_of_long_bodies() -> None:
    """A body over 64 KB is kept as length and SHA-256, and matches only the same bytes."""
    long = json.dumps({"input": "x" * LONG}).encode()
    stored = request(long).stored
    assert set(stored["body"]) == {"digest"}
    assert len(json.dumps(stored)) < 1000
    assert matches(request(long), from_stored(stored))
    assert not matches(request(long[:-2] + b"y}"), from_stored(stored))
    assert "json" in request(b'"' + b"x" * (LONG - 2) + b'"').stored["body"]


def test_matching_of_the_credential() -> None:
    """The form of the credential is matched, its value is not kept."""
    right = request(b"{}")
    assert TOKEN not in repr(right.stored) + repr(right.headers) + right.uri
    assert "host.example" not in repr(right.stored) + right.uri
    assert not matches(request(b"{}", token="wrong"), right)
    assert not matches(request(b"{}", authorization=""), right)
    basic = base64.b64encode(f"token:{TOKEN}".encode()).decode()
    assert request(b"{}", authorization=f"Basic {basic}").stored["credential"] == "basic"
    assert not matches(request(b"{}", path="/v1/responses?a=b"), right)
    assert not matches(request(b"{}", path="/v1/other"), right)
    twice = Normaliser("/v1", TOKEN).normalised(right)
    assert twice.stored == right.stored


def test_file_names() -> None:
    """Names of cases never collide as names of files, nor lead out of their folder."""
    names = ["a/b", "a-b", "a%2Fb", "a:b", "A", "a", "..", "é", "a b", "x" * 10, "", "a\\b", "a\0b", "☃"]
    files = [file_name(name) for name in names]
    assert len({name.lower() for name in files if name != "A"}) >= len(names) - 1
    assert len(set(files)) == len(names)
    assert not any(set(name) & set('/\\:*?"<>|\0') for name in files)
