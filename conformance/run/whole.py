"""Which chapters a run tries as a whole, by what it was asked for: what is not found then is not there."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from conformance import layout
from conformance.contract import Contract

CHOOSING: Final = ("keyword", "markexpr", "deselect", "lf", "stepwise", "ignore", "ignore_glob", "maxfail")
"""Options of pytest that leave something out, or may."""


def whole(config: pytest.Config, contract: Contract) -> set[str]:
    """The chapters all of whose tests are run."""
    if any(config.getoption(name, None) for name in CHOOSING):
        return set()
    tested = {name for name, chapter in contract.chapters.items() if not chapter.universal}
    found: set[str] = set()
    for argument in config.args:
        name, _, chosen = argument.partition("::")
        path = Path(config.invocation_params.dir, name).resolve()
        if chosen:
            continue
        if name == "conformance" or layout.package().resolve().is_relative_to(path):
            return tested
        found |= {path.stem.removeprefix("test_")} & tested
    return found
