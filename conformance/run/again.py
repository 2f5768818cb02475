"""How a case is run again: the command, as it can be pasted into the folder in which this run was started."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from conformance import layout
from conformance.run.settings import Settings


def command(item: pytest.Item, settings: Settings, *options: str) -> str:
    """A command of a shell that runs one case with the options of this run and some more."""
    return "pytest " + shlex.join([*_address(item), *options, *settings.again])


def _address(item: pytest.Item) -> list[str]:
    """The arguments that name a case to pytest in the folder of this run."""
    place = item.nodeid.partition("::")[2]
    if layout.checkout() is None:
        return ["--pyargs", f"conformance.{item.path.stem}::{place}"]
    return [f"{from_here(item.config, item.path)}::{place}"]


def from_here(config: pytest.Config, path: Path) -> Path:
    """A path as it is read from the folder in which this run was started, if it is within."""
    folder = config.invocation_params.dir
    return path.relative_to(folder) if path.is_relative_to(folder) else path
