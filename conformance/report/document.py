"""The report of a run as one JSON value, ``schemas/report.json``: the truth of which all other files are views."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import conformance
from conformance.contract import Contract
from conformance.report.clients import clients
from conformance.report.trace import traced
from conformance.verdict import COULD_NOT_RUN_STATUS, FAILED_STATUS, Comparison, Record, Run
from conformance.verdict.causes import Cause, causes, ids
from conformance.verdict.waivers import PREFIX, Told

FORMAT: Final = 1

RESULTS: Final = {
    0: "passed",
    FAILED_STATUS: "failed",
    2: "interrupted",
    3: "internal error",
    4: "usage error",
    5: "nothing collected",
    COULD_NOT_RUN_STATUS: "could not run",
}
"""What a run came to, by its exit status. 2 to 5 are pytest's."""

LEVELS: Final = ("must", "should")
"""The levels whose findings have causes."""

WAIVED: Final = tuple(f"{PREFIX}{level}" for level in LEVELS)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a run besides what its cases told. ``started`` is ISO 8601, ``result`` the status in words.

    ``ended`` is the sentence of a run that ended before it began; ``contract`` is None where that was before it was
    read. ``base_url`` is empty where nobody was asked. ``models`` are those that were to be tried, each with its name
    at the target. ``waivers`` are told as `conformance.verdict.Waivers.told` has it; ``resumed`` is the beginning of
    the run that was taken up.
    """

    mode: str
    started: str
    seconds: float
    status: int
    result: str
    ended: str = ""
    fail_on: str = "must"
    options: Sequence[str] = ()
    base_url: str = ""
    provenance: Sequence[str] = ()
    contract: Contract | None = None
    models: Mapping[str, str] | None = None
    waivers: Sequence[Told] = ()
    comparison: Comparison | None = None
    resumed: str = ""


def document(run: Run, facts: Facts, hide: Callable[[str], str] = str) -> dict[str, Any]:
    """The report. ``hide`` takes secrets out of what stands in no record."""
    # Workers hand over their cases in any order.
    ordered = Run()
    records = ordered.records = sorted(run.records, key=lambda record: record.case)
    contract, models = facts.contract, facts.models or {}
    tried = tuple(models) or tuple(dict.fromkeys(record.model for record in records if record.model))
    rows = [] if contract is None else list(traced(contract, records, tried))
    return {
        "format": FORMAT,
        "run": {
            "suite": conformance.__version__,
            "mode": facts.mode,
            "started": facts.started,
            "seconds": round(facts.seconds, 3),
            "status": facts.status,
            "result": facts.result,
            "ended": hide(facts.ended) or None,
            "resumed": facts.resumed or None,
            "fail_on": facts.fail_on,
            "options": list(map(hide, facts.options)),
        },
        "target": hide(facts.base_url) or None,
        "contract": contract and {"name": contract.name, "version": contract.version},
        "provenance": list(map(hide, facts.provenance)),
        "counts": _counts(run, records, rows),
        "models": list(_models(records, models)),
        "waivers": list(map(_waiver, facts.waivers)),
        "baseline": facts.comparison and _comparison(facts.comparison),
        "causes": [_cause(cause) for level in (*LEVELS, *WAIVED) for cause in causes(ordered, level)],
        "clients": [{"client": name, "model": model, "why": why} for name, model, why in clients(records)],
        "requirements": rows,
        "cases": list(map(_case, records)),
    }


def _counts(run: Run, records: Sequence[Record], rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "cases": len(records),
        "outcomes": _outcomes(records),
        "failed_otherwise": run.failed_otherwise,
        "judgements": run.judged,
        "requirements_not_judged": sum(row["not_judged"] is not None for row in rows),
        **_cost(records),
    }


def _outcomes(records: Iterable[Record]) -> dict[str, int]:
    return dict(sorted(collections.Counter(record.outcome for record in records).items()))


def _cost(records: Sequence[Record]) -> dict[str, Any]:
    """Requests and tokens of some cases; beside them those that any case of the run may have had to send first."""
    own: collections.Counter[str] = collections.Counter({"input": 0, "output": 0})
    beside: collections.Counter[str] = collections.Counter({"requests": 0, "input": 0, "output": 0})
    for record in records:
        own.update(record.tokens)
        beside.update(record.beside)
    return {"requests": sum(map(_requests, records)), "tokens": dict(own), "beside": dict(beside)}


def _requests(record: Record) -> int:
    return record.requests - record.beside.get("requests", 0)


def _models(records: Sequence[Record], models: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for model in dict.fromkeys([*models, *(record.model for record in records)]):
        own = [record for record in records if record.model == model]
        yield {
            "model": model,
            "asked_as": models.get(model),
            "cases": len(own),
            "outcomes": _outcomes(own),
            **_cost(own),
        }


def _cause(cause: Cause) -> dict[str, Any]:
    requirement, _, where, expected, received = cause.example
    first = next((record for record in cause.records if record.again), None)
    return {
        "id": cause.id,
        "requirement": requirement,
        "level": cause.level.removeprefix(PREFIX),
        "waived": cause.level.startswith(PREFIX),
        "place": cause.place,
        "example": {"where": where, "expected": expected, "received": received},
        "models": cause.models,
        "cases": sorted(record.case for record in cause.records),
        "again": first and first.again,
        "evidence": (first and first.evidence) or None,
    }


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "started": found.started,
        "new": [cause.id for cause in found.new],
        "known": [cause.id for cause in found.known],
        **{name: list(map(_earlier, getattr(found, name))) for name in ("mended", "not_told")},
    }


def _earlier(cause: Mapping[str, Any]) -> dict[str, Any]:
    return {name: cause[name] for name in ("id", "requirement", "level", "place", "models")}


def _waiver(told: Told) -> dict[str, Any]:
    row = told.waiver
    return {
        "requirement": row.requirement,
        "models": list(row.models),
        "place": row.place,
        "reason": row.reason,
        "link": row.link,
        "expires": row.expires.isoformat(),
        "lines": row.lines and list(row.lines),
        "state": str(told.state),
        "why": told.why,
        "cases": told.cases,
    }


def _case(record: Record) -> dict[str, Any]:
    return {
        "case": record.case,
        "chapter": record.chapter,
        "model": record.model,
        "outcome": record.outcome,
        "reason": record.reason,
        "waived_by": record.waived_by,
        "requirements": record.requirements,
        "findings": list(map(_finding, record.findings)),
        "notes": record.notes,
        "retries": record.unsteady,
        "seconds": round(record.seconds, 3),
        "waited": round(record.waited, 3),
        "requests": _requests(record),
        "tokens": record.tokens,
        "beside": record.beside,
        "not_tried": record.not_tried,
        "untried": record.untried,
        "again": record.again,
        "evidence": record.evidence,
        "unknown": record.unknown,
        "judged": record.judged,
    }


def _finding(finding: list[str]) -> dict[str, Any]:
    requirement, level, where, expected, received = finding
    binding = level.removeprefix(PREFIX)
    return {
        "requirement": requirement,
        "level": binding,
        "waived": level != binding,
        "where": where,
        "expected": expected,
        "received": received,
        "causes": ids(finding) if binding in LEVELS else [],
    }
