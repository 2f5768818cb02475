"""Faults of parameters that are not supported."""

from typing import Final

from conformance.faults.lib.fault import DATABRICKS, Fault
from conformance.faults.lib.requirements import every
from conformance.reference.edits.asked import all_of, names_unsupported, streams
from conformance.reference.edits.replies import (
    bad_gateway,
    echoing,
    ending_in,
    on_response,
    only_if,
    where_sent,
)
from conformance.reference.edits.requests import ignoring
from conformance.reference.reply import Reply
from conformance.wire.edit import put


def _in_conversation(reply: Reply) -> Reply:
    sent = reply.asked.get("conversation")
    return reply if sent is None else on_response(put("/conversation", {"id": sent}))(reply)


ALL_REFUSED: Final = every("unsupported_parameters.*", but=("unsupported_parameters.boundary_values",))
"""What is not kept where unsupported parameters are refused in a wrong way."""


FAULTS: Final = (
    Fault(
        "background-accepted",
        "A request for background processing is answered.",
        ("unsupported_parameters.background",),
        echoing("background"),
        ignoring("background"),
    ),
    Fault(
        "background-ignored",
        "A request for background processing is answered in the foreground.",
        ("unsupported_parameters.background", "echo.background"),
        request_edit=ignoring("background"),
    ),
    Fault(
        "refused-with-422", "What is not supported is refused with 422.", ALL_REFUSED, ending_in(422, names_unsupported)
    ),
    Fault(
        "refused-with-500",
        "What is not supported ends in an internal error.",
        ALL_REFUSED,
        ending_in(500, names_unsupported),
    ),
    Fault(
        "refused-stream-with-502",
        "A request that is refused with 400 gets a bare 502 when it asks for a stream.",
        (*ALL_REFUSED, "errors.gateway_body"),
        only_if(all_of(streams, names_unsupported), bad_gateway),
        seen=DATABRICKS,
    ),
    Fault(
        "store-accepted",
        "A request to store the response is answered.",
        ("unsupported_parameters.store",),
        echoing("store"),
        ignoring("store"),
    ),
    Fault(
        "store-ignored",
        "A request to store the response is answered, and nothing is stored.",
        ("unsupported_parameters.store", "echo.store"),
        request_edit=ignoring("store"),
    ),
    Fault(
        "previous-response-accepted",
        "A request that continues a stored response is answered.",
        ("unsupported_parameters.previous_response_id",),
        echoing("previous_response_id"),
        ignoring("previous_response_id"),
    ),
    Fault(
        "previous-response-ignored",
        "A stored response that is to be continued is passed over in silence.",
        ("unsupported_parameters.previous_response_id", "echo.optional_members"),
        request_edit=ignoring("previous_response_id"),
    ),
    Fault(
        "previous-response-other",
        "A request that continues a stored response is answered as if it continued another one.",
        ("unsupported_parameters.previous_response_id", "echo.previous_response_id"),
        where_sent("/previous_response_id", on_response(put("/previous_response_id", "resp_0"))),
        ignoring("previous_response_id"),
    ),
    Fault(
        "service-tier-accepted",
        "A request that selects a service tier is answered.",
        ("unsupported_parameters.service_tier",),
        request_edit=ignoring("service_tier"),
    ),
    Fault(
        "conversation-accepted",
        "A request that names a stored conversation is answered.",
        ("unsupported_parameters.conversation",),
        _in_conversation,
        ignoring("conversation"),
    ),
    Fault(
        "conversation-ignored",
        "A conversation that is named is passed over in silence.",
        ("unsupported_parameters.conversation", "echo.conversation"),
        request_edit=ignoring("conversation"),
    ),
)
