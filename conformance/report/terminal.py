"""What the terminal shows at the end of a run: warnings, observations, what could not run, the matrix, the verdict."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from conformance.contract import Contract
from conformance.report.causes import cases_of, told_of
from conformance.report.causes import rows as rows_of_causes
from conformance.report.clients import rows as rows_of_clients
from conformance.report.document import RESULTS
from conformance.report.matrix import Paint, matrix, plain
from conformance.verdict import CaseOutcome, Comparison, Record, Run, Told
from conformance.verdict.causes import Cause, causes, place_of, skeleton, together
from conformance.wire.json_values import printable, shorten

SOME: Final = 5
FEW: Final = 10
MANY: Final = 60
"""Rows of what is observed, of another section, and of any with -v."""

SHOWN: Final = 8
"""Causes of failures that are told at the end, each in three lines, so that they fit a screen with the verdict."""


def summary(
    run: Run,
    contract: Contract,
    *,
    width: int,
    remarks: Sequence[str],
    status: int,
    verbose: bool = False,
    waivers: Sequence[Told] = (),
    comparison: Comparison | None = None,
    paint: Paint = plain,
) -> Iterator[tuple[str, str]]:
    """The sections at the end of a run: title and text of each, what is read first at the very end.

    ``remarks`` are what the verdict says besides; ``verbose`` shows more rows.
    """
    most = MANY if verbose else FEW
    if rows := [
        *_observations(run, MANY if verbose else SOME, verbose=verbose),
        *_reasons(run.with_outcome(CaseOutcome.OBSERVED)),
    ]:
        yield "observed, which nobody promises (may)", "\n".join(rows)
    if rows := list(_unknown(run, most)):
        yield "not described anywhere (no promise)", "\n".join(rows)
    yield "conformance matrix", "\n".join(matrix(run, contract, width, verbose=verbose, paint=paint))
    if rows := list(map(printable, rows_of_clients(run))):
        yield "clients", "\n".join(rows)
    if rows := _reasons([*run.with_outcome(CaseOutcome.COULD_NOT_RUN), *run.unmet()]):
        yield "could not run", "\n".join(rows)
    if rows := [printable(f"{one.text}: {one.waiver.reason} ({one.waiver.link})") for one in waivers if one.cases]:
        yield "waived", "\n".join(rows)
    if rows := [printable(f"{one.where}: {one.text}") for one in waivers if one.state.is_stale]:
        yield "waivers to be deleted, for which this run fails", "\n".join(rows)
    if found := causes(run, "should"):
        yield "warnings (should)", "\n".join(map(printable, rows_of_causes(found, most)))
    if found := causes(run, "must"):
        yield "broken promises (must), by cause", "\n".join(map(printable, _blocks(found, MANY if verbose else SHOWN)))
    if comparison is not None:
        yield "compared with the baseline, by cause", "\n".join(map(printable, _compared(comparison, most)))
    yield "verdict", "\n".join(_verdict(run, remarks, status))


def _blocks(found: Sequence[Cause], most: int) -> Iterator[str]:
    """Three lines for each cause: the promise and how many cases it is, place and values, and an example's command."""
    groups = together(found)
    for number, group in enumerate(groups[:most], 1):
        yield f"{number:>2}  {group[0].requirement}  {cases_of(group[0])}"
        yield f"    {told_of(group)}"
        if again := next((record.again for record in group[0].records if record.again), ""):
            yield f"    again: {again}"
    if len(groups) > most:
        yield f"    … and {len(groups) - most} more, which -v shows"


def _compared(found: Comparison, most: int) -> Iterator[str]:
    """How many causes are new, known and mended, and which of them are new and mended."""
    counts = f"{len(found.new)} new, {len(found.known)} known, {len(found.mended)} mended"
    left = f", {len(found.not_told)} of which nothing was judged now" if found.not_told else ""
    yield f"{counts}{left}; the baseline is the run of {found.started}"
    yield from (f"new: {row}" for row in rows_of_causes(found.new, most))
    for cause in found.mended[:most]:
        yield f"mended: {cause['requirement']}  {cause['place'] or 'the answer'}, {cause['level']}"


def _reasons(records: Iterable[Record]) -> list[str]:
    """One line for each reason that some cases have, with how many these are."""
    reasons = collections.Counter(record.reason for record in records if record.reason)
    return [printable(f"{count} cases: {reason}") for reason, count in reasons.items()]


def _observations(run: Run, most: int, *, verbose: bool) -> Iterator[str]:
    """One line for each thing that was observed, with the models in which it was seen. What was received matters.

    Without ``verbose`` answers that differ in nothing but values share a line.
    """
    groups: dict[tuple[str, str, str], list[str]] = collections.defaultdict(list)
    shown: dict[tuple[str, str, str], str] = {}
    for record, (requirement, _, where, _, received) in run.findings("may"):
        key = requirement, place_of(where), received if verbose else skeleton(received)
        groups[key].append(record.model)
        shown.setdefault(key, received)
    for number, (key, seen) in enumerate(sorted(groups.items())):
        if number == most:
            yield f"… and {len(groups) - most} more, which -v shows"
            return
        requirement, place, _ = key
        told = shorten(shown[key], 60)
        yield printable(f"{requirement}  {place or 'the answer'}: {told}  ({len(seen)}x, {_named(seen)})")


def _unknown(run: Run, most: int) -> Iterator[str]:
    """One line for each member or event that nobody has described, with the models that sent it."""
    seen: dict[str, list[str]] = collections.defaultdict(list)
    for record in run.records:
        for name in record.unknown:
            seen[name].append(record.model)
    for name, models in sorted(seen.items())[:most]:
        yield printable(f"{name}  ({len(models)}x, {_named(models)})")
    if len(seen) > most:
        yield f"… and {len(seen) - most} more"


def _named(models: Iterable[str]) -> str:
    names = list(dict.fromkeys(models))
    return ", ".join(names) if len(names) < 4 else f"{len(names)} models"


def _verdict(run: Run, remarks: Sequence[str], status: int) -> Iterator[str]:
    counted = collections.Counter(record.outcome for record in run.records)
    outcomes = ", ".join(f"{counted[outcome]} {outcome}" for outcome in reversed(CaseOutcome) if counted[outcome])
    requests = sum(record.requests for record in run.records)
    yield f"{len(run.records)} cases: {outcomes}"
    per_request = f" ({run.judged / requests:.1f} a request)" if requests else ""
    yield f"{run.judged} judgements of requirements on {requests} requests{per_request}"
    if asked_again := collections.Counter(what for record in run.records for what in record.unsteady):
        kinds = ", ".join(f"{count}x {what}" for what, count in asked_again.most_common())
        waited = sum(record.waited for record in run.records)
        yield f"unsteady, asked again: {kinds}" + (f"; waited {waited:.0f} s in all" if waited else "")
    if not run.judged:
        yield "nothing was judged: this run says nothing about the target"
    yield from map(printable, remarks)
    left = run.not_tried
    not_tried = f"; NOT TRIED: {', '.join(left)} (give {', '.join(left.values())})" if left else ""
    yield f"{RESULTS.get(status, 'not decided')} (exit status {status}){not_tried}"
