"""How a test asks: retries, preconditions, and turns that go on or end."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from conformance.contract import Level
from conformance.run.ask import Ask
from conformance.run.line import Line
from conformance.run.transmit import sent
from conformance.run.twins import Twins
from conformance.samples import conversations, outputs, tools
from conformance.target import Client, Unreachable
from conformance.verdict import Case, CouldNotRun, Ended, NeverCame, SuiteError
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import read_json
from tests.right import exchanges
from tests.right.exchanges import DATABRICKS, exchange

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


def response(**members: Any) -> dict[str, Any]:
    """A right answer to what is asked here, with some members replaced: at no effort, and without reasoning."""
    reasoning = exchanges.response()["reasoning"] | {"effort": "none"}
    usage = exchanges.response()["usage"]
    usage |= {"input_tokens": 500, "total_tokens": 500 + usage["output_tokens"]}
    usual = {"max_output_tokens": 256, "reasoning": reasoning, "output": exchanges.items()[1:], "usage": usage}
    return exchanges.response(**usual | members)


class Endpoint:
    """Stands in for the client: answers with what it was given, in this order."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.contents: list[bytes] = []
        self.how: list[dict[str, Any]] = []
        self.last_case = ""
        self.target = SimpleNamespace(model_name=lambda name: f"system.ai.{name}")

    def send(self, content: bytes, **how: Any) -> Exchange:
        """The next answer: a response object, a status with an error, or an exception."""
        self.contents.append(content)
        self.how.append(how)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        sent = self.sent[-1] if self.sent else None
        if isinstance(answer, int):
            return exchange({"error_code": "INVALID_PARAMETER_VALUE", "message": "no"}, status=answer, sent=sent)
        return exchange(answer, sent=sent)

    @property
    def sent(self) -> list[dict[str, Any]]:
        """The bodies that were sent, those that are JSON."""
        bodies = map(read_json, self.contents)
        return [body for body in bodies if isinstance(body, dict)]

    @property
    def credentials(self) -> list[str]:
        """The forms of the credential."""
        return [how.get("credential", "bearer") for how in self.how]


def asking(*answers: Any, twin_is_refused: bool = False) -> tuple[Ask, Case, Endpoint]:
    """Ask, its case and the endpoint that it asks; beside what has to be refused stands a right request."""
    endpoint = Endpoint(*answers)
    case = Case("node", "function_tools", "round_trip", MODEL, MODEL, (ACCEPTED, ROUND_TRIP), 2)
    client, twins = cast("Client", endpoint), Twins()
    ask = Ask(client, DATABRICKS, case, twins, Line(client, case, sent, 0))
    case.twins = ("plain",)
    refused = {"error_code": "INVALID_PARAMETER_VALUE", "message": "no"}
    twins.remember(ask._twin_content("plain"), exchange(refused, status=400) if twin_is_refused else exchange())
    return ask, case, endpoint


def of_model(model: str, *answers: Any) -> tuple[Ask, Case, Endpoint]:
    """Ask for a case of another model that puts an answer to the test."""
    ask, case, endpoint = asking(*answers)
    case.model, case.requirements, case.expected_requests = model, (ACCEPTED,), 1
    return ask, case, endpoint


def test_room_is_never_less_than_the_contract_has() -> None:
    """A cap of a test is raised to that of the model; one that has to be too small stays."""
    ask, _, endpoint = of_model("gpt-5-5-pro", response(), response(), response())
    ask("gpt-5-5-pro", "Hello.", max_output_tokens=2048)
    ask("gpt-5-5-pro", "Hello.", max_output_tokens=9000)
    ask.either("gpt-5-5-pro", "Hello.", max_output_tokens=16)
    assert [sent["max_output_tokens"] for sent in endpoint.sent] == [8192, 9000, 16]


def test_a_slow_model_is_streamed() -> None:
    """It is unless a test says otherwise; None leaves the member out, on any model."""
    ask, _, endpoint = of_model("gpt-5-5-pro", *[response()] * 5)
    ask("gpt-5-5-pro", "Hello.")
    ask("gpt-5-5-pro", "Hello.", stream=False)
    ask("gpt-5-5-pro", "Hello.", stream=None)
    ask(MODEL, "Hello.", stream=None)
    ask.either("gpt-5-5-pro", "Hello.")
    assert [sent.get("stream") for sent in endpoint.sent] == [True, False, None, None, None]
    assert all("stream" not in sent for sent in endpoint.sent[2:])


def test_minimal_goes_with_no_hosted_tool() -> None:
    """A tool that the server runs is refused beside the effort minimal; one that the client runs is not."""
    hosted = [tools.IMAGE, tools.WEB_SEARCH, tools.MCP | {"server_url": "https://x.example"}]
    ask, _, endpoint = of_model("gpt-5", *[response()] * 5)
    for tool in (*hosted, tools.WEATHER, tools.CODE_EXEC):
        ask.either("gpt-5", "Hello.", tools=[tool])
    assert [sent["reasoning"]["effort"] for sent in endpoint.sent] == ["low"] * 3 + ["minimal"] * 2


def test_what_is_sent_verbatim_has_nothing_of_the_suite() -> None:
    """The page's example has the members that the page gives it, and may be answered in part."""
    part = response(status="incomplete", incomplete_details={"reason": "max_output_tokens"})
    ask, case, endpoint = of_model("gpt-5", part)
    ask.verbatim("gpt-5", "Hello.", max_output_tokens=256)
    assert endpoint.sent == [{"model": "system.ai.gpt-5", "input": "Hello.", "max_output_tokens": 256}]
    assert [result.finding for _, result in case.results if result.requirement == ACCEPTED] == [None]


def test_another_name_may_be_missing() -> None:
    """A 404 says that the workspace does not offer the model of the case, and of another name what was to be shown."""
    answer = json.dumps({"error_code": "X", "message": "'system.ai.gpt-5-4' does not exist"}).encode()
    for name, error in ((MODEL, CouldNotRun), (f"databricks-{MODEL}", Ended)):
        ask, _, endpoint = of_model(MODEL)
        endpoint.send = lambda content, **_: exchange(content=answer, status=404, sent=read_json(content))  # type: ignore[method-assign]
        with pytest.raises(error):
            ask(name, "Hello.")


def calling(*items: dict[str, Any]) -> dict[str, Any]:
    """A response object with these items, which echoes the tool."""
    return response(output=list(items), tools=[tools.WEATHER], tool_choice="required")


def ask_for_call(ask: Ask) -> Exchange:
    """The first turn."""
    return ask(MODEL, "Weather?", tools=[tools.WEATHER], tool_choice="required", about=[ACCEPTED])


def test_then_sends_back_what_came() -> None:
    """The second turn holds the first one's input and output, and the output of the call; the choice is left open."""
    ask, case, endpoint = asking(calling(CALL), response())
    ask.then(ask_for_call(ask), outputs.REPORT, about=[ROUND_TRIP])
    first, second = endpoint.sent
    report = {**outputs.REPORT, "call_id": "call_0"}
    assert second["input"] == [{"role": "user", "content": "Weather?"}, CALL, report]
    assert "tool_choice" not in second
    assert (second["tools"], second["model"]) == (first["tools"], first["model"])
    judged = [(number, result.requirement, result.finding) for number, result in case.results]
    assert (1, ACCEPTED, None) in judged
    assert (2, ROUND_TRIP, None) in judged
    assert (1, ROUND_TRIP, None) not in judged


def test_a_refused_turn_is_said_of_its_own_requirement() -> None:
    """If the second turn is refused, the requirement of the first is kept."""
    ask, case, _ = asking(calling(CALL), 400, response())  # the last to a plain list
    with pytest.raises(Ended):
        ask.then(ask_for_call(ask), outputs.REPORT, about=[ROUND_TRIP])
    assert {result.requirement for _, result in case.findings(Level.MUST)} == {ROUND_TRIP}


@pytest.mark.parametrize("first", [400, response(), calling()])
def test_a_conversation_without_a_call_ends(first: Any) -> None:
    """Where nothing can be answered, the second turn is not sent."""
    ask, _, endpoint = asking(first)
    with pytest.raises(Ended):
        ask.then(ask_for_call(ask), outputs.REPORT, about=[ROUND_TRIP])
    assert len(endpoint.sent) == 1


def test_until_asks_again() -> None:
    """A precondition is asked for three times at most, and told."""
    wanted = [{"type": "function_call"}]
    ask, case, endpoint = asking(response(), calling(CALL))
    ask.until(wanted, MODEL, "Weather?", tools=[tools.WEATHER])
    assert len(endpoint.sent) == 2
    assert case.extra_requests == 1
    assert case.notes == ["attempt 1: the answer does not hold function_call"]
    ask, _, endpoint = asking(response(), response(), response(), calling(CALL))
    with pytest.raises(NeverCame, match="no answer with function_call in 3 attempts"):
        ask.until(wanted, MODEL, "Weather?", tools=[tools.WEATHER])
    assert len(endpoint.sent) == 3
    ask, _, endpoint = asking(400)
    with pytest.raises(Ended):
        ask.until(wanted, MODEL, "Weather?", tools=[tools.WEATHER])


def test_a_cap_that_was_given_grows_too() -> None:
    """An answer that ran out of tokens is no answer, whoever chose the cap."""
    short = response(
        status="incomplete", completed_at=None, incomplete_details={"reason": "max_output_tokens"}, output=[]
    )
    ask, _, endpoint = asking(short, response())
    ask(MODEL, conversations.QUESTION, max_output_tokens=300)
    assert [sent["max_output_tokens"] for sent in endpoint.sent] == [300, 1200]


def test_a_credential_in_another_form_is_no_obstacle() -> None:
    """A target that refuses the token in another form breaks a promise: the run began with the same token."""
    ask, case, endpoint = asking(401)
    with pytest.raises(Ended):
        ask(MODEL, conversations.QUESTION, credential="basic", about=[ACCEPTED])
    assert endpoint.credentials == ["basic"]
    assert {result.requirement for _, result in case.findings(Level.MUST)} == {ACCEPTED}
    ask, _, _ = asking(401, 401)
    with pytest.raises(CouldNotRun, match="check the token"):
        ask(MODEL, conversations.QUESTION)


def test_items_that_came_need_not_be_right() -> None:
    """What the target gave goes back as it came, of whatever type; what the suite writes has to be right."""
    odd = {"type": "surprise", "id": "x_1"}
    ask, _, endpoint = asking(calling(CALL, odd), response(output=[odd, CALL]), response())
    answer = ask.then(ask_for_call(ask), outputs.REPORT, about=[ROUND_TRIP])
    assert odd in endpoint.sent[1]["input"]
    ask.then(answer, "And now?", about=[ROUND_TRIP])
    assert endpoint.sent[2]["input"].count(odd) == 2
    with pytest.raises(SuiteError, match="/input/0/type"):
        ask(MODEL, [odd])


def test_reasoning_comes_with_its_content_where_it_has_to_go_back() -> None:
    """Where a case has several turns, the content of reasoning is asked for, as nothing is stored."""
    ask, _, endpoint = asking(response())
    ask(MODEL, conversations.QUESTION)
    assert endpoint.sent[0]["include"] == ["reasoning.encrypted_content"]
    ask, case, endpoint = asking(response())
    case.expected_requests = 1
    ask(MODEL, conversations.QUESTION)
    assert "include" not in endpoint.sent[0]


def test_a_token_is_believed_to_be_wrong_at_the_second_time() -> None:
    """A 403 is asked for once more: good tokens were seen to be refused now and then."""
    ask, case, endpoint = asking(403, response())
    ask(MODEL, conversations.QUESTION, about=[ACCEPTED])
    assert (len(endpoint.sent), case.extra_requests) == (2, 1)
    assert not case.findings(Level.MUST)
    ask, _, endpoint = asking(403, 403, 403)
    with pytest.raises(CouldNotRun, match=r"refuses the request \(403\)"):
        ask(MODEL, conversations.QUESTION)


def test_a_credential_that_is_refused_to_one_kind_of_request() -> None:
    """While a plain request is answered it is a finding; where that is refused too, the credential is the matter."""
    ask, case, _ = asking(403, 403, response())
    with pytest.raises(Ended):
        ask(MODEL, conversations.LONG_POEM, about=[ACCEPTED])
    assert {result.requirement for _, result in case.findings(Level.MUST)} == {ACCEPTED}
    ask, case, _ = asking(401, 401)
    with pytest.raises(CouldNotRun, match="check the token"):
        ask(MODEL, conversations.LONG_POEM, about=[ACCEPTED])
    assert not case.findings(Level.MUST)


def test_no_answer_to_one_kind_of_request() -> None:
    """While a plain request is answered it is a finding; where that gets no answer either, nobody is there."""
    lost = [Unreachable("nobody is there")] * 2
    ask, case, _ = asking(*lost, response())
    with pytest.raises(Ended):
        ask(MODEL, conversations.LONG_POEM, about=[ACCEPTED])
    assert [(number, result.requirement) for number, result in case.findings(Level.MUST)] == [(0, ACCEPTED)]
    assert (case.unreachable, case.still_answers) == (True, True)
    ask, case, _ = asking(*lost, lost[0])
    with pytest.raises(CouldNotRun, match="nobody is there"):
        ask(MODEL, conversations.LONG_POEM, about=[ACCEPTED])
    assert (case.unreachable, case.still_answers) == (True, False)


def test_a_wrong_token_is_an_answer() -> None:
    """A refusal of what has to be refused is taken as it is."""
    ask, _, endpoint = asking(403)
    ask.refused(MODEL, conversations.QUESTION, status=(401, 403), credential="wrong", about=[ACCEPTED])
    assert endpoint.credentials == ["wrong"]


def test_raw() -> None:
    """What is no right request is sent as it stands, with the model's name in it."""
    ask, case, endpoint = asking(400, 404, response())
    ask.raw(MODEL, '{"model":"MODEL","x":[1,', about=[ACCEPTED], content_type="text/plain")
    ask.raw(MODEL, "", about=[ACCEPTED], method="GET", path="/responses/resp_1", status=(404, 405), content_type=None)
    assert endpoint.contents[0] == b'{"model":"system.ai.gpt-5-4","x":[1,'
    asked = {"content_type": None, "method": "GET", "path": "/responses/resp_1"}
    assert endpoint.how[1] == asked
    assert not case.findings(Level.MUST)
    ask.raw(MODEL, "null", about=[ACCEPTED])
    assert [result.requirement for _, result in case.findings(Level.MUST)] == [ACCEPTED]


def test_a_refusal_beside_a_twin_that_is_refused() -> None:
    """A refusal says nothing where the right request beside it is refused too; what is observed is observed."""
    ask, case, _ = asking(400, 400, 404, twin_is_refused=True)  # the second to a plain list
    with pytest.raises(CouldNotRun, match=r'nothing of this kind is answered here: .*400: "no"'):
        ask.refused(MODEL, conversations.QUESTION, about=["limits.below_minimum"], max_output_tokens=15)
    with pytest.raises(CouldNotRun, match="nothing of this kind"):
        ask.refused(MODEL, conversations.QUESTION, status=400, about=["limits.below_minimum"], max_output_tokens=15)
    assert case.results == []
    ask, case, _ = asking(400, twin_is_refused=True)
    ask.refused(MODEL, conversations.QUESTION, about=["tool_refusals.duplicate_name"], tools=[])
    assert [result.requirement for _, result in case.results if result.finding is None]


def test_a_refusal_without_a_twin() -> None:
    """A test that expects a refusal and names no twin is a fault of the suite."""
    ask, case, _ = asking(400)
    case.twins = ()
    with pytest.raises(SuiteError, match="mark twin"):
        ask.refused(MODEL, conversations.QUESTION, about=["limits.below_minimum"], max_output_tokens=15)


def test_who_asked_before_a_target_died() -> None:
    """A target that does not answer any more is told with the case that asked before."""
    ask, case, endpoint = asking(response())
    ask(MODEL, conversations.QUESTION)
    endpoint.answers = [Unreachable("nobody is there")] * 3
    with pytest.raises(CouldNotRun, match=r"^nobody is there; check"):
        ask(MODEL, conversations.QUESTION)
    endpoint.answers = [Unreachable("nobody is there")] * 3
    case.node = "another"
    with pytest.raises(CouldNotRun, match="nobody is there; the request before was of node; check"):
        ask(MODEL, conversations.QUESTION)


def test_an_answer_that_was_shorter_than_the_limit_is_asked_for_again() -> None:
    """A model that is brief once breaks nothing; the further request is one that was not planned."""
    brief = response(usage=response()["usage"] | {"output_tokens": 3})
    short = response(status="incomplete", completed_at=None, incomplete_details={"reason": "max_output_tokens"})
    ask, case, endpoint = asking(brief, short)
    ask.incomplete(MODEL, conversations.LONG_POEM, max_output_tokens=16)
    assert (len(endpoint.sent), case.extra_requests) == (2, 1)


def test_a_good_credential_in_another_form_is_tried_twice() -> None:
    """A 403 now and then is no reason to say that Basic is not taken."""
    ask, case, endpoint = asking(403, response())
    ask(MODEL, conversations.QUESTION, credential="basic", about=[ACCEPTED])
    assert (endpoint.credentials, case.extra_requests) == (["basic", "basic"], 1)


def test_nothing_to_compare() -> None:
    """Where one of two wrong requests is answered there is nothing to compare; its own finding says why."""
    ask, case, _ = asking(400, response())
    case.requirements = ("wrong_requests.wrong_type", "wrong_requests.same_when_streamed")
    about = case.requirements[:1]
    plain = ask.refused(MODEL, conversations.QUESTION, about=about, tools="all")
    with pytest.raises(Ended):
        ask.compare(plain, ask.refused(MODEL, conversations.QUESTION, about=about, tools="all"))
    assert [result.requirement for _, result in case.findings(Level.SHOULD)][-1:] == ["wrong_requests.wrong_type"]


def test_the_echo_of_a_wrong_request_is_not_judged() -> None:
    """A limit that is taken though it is wrong breaks one requirement, however it comes back."""
    ask, case, _ = asking(response(max_output_tokens=16))
    ask.refused(MODEL, conversations.QUESTION, about=["limits.below_minimum"], max_output_tokens=15)
    assert [result.requirement for _, result in case.findings(Level.MUST)] == []
    assert "limits.below_minimum" in [result.requirement for _, result in case.findings(Level.SHOULD)]
