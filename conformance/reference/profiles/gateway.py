"""What the gateway in front of the models does: its errors, its limits, and faults that pass."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from conformance.reference.edits.replies import both, is_unauthorized, only_if
from conformance.reference.profiles.switch import Switch
from conformance.reference.reply import JSON_TYPE, Reply, ReplyEdit, like_databricks

ROUND: Final = 240
"""After how many requests everything comes again."""

LIMITED: Final = "Exceeded the limit of queries, try again later."


def _nth(*numbers: int, edit: ReplyEdit) -> ReplyEdit:
    """An edit of the replies with these numbers of each round. The application that serves it keeps the count."""

    def reply_edit(reply: Reply) -> Reply:
        number = reply.memory.get(reply_edit, 0) + 1
        reply.memory[reply_edit] = number
        return edit(reply) if number % ROUND in numbers else reply

    return reply_edit


def _ending(
    status: int, content: Callable[[Reply], Any], media_type: str = JSON_TYPE, **headers: Callable[[Reply], str]
) -> ReplyEdit:
    """Ends a request, whatever it was, in another status. In the names of headers an underscore stands for a hyphen."""

    def reply_edit(reply: Reply) -> Reply:
        more = {name.replace("_", "-"): made(reply) for name, made in headers.items()}
        known = {**reply.headers, "content-type": media_type, **more}
        return replace(reply, status=status, content=content(reply), frames=None, headers=known)

    return reply_edit


def _in_envelope(code: str, message: str) -> Callable[[Reply], Any]:
    return lambda _: {"error_code": code, "message": message}


def _seconds(reply: Reply) -> str:
    return f"{reply.pause:g}"


def _documented(reply: Reply) -> Any:
    error = {"message": LIMITED, "type": "rate_limit_error", "param": None, "code": "rate_limit_exceeded"}
    return {"error": error | {"retry_after": reply.pause}}


SWITCHES: Final = (
    Switch(
        "databricks-errors",
        "Errors come in Databricks' envelope, with error_code and message.",
        is_right=True,
        reply_edit=like_databricks,
    ),
    Switch(
        "plain-text-401",
        "A wrong credential is refused with 401 in plain text.",
        is_right=True,
        reply_edit=only_if(
            lambda reply: is_unauthorized(reply) and "authorization" in reply.received.headers,
            _ending(401, lambda _: b"Invalid access token", "text/plain"),
        ),
    ),
    Switch(
        "rate-limits",
        "Some requests are answered with 429 and then pass: with retry-after as a header, in the body, or without.",
        is_right=True,
        reply_edit=both(
            _nth(
                *range(20, ROUND, 60),
                edit=_ending(429, _in_envelope("REQUEST_LIMIT_EXCEEDED", LIMITED), retry_after=_seconds),
            ),
            _nth(*range(40, ROUND, 60), edit=_ending(429, _documented)),
            _nth(60, edit=_ending(429, lambda _: b"")),
        ),
    ),
    Switch(
        "passing-faults",
        "Now and then a request ends in a 500, which closes its connection, or in a bare 502; the same one is then "
        "answered.",
        is_right=True,
        # Never one right after the other, nor where there is a limit.
        reply_edit=both(
            _nth(
                *range(30, ROUND, 80),
                edit=_ending(500, _in_envelope("INTERNAL_ERROR", "Internal error."), connection=lambda _: "close"),
            ),
            _nth(*range(70, ROUND, 80), edit=_ending(502, lambda _: b"Bad Gateway", "text/html")),
        ),
    ),
)
