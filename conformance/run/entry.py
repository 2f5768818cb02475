"""Decides whether a run of pytest is one of the suite. Only then are its options and hooks there.

This module is loaded in every run of pytest in an environment in which the suite is installed, so it imports little and
changes nothing in runs of other projects.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Iterable
from pathlib import Path

import pytest

from conformance import layout

PLUGIN = "conformance.run.plugin"


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:  # noqa: ARG001
    """Loads the plugin of the suite if this run is meant for it."""
    config = pluginmanager.get_plugin("pytestconfig")
    if isinstance(config, pytest.Config) and is_meant(config):
        pluginmanager.import_plugin(PLUGIN)


def is_meant(config: pytest.Config) -> bool:
    """True for a run in the suite's checkout, and for one whose arguments name it: by path, node id or module."""
    folder, root = config.invocation_params.dir, layout.checkout()
    if root is not None and folder.is_relative_to(root):
        return True
    arguments = [*config.getini("addopts"), *from_environment(), *map(str, config.invocation_params.args)]
    named = [argument.partition("::")[0] for argument in arguments if not argument.startswith("-")]
    if "--pyargs" in arguments and any(name.partition(".")[0] == "conformance" for name in named):
        return True
    paths = [path for name in named if (path := _existing(folder, name)) is not None]
    if not paths and folder == config.rootpath:
        paths = [path for name in config.getini("testpaths") if (path := _existing(folder, name)) is not None]
    return any(_is_of_suite(path, root) for path in paths)


def from_environment() -> list[str]:
    """The arguments in PYTEST_ADDOPTS."""
    try:
        return shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))
    except ValueError:
        return []  # pytest tells what is wrong with it


def _existing(folder: Path, name: str) -> Path | None:
    try:
        return (folder / name).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        return None  # no path: the value of an option, or what pytest will complain about


def _is_of_suite(path: Path, root: Path | None) -> bool:
    """True for a path in the package, and for the root of its checkout."""
    return path.is_relative_to(layout.package().resolve()) or (root is not None and path == root.resolve())


def joined(arguments: Iterable[str], options: Collection[str], folder: Path) -> list[str]:
    """Arguments of pytest in which an option has its value behind an equals sign if that is a path in the folder.

    pytest looks for its root and its settings before it knows the options of any plugin: a value that stands alone and
    is an existing path passes for a folder of tests.
    """
    made: list[str] = []
    left = iter(arguments)
    for argument in left:
        made.append(argument)
        if argument == "--":
            return [*made, *left]
        if argument in options and (value := next(left, None)) is not None:
            made[-1:] = [argument, value] if _existing(folder, value) is None else [f"{argument}={value}"]
    return made
