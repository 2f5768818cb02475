"""How many findings one defect has, and whether the first one names its cause, on exchanges with one defect each.

    python -m tests.tools.causes [--contract=openai] [--findings]

Prints the exchanges that have more findings than one or another one first, and then the mean and the share.
"""

from __future__ import annotations

import argparse
import sys

from conformance.contract import load
from tests.causes import PLANTED
from tests.causes.planting import found, is_named, told


def main() -> int:
    """Prints the measure; ends with 1 if a first finding does not name the cause."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contract", default="openai")
    parser.add_argument("--findings", action="store_true", help="show the findings on every exchange")
    options = parser.parse_args()
    contract = load(options.contract)
    total = named = 0
    for make in PLANTED.values():
        planted = make()
        results = found(planted, contract)
        total += len(results)
        named += is_named(planted, results)
        if options.findings or len(results) != 1 or not is_named(planted, results):
            print(f"{planted.name}: {len(results)}, wanted {planted.cause} {planted.says!r}")
            for result in results:
                print(f"      {result.level:6} {result.requirement:32} {told(result)}")
    print(
        f"{len(PLANTED)} exchanges, {total / len(PLANTED):.2f} findings in the mean, {named} first ones name the cause"
    )
    return 0 if named == len(PLANTED) else 1


if __name__ == "__main__":
    sys.exit(main())
