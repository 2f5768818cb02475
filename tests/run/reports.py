"""Reports of runs in tests: read, validated, and without what no two runs share."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from conformance.faults import find
from conformance.reference.app import create_app
from conformance.reference.serve import running
from tests import ROOT
from tests.run.checkout import TOKEN

SCHEMA = json.loads((ROOT / "schemas" / "report.json").read_text(encoding="utf-8"))
TIMES = ("seconds", "waited", "started", "beside")
"""Members that differ from run to run; which case sends what others need too is a matter of order."""


def report_in(folder: Path) -> dict[str, Any]:
    """The report in a folder, which has a summary too and nothing else; it validates."""
    assert {file.name for file in folder.iterdir() if file.suffix in (".json", ".md", "")} == {
        "report.json",
        "summary.md",
    }
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    Draft202012Validator(SCHEMA).validate(report)
    assert TOKEN not in json.dumps(report)
    return report


def timeless(value: Any) -> Any:
    """A report without times."""
    if isinstance(value, dict):
        return {name: timeless(member) for name, member in value.items() if name not in TIMES}
    return [timeless(each) for each in value] if isinstance(value, list) else value


@contextlib.contextmanager
def broken(*names: str) -> Iterator[str]:
    """The base URL of a reference endpoint with some faults at once."""
    faults = [find(name) for name in names]

    def request(body: Any) -> Any:
        for fault in faults:
            body = fault.request_edit(body)
        return body

    def reply(reply: Any) -> Any:
        for fault in faults:
            reply = fault.reply_edit(reply)
        return reply

    with running(create_app(token=TOKEN, request_edit=request, reply_edit=reply, delay=0.0)) as url:
        yield url
