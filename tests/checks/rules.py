"""What the tests of single checks share: which requirements an exchange breaks, where, and which were judged."""

from __future__ import annotations

from typing import Any

from conformance.checks import Stated, judge
from conformance.contract import Level, load
from conformance.wire.exchange import Exchange
from tests.right.exchanges import DATABRICKS, OPENAI

MODEL = "gpt-5-4"
CHAPTERS = ("streams", "response", "items", "texts", "usage", "words", "http")


def broken_by(exchange: Exchange) -> set[str]:
    """The requirements of OpenAI's contract that an exchange breaks."""
    return {result.requirement for result in judge(exchange, OPENAI, every=True) if result.finding}


def judged_by(exchange: Exchange) -> set[str]:
    """The requirements of OpenAI's contract that an exchange puts to the test."""
    return {result.requirement for result in judge(exchange, OPENAI, every=True)}


def places_broken_by(exchange: Exchange, contract: str = "openai") -> dict[str, list[str]]:
    """The places of what an exchange breaks, by requirement, of the chapters that streams are tried with."""
    found: dict[str, list[str]] = {}
    for result in judge(exchange, load(contract), every=True):
        if result.finding and result.level is not Level.MAY and result.requirement.partition(".")[0] in CHAPTERS:
            found.setdefault(result.requirement, []).append(result.finding.where)
    return found


def found_in(judged: Exchange, contract: Any = DATABRICKS, stated: Stated | None = None) -> dict[str, set[str]]:
    """The requirements of a contract that an exchange breaks, each with the places."""
    places: dict[str, set[str]] = {}
    for result in judge(judged, contract, model=MODEL, stated=stated, every=True):
        if result.finding is not None:
            places.setdefault(result.requirement, set()).add(result.finding.where)
    return places


def judged_in(right: Exchange, contract: Any = DATABRICKS) -> set[str]:
    """The requirements of a contract that an exchange puts to the test."""
    return {result.requirement for result in judge(right, contract, model=MODEL, every=True)}
