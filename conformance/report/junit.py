"""The JUnit file of a run that ended before it began, so that nobody reads the one of the day before."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path


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
