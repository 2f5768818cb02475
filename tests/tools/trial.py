"""Tries the checks on captured exchanges, and on copies of them that have one defect each.

    python -m tests.tools.trial FILE [--since=1755216000] [--mutants] [--of-each=40] [--contract=openai]

Prints the findings by requirement, and with --mutants, for each kind of defect, how many copies were made and noticed.
A kind is planted into exchanges without a must finding. Ends with 1 if there is a must finding on a genuine exchange,
or a defect that was not noticed.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable

from conformance.captured.exchanges import Captured, CaptureError
from conformance.captured.links import linked
from conformance.captured.reading import read
from conformance.checks import Memory, Result, judge
from conformance.contract import Contract, Level, load
from conformance.wire.exchange import Exchange
from conformance.wire.sse import Decoder, Framing
from tests.defects import KINDS
from tests.defects.lib.answers import is_answer
from tests.defects.lib.registry import is_noticed, newly_broken, some
from tests.defects.lib.streams import wire

EXAMPLES = 3
PLANTED = 6
"""Defects of a kind that are planted into one exchange."""


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

    def __init__(self, contract: Contract, of_each: int | None, planted: int | None) -> None:
        self.contract = contract
        self.of_each = of_each
        self.planted = planted
        self.exchanges: Counter[str] = Counter()
        self.made: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = defaultdict(list)
        self.sets: dict[str, Counter[str]] = defaultdict(Counter)

    def take(self, one: Captured, before: set[tuple[str, str]]) -> None:
        """Plants every kind that has not been planted into exchanges enough."""
        for kind in KINDS.values():
            if self.of_each is not None and self.exchanges[kind.name] >= self.of_each:
                continue
            mutants = kind.make(one.exchange)
            chosen = [*mutants] if self.planted is None else some(mutants, self.planted)
            self.exchanges[kind.name] += bool(chosen)
            for mutant in chosen:
                names = newly_broken(mutant, before, self.contract)
                self.made[kind.name] += 1
                self.sets[kind.name][" ".join(sorted(names)) or "nothing"] += 1
                if not is_noticed(mutant, names):
                    self.missed[kind.name] += 1
                    if len(self.examples[kind.name]) < EXAMPLES:
                        wanted, noticed = " or ".join(mutant.noticed_by), " ".join(sorted(names)) or "none"
                        text = f"{one.id}  {mutant.label}  wanted {wanted}, noticed by {noticed}"
                        self.examples[kind.name].append(text)

    def show(self, *, detail: bool) -> bool:
        """Prints a line for each kind, and what was missed; true if nothing was."""
        print(f"\n{'defect':54} {'made':>7} {'noticed':>8} {'missed':>7}")
        for name in KINDS:
            print(f"{name:54} {self.made[name]:7} {self.made[name] - self.missed[name]:8} {self.missed[name]:7}")
            for example in self.examples[name]:
                print(f"      {example}")
            if detail:
                for names, count in self.sets[name].most_common(8):
                    print(f"      {count:6} {names}")
        total, missed = self.made.total(), self.missed.total()
        print(f"{f'all {len(KINDS)} kinds':54} {total:7} {total - missed:8} {missed:7}")
        print(f"never planted: {' '.join(sorted(KINDS.keys() - self.made.keys())) or 'none'}")
        return not missed


def is_recent(one: Captured, since: int) -> bool:
    """True for what was created since, and for what does not tell when, if it is no response."""
    created = one.tags.get("created_at")
    return (created or 0) >= since or (created is None and not one.exchange.is_stream and not is_answer(one.exchange))


def main() -> int:
    """Prints what was found, and what was noticed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="what judge reads: captured exchanges, or a cassette")
    parser.add_argument("--since", type=int, default=0, help="only exchanges created since (tags.created_at)")
    parser.add_argument("--mutants", action="store_true", help="also plant defects, one at a time")
    parser.add_argument("--of-each", type=int, default=40, help="exchanges that a kind is planted into")
    parser.add_argument("--planted", type=int, default=PLANTED, help="defects of a kind in one exchange")
    parser.add_argument("--all", action="store_true", help="plant all defects into all exchanges")
    parser.add_argument("--detail", action="store_true", help="show which requirements noticed each kind")
    parser.add_argument("--limit", type=int, help="only so many exchanges")
    parser.add_argument("--contract", default="openai")
    options = parser.parse_args()

    contract = load(options.contract)
    limits = (None, None) if options.all else (options.of_each, options.planted)
    memory = Memory()
    acceptance, recall = Acceptance(), Recall(contract, *limits)
    try:
        chosen = (one for one in read(options.file) if is_recent(one, options.since))
        for one in itertools.islice(chosen, options.limit):
            results = linked(one.exchange, contract, memory, judge(one.exchange, contract), name=one.id)
            found = [result for result in results if result.finding]
            acceptance.take(one, found)
            if options.mutants and not any(result.level is Level.MUST for result in found):
                recall.take(one, {(result.requirement, result.finding.where) for result in found if result.finding})
    except CaptureError as error:
        print(error, file=sys.stderr)
        return 2
    good = acceptance.show()
    if options.mutants:
        good = recall.show(detail=options.detail) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
