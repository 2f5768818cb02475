"""The profiles of the reference endpoint: what they are, what each switch does, and how they are served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import httpx
import pytest

from conformance.__main__ import main
from conformance.recording import target_kind
from conformance.reference.app import TARGET_HEADER, create_app
from conformance.reference.profiles import PROFILES, UnknownProfile, combined, find
from conformance.reference.serve import running
from tests.reference.client import BEARER, MODEL, accepted

QUESTION = {"model": MODEL, "input": "What is a mixture of experts?"}
REPORTED = "as-reported-2026-11"


@contextmanager
def serving(*names: str, **settings: Any) -> Iterator[httpx.Client]:
    """A client of an endpoint of some profiles."""
    profile = combined([find(name) for name in names])
    app = create_app(
        token="some-token",
        request_edit=profile.request_edit,
        reply_edit=profile.reply_edit,
        target=profile.target,
        **{"pause": 0.0, **settings},
    )
    with running(app) as url, httpx.Client(base_url=url, headers=BEARER) as client:
        yield client


def statuses(client: httpx.Client, number: int) -> list[int]:
    """The statuses of the same question, asked again and again."""
    return [client.post("/responses", json=QUESTION).status_code for _ in range(number)]


# --- the catalogue


def test_a_profile_sets_switches() -> None:
    """Each switch is a profile of its own, and one of several holds nothing else."""
    for name, profile in PROFILES.items():
        assert profile.name == name
        assert profile.sentence.endswith(".")
        for switch in profile.switches:
            assert PROFILES[switch.name].switches == (switch,)
    assert len(PROFILES[REPORTED].switches) > 5


def test_a_profile_is_right_if_its_switches_are() -> None:
    """One switch that breaks the contract makes a profile that does."""
    assert find(REPORTED).is_right
    assert not find("list-only").is_right
    assert not combined([find(REPORTED), find("list-only")]).is_right


def test_profiles_add_up() -> None:
    """Several profiles are one with the switches of all, each once."""
    both = combined([find("long-answers"), find(REPORTED), find("list-only")])
    names = [switch.name for switch in both.switches]
    assert names[0] == "long-answers"
    assert names[-1] == "list-only"
    assert sorted(names) == sorted({*names})


def test_an_unknown_profile_is_told_with_the_closest_one() -> None:
    """A name that is misspelt is one sentence."""
    with pytest.raises(UnknownProfile, match="there is no profile 'list-onyl'; did you mean list-only"):
        find("list-onyl")


# --- on the command line


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--profile=no-visoin", "did you mean no-vision?"),
        ("--profile=no-vision --profile=smal-window", "did you mean small-window?"),
        ("--profile=no-vision --fault=null-body", "not allowed with argument"),
        ("--profile=no-vision --pause=long", "no number of seconds"),
    ],
)
def test_wrong_options_are_one_sentence(options: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be served ends with status 2 and one sentence."""
    try:
        status = main(["serve", "--port=0", *options.split()])
    except SystemExit as left:
        status = int(left.code or 0)
    error = capsys.readouterr().err
    assert status == 2
    assert error.count("\n") == 1
    assert told in error


def test_the_list_of_profiles(capsys: pytest.CaptureFixture[str]) -> None:
    """The list tells of each profile its sentence, whether it keeps the contract, and its switches."""
    with pytest.raises(SystemExit) as left:
        main(["serve", "--list-profiles"])
    assert not left.value.code
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [*PROFILES]
    assert lines[2].strip() == "keeps the contract"
    assert lines[3].startswith("    sets models-absent, ")


@pytest.mark.parametrize("names", [(REPORTED,), ("list-only",), ("long-answers", "slow-pro")])
def test_nobody_takes_a_profile_for_the_reference_endpoint(names: tuple[str, ...]) -> None:
    """An endpoint with a profile says so, and a recording of it is none of the reference endpoint."""
    with serving(*names) as client:
        headers = client.post("/responses", json=QUESTION).headers
    kind = "faulty" if names == ("list-only",) else "right"
    assert headers[TARGET_HEADER] == f"{kind} endpoint, profile {' + '.join(names)}"
    assert "reference endpoint" not in target_kind(headers, "127.0.0.1")


# --- what a right endpoint does


def test_rate_limits_pass() -> None:
    """A request that is limited is answered when it is asked again, and all three forms of the limit come."""
    with serving("rate-limits", pause=0.5) as client:
        replies = [client.post("/responses", json=QUESTION) for _ in range(70)]
    limited = [reply for reply in replies if reply.status_code == 429]
    assert [reply.headers.get("retry-after") for reply in limited] == ["0.5", None, None]
    assert [reply.content[:13] for reply in limited] == [b'{"error_code"', b'{"error":{"me', b""]
    assert limited[1].json()["error"]["retry_after"] == 0.5
    assert all({one.status_code, other.status_code} != {429} for one, other in pairwise(replies))


def test_faults_pass() -> None:
    """A 500 and a bare 502 come now and then, and never two in a row; a 500 closes its connection."""
    with serving("passing-faults") as client:
        replies = [client.post("/responses", json=QUESTION) for _ in range(80)]
    failed = {reply.status_code: reply for reply in replies if reply.status_code != 200}
    assert failed.keys() == {500, 502}
    assert failed[500].headers["connection"] == "close"
    assert failed[500].json()["error_code"] == "INTERNAL_ERROR"
    assert failed[502].content == b"Bad Gateway"
    assert all(200 in (one.status_code, other.status_code) for one, other in pairwise(replies))


def test_limits_and_faults_do_not_meet() -> None:
    """Whoever asks a failed request again, once, is answered or told to wait."""
    with serving("rate-limits", "passing-faults") as client:
        told = statuses(client, 241)
    assert set(told) == {200, 429, 500, 502}
    for before, after in pairwise(told):
        assert before == 200 or after == 200


def test_a_wrong_credential_in_plain_text() -> None:
    """A wrong token gets plain text, no token at all an error as ever."""
    with serving("plain-text-401") as client:
        wrong = client.post("/responses", json=QUESTION, headers={"authorization": "Bearer other"})
        none = httpx.post(f"{client.base_url}responses", json=QUESTION)
    assert (wrong.status_code, wrong.headers["content-type"]) == (401, "text/plain")
    assert (none.status_code, none.headers["content-type"]) == (401, "application/json")


@pytest.mark.parametrize("stream", [False, True])
def test_long_answers(stream: bool) -> None:
    """A long answer is right, whole where it fits and incomplete where it does not."""
    with serving("long-answers") as client:
        whole = client.post("/responses", json=QUESTION | {"stream": stream})
        cut = client.post("/responses", json=QUESTION | {"stream": stream, "max_output_tokens": 128})
    accepted(whole)
    accepted(cut)
    assert len(whole.content) > len(cut.content)
    assert (b'"status":"incomplete"' in whole.content, b'"status":"incomplete"' in cut.content) == (False, True)


@pytest.mark.parametrize(
    ("model", "tool", "effort", "status"),
    [
        ("gpt-5", "apply_patch", "low", 400),
        ("gpt-5-nano", "apply_patch", "low", 400),
        ("gpt-5-nano", "shell", "low", 200),
        ("gpt-5-mini", "web_search", "minimal", 400),
        ("gpt-5-mini", "web_search", "low", 200),
        ("gpt-5-4", "apply_patch", "low", 200),
    ],
)
def test_refused_upstream(model: str, tool: str, effort: str, status: int) -> None:
    """A tool is refused on the models that do not have it, or not at this effort, and nowhere else."""
    declared: dict[str, Any] = {"type": tool, **({"environment": {"type": "local"}} if tool == "shell" else {})}
    body = {"model": f"system.ai.{model}", "input": "Go.", "tools": [declared], "reasoning": {"effort": effort}}
    with serving("refused-upstream") as client:
        assert client.post("/responses", json=body).status_code == status


def test_absent_models() -> None:
    """A model that is not there is told as Databricks does, and a wrong credential before it."""
    body = QUESTION | {"model": "system.ai.gpt-5-1"}
    with serving(REPORTED) as client:
        reply = client.post("/responses", json=body)
        wrong = client.post("/responses", json=body, headers={"authorization": "Bearer other"})
    assert (reply.status_code, wrong.status_code) == (404, 401)
    assert reply.json() == {
        "error_code": "RESOURCE_DOES_NOT_EXIST",
        "message": "'system.ai.gpt-5-1' does not exist.",
    }


def test_a_slow_model() -> None:
    """Only the slow model takes its time."""
    with serving("slow-pro", pause=0.3) as client:
        quick = client.post("/responses", json=QUESTION)
        slow = client.post("/responses", json=QUESTION | {"model": "system.ai.gpt-5-5-pro"})
    assert quick.elapsed.total_seconds() < 0.3 <= slow.elapsed.total_seconds()


# --- what endpoints do that are not right


def test_an_endpoint_that_stores_knows_its_own() -> None:
    """An id that was given goes on, one that was not is refused, and so is one that was not to be stored."""
    with serving("stores-responses") as client:
        known = client.post("/responses", json=QUESTION).json()["id"]
        unstored = client.post("/responses", json={**QUESTION, "input": "Else.", "store": False}).json()["id"]
        on = client.post("/responses", json=QUESTION | {"previous_response_id": known})
        refused = [
            client.post("/responses", json=QUESTION | {"previous_response_id": one}) for one in ("resp_0", unstored)
        ]
        stored = client.post("/responses", json=QUESTION | {"store": True, "stream": True})
    assert on.json()["previous_response_id"] == known
    assert [reply.status_code for reply in refused] == [400, 400]
    assert (stored.status_code, b'"store":true' in stored.content) == (200, True)


def test_odd_requests_are_no_trouble() -> None:
    """No switch fails on a request that is no right one."""
    odd = [{"tools": "all"}, {"input": [7, None, {"content": [3]}]}, {"model": 7}, {"input": {}}, {"reasoning": "much"}]
    for name in PROFILES:
        with serving(name) as client:
            for body in odd:
                reply = client.post("/responses", json=QUESTION | body)
                assert 400 <= reply.status_code < 500, (name, body, reply.text)
            assert client.post("/responses", content=b"[").status_code in (400, 429)
