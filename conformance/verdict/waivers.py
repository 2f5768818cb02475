"""Waivers: known failures that somebody accepts until a day, in a TOML file; and those that are due to be deleted."""

from __future__ import annotations

import datetime
import difflib
import enum
import fnmatch
import itertools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.contract import Contract
from conformance.verdict.causes import Finding, causes_of, place_of
from conformance.verdict.outcomes import CaseOutcome, Record, Run
from conformance.wire.json_values import show
from conformance.wire.schema import violations

HEAD: Final = re.compile(r"^\s*\[\[\s*waiver\s*\]\]")
PREFIX: Final = "waived "
"""Stands before the level of a finding that is waived."""

MOST: Final = 3
"""Mistakes that are told at once."""

BLOCKED: Final = (CaseOutcome.COULD_NOT_RUN, CaseOutcome.SUITE_ERROR)


class WaiverError(Exception):
    """A file of waivers with a mistake: the line, if it is known, and what is wrong with it."""


class State(enum.StrEnum):
    """What a run says of a waiver."""

    IN_USE = "in use"
    PASSES = "passes again"
    UNMATCHED = "matches nothing"
    EXPIRED = "expired"
    NOT_TOLD = "not told by this run"

    @property
    def is_stale(self) -> bool:
        """True for what has to be deleted: it fails the run."""
        return self in (State.PASSES, State.UNMATCHED, State.EXPIRED)


@dataclass(frozen=True, slots=True)
class Waiver:
    """A row of the file. ``models`` are names or patterns, ``place`` that of a cause, None for every place.

    ``lines`` are the first and the last line of the row, None where they cannot be told.
    """

    requirement: str
    models: tuple[str, ...]
    reason: str
    link: str
    expires: datetime.date
    place: str | None = None
    lines: tuple[int, int] | None = None

    def names(self, model: str) -> bool:
        """True for a model that the waiver is about."""
        return any(fnmatch.fnmatchcase(model, pattern) for pattern in self.models)

    def covers(self, cause: Finding, model: str) -> bool:
        """True for a finding of one cause that the waiver is about."""
        requirement, _, where, _, _ = cause
        return requirement == self.requirement and self.names(model) and self.place in (None, place_of(where))


@dataclass(frozen=True, slots=True)
class Told:
    """What a run says of a waiver: its state, why, in how many cases it was used, and where it stands."""

    waiver: Waiver
    state: State
    why: str
    cases: int
    where: str

    @property
    def text(self) -> str:
        """The same in one line."""
        place = "" if self.waiver.place is None else f" at {self.waiver.place or 'the answer'}"
        return f"{self.waiver.requirement}{place} of {', '.join(self.waiver.models)}: {self.state} ({self.why})"


@dataclass(frozen=True, slots=True)
class Waivers:
    """The waivers of a run, as of a day. ``file`` is how the file is called."""

    file: str
    rows: tuple[Waiver, ...]
    today: datetime.date

    def of(self, finding: Finding, model: str) -> list[int]:
        """The numbers of the waivers of a finding, none where one of its causes is not waived or it breaks nothing."""
        found: list[int] = []
        for cause in causes_of(finding) if finding[1] != "may" else ():
            covering = [
                number for number, row in enumerate(self.rows) if row.expires >= self.today and row.covers(cause, model)
            ]
            if not covering:
                return []
            found += covering
        return sorted(set(found))

    def told(self, run: Run, contract: Contract, whole: Iterable[str]) -> Iterator[Told]:
        """What the run says of each waiver. ``whole`` are the chapters all of whose tests were run."""
        chapters = set(whole)
        for number, row in enumerate(self.rows):
            used = sum(number in record.waived_by for record in run.records)
            state, why = self._state(row, used, run, contract, chapters)
            yield Told(row, state, why, used, self.where(row))

    def _state(self, row: Waiver, used: int, run: Run, contract: Contract, whole: set[str]) -> tuple[State, str]:
        if row.expires < self.today:
            return State.EXPIRED, f"on {row.expires.isoformat()}"
        if used:
            return State.IN_USE, f"in {used} cases"
        own = [record for record in run.records if row.names(record.model) and not record.untried]
        tried = {record.model for record in own}
        known = [model for model in contract.documented_models() if row.names(model)]
        if not own:
            if contract.models and not any(map(row.names, contract.models)):
                return State.UNMATCHED, "no model of this run and none of the contract has such a name"
            return State.NOT_TOLD, "none of its models was tried"
        if not any(contract.level(row.requirement, model) for model in tried):
            return State.UNMATCHED, f"under the contract {contract.name} it does not apply to these models"
        judged = [record for record in own if row.requirement in record.judged]
        if not judged:
            return State.NOT_TOLD, "nothing judged it"
        if left := [model for model in known if model not in tried]:
            return State.NOT_TOLD, f"not all of its models were tried ({', '.join(left[:3])})"
        if any(record.outcome in BLOCKED for record in own):
            return State.NOT_TOLD, "some cases of its models could not run"
        chapter = contract.chapters[contract.requirements[row.requirement].chapter]
        needed = set(_tested(contract)) if chapter.universal else {chapter.name}
        if needed - whole:
            return State.NOT_TOLD, "not all tests were run that judge it"
        if places := _places(row, judged):
            return State.UNMATCHED, f"found elsewhere: {', '.join(places[:3])}"
        return State.PASSES, f"in {len(judged)} cases"

    def where(self, row: Waiver) -> str:
        """The lines of a waiver."""
        if row.lines is None:
            return f"{self.file}, the waiver of {row.requirement}"
        first, last = row.lines
        return f"{self.file} lines {first} to {last}"


def _tested(contract: Contract) -> Iterator[str]:
    return (name for name, chapter in contract.chapters.items() if not chapter.universal)


def _places(row: Waiver, judged: Iterable[Record]) -> list[str]:
    """Where else the requirement is broken."""
    found = (finding for record in judged for finding in record.findings if finding[0] == row.requirement)
    return list(dict.fromkeys(place_of(cause[2]) or "the answer" for finding in found for cause in causes_of(finding)))


def read_waivers(content: bytes, file: str, contract: Contract, today: datetime.date) -> Waivers:
    """The waivers in the bytes of a file. Raises WaiverError."""
    try:
        text = content.decode("utf-8-sig")
        value = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise WaiverError(f"{file}: no UTF-8, at offset {error.start}") from error
    except tomllib.TOMLDecodeError as error:
        raise WaiverError(f"{file}: no TOML: {error}") from error
    except RecursionError as error:
        raise WaiverError(f"{file}: nested too deeply") from error
    lines = text.splitlines()
    places = _lines(lines, value.get("waiver"))
    plain = _plain(value)
    if wrong := list(itertools.islice(violations("waivers", plain), MOST)):
        at = _where(file, lines, places, wrong[0].pointer)
        raise WaiverError(f"{at}: {'; '.join(violation.text for violation in wrong)}")
    rows = []
    for number, row in enumerate(plain.get("waiver", ())):
        if row["requirement"] not in contract.requirements:
            close = difflib.get_close_matches(row["requirement"], contract.requirements, 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            at = _where(file, lines, places, f"/waiver/{number}/requirement")
            raise WaiverError(f"{at}: the contract has no requirement {show(row['requirement'])}{hint}")
        try:
            expires = datetime.date.fromisoformat(row["expires"])
        except ValueError as error:
            at = _where(file, lines, places, f"/waiver/{number}/expires")
            raise WaiverError(f"{at}: {row['expires']} is no day") from error
        models = tuple(row["models"])
        kept = row["requirement"], models, row["reason"], row["link"], expires, row.get("place")
        rows.append(Waiver(*kept, places[number] if places else None))
    return Waivers(file, tuple(rows), today)


def _plain(value: Any) -> Any:
    """A value of TOML as JSON has it."""
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value


def _lines(lines: list[str], rows: Any) -> list[tuple[int, int]] | None:
    """The first and the last line of each waiver; None where they are not written as tables of their own."""
    heads = [number for number, line in enumerate(lines, 1) if HEAD.match(line)]
    if not isinstance(rows, list) or len(heads) != len(rows):
        return None
    found = []
    for first, following in zip(heads, [*heads[1:], len(lines) + 1], strict=True):
        last = following - 1
        while last > first and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#")):
            last -= 1
        found.append((first, last))
    return found


def _where(file: str, lines: list[str], places: list[tuple[int, int]] | None, pointer: str) -> str:
    """The line that a pointer leads to: that of the member, else that of the waiver."""
    _, _, steps = pointer.partition("/waiver/")
    number, _, member = steps.partition("/")
    if not number.isdigit() or places is None or int(number) >= len(places):
        return f"{file}, waiver {int(number) + 1}" if number.isdigit() else file
    first, last = places[int(number)]
    name = member.partition("/")[0]
    written = re.compile(rf"""^\s*["']?{re.escape(name)}["']?\s*=""") if name else None
    exact = (line for line in range(first, last + 1) if written and written.match(lines[line - 1]))
    return f"{file} line {next(exact, first)}"
