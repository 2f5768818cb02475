"""Recording: how cassettes are replaced, and when they are left as they were."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from conformance.reference.app import create_app
from conformance.reference.reply import Reply
from conformance.reference.serve import running
from conformance.wire.edit import put
from tests.recording.cassettes import CASE, NODE, RESPONSE, edit, replay
from tests.run.checkout import TOKEN, Checkout
from tests.run.results import failed
from tests.servers.sockets import http, relay, serving


def test_equal_recording_changes_nothing(checkout: Checkout, endpoint: str) -> None:
    """Recording again leaves every byte as it was: on another port, with another token, on another day."""
    tests = [f"conformance/test_{name}.py" for name in ("streams", "supported_models", "unsupported_parameters")]
    tests += ["-k", "not page_example"]
    edit(checkout.cassette(), put("/provenance/recorded", "2020-01-01"))
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
    edit(
        checkout.cassette(), put(f"{RESPONSE}/body/json/temperature", value), put("/provenance/recorded", "2020-01-01")
    )
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
    edit(checkout.cassette(), put("/exchanges", lambda exchanges: exchanges * 2))
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
            content = content | ({"usage": None} if isinstance(reply.asked["input"], str) else {"id": "other_1"})
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
        put("/exchanges", lambda exchanges: exchanges * 2),
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
