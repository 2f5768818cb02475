"""Whether the twin of a request that has to be refused was answered in this run: a refusal counts only beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from conformance.recording import TWINS, CassetteError, Library, Recorder, exchange_of, read_cassette
from conformance.run import transmit
from conformance.run.forms import OTHER, SHAPES, Forms, form_of
from conformance.run.settings import Settings
from conformance.samples import twins
from conformance.verdict import Case, CouldNotRun
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import at, read_json, same

SHORT: Final = 100_000
"""Bytes of the longest answer that is remembered: a twin asks for a short one."""


class Twins:
    """Sends each twin once in a run and remembers what came back, as it does of other requests that are right.

    A recording keeps each in a cassette of its own, so that no other cassette depends on the order of the cases; a
    replay reads it from there. ``forms`` is what they have told of strings and lists.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings
        self._answers: dict[bytes, Exchange] = {}
        self._kept: set[Path] = set()
        self.replayed = settings is not None and settings.replay
        self.forms = Forms(_only_form(settings.library) if settings is not None and settings.replay else None)

    def remember(self, content: bytes, exchange: Exchange) -> None:
        """Remembers what became of a right request, which may be a twin."""
        if len(exchange.content or b"") <= SHORT:
            self._answers.setdefault(content, exchange)

    def answer(self, shape: str, model: str, content: bytes, send: Callable[[], Exchange]) -> tuple[Exchange, bool]:
        """What came back for a twin, and whether it had to be sent for that. Raises CouldNotRun."""
        path = None if self._settings is None else self._settings.library.path(TWINS, shape, model)
        was_sent = False
        if content not in self._answers:
            if path is not None and self._settings is not None and self._settings.replay:
                self._answers[content] = _recorded(path, content)
            else:
                self._answers[content], was_sent = send(), True
        exchange = self._answers[content]
        if path is not None and path not in self._kept and exchange.status == 200:
            self._kept.add(path)
            self._keep(path, exchange)
        return exchange, was_sent

    def _keep(self, path: Path, exchange: Exchange) -> None:
        """Saves a twin that was answered, in a recording."""
        if self._settings is None or not self._settings.recording:
            return
        recorder = Recorder(path, transmit.normaliser(self._settings))
        recorder.add(exchange)
        if (problem := transmit.save(recorder, exchange, self._settings)) is not None:
            raise CouldNotRun(problem)


def shape_beside(exchange: Exchange, case: Case) -> str | None:
    """The twin of a request: that of the case, or of several the one that is streamed as it is."""
    streamed = at(exchange.request.json, "stream") is True
    alike = [shape for shape in case.twins if twins.TWINS.get(shape, {}).get("stream", False) is streamed]
    return next(iter((*alike, *case.twins)), None)


def _only_form(library: Library) -> str | None:
    """The only form of input that the target of a recording took: the twin of the other form is recorded in it."""
    for refused, shape in SHAPES.items():
        for name in sorted(library.cases(TWINS, shape))[:1]:
            with contextlib.suppress(CassetteError):
                recorded = form_of(
                    exchange_of(read_cassette(library.path(TWINS, shape, name)).exchanges[0]).request.json
                )
                if recorded == OTHER[refused]:
                    return recorded
    return None


def _recorded(path: Path, content: bytes) -> Exchange:
    try:
        exchange = exchange_of(read_cassette(path).exchanges[0])
    except FileNotFoundError as error:
        raise CouldNotRun(f"the right request beside this one was not recorded: there is no {path}") from error
    except CassetteError as error:
        raise CouldNotRun(str(error)) from error
    if not same(exchange.request.json, read_json(content)):
        raise CouldNotRun(f"the right request beside this one is not the one in {path}: record it again")
    return exchange
