"""What the tests of single checks share: which requirements an exchange breaks, and which were judged."""

from __future__ import annotations

import dataclasses
import json

from conformance.checks import judge
from conformance.contract import Level, load
from conformance.wire.exchange import Exchange
from conformance.wire.sse import Event

CONTRACT = load("openai")


def broken_by(exchange: Exchange) -> set[str]:
    return {result.requirement for result in judge(exchange, CONTRACT) if result.finding}


CHAPTERS = ("streams", "response", "items", "usage")


def places_broken_by(exchange: Exchange, contract: str = "openai") -> dict[str, list[str]]:
    """The places of what an exchange breaks, by requirement, of the chapters that streams are tried with."""
    found: dict[str, list[str]] = {}
    for result in judge(exchange, load(contract)):
        if result.finding and result.level is not Level.MAY and result.requirement.partition(".")[0] in CHAPTERS:
            found.setdefault(result.requirement, []).append(result.finding.where)
    return found


def judged_by(exchange: Exchange) -> set[str]:
    return {result.requirement for result in judge(exchange, CONTRACT)}


MORE = {
    "consistency.order",
    "consistency.text_characters",
    "consistency.times",
    "items.id_shape",
    "obedience.included",
    "response.ranges",
}
"""Requirements that are tried in `test_checks_more`, whatever their chapter."""


def rows(chapter: str) -> set[str]:
    """The requirements of a chapter, without those that are tried elsewhere."""
    return {requirement.id for requirement in CONTRACT.chapters[chapter].requirements} - MORE


def streamed(exchange: Exchange) -> Exchange:
    """The same response object at the end of a stream."""
    events = []
    for number, kind in enumerate(("created", "in_progress", "completed")):
        data = {"type": f"response.{kind}", "sequence_number": number, "response": exchange.json}
        events.append(Event(f"response.{kind}", json.dumps(data)))
    return dataclasses.replace(exchange, captured_json=None, captured_events=tuple(events), headers={})
