"""The summary of a report for people, in Markdown."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from conformance.wire.json_values import printable, shorten

MOST: Final = 40
"""Rows of a table."""

WIDE: Final = 100
"""Characters of a value in a cell."""

SPECIAL: Final = re.compile(r"([\\`*_\[\]|#~])")

TITLES: Final = {"must": "Broken promises (must), by cause", "should": "Warnings (should), by cause"}


def summary(report: Mapping[str, Any]) -> str:
    """The summary, what is read first at its head."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    run, counts = report["run"], report["counts"]
    yield f"## Responses conformance: {run['result']} (exit status {run['status']})"
    yield ""
    if run["ended"]:
        yield f"{escaped(run['ended'])}"
        yield ""
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in counts["outcomes"].items())
    beside = counts["beside"]
    tokens = {kind: count + beside[kind] for kind, count in counts["tokens"].items()}
    yield f"{counts['cases']} cases" + (f": {outcomes}" if outcomes else "") + ".  "
    yield (
        f"{counts['judgements']} judgements of requirements on {counts['requests'] + beside['requests']} requests; "
        f"tokens: {tokens['input']} in, {tokens['output']} out.  "
    )
    contract = report["contract"]
    yield f"Contract: {contract['name']} {contract['version']}.  " if contract else "No contract was read.  "
    yield f"Target: {escaped(report['target'])}." if report["target"] else "No target was asked."
    yield from ("", *(f"- {escaped(line)}" for line in report["provenance"]))
    if (compared := report["baseline"]) is not None:
        yield from ("", f"### Compared with the run of {escaped(compared['started'])}", "", *_compared(compared))
    for level, title in TITLES.items():
        found = [cause for cause in report["causes"] if cause["level"] == level and not cause["waived"]]
        if found:
            yield from ("", f"### {title}", "", *_causes(found, (report["baseline"] or {}).get("new", ())))
    if report["clients"]:
        yield from ("", "### Clients as they come out of the box", "", *_clients(report["clients"]))
    if report["waivers"]:
        yield from ("", "### Waivers", "", *_waivers(report["waivers"]))
    yield from _reasons(report["cases"], "could not run", "Could not run")
    yield from _reasons(report["cases"], "suite error", "Errors of the suite")
    if report["models"]:
        yield from ("", "### Models", "", *_models(report["models"]))
    not_judged = [row for row in report["requirements"] if row["not_judged"] and row["levels"]]
    if not_judged and report["cases"]:
        yield from ("", f"### Promises that were not judged: {len(not_judged)}", "", *_not_judged(not_judged))


def _causes(found: Sequence[Mapping[str, Any]], new: Collection[str]) -> Iterator[str]:
    rows = []
    for cause in found:
        example = cause["example"]
        models = cause["models"]
        told = ", ".join(models) if len(models) < 4 else f"{len(models)} models"
        rows.append(
            (
                code(cause["requirement"]) + (" (new)" if cause["id"] in new else ""),
                code(cause["place"] or "the answer"),
                f"{cell(example['expected'])}; received {cell(example['received'])}",
                str(len(cause["cases"])),
                cell(told),
                code(cause["again"]) if cause["again"] else "",
            )
        )
    yield from _table(("Promise", "Place", "Expected", "Cases", "Models", "Again"), rows)


def _compared(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"{len(found['new'])} causes are new, {len(found['known'])} known, {len(found['mended'])} mended."
    if found["mended"]:
        rows = [(code(row["requirement"]), code(row["place"] or "the answer"), row["level"]) for row in found["mended"]]
        yield from ("", *_table(("Mended", "Place", "Level"), rows))


def _waivers(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    rows = [
        (
            code(row["requirement"]),
            cell(", ".join(row["models"])),
            "" if row["place"] is None else code(row["place"] or "the answer"),
            cell(f"{row['state']} ({row['why']})"),
            cell(f"{row['reason']} ({row['link']})"),
            row["expires"],
        )
        for row in found
    ]
    yield from _table(("Promise", "Models", "Place", "State", "Reason", "Last day"), rows)


def _reasons(cases: Iterable[Mapping[str, Any]], outcome: str, title: str) -> Iterator[str]:
    reasons: dict[str, int] = {}
    for case in cases:
        if case["outcome"] == outcome:
            reasons[case["reason"]] = reasons.get(case["reason"], 0) + 1
    if reasons:
        yield from ("", f"### {title}", "")
        yield from (f"- {count} cases: {escaped(shorten(reason, 400))}" for reason, count in reasons.items())


def _clients(clients: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    rows = [(code(row["client"]), code(row["model"]), escaped(row["why"] or "works")) for row in clients]
    yield from _table(("Client", "Model", "Its tool loop"), rows)


def _models(models: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    rows = [
        (
            code(row["model"]),
            str(row["cases"]),
            ", ".join(f"{count} {outcome}" for outcome, count in row["outcomes"].items()),
            str(row["requests"] + row["beside"]["requests"]),
            str(row["tokens"]["input"] + row["beside"]["input"]),
            str(row["tokens"]["output"] + row["beside"]["output"]),
        )
        for row in models
    ]
    yield from _table(("Model", "Cases", "Outcomes", "Requests", "Tokens in", "Tokens out"), rows)


def _not_judged(found: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    rows = [(code(row["requirement"]), cell(row["source"]), cell(row["not_judged"])) for row in found]
    yield from _table(("Promise", "Source", "Why"), rows)


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(titles)} |"
    yield f"|{'---|' * len(titles)}"
    yield from (f"| {' | '.join(row)} |" for row in rows[:MOST])
    if len(rows) > MOST:
        yield ""
        yield f"… and {len(rows) - MOST} more, which the report has"


def escaped(text: str) -> str:
    """A text in which nothing is Markdown, HTML or a command to a terminal."""
    return html.escape(SPECIAL.sub(r"\\\1", printable(text)), quote=False)


def cell(text: str) -> str:
    """A text as it stands in a cell of a table."""
    return escaped(shorten(text, WIDE))


def code(text: str) -> str:
    """A text as code in a cell of a table."""
    return f"<code>{html.escape(printable(text)).replace('|', '&#124;')}</code>"
