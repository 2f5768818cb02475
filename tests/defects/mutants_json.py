"""All kinds of defects in JSON answers, by name: see ``mutants_json_core``.

    python -m tests.defects.mutants_json FILE [--since=1755216000] [--of-each=40] [--contract=openai]

Plants each kind into captured exchanges and prints which defects were not noticed. Ends with 1 if there is any.
"""

from __future__ import annotations

import argparse
import itertools
from collections import Counter

from conformance.captured.reading import read
from conformance.contract import load
from tests.defects import calls as mutants_json_calls
from tests.defects import echo as mutants_json_echo
from tests.defects import members as mutants_json_members
from tests.defects import more as mutants_json_more
from tests.defects import state as mutants_json_state
from tests.defects import tools as mutants_json_tools
from tests.defects.answers import KINDS, broken, is_answer, is_error, is_operation, noticed
from tests.defects.mutation import some

__all__ = ["KINDS", "broken", "noticed", "some"]

# Importing a module of defects registers them.
MODULES = (
    mutants_json_calls,
    mutants_json_echo,
    mutants_json_members,
    mutants_json_more,
    mutants_json_state,
    mutants_json_tools,
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="what judge reads: captured exchanges, or a cassette")
    parser.add_argument("--since", type=int, default=0, help="only exchanges created since (tags.created_at)")
    parser.add_argument("--of-each", type=int, default=40, help="exchanges that a kind is planted into")
    parser.add_argument("--contract", default="openai")
    options = parser.parse_args()

    contract = load(options.contract)
    exchanges = []
    for one in read(options.file):
        dated = (one.tags.get("created_at") or 0) >= options.since or not is_answer(one.exchange)
        if dated and (is_answer(one.exchange) or is_error(one.exchange) or is_operation(one.exchange)):
            exchanges.append((one.id, one.exchange, broken(one.exchange, contract)))
    made, missed = Counter[str](), Counter[str]()
    for kind in KINDS.values():
        hits = ((id_, before, some(kind.make(exchange), 6)) for id_, exchange, before in exchanges)
        for id_, before, mutants in itertools.islice((hit for hit in hits if hit[2]), options.of_each):
            for mutant in mutants:
                made[kind.name] += 1
                if not noticed(mutant, before, contract):
                    missed[kind.name] += 1
                    found = sorted({name for name, _ in broken(mutant.exchange, contract) - before})
                    wanted = " or ".join(mutant.noticed_by)
                    print(f"{kind.name}: {id_} {mutant.label}: wanted {wanted}, noticed by {' '.join(found) or 'none'}")
    never = sorted(KINDS.keys() - made.keys())
    print(f"{len(KINDS)} kinds, {len(exchanges)} exchanges, {made.total()} defects, {missed.total()} not noticed")
    print(f"never planted: {' '.join(never) or 'none'}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
