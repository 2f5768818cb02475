"""Checks of words of which there are only so many: the lists are in ``lib/words.py``."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.lib.parts import OF_REQUESTS, known_by, typed_parts
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.timeline import Step
from conformance.checks.lib.view import View
from conformance.checks.lib.words import CLOSED, SETTINGS, STATUSES, places, strangers
from conformance.wire.json_values import MISSING, at, show


def _has_words(view: View, requirement: str) -> bool:
    """True for an answer with words of a kind. In what state items of a completed one are, its consistency tells."""
    if requirement == STATUSES and view.status == "completed":
        return False
    return any(isinstance(value, str) for path in CLOSED[requirement] for _, value in places(view.response, path))


def _is_compared(view: View, where: str) -> bool:
    """True for a setting whose echo is compared with what was sent, or with its default: another one says so."""
    return view.asked(*where.split("/")[1:]) is not MISSING or (bool(view.body) and where == "/text/format/type")


def _check(requirement: str) -> None:
    @rule(f"words.{requirement}", when=lambda view: _has_words(view, requirement))
    def check(view: View) -> Iterator[Finding]:
        for where, value, known in strangers(view.response, requirement):
            if requirement == SETTINGS and _is_compared(view, where):
                continue
            yield Finding(view.where(where), " or ".join(map(show, known)), show(value))


for _requirement in CLOSED:
    _check(_requirement)


@rule("words.parts", when=lambda view: any(view.parts()))
def parts(view: View) -> Iterator[Finding]:
    """Parts and annotations are of types that clients know. What another type has the members of, its own rule says."""
    for where, value, kinds, closed in typed_parts(view):
        named = value.get("type")
        is_new = isinstance(named, str) and named not in closed and not named.startswith(OF_REQUESTS)
        if is_new and known_by(value, kinds) is None:
            yield Finding(view.where(f"{where}/type"), " or ".join(map(show, closed)), show(named))


def _begun(view: View) -> list[Step]:
    """The events that open the stream of a request in the foreground, with the response as it is then."""
    # Who says that the response waits may open it so.
    asked = view.asked("background") is True or any(view.timeline.of("response.queued"))
    opened = view.timeline.of("response.created", "response.in_progress") if view.is_create and not asked else ()
    # What comes next can explain it, where it came.
    opened = opened if len(view.timeline.steps) > 1 else ()
    steps = [step for step in opened if isinstance(at(step.json, "response", "status"), str)]
    return [step for step in steps if at(step.json, "response", "background") is not True]


@rule("words.begun", when=lambda view: bool(_begun(view)))
def begun(view: View) -> Iterator[Finding]:
    """A response in the foreground does not wait: it is in progress from its first event on."""
    for step in _begun(view):
        status = at(step.json, "response", "status")
        if status == "queued":
            yield Finding(
                step.where("/response/status"), '"in_progress", as nothing asks for the background', show(status)
            )
