"""How a run begins, or ends before it has begun."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from conformance import report
from conformance.run import entry
from conformance.run.stash import VALUED
from conformance.wire.json_values import printable


def is_worker(config: pytest.Config) -> bool:
    """True in a process of pytest-xdist that runs cases for another one."""
    return hasattr(config, "workerinput")


def rearranged(config: pytest.Config) -> list[str] | None:
    """The arguments of a run in which pytest took the value of an option for a path to tests, put so that it will not.

    Those in PYTEST_ADDOPTS are among them. None for a run in which it did not.
    """
    if is_worker(config):
        return None
    given = [*entry.from_environment(), *map(str, config.invocation_params.args)]
    arguments = entry.joined(given, config.stash[VALUED], config.invocation_params.dir)
    return None if arguments == given else arguments


def again(arguments: list[str]) -> int:
    """The exit status of the run with other arguments, which stand in place of all that were given."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_ADDOPTS", raising=False)
        return int(pytest.main(arguments))


def ended(config: pytest.Config, error: Exception, status: int) -> int:
    """Says in one sentence why a run does not begin, also in its JUnit file if there is to be one; gives the status."""
    sentence = printable(str(error))
    sys.stderr.write(f"ERROR: {sentence}\n")
    if file := config.getoption("xmlpath", None):
        try:
            report.write_junit(Path(os.path.expandvars(file)).expanduser(), sentence)
        except OSError as problem:
            sys.stderr.write(f"ERROR: --junitxml: {file} cannot be written: {problem.strerror}\n")
    return status
