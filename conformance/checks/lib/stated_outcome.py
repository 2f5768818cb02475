"""The outcome that a test states for a request: answered, answered in part, refused, or either."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from conformance.checks.lib.reasons import reason
from conformance.checks.lib.rules import Finding
from conformance.checks.lib.view import View
from conformance.wire.json_values import at, show


class Outcome(enum.StrEnum):
    """What a test says beforehand of an answer."""

    ANSWERED = "answered"
    INCOMPLETE = "incomplete"
    REFUSED = "refused"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Stated:
    """What a test states for one exchange, and the requirements that it puts to the test with it.

    ``statuses`` are those of a refusal, empty where any from 400 to 499 will do.
    """

    outcome: Outcome
    requirements: tuple[str, ...]
    statuses: tuple[int, ...] = ()


MOST_CHARACTERS: Final = 8
"""Characters of a token: genuine answers have never more on an average."""


def outcome_finding(view: View, stated: Stated) -> Finding | None:
    """What is wrong with the outcome, or None if it is as stated."""
    status = view.exchange.status
    match stated.outcome:
        case Outcome.ANSWERED | Outcome.INCOMPLETE:
            return _answered(view) or (_incomplete(view) if stated.outcome is Outcome.INCOMPLETE else None)
        # An error with the status of a success is a refusal; that its status is wrong is said of the status.
        case Outcome.REFUSED if stated.statuses and status not in stated.statuses and not view.is_hidden_error:
            expected = " or ".join(map(str, stated.statuses))
            return Finding("status", f"{expected}, as the request has to be refused", f"{status}: {_instead(view)}")
        case Outcome.REFUSED if not stated.statuses and not 400 <= status < 500 and not view.is_hidden_error:
            return Finding("status", "400 to 499, as the request has to be refused", f"{status}: {_instead(view)}")
    return None


def _instead(view: View) -> str:
    """What came instead of a refusal, in words that are the same each time."""
    return "a response" if view.response and not view.exchange.is_stream else message(view)


def _answered(view: View) -> Finding | None:
    status = view.exchange.status
    # An answer with another status of success is one; that its status is wrong is said of the status.
    if status != 200 and not (200 < status < 300 and view.response):
        return Finding("status", "200, as the request is right", f"{status}: {message(view)}")
    if not view.response:
        what = message(view) if view.exchange.is_stream else show(view.exchange.json)
        return Finding("", "a response object", what)
    if view.status == "failed":
        return Finding(view.where("/status"), "an answer, as the request is right", f"failed: {message(view)}")
    return None


def _incomplete(view: View) -> Finding | None:
    """An answer that does not fit ends for want of tokens. One that was shorter than asked for breaks nothing."""
    reason = at(view.response, "incomplete_details", "reason")
    if (view.status == "incomplete" and reason == "max_output_tokens") or fits(view):
        return None
    limit, used = view.asked("max_output_tokens"), _used(view)
    expected = f"incomplete with the reason max_output_tokens, as the answer does not fit into {show(limit)} tokens"
    return Finding(view.where("/status"), expected, f"{show(view.status)} with {used} output tokens or more")


def fits(view: View) -> bool:
    """True for a completed answer that takes fewer tokens than were allowed, by its own account or by its length."""
    limit = view.asked("max_output_tokens")
    return view.status == "completed" and isinstance(limit, int) and _used(view) < limit


def _used(view: View) -> int:
    """The tokens of an answer, by its own account; where it gives none the fewest that its text can have."""
    used = at(view.response, "usage", "output_tokens")
    texts = [at(part, "text") for _, part in view.parts("output_text")]
    return (
        used if isinstance(used, int) else sum(len(text) for text in texts if isinstance(text, str)) // MOST_CHARACTERS
    )


def message(view: View) -> str:
    """What an answer says of itself: the message of its error, or the beginning of its body."""
    if view.exchange.is_stream:
        types = [event.type for event in view.exchange.events]
        errors = (reason(step.json) for step in view.timeline.steps if step.type in ("error", "response.failed", ""))
        if (error := next(filter(None, errors), None)) is not None:
            return f"an error in a stream: {error}"
        return f"a stream of {len(types)} events" + (f", the last of type {types[-1]}" if types else "")
    body = view.exchange.json
    return reason(body) or show(body)
