"""Faults of requests that are wrong before any setting is looked at."""

from dataclasses import replace
from typing import Any, Final

from conformance.faults.lib.fault import DATABRICKS, Fault
from conformance.reference.edits.asked import Test, all_of, asks, streams
from conformance.reference.edits.replies import answering, bad_gateway, ending_in, only_if, refusing, refusing_after
from conformance.reference.edits.requests import MODEL, setting
from conformance.reference.reply import Reply, like_databricks

GREETING: Final = {"model": MODEL, "input": "Say hello.", "max_output_tokens": 64}
"""What a body is taken for that cannot be read."""


def _greeting(_: Any) -> dict[str, Any]:
    return dict(GREETING)


def _with_input(body: dict[str, Any]) -> dict[str, Any]:
    missing = "input" not in body and "prompt" not in body
    return {**body, "input": GREETING["input"]} if missing else body


def _says(words: str) -> Test:
    """True for a refusal whose message holds these words."""
    return lambda reply: reply.status >= 400 and words in str(reply.content)


def _is_unread(reply: Reply) -> bool:
    """True where the body of a request was not read as an object."""
    return reply.status == 400 and not reply.asked


def _is_get(reply: Reply) -> bool:
    return reply.received.method == "GET" and not _is_by_id(reply)


def _is_by_id(reply: Reply) -> bool:
    return "/resp_" in reply.received.path


def _has_wrong_setting(reply: Reply) -> bool:
    """True where a setting is refused that has a value of another type."""
    wrong = (asks("/max_output_tokens", "many"), asks("/tools", "all"), asks("/text/format", "JSON"))
    return reply.status == 400 and any(test(reply) for test in wrong)


FAULTS: Final = (
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
        request_edit=lambda body: {"model": MODEL, **body} if "model" not in body else body,
    ),
    Fault(
        "any-input-taken",
        "A request without an input is answered.",
        ("wrong_requests.missing_member",),
        request_edit=_with_input,
    ),
    Fault(
        "number-taken-as-input",
        "An input that is a number is taken for a text.",
        ("wrong_requests.wrong_type",),
        request_edit=setting("/input", int, str),
    ),
    Fault(
        "wrong-setting-ends-in-500",
        "A setting of another type ends in an internal error.",
        ("wrong_requests.wrong_type",),
        ending_in(500, _has_wrong_setting),
    ),
    Fault(
        "wrong-stream-ends-in-502",
        "A wrong request gets a bare 502 where a stream was asked for.",
        (
            "wrong_requests.wrong_type",
            "wrong_requests.same_when_streamed",
            "errors.gateway_body",
        ),
        only_if(all_of(streams, _has_wrong_setting), bad_gateway),
        seen=DATABRICKS,
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
        ending_in(422, all_of(streams, _has_wrong_setting)),
    ),
    Fault(
        "streamed-like-databricks",
        "A wrong request is refused in another envelope where a stream was asked for.",
        ("wrong_requests.same_when_streamed", "errors.envelope"),
        only_if(all_of(streams, _has_wrong_setting), like_databricks),
    ),
    Fault(
        "responses-listed",
        "A GET of the route is answered with a list of responses.",
        ("wrong_requests.method",),
        only_if(_is_get, lambda reply: replace(reply, status=200, content={"object": "list", "data": []})),
    ),
    Fault(
        "response-of-an-id-unprocessable",
        "A response that is not there is refused as a request that cannot be processed.",
        ("wrong_requests.method",),
        ending_in(422, _is_by_id),
    ),
    Fault(
        "shaken-by-bodies",
        "The request after two that cannot be read is refused.",
        ("wrong_requests.answers_afterwards",),
        refusing_after(_is_unread, times=2),
    ),
)
