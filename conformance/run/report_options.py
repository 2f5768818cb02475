"""The options that say what is kept of a run for others to read, read before anything is sent."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.contract import Contract
from conformance.report import files, parse_report
from conformance.run.taking_up import TakenUp
from conformance.run.values import one_of
from conformance.verdict import WaiverError, Waivers, read_waivers
from conformance.wire.json_values import printable

CI: Final = ("github", "azure")
STEP_SUMMARY: Final = "GITHUB_STEP_SUMMARY"
"""The variable with the file that a job of GitHub Actions shows on its page."""


def add_options(group: Any) -> None:
    """Adds them to a group of pytest's options."""
    group.addoption("--baseline", metavar="FILE", help="report.json of an earlier run, to compare with")
    group.addoption("--resume", metavar="FILE", help="report.json of a run like this one, to be taken up")
    group.addoption("--waivers", metavar="FILE", help="known failures that are accepted until a day, as TOML")
    group.addoption("--write-waivers", metavar="FILE", help="draft such a file from what failed")
    group.addoption("--report", metavar="DIR", help="write report.json and summary.md into this folder")
    group.addoption(
        "--ci",
        metavar="NAME",
        help=f"tell the causes where a CI system looks for them: github (${STEP_SUMMARY}) or azure (its log)",
    )


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """Where a run is told. ``folder`` is None without ``--report``, ``step_summary`` with another CI than github's.

    ``baseline`` is the report to compare with; ``draft`` is the file of ``--write-waivers``, if there is to be one.
    """

    folder: Path | None = None
    draft: Path | None = None
    ci: str | None = None
    step_summary: Path | None = None
    baseline: Mapping[str, Any] | None = None

    @property
    def asked(self) -> bool:
        """True where a run is told anywhere."""
        return self.folder is not None or self.ci is not None

    @classmethod
    def read(cls, config: pytest.Config, environ: Mapping[str, str] = os.environ) -> ReportOptions:
        """The options of a run. Raises pytest.UsageError, also where a file could not be written."""
        option = config.option
        ci = None if option.ci is None else one_of("--ci", option.ci, CI)
        told = (("--report", option.report), ("--ci", ci), ("--write-waivers", option.write_waivers))
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
        start = config.invocation_params.dir
        draft = None if option.write_waivers is None else new_file(start, option.write_waivers)
        folder = None if option.report is None else folder_in(start, option.report)
        baseline = None if option.baseline is None else _report(config, "--baseline", option.baseline)
        if option.fail_on == "new" and baseline is None:
            raise pytest.UsageError("--fail-on=new: new in comparison with what? name a report with --baseline=FILE")
        return cls(folder, draft, ci, step_summary, baseline)


def _report(config: pytest.Config, option: str, given: str) -> dict[str, Any]:
    """The report that an option names. Raises pytest.UsageError."""
    try:
        return parse_report((config.invocation_params.dir / given).read_bytes())
    except (OSError, ValueError) as error:
        raise pytest.UsageError(f"{option}: {printable(given)} cannot be read: {printable(why(error))}") from error


def taken_up(config: pytest.Config) -> TakenUp | None:
    """The run that is taken up, if one is. Raises pytest.UsageError."""
    given = config.option.resume
    return None if given is None else TakenUp(_report(config, "--resume", given))


def waivers(config: pytest.Config, contract: Contract) -> Waivers | None:
    """The waivers of a run, as of today; None without ``--waivers``. Raises pytest.UsageError."""
    given = config.option.waivers
    if given is None:
        return None
    try:
        content = (config.invocation_params.dir / given).read_bytes()
        return read_waivers(content, given, contract, datetime.now(UTC).date())
    except (OSError, ValueError) as error:
        raise pytest.UsageError(f"--waivers: {printable(given)} cannot be read: {why(error)}") from error
    except WaiverError as error:
        raise pytest.UsageError(f"--waivers: {printable(str(error))}") from error


def new_file(start: Path, given: str) -> Path:
    """The file of a draft, which is not there yet and can be written. Raises pytest.UsageError."""
    path = start / given
    try:
        if path.exists():
            raise pytest.UsageError(f"--write-waivers: {printable(given)} is there already; name a new file")
        files.put(path, "")
        path.unlink()
    except (OSError, ValueError) as error:
        raise pytest.UsageError(f"--write-waivers: {printable(given)} cannot be written: {why(error)}") from error
    return path


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
