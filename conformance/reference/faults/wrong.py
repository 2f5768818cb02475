"""Faults of what is wrong before any setting is looked at: bodies, models, credentials, and what is said of them."""

from dataclasses import replace
from typing import Any, Final

from conformance.contract import load
from conformance.reference.answer import answer
from conformance.reference.faults.asked import Test, asks, every, is_question, sent, streams
from conformance.reference.faults.edits import (
    bad_gateway,
    ending_in,
    on_response,
    only_if,
    put,
    refusing,
    shaken,
    with_member,
)
from conformance.reference.faults.fault import DATABRICKS, ELSEWHERE, Fault
from conformance.reference.reply import Change, Reading, Reply, as_sent, like_databricks, streamed
from conformance.reference.request import read_request
from conformance.reference.stream import events

MODEL: Final = "system.ai.gpt-5-4"
RETIRED: Final = "gpt-5-1-codex-max"
GREETING: Final = {"model": MODEL, "input": "Say hello.", "max_output_tokens": 64}
"""What a body is taken for that cannot be read."""


# --- answers to what has to be refused


def answering(test: Test, reading: Reading = as_sent) -> Change:
    """Answers some of the requests that are refused, for what is wrong with the credential or the body."""

    def change(reply: Reply) -> Reply:
        request = read_request(load("databricks"), reading({**reply.asked}))
        response = answer(request)
        frames = streamed(events(response)).frames if request.streamed else None
        return replace(reply, status=200, content=response, frames=frames)

    return only_if(lambda reply: reply.status >= 400 and test(reply), change)


def _greeting(_: Any) -> dict[str, Any]:
    return dict(GREETING)


def _as_model(test: Test) -> Reading:
    """Reads a request for some models as one for a model that is there."""

    def reading(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "model": MODEL} if test(Reply(0, asked=body)) else body

    return reading


def _with_input(body: dict[str, Any]) -> dict[str, Any]:
    missing = "input" not in body and "prompt" not in body
    return {**body, "input": GREETING["input"]} if missing else body


# --- requests on which a fault shows


def _says(words: str) -> Test:
    """True for a refusal whose message holds these words."""
    return lambda reply: reply.status >= 400 and words in str(reply.content)


def _brings(start: str = "") -> Test:
    """True where the header Authorization is there, and begins with this."""

    def test(reply: Reply) -> bool:
        credential = reply.received.headers.get("authorization")
        return credential is not None and credential.startswith(start)

    return test


def _brings_nothing(reply: Reply) -> bool:
    """True where there is no credential, wherever it is looked for."""
    received = reply.received
    return not received.query and received.headers.keys().isdisjoint({"authorization", "api-key"})


def _is_unread(reply: Reply) -> bool:
    """True where the body of a request was not read as an object."""
    return reply.status == 400 and not reply.asked


def _is_unauthorized(reply: Reply) -> bool:
    return reply.status in (401, 403)


def _is_get(reply: Reply) -> bool:
    return reply.received.method == "GET" and not _is_by_id(reply)


def _is_by_id(reply: Reply) -> bool:
    return "/resp_" in reply.received.path


def _name(reply: Reply) -> str:
    return str(sent(reply, "/model")).removeprefix("system.ai.")


def _is_named(start: str) -> Test:
    return lambda reply: _name(reply).startswith(start)


def _has_wrong_setting(reply: Reply) -> bool:
    """True where a setting is refused that has a value of another type."""
    wrong = (asks("/max_output_tokens", "many"), asks("/tools", "all"), asks("/text/format", "JSON"))
    return reply.status == 400 and any(test(reply) for test in wrong)


def _repeating(reply: Reply) -> Reply:
    """Repeats the credential in the message of an error."""
    problem = f"The credential {reply.received.headers['authorization']} is not valid."
    return replace(reply, content=put("/error/message", problem)(reply.content))


def _in_a_header(reply: Reply) -> Reply:
    return replace(reply, headers={**reply.headers, "x-user": reply.received.headers["authorization"]})


REQUESTS: Final = (
    Fault(
        "empty-body-answered",
        "A request without a body is answered.",
        ("wrong_requests.body",),
        answering(lambda reply: _is_unread(reply) and reply.received.headers.get("content-length") == "0", _greeting),
    ),
    Fault(
        "array-answered",
        "A body that is no object is answered.",
        ("wrong_requests.body",),
        answering(_says("has to be a JSON object"), _greeting),
    ),
    Fault(
        "malformed-body-ends-in-500",
        "A body that is cut off ends in an internal error.",
        ("wrong_requests.body",),
        ending_in(500, _says("is not valid JSON: Expecting")),
    ),
    Fault(
        "any-content-type-taken",
        "A body is taken under any content type.",
        ("wrong_requests.content_type",),
        answering(_says("Content-Type"), _greeting),
    ),
    Fault(
        "any-model-taken",
        "A request without a model is answered by one that is there.",
        ("wrong_requests.missing_member",),
        reading=lambda body: {"model": MODEL, **body} if "model" not in body else body,
    ),
    Fault(
        "any-input-taken",
        "A request without an input is answered.",
        ("wrong_requests.missing_member",),
        reading=_with_input,
    ),
    Fault(
        "number-taken-as-input",
        "An input that is a number is taken for a text.",
        ("wrong_requests.wrong_type",),
        reading=with_member(of="input", made=lambda given: str(given) if isinstance(given, int) else given),
    ),
    Fault(
        "wrong-setting-ends-in-500",
        "A setting of another type ends in an internal error.",
        ("wrong_requests.wrong_type",),
        ending_in(500, _has_wrong_setting),
    ),
    Fault(
        "member-twice-refused",
        "A body in which a member stands twice is refused.",
        ("wrong_requests.unusual_body",),
        refusing(asks("/input", "Say goodbye.")),
    ),
    Fault(
        "streamed-with-422",
        "A wrong request is refused with another status where a stream was asked for.",
        ("wrong_requests.same_when_streamed",),
        ending_in(422, every(streams, _has_wrong_setting)),
    ),
    Fault(
        "streamed-like-databricks",
        "A wrong request is refused in another envelope where a stream was asked for.",
        ("wrong_requests.same_when_streamed", "errors.envelope"),
        only_if(every(streams, _has_wrong_setting), like_databricks),
    ),
    Fault(
        "wrong-stream-ends-in-502",
        "A wrong request gets a bare 502 where a stream was asked for.",
        (
            "wrong_requests.wrong_type",
            "wrong_requests.same_when_streamed",
            "errors.body",
            "errors.content_type",
        ),
        only_if(every(streams, _has_wrong_setting), bad_gateway),
        seen=DATABRICKS,
    ),
    Fault(
        "responses-listed",
        "A GET of the route is answered with a list of responses.",
        ("wrong_requests.method",),
        only_if(_is_get, lambda reply: replace(reply, status=200, content={"object": "list", "data": []})),
    ),
    Fault(
        "response-of-an-id-refused",
        "A response that is not there is refused as if its id was wrong.",
        ("wrong_requests.method",),
        ending_in(400, _is_by_id),
    ),
    Fault(
        "shaken-by-bodies",
        "The request after two that cannot be read is refused.",
        ("wrong_requests.answers_afterwards",),
        shaken(_is_unread, times=2),
    ),
)

MODELS: Final = (
    Fault(
        "unknown-model-answered",
        "A model that does not exist is replaced by one that does.",
        ("wrong_models.unknown",),
        reading=_as_model(_is_named("no-such-")),
    ),
    Fault(
        "foreign-model-answered",
        "A model of another maker is answered for.",
        ("wrong_models.foreign",),
        reading=_as_model(lambda reply: load("databricks").is_foreign(_name(reply))),
    ),
    Fault(
        "prefixed-model-answered",
        "A model is found under its name on /serving-endpoints.",
        ("wrong_models.prefixed",),
        reading=_as_model(_is_named("databricks-")),
    ),
    Fault(
        "retired-model-answered",
        "A model that was retired is answered for.",
        ("wrong_models.retired",),
        only_if(_is_named(RETIRED), on_response(put("/model", "gpt-5.1-codex-max"))),
        _as_model(_is_named(RETIRED)),
    ),
)

CREDENTIALS: Final = (
    Fault(
        "no-credential-answered",
        "A request without a credential is answered.",
        ("credentials.refused",),
        answering(every(_is_unauthorized, _brings_nothing)),
    ),
    Fault(
        "no-credential-ends-in-500",
        "A request without a credential ends in an internal error.",
        ("credentials.refused",),
        ending_in(500, every(_is_unauthorized, _brings_nothing)),
        seen=ELSEWHERE,
    ),
    Fault(
        "any-token-answered",
        "Any token is taken.",
        ("credentials.refused",),
        answering(lambda reply: reply.status == 403),
    ),
    Fault(
        "bare-token-answered",
        "A token is taken without the name of a scheme, and so is an empty one.",
        ("credentials.refused",),
        answering(lambda reply: reply.status == 401 and "authorization" in reply.received.headers),
    ),
    Fault(
        "refused-credential-with-400",
        "A credential that is not taken is refused as if the request was wrong.",
        ("credentials.refused", "credentials.api_key", "credentials.query"),
        ending_in(400, _is_unauthorized),
    ),
    Fault(
        "api-key-answered",
        "A token in the header api-key is taken.",
        ("credentials.api_key",),
        answering(lambda reply: "api-key" in reply.received.headers),
    ),
    Fault(
        "api-key-ends-in-403",
        "A token in the header api-key is refused as if it was a wrong one.",
        ("credentials.api_key",),
        ending_in(403, lambda reply: "api-key" in reply.received.headers),
    ),
    Fault(
        "basic-refused", "A token is not taken as a password.", ("credentials.basic",), refusing(_brings("Basic "), 401)
    ),
    Fault(
        "lower-case-refused",
        "The name of the scheme is not taken in small letters.",
        ("credentials.lower_case",),
        refusing(_brings("bearer "), 401),
    ),
    Fault(
        "query-answered",
        "A token in the query string is taken.",
        ("credentials.query",),
        answering(lambda reply: bool(reply.received.query)),
    ),
    Fault(
        "dies-without-a-credential",
        "The process dies of a request without a credential, and the next one gets a 502.",
        ("credentials.answers_afterwards",),
        shaken(every(_is_unauthorized, _brings_nothing), status=502),
        seen=ELSEWHERE,
    ),
    Fault(
        "token-repeated",
        "A refusal repeats the credential.",
        ("credentials.not_repeated",),
        only_if(every(_is_unauthorized, _brings()), _repeating),
    ),
    Fault(
        "token-in-a-header",
        "An answer carries the token in a header.",
        ("credentials.not_repeated",),
        only_if(every(_brings("Basic "), is_question), _in_a_header),
    ),
)
