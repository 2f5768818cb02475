"""Tells whether two versions of the project find the same, to the letter.

    python -m tests.tools.same_findings REVISION [FILE ...] [--of-each=6] [--without-extra]
    python -m tests.tools.same_findings --write=OUT [FILE ...]

Judged are the exchanges of each FILE that ``judge`` reads, those of the reference set and of ``tests/right``, and
copies of them that have one defect each (``tests/defects``). REVISION is a commit, a folder that holds a checkout, or
what ``--write`` has written; it is judged with in a process of its own. Compared are, under both contracts, the
requirement, level, place, expected and received of every result, and what is unknown. Ends with 1 if something differs.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[2]
CASSETTES = "cassettes/reference"
PLANTED = 4
"""Defects of a kind that are planted into one exchange."""
EXAMPLES = 10


def written(results: Iterable[Any], unknown: Iterable[str] = ()) -> list[Any]:
    """Results as JSON holds them."""
    rows = [[one.requirement, one.level, *(dataclasses.astuple(one.finding) if one.finding else ())] for one in results]
    return [rows, [*unknown]]


def judged(files: list[str], of_each: int) -> Iterator[tuple[str, list[Any]]]:
    """The name of each judgement, and what it came to. Only this and below needs the version that is on the path."""
    from conformance.captured.exchanges import Captured
    from conformance.captured.judging import judge_captured
    from conformance.captured.links import linked
    from conformance.captured.reading import read
    from conformance.checks import Memory, judge
    from conformance.contract import Level, load
    from tests.defects import KINDS
    from tests.defects.lib.registry import Mutant, some
    from tests.right.samples import SAMPLES

    plain = [load("databricks"), load("openai")]
    contracts = [*plain, dataclasses.replace(plain[0], redacted=True)]
    memories = [Memory() for _ in contracts]
    cassettes = sorted(map(str, Path(CASSETTES).rglob("*.json")))
    right = (("right", Captured(name, exchange)) for name, exchange in SAMPLES.items())
    kept = ((CASSETTES, one) for file in cassettes for one in read(file))
    given = ((file, one) for file in files for one in read(file))
    planted: Counter[tuple[str, str]] = Counter()
    for source, one in itertools.chain(right, kept, given):
        for number, (contract, memory) in enumerate(zip(contracts, memories, strict=True)):
            judgement = judge_captured(one, contract, memory)
            yield f"{one.id} {number}", written(judgement.results, judgement.unknown)
        # Kinds of defects are made for exchanges that are right otherwise.
        broken = [one for one in judge(one.exchange, plain[1]) if one.finding and one.level is Level.MUST]
        for kind in KINDS.values() if not broken else ():
            mutants: list[Mutant] = []
            with contextlib.suppress(KeyError, TypeError, AttributeError):  # what is foreign has no place for some
                mutants = some(kind.make(one.exchange), PLANTED) if planted[source, kind.name] < of_each else []
            planted[source, kind.name] += bool(mutants)
            for number, mutant in enumerate(mutants):
                memory, contract = Memory(), plain[number % 2]
                for place, before in enumerate(mutant.earlier):
                    linked(before, contract, memory, [], name=f"earlier {place}")
                results = judge(mutant.exchange, contract, model="gpt-5-4", every=number % 4 < 2)
                results = linked(mutant.exchange, contract, memory, results, name="this one")
                yield f"{one.id} {kind.name} {number}", written(results)


def write(out: Path, files: list[str], of_each: int) -> None:
    with out.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(line)}\n" for line in judged(files, of_each))


@contextlib.contextmanager
def checkout(revision: str) -> Iterator[Path]:
    """The folder of a version: itself, or a working tree of a commit that lasts as long as it is looked at."""
    if Path(revision).is_dir():
        yield Path(revision).resolve()
        return
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", tree, revision], cwd=HERE, check=True)
        try:
            yield tree
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", tree], cwd=HERE, check=True)


def write_elsewhere(tree: Path, out: Path, files: list[str], of_each: int, *, without_extra: bool = False) -> None:
    """Writes what the version in a folder finds."""
    command = [sys.executable, __file__, f"--write={out}", f"--of-each={of_each}", *files]
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONHASHSEED": "0"}
    command += ["--without-extra"] if without_extra else []
    subprocess.run(command, cwd=tree, env=environment, check=True)


def compare(before: Path, after: Path) -> int:
    """Prints what differs, and how much was compared; returns the number of judgements that differ."""
    total = results = different = 0
    with before.open(encoding="utf-8") as old, after.open(encoding="utf-8") as new:
        for one, other in itertools.zip_longest(old, new):
            total += 1
            results += len(json.loads(one)[1][0]) if one else 0
            if one != other:
                different += 1
                if different <= EXAMPLES:
                    print(*difference(one, other), sep="\n")
    print(f"{total} judgements with {results} results, {different} of them different")
    return different


def difference(one: str | None, other: str | None) -> Iterator[str]:
    """The name of a judgement, and the rows that only one of two has."""
    if not one or not other:
        yield f"only {'after' if one is None else 'before'}: {json.loads(one or other or '')[0]}"
        return
    (name, old), (new_name, new) = json.loads(one), json.loads(other)
    yield name if name == new_name else f"{name} before, {new_name} after"
    rows = [[json.dumps(row) for part in each for row in part] for each in (old, new)]
    yield from (f"  - {row}" for row in rows[0] if row not in rows[1])
    yield from (f"  + {row}" for row in rows[1] if row not in rows[0])


def main() -> int:
    """Compares, or writes what this version finds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="REVISION FILE", help="see above")
    parser.add_argument("--write", type=Path, metavar="OUT", help="compare nothing, write what is found here")
    parser.add_argument("--of-each", type=int, default=6, help="exchanges of a source with a kind of defect")
    parser.add_argument("--without-extra", action="store_true", help="judge here as if jsonschema-rs were not there")
    options = parser.parse_args()
    if options.without_extra:
        sys.modules["jsonschema_rs"] = None  # type: ignore[assignment]
    if options.write:
        write(options.write, options.files, options.of_each)
        return 0
    if not options.files:
        parser.error("compare with what?")
    revision, *files = options.files
    files = [str(Path(file).resolve()) for file in files]
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder, "before"), Path(folder, "after")
        write_elsewhere(HERE, after, files, options.of_each, without_extra=options.without_extra)
        if Path(revision).is_file():
            return bool(compare(Path(revision), after))
        with checkout(revision) as tree:
            write_elsewhere(tree, before, files, options.of_each)
        return bool(compare(before, after))


if __name__ == "__main__":
    sys.exit(main())
