"""How a request of a case gets its answer: from the target, which may be recorded, or from a cassette."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from vcr.errors import CannotOverwriteExistingCassetteException

from conformance.recording import Normaliser, NotSaved, Provenance, Recorder, Tape, replacing, target_kind
from conformance.run.settings import Settings
from conformance.verdict import Case
from conformance.wire.exchange import Exchange

Send = Callable[[], Exchange]
Transmit = Callable[[Send], Exchange]
"""Lets a request be sent, and does with it what the mode of the run asks for."""


class Unrecorded(Exception):
    """Ends a test whose request is not in its cassette."""


def path_of(settings: Settings, case: Case) -> Path:
    """The file of a case's cassette."""
    return settings.library.path(case.chapter, case.test, case.name)


def normaliser(settings: Settings) -> Normaliser:
    """What takes out of requests that which this run alone has."""
    target = settings.target
    renewed = target.login.tokens if target.login else ()
    return Normaliser(target.path, target.token, replacing(settings.urls), renewed)


def sent(send: Send) -> Exchange:
    """Sends, and no more."""
    return send()


def recorded(recorder: Recorder) -> Transmit:
    """Sends, and keeps what came back."""

    def transmit(send: Send) -> Exchange:
        exchange = send()
        recorder.add(exchange)
        return exchange

    return transmit


def played(case: Case, tape: Tape, record: str) -> Transmit:
    """Sends, and turns a request that the cassette does not hold into a mismatch of the case.

    ``record`` is the command that records it.
    """

    def transmit(send: Send) -> Exchange:
        try:
            return send()
        except CannotOverwriteExistingCassetteException as error:
            case.mismatches.append("\n".join([*tape.miss(error.failed_request), f"record it:  {record}"]))
            raise Unrecorded("the request is not in the cassette") from None

    return transmit


def save(recorder: Recorder, last: Exchange, settings: Settings) -> str | None:
    """Saves a recording, the last exchange of which tells who answered; a sentence if it cannot be saved."""
    kind = target_kind(last.headers, settings.target.host)
    provenance = Provenance(kind, datetime.now(UTC).date().isoformat(), settings.contract.version)
    try:
        recorder.save(provenance, settings.secrets)
    except (NotSaved, OSError) as error:
        return f"{recorder.path}: {error}"
    return None
