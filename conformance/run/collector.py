"""What the process that reports hears of the cases."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.verdict import Run, causes


class Told:
    """The text of a case that failed. As it has no message, pytest's summary of what failed holds names only.

    What was found is summed up by causes.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def toterminal(self, tw: Any) -> None:
        """Writes the text."""
        tw.line(self.text)


class Collector:
    """Collects the records of all cases, in the process that reports."""

    def __init__(self, run: Run, *, verbose: bool) -> None:
        self.run = run
        self._verbose = verbose
        self._told: set[tuple[str, ...]] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Adds the record that a report carries, and counts what failed without one.

        A case that failed for nothing but causes that earlier ones had is not told at length again.
        """
        if (values := getattr(report, "conformance", None)) is not None:
            self.run.add(values)
            found = causes.keys(values["findings"], "must")
            report.told_before = bool(found) and found <= self._told and not self._verbose  # type: ignore[attr-defined]
            self._told |= found
            if isinstance(report.longrepr, str):
                report.longrepr = Told(report.longrepr)  # type: ignore[assignment]  # pytest asks for `toterminal` only
        elif report.failed:
            self.run.failed_otherwise += 1
