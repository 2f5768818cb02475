"""How a test asks: retries, preconditions, and turns that go on or end."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from exchanges import DATABRICKS, exchange, response

from conformance import samples
from conformance.asking import Ask
from conformance.contract import Level
from conformance.exchange import Exchange
from conformance.target import Client
from conformance.verdict import Case, CouldNotRun, Ended

MODEL = "gpt-5-4"
CALL = {
    "id": "fc_0",
    "type": "function_call",
    "status": "completed",
    "call_id": "call_0",
    "name": "get_weather",
    "arguments": '{"city":"Paris"}',
}
ACCEPTED, ROUND_TRIP = "function_tools.accepted", "function_tools.round_trip"


class Endpoint:
    """Stands in for the client: answers with what it was given, in this order."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.sent: list[dict[str, Any]] = []
        self.credentials: list[str] = []
        self.target = SimpleNamespace(model_name=lambda name: f"system.ai.{name}")

    def headers(self, credential: str) -> dict[str, str]:
        """The form of the credential, which is all that matters here."""
        return {"credential": credential}

    def send(self, content: bytes, headers: dict[str, str]) -> Exchange:
        """The next answer: a response object, or a status with an error."""
        self.sent.append(json.loads(content))
        self.credentials.append(headers["credential"])
        answer = self.answers.pop(0)
        sent = self.sent[-1]
        if isinstance(answer, int):
            return exchange({"error_code": "INVALID_PARAMETER_VALUE", "message": "no"}, status=answer, sent=sent)
        return exchange(answer, sent=sent)


def asking(*answers: Any) -> tuple[Ask, Case, Endpoint]:
    """Ask, its case and the endpoint that it asks."""
    endpoint = Endpoint(*answers)
    case = Case("node", "function_tools", "round_trip", MODEL, MODEL, (ACCEPTED, ROUND_TRIP), 2)
    guard: Callable[[Callable[[], Exchange]], Exchange] = lambda send: send()  # noqa: E731
    return Ask(cast("Client", endpoint), DATABRICKS, case, {MODEL: True}, guard), case, endpoint


def calling(*items: dict[str, Any]) -> dict[str, Any]:
    """A response object with these items, which echoes the tool."""
    return response(output=list(items), tools=[samples.WEATHER], tool_choice="required")


def ask_for_call(ask: Ask) -> Exchange:
    """The first turn."""
    return ask(MODEL, "Weather?", tools=[samples.WEATHER], tool_choice="required", about=[ACCEPTED])


def test_then_sends_back_what_came() -> None:
    """The second turn holds the first one's input and output, and the output of the call; the choice is left open."""
    ask, case, endpoint = asking(calling(CALL), response())
    ask.then(ask_for_call(ask), samples.REPORT, about=[ROUND_TRIP])
    first, second = endpoint.sent
    report = {**samples.REPORT, "call_id": "call_0"}
    assert second["input"] == [{"role": "user", "content": "Weather?"}, CALL, report]
    assert "tool_choice" not in second
    assert (second["tools"], second["model"]) == (first["tools"], first["model"])
    judged = [(number, result.requirement, result.finding) for number, result in case.results]
    assert (1, ACCEPTED, None) in judged
    assert (2, ROUND_TRIP, None) in judged
    assert (1, ROUND_TRIP, None) not in judged


def test_a_refused_turn_is_said_of_its_own_requirement() -> None:
    """If the second turn is refused, the requirement of the first is kept."""
    ask, case, _ = asking(calling(CALL), 400)
    with pytest.raises(Ended):
        ask.then(ask_for_call(ask), samples.REPORT, about=[ROUND_TRIP])
    assert {result.requirement for _, result in case.findings(Level.MUST)} == {ROUND_TRIP}


@pytest.mark.parametrize("first", [400, response(), calling()])
def test_a_conversation_without_a_call_ends(first: Any) -> None:
    """Where nothing can be answered, the second turn is not sent."""
    ask, _, endpoint = asking(first)
    with pytest.raises(Ended):
        ask.then(ask_for_call(ask), samples.REPORT, about=[ROUND_TRIP])
    assert len(endpoint.sent) == 1


def test_until_asks_again() -> None:
    """A precondition is asked for three times at most, and told."""
    wanted = [{"type": "function_call"}]
    ask, case, endpoint = asking(response(), calling(CALL))
    ask.until(wanted, MODEL, "Weather?", tools=[samples.WEATHER])
    assert len(endpoint.sent) == 2
    assert case.extra_requests == 1
    assert case.notes == ["attempt 1: the answer does not hold function_call"]
    ask, _, endpoint = asking(response(), response(), response(), calling(CALL))
    with pytest.raises(CouldNotRun, match="no answer with function_call in 3 attempts"):
        ask.until(wanted, MODEL, "Weather?", tools=[samples.WEATHER])
    assert len(endpoint.sent) == 3
    ask, _, endpoint = asking(400)
    with pytest.raises(Ended):
        ask.until(wanted, MODEL, "Weather?", tools=[samples.WEATHER])


def test_a_cap_that_was_given_grows_too() -> None:
    """An answer that ran out of tokens is no answer, whoever chose the cap."""
    short = response(
        status="incomplete", completed_at=None, incomplete_details={"reason": "max_output_tokens"}, output=[]
    )
    ask, _, endpoint = asking(short, response())
    ask(MODEL, samples.QUESTION, max_output_tokens=100)
    assert [sent["max_output_tokens"] for sent in endpoint.sent] == [100, 400]


def test_a_credential_in_another_form_is_no_obstacle() -> None:
    """A target that refuses the token in another form breaks a promise: the run began with the same token."""
    ask, case, endpoint = asking(401)
    with pytest.raises(Ended):
        ask(MODEL, samples.QUESTION, credential="basic", about=[ACCEPTED])
    assert endpoint.credentials == ["basic"]
    assert {result.requirement for _, result in case.findings(Level.MUST)} == {ACCEPTED}
    ask, _, _ = asking(401)
    with pytest.raises(CouldNotRun, match="check the token"):
        ask(MODEL, samples.QUESTION)
