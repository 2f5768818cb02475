"""Faults of errors: the body of a refusal, its envelope, and its type."""

from dataclasses import replace
from typing import Any, Final

from conformance.faults.lib.fault import DATABRICKS, Fault
from conformance.reference.edits.asked import Test, names_unsupported
from conformance.reference.edits.replies import only_if
from conformance.reference.reply import Reply, ReplyEdit, like_databricks
from conformance.wire.edit import Edit, edited, put, without


def _in_words(body: Any) -> Any:
    return {"error": body["error"]["message"]}


def _in_two_envelopes(body: Any) -> Any:
    return {**body, "error_code": "INVALID_PARAMETER_VALUE", "message": body["error"]["message"]}


def _is_unauthorized(reply: Reply) -> bool:
    return reply.status in (401, 403)


def _edited(test: Test, edits: tuple[Edit, ...], media_type: str | None) -> ReplyEdit:
    """Edits the body of some errors, and their content type."""

    def reply_edit(reply: Reply) -> Reply:
        headers = reply.headers if media_type is None else {**reply.headers, "content-type": media_type}
        return replace(reply, content=edited(reply.content, edits), headers=headers)

    return only_if(test, reply_edit)


def _refusal(*edits: Edit, media_type: str | None = None) -> ReplyEdit:
    """Edits the refusal of what is not supported."""
    return _edited(lambda reply: reply.status >= 400 and names_unsupported(reply), edits, media_type)


def _unauthorized(*edits: Edit, media_type: str | None = None) -> ReplyEdit:
    """Edits the refusal of a credential."""
    return _edited(_is_unauthorized, edits, media_type)


FAULTS: Final = (
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
        _refusal(without("/error/code")),
    ),
    Fault(
        "refused-in-words",
        "The error in a refusal is a text.",
        ("errors.body",),
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
        _refusal(without("/error/param")),
    ),
    Fault(
        "refused-as-page",
        "A refusal is a page of HTML.",
        ("errors.body",),
        _refusal(lambda _: b"<html><body>Bad Request</body></html>", media_type="text/html"),
    ),
    Fault(
        "refused-like-databricks",
        "A refusal is in an envelope that OpenAI's clients cannot read.",
        ("errors.envelope",),
        only_if(names_unsupported, like_databricks),
        seen=DATABRICKS,
    ),
    Fault(
        "refused-as-text",
        "A refusal comes as text/plain.",
        ("errors.content_type",),
        _refusal(media_type="text/plain; charset=utf-8"),
    ),
    Fault(
        "unauthorized-without-body",
        "The refusal of a credential has no body.",
        ("errors.gateway_body",),
        _unauthorized(lambda _: b""),
    ),
    Fault(
        "unauthorized-like-databricks",
        "The refusal of a credential is in an envelope that OpenAI's clients cannot read.",
        ("errors.gateway_envelope",),
        only_if(_is_unauthorized, like_databricks),
        seen=DATABRICKS,
    ),
    Fault(
        "unauthorized-as-plain-text",
        "The refusal of a credential is JSON that comes as text/plain.",
        ("errors.gateway_content_type",),
        _unauthorized(media_type="text/plain; charset=utf-8"),
    ),
    Fault(
        "unauthorized-as-text",
        "The refusal of a credential is bare text.",
        ("errors.gateway_body",),
        _unauthorized(lambda _: b"Invalid access token", media_type="text/plain; charset=utf-8"),
        seen=DATABRICKS,
    ),
)
