"""JUnit files: that of a run that ended before it began, and what became of cases as JUnit has words for it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from conformance.verdict import CaseOutcome, Record
from conformance.verdict.causes import causes_of, id_of, key_of, place_of

ERRORS: Final = (CaseOutcome.COULD_NOT_RUN, CaseOutcome.SUITE_ERROR)
"""Outcomes that say nothing of the target: errors, and no failures."""


def write_junit(path: Path, sentence: str) -> None:
    """Writes a file with one error, in the form of pytest's own. ``sentence`` is printable. Raises OSError."""
    suites = ET.Element("testsuites", name="pytest tests")
    suite = ET.SubElement(suites, "testsuite", name="pytest", errors="1", failures="0", skipped="0", tests="1")
    case = ET.SubElement(suite, "testcase", classname="conformance", name="preflight", time="0.000")
    properties = ET.SubElement(case, "properties")
    ET.SubElement(properties, "property", name="outcome", value="could not run")
    ET.SubElement(case, "error", message=sentence).text = sentence
    path.parent.mkdir(parents=True, exist_ok=True)
    ET.ElementTree(suites).write(path, encoding="utf-8", xml_declaration=True)


def properties(record: Record) -> Iterator[tuple[str, str]]:
    """The properties of a case: names, which are an interface, and values."""
    yield "model", record.model
    yield "outcome", record.outcome
    yield from (("requirement", requirement) for requirement in record.requirements)
    yield from (("level", f"{name} | {level}") for name, level in record.requirements.items() if level)
    yield from (("finding", " | ".join(finding)) for finding in record.findings)
    found = {
        id_of(key_of(one)): f"{one[0]} | {place_of(one[2])}"
        for finding in record.findings
        if finding[1] != "may"
        for one in causes_of(finding)
    }
    yield from (("cause", f"{name} | {told}") for name, told in found.items())


def tell_errors(path: Path) -> None:
    """Makes errors of the failures of cases that say nothing of the target, in a file of pytest's. Raises OSError."""
    try:
        tree = ET.parse(path)  # noqa: S314  (pytest has just written it)
    except (ET.ParseError, FileNotFoundError):
        return
    changed = False
    for suite in tree.getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            if _outcome(case) in ERRORS and (failure := case.find("failure")) is not None:
                failure.tag = "error"
                for name, step in (("failures", -1), ("errors", 1)):
                    suite.set(name, str(int(suite.get(name, "0")) + step))
                changed = True
    if changed:
        tree.write(path, encoding="utf-8", xml_declaration=True)


def _outcome(case: Any) -> str:
    found = case.find("properties/property[@name='outcome']")
    return "" if found is None else found.get("value", "")
