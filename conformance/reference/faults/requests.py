"""Faults of what is refused and what is accepted: the parameters that are not supported, and the errors."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from conformance.reference.faults.asked import every, no_tools, streams
from conformance.reference.faults.edits import (
    bad_gateway,
    drop,
    echoing,
    on_refusal,
    on_response,
    only_if,
    put,
    refusing,
    with_member,
    without,
)
from conformance.reference.faults.fault import DATABRICKS, ELSEWHERE, Fault
from conformance.reference.reply import Reply

UNSUPPORTED: Final = ("background", "store", "previous_response_id", "service_tier", "conversation")
REFUSALS: Final = tuple(f"unsupported_parameters.{name}" for name in UNSUPPORTED)


def _openai(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"error": {"message": body["message"], "type": "invalid_request_error", "param": None, "code": None}}


def _in_conversation(reply: Reply) -> Reply:
    sent = reply.asked.get("conversation")
    return reply if sent is None else on_response(put("/conversation", {"id": sent}))(reply)


def _is_list(reply: Reply) -> bool:
    return isinstance(reply.asked.get("input"), list) and no_tools(reply)


def _is_plain(reply: Reply) -> bool:
    return reply.asked.keys() <= {"model", "input", "max_output_tokens", "reasoning"} and not _is_list(reply)


ACCEPTED: Final = (
    Fault(
        "background-accepted",
        "A request for background processing is answered.",
        ("unsupported_parameters.background",),
        echoing("background"),
        without("background"),
    ),
    Fault(
        "store-accepted",
        "A request to store the response is answered.",
        ("unsupported_parameters.store",),
        echoing("store"),
        without("store"),
    ),
    Fault(
        "previous-response-accepted",
        "A request that continues a stored response is answered.",
        ("unsupported_parameters.previous_response_id",),
        echoing("previous_response_id"),
        without("previous_response_id"),
    ),
    Fault(
        "service-tier-accepted",
        "A request that selects a service tier is answered.",
        ("unsupported_parameters.service_tier",),
        reading=without("service_tier"),
    ),
    Fault(
        "conversation-accepted",
        "A request that names a stored conversation is answered.",
        ("unsupported_parameters.conversation",),
        _in_conversation,
        without("conversation"),
    ),
    Fault(
        "background-ignored",
        "A request for background processing is answered in the foreground.",
        ("unsupported_parameters.background", "echo.background"),
        reading=without("background"),
    ),
    Fault(
        "store-ignored",
        "A request to store the response is answered, and nothing is stored.",
        ("unsupported_parameters.store", "echo.store"),
        reading=without("store"),
    ),
    Fault(
        "previous-response-ignored",
        "A stored response that is to be continued is passed over in silence.",
        ("unsupported_parameters.previous_response_id", "echo.previous_response_id"),
        reading=without("previous_response_id"),
    ),
    Fault(
        "conversation-ignored",
        "A conversation that is named is passed over in silence.",
        ("unsupported_parameters.conversation", "echo.conversation"),
        reading=without("conversation"),
    ),
)

REFUSED: Final = (
    Fault(
        "store-false-refused",
        "store is refused, also where it asks for nothing.",
        ("unsupported_parameters.boundary_values",),
        refusing(lambda reply: reply.asked.get("store") is False),
    ),
    Fault(
        "list-refused",
        "A list of messages is refused.",
        ("supported_models.message_list", "supported_models.rest_example"),
        refusing(_is_list),
    ),
    Fault(
        "string-refused",
        "An input that is a string is refused.",
        ("supported_models.string_input", "streams.streamed", "tool_refusals.answers_afterwards"),
        refusing(_is_plain),
    ),
    Fault(
        "list-fails",
        "A list of messages ends in an internal error.",
        ("supported_models.message_list", "supported_models.rest_example"),
        refusing(_is_list, 500),
    ),
)

ERRORS: Final = (
    Fault("refused-with-422", "What is not supported is refused with 422.", REFUSALS, on_refusal(status=422)),
    Fault("refused-with-500", "What is not supported ends in an internal error.", REFUSALS, on_refusal(status=500)),
    Fault(
        "refused-stream-with-502",
        "A request that is refused with 400 gets a bare 502 when it asks for a stream.",
        (*REFUSALS, "errors.body", "errors.content_type"),
        only_if(every(streams, no_tools), bad_gateway),
        seen=DATABRICKS,
    ),
    Fault("refused-without-body", "A refusal has no body.", ("errors.body",), on_refusal(lambda _: b"")),
    Fault(
        "refused-without-message", "A refusal has an empty message.", ("errors.body",), on_refusal(put("/message", ""))
    ),
    Fault(
        "refused-without-code",
        "A refusal has a message and no code.",
        ("errors.body", "errors.envelope"),
        on_refusal(drop("/error_code")),
    ),
    Fault(
        "refused-in-words",
        "The error in a refusal is a text.",
        ("errors.body", "errors.envelope"),
        on_refusal(lambda body: {"error": body["message"]}),
    ),
    Fault(
        "refused-in-two-envelopes",
        "A refusal is in both envelopes at once.",
        ("errors.body", "errors.envelope"),
        on_refusal(lambda body: {**body, **_openai(body)}),
    ),
    Fault(
        "refused-in-half-an-envelope",
        "A refusal in OpenAI's envelope has no param.",
        ("errors.body", "errors.envelope"),
        on_refusal(_openai, drop("/error/param")),
    ),
    Fault("refused-like-openai", "A refusal is in OpenAI's envelope.", ("errors.envelope",), on_refusal(_openai)),
    Fault(
        "refused-as-text",
        "A refusal comes as text/plain.",
        ("errors.content_type",),
        on_refusal(media_type="text/plain; charset=utf-8"),
    ),
    Fault(
        "refused-as-page",
        "A refusal is a page of HTML.",
        ("errors.body", "errors.content_type"),
        on_refusal(lambda _: b"<html><body>Bad Request</body></html>", media_type="text/html"),
    ),
)

LATER: Final = (
    Fault(
        "no-credential-ends-in-500",
        "A request without a credential ends in an internal error.",
        (),
        lambda reply: replace(reply, status=500) if reply.status == 401 else reply,
        seen=ELSEWHERE,
        needs="a request without a credential",
    ),
)
"""Seen in the wild, and out of reach of what the tests send today."""

STREAMED: Final = (
    Fault(
        "streams-by-default",
        "A request that does not ask for a stream gets one.",
        ("streams.streamed",),
        reading=with_member(of="stream", made=lambda stream: stream is not False),
        seen=ELSEWHERE,
    ),
    Fault(
        "streams-always",
        "A request that wants no stream gets one.",
        ("streams.streamed",),
        reading=with_member(of="stream", made=True),
    ),
    Fault(
        "never-streams",
        "A request that asks for a stream gets none.",
        ("streams.streamed",),
        reading=without("stream", "stream_options"),
    ),
)
