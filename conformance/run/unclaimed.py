"""Cassettes that belong to no case, as items that fail, so that every view of a run shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.run.settings import Settings


def unclaimed(session: pytest.Session, settings: Settings, known: dict[str, dict[str, set[str]]]) -> list[pytest.Item]:
    """An item for each cassette of the set that belongs to no case.

    ``known`` holds, for the chapters and tests that were collected, the names of the files of all their cases. Chapters
    of which tests were picked by their ids are left out, as the others of them are not known.
    """
    chapters = {name for name, chapter in settings.contract.chapters.items() if not chapter.universal}
    complete = {name: tests for name, tests in known.items() if _is_complete(session, name)}
    return [
        UnclaimedCassette.from_parent(session, name=path.name, nodeid=f"unclaimed cassette {path}", file=path)
        for path in settings.library.unclaimed(complete, chapters)
    ]


def _is_complete(session: pytest.Session, chapter: str) -> bool:
    """True if all tests of a chapter were collected, none picked by its id."""
    return not any("::" in arg and f"test_{chapter}.py" in arg for arg in session.config.args)


class UnclaimedCassette(pytest.Item):
    """Fails for a cassette that belongs to no case: a test was renamed or removed, or the file is out of place."""

    def __init__(self, *, file: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.file = file

    def runtest(self) -> None:
        """Fails with one sentence."""
        pytest.fail(f"the cassette {self.file} belongs to no case: remove it, or put it in its place", pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        """The file, and the name of this item."""
        return self.file, None, self.name
