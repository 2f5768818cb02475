"""Reports of earlier runs: read, and their cases as a run has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.verdict import Record
from conformance.verdict.waivers import PREFIX
from conformance.wire.json_values import Unreadable, read_json
from conformance.wire.schema import violations


def parse_report(content: bytes) -> dict[str, Any]:
    """The report in the bytes of a file. Raises ValueError: what is wrong with it, in a few words."""
    report = read_json(content)
    if isinstance(report, Unreadable):
        raise ValueError(report.why)
    for violation in violations("report", report):
        raise ValueError(f"no report of this version of the suite: at {violation.text}")
    assert isinstance(report, dict)
    return report


def record_of(case: Mapping[str, Any]) -> Record:
    """A case of a report as a run has it."""
    return Record(
        case=case["case"],
        chapter=case["chapter"],
        model=case["model"],
        outcome=case["outcome"],
        requests=case["requests"] + case["beside"].get("requests", 0),
        judged=case["judged"],
        findings=[
            [
                one["requirement"],
                f"{PREFIX if one['waived'] else ''}{one['level']}",
                one["where"],
                one["expected"],
                one["received"],
            ]
            for one in case["findings"]
        ],
        unknown=case["unknown"],
        unsteady=case["retries"],
        waited=case["waited"],
        not_tried=case["not_tried"],
        notes=case["notes"],
        reason=case["reason"],
        again=case["again"],
        untried=case["untried"],
        requirements=case["requirements"],
        seconds=case["seconds"],
        tokens=case["tokens"],
        beside=case["beside"],
        evidence=case["evidence"],
        waived_by=case["waived_by"],
    )
