"""Evidence: what was sent and received in the cases of a live run that failed or warned, kept in pytest's cache.

A case has a cassette there, which ``judge`` and a replay read. What a recording may not hold is not kept here either.
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.recording import Library, Recorder
from conformance.report.curl import stands_in_command
from conformance.run import again, transmit
from conformance.run.settings import Settings
from conformance.verdict import Case, CaseOutcome

FOLDER: Final = "conformance"
"""The name under ``d/`` in pytest's cache."""

KEPT: Final = (CaseOutcome.FAIL, CaseOutcome.WARN, CaseOutcome.COULD_NOT_RUN, CaseOutcome.SUITE_ERROR)


def folder_of(config: pytest.Config) -> Path | None:
    """Where evidence is kept; None where pytest keeps no cache."""
    cache: Any = getattr(config, "cache", None)
    if cache is None:
        return None
    with contextlib.suppress(OSError):
        return Path(cache.mkdir(FOLDER))
    return None


def forget(config: pytest.Config) -> None:
    """Removes what an earlier run has left."""
    if (folder := folder_of(config)) is not None:
        shutil.rmtree(folder, ignore_errors=True)


def told(config: pytest.Config, settings: Settings) -> list[str]:
    """What a verdict says of the evidence, if any was kept."""
    folder = folder_of(config) if settings.live else None
    if folder is None or not any(folder.iterdir()):
        return []
    return [f"exchanges of cases that failed, warned or could not run: {again.from_here(config, folder)}"]


def keep(config: pytest.Config, case: Case, settings: Settings) -> Path | str | None:
    """Keeps the exchanges of a case. The file, a sentence why there is none, or None where none is wanted."""
    if not settings.live or case.outcome not in KEPT or not case.exchanges:
        return None
    if (folder := folder_of(config)) is None:
        return "not kept: pytest has no cache here"
    recorder = Recorder(Library(folder).path(case.chapter, case.test, case.name), transmit.normaliser(settings))
    for exchange in case.exchanges:
        recorder.add(exchange)
    return transmit.save(recorder, case.exchanges[-1], settings) or recorder.path


def body_of(config: pytest.Config, case: Case, number: int, settings: Settings) -> Path | str | None:
    """The file with the body of a request, by its number from 1, that is too long for a command; else why not."""
    content = case.exchanges[number - 1].request.content or b""
    if stands_in_command(content) or not settings.live:
        return None
    if (folder := folder_of(config)) is None:
        return "it is not kept, as pytest has no cache here"
    if settings.secrets.hide(content.decode("latin-1")) != content.decode("latin-1"):
        return "it is not kept, as it holds a secret"
    file = Library(folder).path(case.chapter, case.test, case.name).with_suffix(f".{number}.body")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except OSError as error:
        return f"it is not kept: {error.strerror}"
    return file
