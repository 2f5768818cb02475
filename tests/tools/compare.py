"""Compares two sets of exchanges by their shape: `python -m tests.tools.compare A B`.

A and B are files that ``judge`` reads, or folders of them. What is counted of each exchange stands in ``shapes``.
Printed is what differs: what A has and B never has, what B always has and A does not, what B has mostly and A never,
and counts of A beyond those of B. A is measured by B, so what A merely lacks now and then is no difference. What nobody
can tell, as B has too few objects of a kind, is not compared.

``explained.toml`` beside this file, or another one, names the differences that are meant. Ends with 1 if one is not
explained, with 2 if something cannot be read. Explanations that nothing needs any more are told.
"""

from __future__ import annotations

import argparse
import fnmatch
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from conformance.captured.exchanges import Captured, CaptureError
from conformance.captured.reading import read
from tests.tools.shapes import ERROR, ITEMS, LENGTH, MIX, Fact, Seen, facts

EXPLAINED = Path(__file__).with_name("explained.toml")

ENOUGH = 5
"""Objects of a kind without which nothing is said of what that kind never has."""

MOST = 0.5
"""The share from which on it counts that B has something and A never does."""

EXPECTED = 3
"""How often B would have to hold an item, had it no effort and no model of its own, before its absence counts."""


@dataclass
class Shape:
    """What was counted in a set of exchanges."""

    exchanges: int = 0
    total: Counter[str] = field(default_factory=Counter)
    seen: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    least: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)
    examples: dict[tuple[str, str], str] = field(default_factory=dict)

    def take(self, name: str, told: Iterable[Fact]) -> None:
        """Counts what is told of one exchange."""
        self.exchanges += 1
        for fact in told:
            self.total[fact.place] += 1
            if isinstance(fact, Seen):
                self.seen[fact.place].update(fact.values)
                marks: frozenset[str] = fact.values
            else:
                least, most = self.least.get(fact.place, fact.number), self.most.get(fact.place, fact.number)
                self.least[fact.place], self.most[fact.place] = min(least, fact.number), max(most, fact.number)
                marks = frozenset([str(fact.number)])
            for mark in marks:
                self.examples.setdefault((fact.place, mark), name)

    def share(self, place: str, value: str) -> float:
        """In how many of the objects at a place a value was seen, from 0 to 1."""
        return self.seen[place][value] / self.total[place] if self.total[place] else 0.0

    def told(self, place: str, value: str) -> str:
        """How often a value was seen, in words."""
        return f"{self.seen[place][value]} of {self.total[place]}"


@dataclass(frozen=True)
class Difference:
    """One difference: where, what, how it is in both sets, what kind it is of, and an exchange that shows it."""

    place: str
    value: str
    here: str
    there: str
    kind: str
    example: str

    @property
    def name(self) -> str:
        """What an explanation names."""
        return f"{self.place}: {self.value}"


def shape_of(captured: Iterable[Captured]) -> Shape:
    """What is counted in some exchanges."""
    shape = Shape()
    for one in captured:
        shape.take(one.id, facts(one.exchange))
    return shape


def differences(a: Shape, b: Shape) -> Iterator[Difference]:
    """What differs in A from B, place by place."""
    for place in sorted(a.total):
        if b.total[place] >= (1 if place.startswith(ERROR) else ENOUGH):
            yield from _counts(a, b, place) if place in a.most else _values(a, b, place)


def _counts(a: Shape, b: Shape, place: str) -> Iterator[Difference]:
    low, high = b.least[place], b.most[place]
    if place.endswith(".delta") and low < high:
        return  # so many pieces as the text is long
    for number in sorted({a.least[place], a.most[place]}):
        if not low <= number <= high:
            here = f"{a.least[place]} to {a.most[place]}"
            yield Difference(place, str(number), here, f"{low} to {high}", "beyond", a.examples[place, str(number)])


def _values(a: Shape, b: Shape, place: str) -> Iterator[Difference]:
    for value in sorted({*a.seen[place], *b.seen[place]}):
        in_a, in_b = a.share(place, value), b.share(place, value)
        if in_a and not in_b and _is_telling(b, place, value):
            kind, example = "never there", a.examples[place, value]
        elif in_b == 1 and in_a < 1 and not place.startswith(MIX):
            kind, example = "always there", b.examples[place, value]
        elif in_b >= MOST and not in_a and a.total[place] >= ENOUGH and not place.endswith(LENGTH):
            kind, example = "never here", b.examples[place, value]
        else:
            continue
        yield Difference(place, value, a.told(place, value), b.told(place, value), kind, example)


def _is_telling(b: Shape, place: str, value: str) -> bool:
    """True if it counts that B never has a value: some items are rare everywhere, not only at one effort."""
    if place == MIX or not place.startswith(ITEMS):
        return True
    return b.share(MIX, value) * b.total[place] >= EXPECTED


# --- what is explained


class ExplanationError(Exception):
    """A file of explanations cannot be used, and why."""


def explanations(path: Path) -> dict[str, str]:
    """The reason for each pattern of a file. Raises ExplanationError."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("explained", [])
        found = {row["place"]: row["reason"] for row in rows}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ExplanationError(f"{path}: {error!r}") from error
    if len(found) < len(rows) or not all(found.values()):
        raise ExplanationError(f"{path}: a place is there twice, or has no reason")
    return found


def explaining(patterns: Iterable[str], difference: Difference) -> list[str]:
    """The patterns that a difference fits."""
    # Square brackets stand in places and mean themselves.
    return [one for one in patterns if fnmatch.fnmatchcase(difference.name, one.replace("[", "[[]"))]


@dataclass
class Verdict:
    """The differences that nobody has explained, those that somebody has, and the explanations that none needs."""

    open: list[Difference]
    explained: dict[str, list[Difference]]
    stale: list[str]


def weigh(found: Iterable[Difference], reasons: Mapping[str, str]) -> Verdict:
    """Sorts differences by what explains them."""
    verdict = Verdict([], defaultdict(list), [])
    for difference in found:
        fitting = explaining(reasons, difference)
        for pattern in fitting:
            verdict.explained[pattern].append(difference)
        if not fitting:
            verdict.open.append(difference)
    verdict.stale = [pattern for pattern in reasons if pattern not in verdict.explained]
    return verdict


# --- the command line


def exchanges(source: Path, since: int) -> Iterator[Captured]:
    """The exchanges of a file, or of all files in a folder. What has no time is taken. Raises CaptureError."""
    files = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
    if not files:
        raise CaptureError(str(source), 0, "holds no file")
    for file in files:
        for one in read(str(file)):
            if one.tags.get("created_at") is None or one.tags["created_at"] >= since:
                yield one


def lines(found: Iterable[Difference]) -> Iterator[str]:
    """Differences side by side, by place."""
    last = ""
    for one in found:
        if one.place != last:
            yield (last := one.place)
        yield f"  {one.value:<44} A {one.here:<14} B {one.there:<14} {one.kind:<13} {one.example}"


def main(arguments: list[str] | None = None) -> int:
    """Prints what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("a", type=Path, metavar="A", help="what is measured: a file that judge reads, or a folder")
    parser.add_argument("b", type=Path, metavar="B", help="what it is measured by")
    parser.add_argument("--since", type=int, default=0, help="only exchanges created since, or of an unknown time")
    parser.add_argument("--explained", type=Path, default=EXPLAINED, help="the differences that are meant")
    parser.add_argument("--all", action="store_true", help="show also what is explained")
    options = parser.parse_args(arguments)
    try:
        reasons = explanations(options.explained)
        a, b = (shape_of(exchanges(source, options.since)) for source in (options.a, options.b))
    except (CaptureError, ExplanationError) as error:
        print(error, file=sys.stderr)
        return 2
    verdict = weigh(differences(a, b), reasons)
    alone = sorted({place for place in a.total if not b.total[place]})
    told = [f"A {options.a}: {a.exchanges} exchanges", f"B {options.b}: {b.exchanges} exchanges", *lines(verdict.open)]
    if options.all:
        for pattern, found in verdict.explained.items():
            told += [f"explained, {pattern}: {reasons[pattern]}", *(f"  {line}" for line in lines(found))]
        told += ["not compared, as B has none:", *(f"  {place}" for place in alone)]
    told += [f"explains nothing any more: {pattern}" for pattern in verdict.stale]
    explained = sum(map(len, verdict.explained.values()))
    told += [f"{len(verdict.open)} differences, {explained} more explained; {len(alone)} kinds of A not compared"]
    print("\n".join(told))
    return 1 if verdict.open else 0


if __name__ == "__main__":
    sys.exit(main())
