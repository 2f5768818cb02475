"""A set of cassettes: a folder with one file a case, ``<chapter>/<test>/<case>.json``."""

from __future__ import annotations

import collections
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from conformance.recording.cassette import read_provenance

SUFFIX = ".json"
TWINS = "twins"
"""The folder of the right requests beside those that have to be refused, ``twins/<shape>/<model>.json``."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where some of the cassettes of a set come from, and how many they are."""

    target: str
    contract: str
    first: str
    last: str
    count: int

    def __str__(self) -> str:
        days = self.first if self.first == self.last else f"{self.first} to {self.last}"
        return f"{self.count} of {self.target}, recorded {days}, contract {self.contract}"


class Library:
    """The cassettes in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, chapter: str, test: str, case: str) -> Path:
        """The file of a case."""
        return self.folder / chapter / test / f"{file_name(case)}{SUFFIX}"

    def cases(self, chapter: str, test: str) -> set[str]:
        """Names of the cassettes that a test has, without suffix."""
        return {file.name.removesuffix(SUFFIX) for file in (self.folder / chapter / test).glob(f"*{SUFFIX}")}

    def files(self) -> list[Path]:
        """Every file in the set that is not hidden, in the order of their names."""
        return sorted(
            file
            for file in self.folder.rglob("*")
            if file.is_file() and not any(part.startswith(".") for part in file.relative_to(self.folder).parts)
        )

    def origins(self) -> list[Origin]:
        """Where the cassettes come from, by kind of target and version of the contract. Broken files are left out."""
        days: dict[tuple[str, str], list[str]] = collections.defaultdict(list)
        for file in self.files():
            if (provenance := read_provenance(file)) is not None:
                days[provenance.target, provenance.contract].append(provenance.recorded)
        return [
            Origin(target, contract, min(recorded), max(recorded), len(recorded))
            for (target, contract), recorded in sorted(days.items())
        ]

    def unclaimed(self, known: Mapping[str, Mapping[str, set[str]]], chapters: set[str]) -> Iterator[Path]:
        """Files that belong to no case.

        ``known`` holds, for the chapters and tests that were collected, the names of all their cases; ``chapters`` the
        names of all chapters that there are.
        """
        for file in self.files():
            parts = file.relative_to(self.folder).parts
            if parts[0] == TWINS and len(parts) == 3 and file.suffix == SUFFIX:
                continue
            if len(parts) != 3 or file.suffix != SUFFIX or parts[0] not in chapters:
                yield file
                continue
            tests = known.get(parts[0])
            if tests is not None and file.name.removesuffix(SUFFIX) not in tests.get(parts[1], set()):
                yield file


def file_name(case: str) -> str:
    """The name of a case as the name of a file: what a file system may refuse is written as %XX, so none collide."""
    safe = set("=.,_-+[]()@ ")
    return "".join(c if (c.isalnum() and c.isascii()) or c in safe else f"%{ord(c):02X}" for c in case)
