"""What a run and its cases remember, by the keys under which pytest keeps it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from conformance.recording import Recorder, Tape
from conformance.run.discovered import Found
from conformance.run.settings import Settings
from conformance.run.twins import Twins
from conformance.verdict import Case, Run

VALUED = pytest.StashKey[Collection[str]]()
SETTINGS = pytest.StashKey[Settings]()
RUN = pytest.StashKey[Run]()
PROVENANCE: pytest.StashKey[list[str]] = pytest.StashKey()
SILENT = pytest.StashKey[list[str]]()
"""The cases that got no answer at all."""

FOUND = pytest.StashKey[Found]()
TWINS = pytest.StashKey[Twins]()
CASE = pytest.StashKey[Case]()
TAPE = pytest.StashKey[Tape]()
RECORDER = pytest.StashKey[Recorder]()


def forget(item: pytest.Item) -> None:
    """Lets go of what a case has received, which pytest would keep to the end of the run."""
    keys: tuple[pytest.StashKey[Any], ...] = (CASE, TAPE, RECORDER)
    for key in keys:
        if key in item.stash:
            del item.stash[key]
