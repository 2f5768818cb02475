"""The files of a report."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from conformance.report import markdown

REPORT: Final = "report.json"
SUMMARY: Final = "summary.md"


def prepare(folder: Path) -> None:
    """Makes the folder of a report, and makes sure that its files can be written. Raises OSError."""
    for name in (REPORT, SUMMARY):
        if (folder / name).is_dir():
            raise IsADirectoryError(f"{name} in it is a folder")
    probe = folder / ".written"
    put(probe, "")
    probe.unlink()


def write_report(folder: Path, report: Mapping[str, Any]) -> None:
    """Writes a report and its summary into a folder. Raises OSError."""
    put(folder / REPORT, text(report))
    put(folder / SUMMARY, markdown.summary(report))


def text(value: Mapping[str, Any]) -> str:
    """The report as the text of its file, in which each cause, requirement and case has a line of its own."""
    members = (f" {_line(name)}: {_lines(member)}" for name, member in value.items())
    return "{\n" + ",\n".join(members) + "\n}\n"


def _lines(member: Any) -> str:
    if isinstance(member, list) and member:
        return "[\n" + ",\n".join(f"  {_line(each)}" for each in member) + "\n ]"
    return _line(member)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def put(path: Path, content: str) -> None:
    """Writes a file as a whole, or leaves the one that is there. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # A lone surrogate becomes an escape, as JSON has them.
        part.write_text(content, encoding="utf-8", errors="backslashreplace", newline="\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
