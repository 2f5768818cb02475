"""Faults of what is refused and what is accepted: the parameters that are not supported, and the errors."""

from typing import Any, Final

from conformance.reference.faults.asked import every, is_question, streams
from conformance.reference.faults.edits import (
    Edit,
    bad_gateway,
    drop,
    echoing,
    ending_in,
    on_refusal,
    on_response,
    only_if,
    put,
    refusing,
    with_member,
    without,
)
from conformance.reference.faults.fault import DATABRICKS, ELSEWHERE, Fault
from conformance.reference.reply import Change, Reply, like_databricks

UNSUPPORTED: Final = ("background", "store", "previous_response_id", "service_tier", "conversation")
REFUSALS: Final = tuple(f"unsupported_parameters.{name}" for name in UNSUPPORTED)


def _in_words(body: Any) -> Any:
    return {"error": body["error"]["message"]}


def _in_two_envelopes(body: Any) -> Any:
    return {**body, "error_code": "INVALID_PARAMETER_VALUE", "message": body["error"]["message"]}


def _in_conversation(reply: Reply) -> Reply:
    sent = reply.asked.get("conversation")
    return reply if sent is None else on_response(put("/conversation", {"id": sent}))(reply)


def _is_list(reply: Reply) -> bool:
    return isinstance(reply.asked.get("input"), list) and is_question(reply)


def _is_text(reply: Reply) -> bool:
    return "stream" not in reply.asked and not _is_list(reply) and is_question(reply)


def _names_unsupported(reply: Reply) -> bool:
    return not reply.asked.keys().isdisjoint(UNSUPPORTED)


def _refusal(*edits: Edit, media_type: str | None = None) -> Change:
    """Edits the refusal of what is not supported."""
    return only_if(_names_unsupported, on_refusal(*edits, media_type=media_type))


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
        ("supported_models.message_list", "credentials.basic"),
        refusing(_is_list),
    ),
    Fault(
        "string-refused",
        "An input that is a string is refused.",
        (
            "supported_models.string_input",
            "streams.streamed",
            "limits.incomplete",
            "tool_refusals.answers_afterwards",
            "wrong_requests.answers_afterwards",
            "wrong_requests.unusual_body",
            "credentials.answers_afterwards",
            "credentials.lower_case",
        ),
        refusing(_is_text),
    ),
    Fault(
        "list-fails",
        "A list of messages ends in an internal error.",
        ("supported_models.message_list", "credentials.basic"),
        refusing(_is_list, 500),
    ),
)

ERRORS: Final = (
    Fault(
        "refused-with-422", "What is not supported is refused with 422.", REFUSALS, ending_in(422, _names_unsupported)
    ),
    Fault(
        "refused-with-500",
        "What is not supported ends in an internal error.",
        REFUSALS,
        ending_in(500, _names_unsupported),
    ),
    Fault(
        "refused-stream-with-502",
        "A request that is refused with 400 gets a bare 502 when it asks for a stream.",
        (*REFUSALS, "errors.body", "errors.content_type"),
        only_if(every(streams, _names_unsupported), bad_gateway),
        seen=DATABRICKS,
    ),
    Fault("refused-without-body", "A refusal has no body.", ("errors.body",), _refusal(lambda _: b"")),
    Fault(
        "refused-without-message",
        "A refusal has an empty message.",
        ("errors.body",),
        _refusal(put("/error/message", "")),
    ),
    Fault(
        "refused-without-code",
        "A refusal has a message and no code.",
        ("errors.body",),
        _refusal(drop("/error/code")),
    ),
    Fault(
        "refused-in-words",
        "The error in a refusal is a text.",
        ("errors.body", "errors.envelope"),
        _refusal(_in_words),
    ),
    Fault(
        "refused-in-two-envelopes",
        "A refusal is in both envelopes at once.",
        ("errors.body",),
        _refusal(_in_two_envelopes),
    ),
    Fault(
        "refused-in-half-an-envelope",
        "A refusal in OpenAI's envelope has no param.",
        ("errors.body",),
        _refusal(drop("/error/param")),
    ),
    Fault(
        "refused-like-databricks",
        "A refusal is in an envelope that OpenAI's clients cannot read.",
        ("errors.envelope",),
        only_if(_names_unsupported, like_databricks),
        seen=DATABRICKS,
    ),
    Fault(
        "refused-as-text",
        "A refusal comes as text/plain.",
        ("errors.content_type",),
        _refusal(media_type="text/plain; charset=utf-8"),
    ),
    Fault(
        "refused-as-page",
        "A refusal is a page of HTML.",
        ("errors.body", "errors.content_type"),
        _refusal(lambda _: b"<html><body>Bad Request</body></html>", media_type="text/html"),
    ),
)

STREAMED: Final = (
    Fault(
        "streams-by-default",
        "A request that does not ask for a stream gets one.",
        ("streams.streamed", "wrong_requests.unusual_body"),
        reading=with_member(of="stream", made=lambda stream: stream is not False),
        seen=ELSEWHERE,
    ),
    Fault(
        "streams-always",
        "A request that wants no stream gets one.",
        ("streams.streamed", "wrong_requests.unusual_body"),
        reading=with_member(of="stream", made=True),
    ),
    Fault(
        "never-streams",
        "A request that asks for a stream gets none.",
        ("streams.streamed",),
        reading=without("stream", "stream_options"),
    ),
)
