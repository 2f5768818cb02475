"""Tries the checks on captured exchanges, and on copies of them that have one defect each.

    python -m tests.tools.trial FILE [--since=1755216000] [--mutants] [--all] [--contract=openai]

Prints the findings by requirement, and with --mutants, for each kind of defect, how many copies were made and noticed.
Ends with 1 if there is a must finding on a genuine exchange, or a defect that was not noticed.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable

from conformance.captured.exchanges import Captured, CaptureError
from conformance.captured.reading import read
from conformance.checks import Result, judge
from conformance.contract import Contract, Level, load
from conformance.wire.exchange import Exchange
from conformance.wire.sse import Decoder, Framing
from tests.defects.mutants import KINDS, some

EXAMPLES = 3
OF_EACH = 3


def broken(exchange: Exchange, contract: Contract) -> dict[tuple[str, str], Result]:
    """The findings on an exchange, by requirement and place."""
    return {(r.requirement, r.finding.where): r for r in judge(exchange, contract) if r.finding}


def differs_in_bytes(exchange: Exchange) -> bool:
    """True if the stream, written under some line end and read in some pieces, gives other events than it has."""
    wanted = [(event.name, event.data) for event in exchange.events]
    for line_end, size in itertools.product(("\n", "\r\n", "\r"), (1, 1021)):
        content = "".join(wire(name, data) for name, data in wanted).replace("\n", line_end).encode()
        decoder, read = Decoder(), []
        for start in range(0, len(content), size):
            read += decoder.feed(content[start : start + size])
        if [(event.name, event.data) for event in read + decoder.close()] != wanted or decoder.framing != Framing():
            return True
    return False


def wire(name: str | None, data: str) -> str:
    return ("" if name is None else f"event: {name}\n") + f"data: {data}\n\n"


class Acceptance:
    """Counts the findings on exchanges as they were captured."""

    def __init__(self) -> None:
        self.judged = self.streams = self.misread = 0
        self.counts: Counter[tuple[Level, str]] = Counter()
        self.examples: dict[tuple[Level, str], list[str]] = defaultdict(list)

    def take(self, one: Captured, results: Iterable[Result]) -> None:
        self.judged += 1
        if one.exchange.is_stream:
            self.streams += 1
            self.misread += differs_in_bytes(one.exchange)
        for result in results:
            assert result.finding
            key = (result.level, result.requirement)
            self.counts[key] += 1
            if len(self.examples[key]) < EXAMPLES:
                finding = result.finding
                text = f"{one.id}  {finding.where}  expected {finding.expected}, received {finding.received}"
                self.examples[key].append(text[:300])

    def show(self) -> bool:
        print(f"{self.judged} exchanges, {self.streams} of them streams, {self.misread} read otherwise from bytes")
        for (level, requirement), count in sorted(self.counts.items()):
            print(f"  {level:6} {requirement:42} {count}")
            for example in self.examples[level, requirement]:
                print(f"           {example}")
        return not self.misread and not any(level is Level.MUST for level, _ in self.counts)


class Recall:
    """Counts what was noticed of the defects that were planted."""

    def __init__(self, contract: Contract, every: bool) -> None:
        self.contract = contract
        self.every = every
        self.made: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = defaultdict(list)
        self.sets: dict[str, Counter[str]] = defaultdict(Counter)

    def take(self, one: Captured, before: dict[tuple[str, str], Result]) -> None:
        for kind in KINDS.values():
            mutants = kind.make(one.exchange)
            for mutant in mutants if self.every else some(mutants, OF_EACH):
                found = broken(mutant.exchange, self.contract).keys() - before.keys()
                names = {requirement for requirement, _ in found}
                self.made[kind.name] += 1
                self.sets[kind.name][" ".join(sorted(names)) or "nothing"] += 1
                if not names & set(mutant.noticed_by):
                    self.missed[kind.name] += 1
                    if len(self.examples[kind.name]) < EXAMPLES:
                        wanted, noticed = " or ".join(mutant.noticed_by), " ".join(sorted(names)) or "none"
                        text = f"{one.id}  {mutant.label}  wanted {wanted}, noticed by {noticed}"
                        self.examples[kind.name].append(text)

    def show(self, detail: bool) -> bool:
        print(f"\n{'defect':32} {'made':>7} {'noticed':>8} {'missed':>7}")
        for name in KINDS:
            print(f"{name:32} {self.made[name]:7} {self.made[name] - self.missed[name]:8} {self.missed[name]:7}")
            for example in self.examples[name]:
                print(f"      {example}")
            if detail:
                for names, count in self.sets[name].most_common(8):
                    print(f"      {count:6} {names}")
        total, missed = self.made.total(), self.missed.total()
        print(f"{'all':32} {total:7} {total - missed:8} {missed:7}")
        return not missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="what judge reads: captured exchanges, or a cassette")
    parser.add_argument("--since", type=int, default=0, help="only exchanges created since (tags.created_at)")
    parser.add_argument("--mutants", action="store_true", help="also plant defects, one at a time")
    parser.add_argument("--all", action="store_true", help=f"plant all defects, not {OF_EACH} of a kind")
    parser.add_argument("--detail", action="store_true", help="show which requirements noticed each kind")
    parser.add_argument("--limit", type=int, help="only so many exchanges")
    parser.add_argument("--contract", default="openai")
    options = parser.parse_args()

    contract = load(options.contract)
    acceptance, recall = Acceptance(), Recall(contract, options.all)
    try:
        chosen = (one for one in read(options.file) if (one.tags.get("created_at") or 0) >= options.since)
        for one in itertools.islice(chosen, options.limit):
            before = broken(one.exchange, contract)
            acceptance.take(one, before.values())
            if options.mutants and one.exchange.is_stream and not any(r.level is Level.MUST for r in before.values()):
                recall.take(one, before)
    except CaptureError as error:
        print(error, file=sys.stderr)
        return 2
    good = acceptance.show()
    if options.mutants:
        good = recall.show(options.detail) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
