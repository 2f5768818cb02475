"""Prints how long judging a stream of 60 events takes, schemas included: `python -m tests.tools.benchmark`."""

from __future__ import annotations

import statistics
import time

from conformance.checks import judge
from conformance.contract import load
from tests.right import streams

ROUNDS = 50


def main() -> None:
    contract = load("databricks")
    built = streams.Stream().reasoning(("Let me ", "see."), encrypted="abc").function_call('{"city":', ' "Rome"', "}")
    pieces = [f"word{number} " for number in range(60 - len(built.sent) - 7)]
    built.text(*pieces, notes=(streams.CITATION,)).end()
    content = streams.wire(built.sent)
    cases = {
        "judge, from bytes": lambda: judge(streams.raw(content), contract),
        "decode and parse only": lambda: [event.json for event in streams.raw(content).events],
    }
    print(f"{len(built.sent)} events, {len(content)} bytes, {ROUNDS} rounds")
    for name, run in cases.items():
        run()
        times = []
        for _ in range(ROUNDS):
            start = time.process_time()
            run()
            times.append((time.process_time() - start) * 1000)
        print(f"{name:24} median {statistics.median(times):6.2f} ms of CPU, slowest {max(times):6.2f} ms")


if __name__ == "__main__":
    main()
