"""Tells a run to others than its terminal: the report, its summary, a CI system, JUnit. No worker does so."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from conformance import report
from conformance.report import Facts, files
from conformance.report.draft import drafted
from conformance.run.report_options import ReportOptions, why
from conformance.run.settings import Settings
from conformance.run.stash import PROVENANCE, RUN, SETTINGS
from conformance.run.whole import whole
from conformance.verdict import COULD_NOT_RUN_STATUS, FAILED_STATUS, Comparison, Run, Told, compare
from conformance.wire.json_values import printable


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Reporting:
    """What is kept of one run, from its first moment on."""

    options: ReportOptions = field(default_factory=ReportOptions)
    started: datetime = field(default_factory=_now)
    waivers: list[Told] = field(default_factory=list)
    comparison: Comparison | None = None

    def ended(self, config: pytest.Config, sentence: str, status: int) -> None:
        """Tells of a run that ended before it began; where that cannot be written, a sentence says so."""
        for problem in (*_junit_of_end(config, sentence), *self._tell(config, status, sentence)):
            sys.stderr.write(f"ERROR: {problem}\n")

    def finish(self, config: pytest.Config, status: int) -> int:
        """Tells of a run that is over; gives its status, which is another one if nothing could be written."""
        if file := junit_file(config):
            report.tell_errors(file)
        settings, run = config.stash[SETTINGS], config.stash.get(RUN, None) or Run()
        if settings.waivers is not None:
            self.waivers = list(settings.waivers.told(run, settings.contract, whole(config, settings.contract)))
        if status in (0, COULD_NOT_RUN_STATUS) and any(one.state.is_stale for one in self.waivers):
            status = FAILED_STATUS
        if self.options.baseline is not None:
            self.comparison = compare(self.options.baseline, run)
        problems = list(self._tell(config, status))
        _write(config, [f"ERROR: {problem}" for problem in problems])
        return COULD_NOT_RUN_STATUS if problems and not status else status

    def _tell(self, config: pytest.Config, status: int, sentence: str = "") -> list[str]:
        """Writes what was asked for. Gives a sentence for each thing that could not be written."""
        problems = []
        try:
            if self.options.draft is not None and not sentence:
                levels = ("must", "should") if config.stash[SETTINGS].fail_on == "should" else ("must",)
                files.put(self.options.draft, drafted(config.stash[RUN], levels, self.started.date()))
        except OSError as error:
            problems.append(f"--write-waivers: {self.options.draft} cannot be written: {why(error)}")
        if not self.options.asked:
            return problems
        told = self._document(config, status, sentence)
        try:
            # The report that is taken up may stand in the same folder, and is worth more than a sentence.
            if self.options.folder is not None and not (sentence and config.option.resume):
                report.write_report(self.options.folder, told)
        except OSError as error:
            problems.append(f"--report: {self.options.folder} cannot be written: {why(error)}")
        try:
            if self.options.step_summary is not None:
                with self.options.step_summary.open("a", encoding="utf-8", errors="backslashreplace") as file:
                    file.write(report.markdown.summary(told))
        except OSError as error:
            problems.append(f"--ci=github: {self.options.step_summary} cannot be written: {why(error)}")
        if self.options.ci == "azure":
            _write(config, list(report.azure(told)))
        return problems

    def _document(self, config: pytest.Config, status: int, sentence: str) -> dict[str, Any]:
        settings = config.stash.get(SETTINGS, None)
        provenance: list[str] = config.stash.get(PROVENANCE, [])
        started = self.started.isoformat(timespec="seconds")
        seconds = (_now() - self.started).total_seconds()
        run = config.stash.get(RUN, None) or Run()
        result = report.RESULTS.get(status, "not decided")
        if settings is None:
            return report.document(run, Facts("none", started, seconds, status, result, sentence))
        facts = Facts(
            settings.mode,
            started,
            seconds,
            status,
            result,
            sentence,
            settings.fail_on,
            settings.again,
            settings.target.base_url if settings.live else "",
            provenance,
            settings.contract,
            _names(settings),
            self.waivers,
            self.comparison,
            settings.resume.report["run"]["started"] if settings.resume is not None else "",
        )
        return report.document(run, facts, settings.secrets.hide)


def _names(settings: Settings) -> dict[str, str]:
    return {model: settings.target.model_name(model) for model in settings.models}


def junit_file(config: pytest.Config) -> Path | None:
    """The JUnit file of the run, if there is to be one."""
    given = config.getoption("xmlpath", None)
    return Path(os.path.expandvars(given)).expanduser() if given else None


def _junit_of_end(config: pytest.Config, sentence: str) -> list[str]:
    """Writes the JUnit file of a run that ended before it began."""
    if (file := junit_file(config)) is None:
        return []
    try:
        report.write_junit(file, sentence)
    except OSError as error:
        return [f"--junitxml: {file} cannot be written: {error.strerror}"]
    return []


def _write(config: pytest.Config, lines: list[str]) -> None:
    """Writes lines where pytest writes, or to standard output where it does not yet."""
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    for line in map(printable, lines):
        if terminal is None:
            sys.stdout.write(f"{line}\n")
        else:
            terminal.ensure_newline()
            terminal.write_line(line)
