"""The kill matrix: the conformance tests against the reference endpoint with each of its faults.

``python -m tests.tools.kill_matrix`` prints what each fault was noticed by, or each of those that are named behind it.
With ``--all`` every case runs with every fault, which takes long and has to find the same as the cases that are chosen
otherwise (see ``kill_runs``).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests import ROOT

MODEL = "gpt-5-4"
PROBES = "tests/tools/probes.py"
WORKERS = 2
PATIENCE = 3600
TOKEN = "dapi-that-would-be-found-again"
"""Of the form of a personal token, and long enough to be looked for in what comes back."""

VARIABLES = {"RESPONSES_API_KEY": TOKEN, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
UNJUDGED = ("suite error", "could not run")

EXEMPT = {"capture": "said of what only a capture shows; its defects are planted (tests/defects/links.py)"}
"""Chapters that are no promise of an endpoint."""

UNREACHED = {"operations": "the suite creates responses, and asks for nothing else yet; captured exchanges do"}
"""Chapters that no request of the tests or the probes can put to the test."""

Task = tuple[str, str]
"""The name of a fault, and the requirement whose check is turned off, "" for none."""

FAULTLESS: Task = ("", "")


NOT_BESIDE = "nothing of this kind is answered here"
"""Why a refusal is not judged."""


@dataclass
class Outcome:
    """What one run came to: the record of each case by its node id."""

    cases: dict[str, dict[str, Any]] = field(default_factory=dict)

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


GIVEN: Final = re.compile(r"_[0-9a-f]{16,}")
"""The rest of an id that an endpoint has given: it is another one for each request."""


def _observed(case: dict[str, Any]) -> set[tuple[str, str, str]]:
    told = ((finding[0], finding[3], finding[4]) for finding in case["findings"] if finding[1] == "may")
    return {(requirement, expected, GIVEN.sub("", received)) for requirement, expected, received in told}


def noticed(outcome: Outcome, faultless: Outcome, *, probes: bool = True) -> set[str]:
    """The requirements that a run found broken, or of which it told something new."""
    return outcome.failed(probes=probes) | outcome.told(faultless, probes=probes)


def measure(tasks: Sequence[Task], workers: int = WORKERS, *, everything: bool = False) -> dict[Task, Outcome]:
    """Runs the cases without a fault and for each task, in several processes at once.

    Raises RuntimeError if one of them fails.
    """
    shares = [tasks[start::workers] for start in range(min(workers, len(tasks)))]
    # The variables of whoever calls, pytest's above all, are none of the runs' business.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.tools.kill_runs", json.dumps([MODEL, everything, share])],
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
            found |= {task: Outcome(cases) for task, cases in zip([FAULTLESS, *share], json.loads(output), strict=True)}
    finally:
        for process in started:
            process.kill()
    return found


# --- the table


def table(outcomes: dict[Task, Outcome], *, everything: bool = False) -> Iterator[str]:
    """Each fault with the requirements that noticed it: ``+`` named, ``!`` not named, ``-`` named and not noticed.

    Where everything was run it also says which faults the probes had to help with.
    """
    from conformance.faults import FAULTS

    faultless = outcomes[FAULTLESS]
    names = [name for name, turned_off in outcomes if name and not turned_off]
    width = max(map(len, names))
    for name in names:
        outcome, fault = outcomes[name, ""], FAULTS[name]
        by = noticed(outcome, faultless)
        marks = [f"{'+' if one in fault.breaks else '!'}{one}" for one in sorted(by)]
        marks += [f"-{one}" for one in sorted(set(fault.breaks) - by)]
        seen = [f"({fault.seen})"] if fault.seen else []
        helped = ["[probes]"] if everything and by != noticed(outcome, faultless, probes=False) else []
        yield " ".join([f"{name:<{width}} ", *marks, *seen, *helped])
        yield from (f"{'':<{width}}  {reason}" for reason in outcome.unjudged())


def unbroken() -> list[str]:
    """The requirements that no fault breaks, without those that are excluded."""
    from conformance.contract import load
    from conformance.faults import FAULTS

    contract = load("databricks")
    named = {requirement for fault in FAULTS.values() for requirement in fault.breaks}
    return [
        row.id
        for row in contract.requirements.values()
        if row.id not in named and row.chapter not in EXEMPT | UNREACHED and contract.level(row.id, MODEL) is not None
    ]


def breaking(chapter: str) -> list[str]:
    """The faults that break something of a chapter."""
    from conformance.faults import FAULTS

    return [
        fault.name
        for fault in FAULTS.values()
        if any(requirement.startswith(f"{chapter}.") for requirement in fault.breaks)
    ]


def main() -> None:
    """Prints the table."""
    from conformance.faults import FAULTS, UnknownFault, find

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="run these faults only, or those that break a chapter")
    parser.add_argument("--all", action="store_true", help="run every case with every fault")
    options = parser.parse_args()
    begun = time.perf_counter()
    try:
        names = [one for name in options.names for one in breaking(name) or [find(name).name]] or [*FAULTS]
    except UnknownFault as error:
        parser.error(str(error))
    outcomes = measure([(name, "") for name in names], everything=options.all)
    print("\n".join(table(outcomes, everything=options.all)))
    if not options.names:
        print("".join(f"\n{requirement}: no fault breaks it" for requirement in unbroken()))
    cases = sum(len(outcome.cases) for outcome in outcomes.values())
    print(f"{len(names)} faults, {cases} cases, {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
