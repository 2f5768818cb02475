"""The options that say what is kept of a run for others to read, read before anything is sent."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.report import files
from conformance.run.values import one_of
from conformance.wire.json_values import printable

CI: Final = ("github", "azure")
STEP_SUMMARY: Final = "GITHUB_STEP_SUMMARY"
"""The variable with the file that a job of GitHub Actions shows on its page."""


def add_options(group: Any) -> None:
    """Adds them to a group of pytest's options."""
    group.addoption("--report", metavar="DIR", help="write report.json and summary.md into this folder")
    group.addoption(
        "--ci",
        metavar="NAME",
        help=f"tell the causes where a CI system looks for them: github (${STEP_SUMMARY}) or azure (its log)",
    )


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """Where a run is told. ``folder`` is None without ``--report``, ``step_summary`` with another CI than github's."""

    folder: Path | None = None
    ci: str | None = None
    step_summary: Path | None = None

    @property
    def asked(self) -> bool:
        """True where a run is told anywhere."""
        return self.folder is not None or self.ci is not None

    @classmethod
    def read(cls, config: pytest.Config, environ: Mapping[str, str] = os.environ) -> ReportOptions:
        """The options of a run. Raises pytest.UsageError, also where a file could not be written."""
        option = config.option
        ci = None if option.ci is None else one_of("--ci", option.ci, CI)
        told = (("--report", option.report), ("--ci", ci))
        for name, value in told:
            if value is not None and option.list:
                raise pytest.UsageError(f"{name}: --list runs nothing, so there is nothing to tell")
        step_summary = None
        if ci == "github":
            if not environ.get(STEP_SUMMARY):
                raise pytest.UsageError(
                    f"--ci=github: {STEP_SUMMARY} is not set; leave --ci out where no job of GitHub Actions runs"
                )
            step_summary = Path(environ[STEP_SUMMARY])
            check_appending(step_summary)
        folder = None if option.report is None else folder_in(config.invocation_params.dir, option.report)
        return cls(folder, ci, step_summary)


def folder_in(start: Path, given: str) -> Path:
    """The folder of a report, which is there then and can be written. Raises pytest.UsageError."""
    if not given.strip():
        raise pytest.UsageError("--report: the name of a folder is empty")
    folder = start / given
    try:
        files.prepare(folder)
    except (OSError, ValueError) as error:
        raise pytest.UsageError(f"--report: {printable(str(folder))} cannot be written: {why(error)}") from error
    return folder


def check_appending(path: Path) -> None:
    """Raises pytest.UsageError where nothing can be added to a file."""
    try:
        with path.open("a", encoding="utf-8"):
            pass
    except (OSError, ValueError) as error:
        raise pytest.UsageError(f"--ci=github: {printable(str(path))} cannot be written: {why(error)}") from error


def why(error: Exception) -> str:
    """The reason of an error in a few words."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
