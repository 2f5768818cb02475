"""The kill matrix: the conformance tests against the reference endpoint with each of its faults.

``python tests/kill_matrix.py`` prints what each fault was noticed by. The runs happen in processes of their own, each
with one endpoint in a thread, whose fault changes from run to run.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MODEL = "gpt-5-4"
TESTS = ("conformance", "tests/probes.py")
PROBES = "tests/probes.py"
WORKERS = 2
PATIENCE = 600
VARIABLES = {"RESPONSES_API_KEY": "a-token", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
UNNEEDED = ("cacheprovider", "faulthandler", "logging", "threadexception", "unraisableexception")
"""Plugins of pytest without which a run takes half the time."""

LONG, PAUSE = 45, 0.03
UNJUDGED = ("suite error", "could not run")

EXEMPT = {"capture": "said of a capture on which nothing is judged; no endpoint breaks it"}
"""Chapters that are no promise of an endpoint."""

UNREACHED = {"operations": "the suite creates responses, and asks for nothing else yet; captured exchanges do"}
"""Chapters that no request of the tests or the probes can put to the test."""

Task = tuple[str, str]
"""The name of a fault, "" for none, and the requirement whose check is turned off, "" for none."""


@dataclass
class Outcome:
    """What one run of all tests came to: the record of each case by its node id."""

    cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    status: int = 0
    seconds: float = 0.0

    def failed(self, *, probes: bool = True) -> set[str]:
        """The requirements with a must or a should finding."""
        return {finding[0] for _, case in self._cases(probes) for finding in case["findings"] if finding[1] != "may"}

    def told(self, other: Outcome, *, probes: bool = True) -> set[str]:
        """The requirements of which something was observed that was nowhere in another run, or no longer."""
        ever = {observed for case in other.cases.values() for observed in _observed(case)}
        found = set()
        for node, case in self._cases(probes):
            now, then = _observed(case), _observed(other.cases[node]) if node in other.cases else set()
            found |= {requirement for requirement, *_ in now - ever}
            found |= {requirement for requirement, *_ in then - now if case["judged"].get(requirement) == "pass"}
        return found

    def unjudged(self) -> list[str]:
        """The cases that came to no judgement, each with its reason."""
        return [f"{node}: {case['reason']}" for node, case in self.cases.items() if case["outcome"] in UNJUDGED]

    def _cases(self, probes: bool) -> Iterator[tuple[str, dict[str, Any]]]:
        return ((node, case) for node, case in self.cases.items() if probes or not node.startswith(PROBES))


def _observed(case: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(finding[0], finding[3], finding[4]) for finding in case["findings"] if finding[1] == "may"}


def noticed(outcome: Outcome, faultless: Outcome, *, probes: bool = True) -> set[str]:
    """The requirements that a run found broken, or of which it told something new."""
    return outcome.failed(probes=probes) | outcome.told(faultless, probes=probes)


def measure(tasks: Sequence[Task], workers: int = WORKERS) -> dict[Task, Outcome]:
    """Runs all tests for each task, in several processes at once. Raises RuntimeError if one of them fails."""
    shares = [tasks[start::workers] for start in range(min(workers, len(tasks)))]
    # The variables of whoever calls, pytest's above all, are none of the runs' business.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    command = [sys.executable, __file__, "--worker"]
    started = [
        subprocess.Popen(
            [*command, json.dumps(share)],
            cwd=ROOT,
            env={**kept, **VARIABLES},
            stdout=subprocess.PIPE,
            text=True,
        )
        for share in shares
    ]
    found: dict[Task, Outcome] = {}
    try:
        for process, share in zip(started, shares, strict=True):
            output, _ = process.communicate(timeout=PATIENCE)
            if process.returncode:
                raise RuntimeError(f"a process of the kill matrix ended with {process.returncode}")
            found |= {(task[0], task[1]): Outcome(**one) for task, one in zip(share, json.loads(output), strict=True)}
    finally:
        for process in started:
            process.kill()
    return found


# --- in a process of its own


class Recorder:
    """Collects the records of the cases of one run."""

    def __init__(self) -> None:
        self.cases: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: Any) -> None:
        record = getattr(report, "conformance", None)
        if record is not None:
            self.cases[record["case"]] = record
        elif report.failed:
            self.cases[report.nodeid] = {
                "outcome": "suite error",
                "reason": str(report.longrepr),
                "findings": [],
                "judged": {},
            }


@contextlib.contextmanager
def _turned_off(requirement: str) -> Iterator[None]:
    """Leaves out the check of a requirement."""
    from conformance.checks import PAIRS, RULES

    kept = [dict(RULES), dict(PAIRS)]
    RULES.pop(requirement, None)
    PAIRS.pop(requirement, None)
    try:
        yield
    finally:
        for table, before in zip((RULES, PAIRS), kept, strict=True):
            table.clear()
            table.update(before)


def _work(tasks: list[list[str]]) -> None:
    """Runs the tests for each task and writes the outcomes as one JSON value."""
    import pytest

    from conformance.reference.app import create_app
    from conformance.reference.faults import FAULTS
    from conformance.reference.serve import running

    # What every run would do anew and alike: read the certificates, which nobody needs on loopback, and look through
    # all objects for garbage, of which a run leaves little.
    ssl.create_default_context = functools.cache(ssl.create_default_context)
    gc.disable()
    app = create_app()

    async def current(scope: Any, receive: Any, send: Any) -> None:
        parts = 0

        async def slowly(message: Any) -> None:
            # A long stream takes a moment, so that the time of its first event can be told from that of its last.
            nonlocal parts
            parts += 1
            if parts == LONG:
                await asyncio.sleep(PAUSE)
            await send(message)

        await app(scope, receive, slowly)

    real, found = sys.stdout, []
    with running(current) as url, Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        options = ["--live", "--base-url", url, "--models", MODEL, "-p", "pytest_recording.plugin"]
        options += ["-q", "-s", "--tb=no", "--rootdir", str(ROOT)]
        options += [word for name in UNNEEDED for word in ("-p", f"no:{name}")]
        for number, (name, requirement) in enumerate(tasks):
            if number % 20 == 19:
                gc.collect()
            app = create_app(reading=FAULTS[name].reading, change=FAULTS[name].change) if name else create_app()
            recorder, begun = Recorder(), time.perf_counter()
            with _turned_off(requirement):
                status = pytest.main([*options, *TESTS], plugins=[recorder])
            found.append({"cases": recorder.cases, "status": int(status), "seconds": time.perf_counter() - begun})
    json.dump(found, real)


# --- the table


def table(outcomes: dict[Task, Outcome]) -> Iterator[str]:
    """Each fault with the requirements that noticed it: ``+`` named, ``!`` not named, ``-`` named and not noticed."""
    from conformance.reference.faults import FAULTS

    faultless = outcomes["", ""]
    width = max(map(len, FAULTS))
    for name, fault in FAULTS.items():
        outcome = outcomes[name, ""]
        by, without_probes = noticed(outcome, faultless), noticed(outcome, faultless, probes=False)
        marks = [f"{'+' if one in fault.breaks else '!'}{one}" for one in sorted(by)]
        marks += [f"-{one}" for one in sorted(set(fault.breaks) - by)]
        seen = [f"({fault.seen})"] if fault.seen else []
        yield " ".join([f"{name:<{width}} ", *marks, *seen, *(["[probes]"] if by != without_probes else [])])
        yield from (f"{'':<{width}}  {reason}" for reason in outcome.unjudged())
    yield ""
    yield from (f"{requirement}: no fault breaks it" for requirement in unbroken())


def unbroken() -> list[str]:
    """The requirements that no fault breaks, without those that are excluded."""
    from conformance.contract import load
    from conformance.reference.faults import FAULTS

    contract = load("databricks")
    named = {requirement for fault in FAULTS.values() for requirement in fault.breaks}
    return [
        row.id
        for row in contract.requirements.values()
        if row.id not in named and row.chapter not in EXEMPT | UNREACHED and contract.level(row.id, MODEL) is not None
    ]


def main() -> None:
    """Prints the table."""
    from conformance.reference.faults import FAULTS

    begun = time.perf_counter()
    outcomes = measure([("", ""), *((name, "") for name in FAULTS)])
    print("\n".join(table(outcomes)))
    print(f"{len(FAULTS)} faults, {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        _work(json.loads(sys.argv[2]))
    else:
        main()
