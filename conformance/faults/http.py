"""Faults of what HTTP says around a right body: status, charset, byte order mark, date."""

from dataclasses import replace
from email.utils import formatdate
from typing import Any, Final

from conformance.faults.lib.fault import ELSEWHERE, Fault
from conformance.reference.edits.asked import asks, is_question
from conformance.reference.edits.replies import answers_question, is_json, only_if, where_sent
from conformance.reference.reply import Reply, ReplyEdit, encoded

TWO_DAYS: Final = 2 * 86_400


def _typed(media_type: str) -> ReplyEdit:
    """Says another content type, with its parameters, of the JSON answer to a short question."""
    edit: ReplyEdit = lambda reply: replace(reply, headers={**reply.headers, "content-type": media_type})  # noqa: E731
    return only_if(lambda reply: is_json(reply) and is_question(reply), edit)


def _marked(reply: Reply) -> Reply:
    """Puts a byte order mark before a body of JSON, or before the first event of a stream."""
    mark = "\ufeff".encode()
    if reply.frames is None:
        return replace(reply, content=mark + encoded(reply.content))
    return reply


def _sent_later(reply: Reply) -> Reply:
    """Dates an answer two days behind the time at which it says that it was created."""
    created: Any = (reply.content if reply.frames is None else reply.frames[0].data["response"])["created_at"]
    return replace(reply, headers={**reply.headers, "date": formatdate(created + TWO_DAYS, usegmt=True)})


FAULTS: Final = (
    Fault(
        "answered-with-201",
        "Requests with instructions are answered with 201 Created.",
        ("http.success",),
        where_sent("/instructions", lambda reply: replace(reply, status=201)),
    ),
    Fault(
        "error-with-status-200",
        "A refusal of a temperature comes with the status 200.",
        ("http.error_status",),
        only_if(
            lambda reply: reply.status == 400 and asks("/temperature")(reply), lambda one: replace(one, status=200)
        ),
        seen=ELSEWHERE,
    ),
    Fault(
        "charset-latin-1",
        "The content type of JSON names another charset than UTF-8.",
        ("http.charset",),
        _typed("application/json; charset=iso-8859-1"),
    ),
    Fault(
        "byte-order-mark",
        "JSON begins with a byte order mark.",
        ("http.byte_order_mark",),
        only_if(answers_question, _marked),
    ),
    Fault(
        "created-two-days-ago",
        "An answer says that it was created two days before the time in its header Date.",
        ("http.date",),
        only_if(answers_question, _sent_later),
        seen=ELSEWHERE,
    ),
)
