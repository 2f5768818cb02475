"""Whether runs against one endpoint come to the same verdict: `python -m tests.tools.steadiness [PROFILE ...]`.

Each profile of the reference endpoint, or those that are named, is asked five times in a row and five times by four
workers. Printed is a line a profile, and what differs. A verdict is here: the exit status, which cases fail and could
not run by which requirements, and of what is warned. Ends with 1 if verdicts of one profile differ.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from conformance.reference import mcp_server
from conformance.reference.profiles import PROFILES, find
from tests.run.test_profiles import TOKEN, serving

TIMES = 5
WORKERS = ("-n", "4")
BAD = ("fail", "could not run", "suite error")

Verdict = frozenset[str]


def verdict(base_url: str, server: str, folder: Path, *options: str) -> Verdict:
    """What one run comes to, as sentences."""
    file = folder / "junit.xml"
    file.unlink(missing_ok=True)
    pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    target = ["--live", f"--base-url={base_url}", "--models=gpt-5-4", f"--mcp-server={server}", "--max-wait=60"]
    run = subprocess.run(
        [*pytest, *target, *options, f"--junitxml={file}"],
        env=os.environ | {"RESPONSES_API_KEY": TOKEN},
        check=False,
        capture_output=True,
    )
    return frozenset({f"exit status {run.returncode}", *_told(file)})


def _told(file: Path) -> set[str]:
    """What a JUnit file tells of cases that are bad, and of warnings in any case."""
    told = set()
    for case in ElementTree.parse(file).iter("testcase"):
        properties = [(str(one.get("name")), str(one.get("value"))) for one in case.iter("property")]
        outcome = dict(properties).get("outcome", "")
        found = {tuple(value.split(" | ", 2)[:2]) for name, value in properties if name == "finding"}
        must = sorted(requirement for requirement, level in found if level == "must")
        if outcome in BAD:
            told.add(f"{case.get('classname')}::{case.get('name')} {outcome}: {', '.join(must)}")
        told |= {f"warned of {requirement}" for requirement, level in found if level == "should"}
    return told


def main() -> int:
    """Runs and compares. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("profiles", nargs="*", metavar="PROFILE")
    parser.add_argument("--times", type=int, default=TIMES, help=f"default: {TIMES}")
    given = parser.parse_args()
    differ = False
    with tempfile.TemporaryDirectory() as folder, mcp_server.running() as server:
        for name in given.profiles or PROFILES:
            began = time.monotonic()
            with serving(find(name).name) as url:
                ways = [(), WORKERS]
                verdicts = Counter(verdict(url, server, Path(folder), *way) for way in ways for _ in range(given.times))
            often = verdicts.most_common()
            differ |= len(often) > 1
            status = next(one for one in sorted(often[0][0]) if one.startswith("exit"))
            told = "the same" if len(often) == 1 else f"{len(often)} verdicts"
            print(
                f"{name:<24} {status}, {told} in {sum(verdicts.values())} runs, {time.monotonic() - began:.0f} s",
                flush=True,
            )
            for other, count in often[1:]:
                for line in sorted(other - often[0][0]):
                    print(f"    {count} x also: {line}")
                for line in sorted(often[0][0] - other):
                    print(f"    {count} x not: {line}")
    return int(differ)


if __name__ == "__main__":
    sys.exit(main())
