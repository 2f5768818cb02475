"""The coverage page: each promise of the contract, and what puts it to the test, from what pytest has collected."""

from __future__ import annotations

import collections
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from conformance.contract import Chapter, Contract, Requirement
from conformance.report.listing import CEILING

PAGE: Final = (
    "introduction",
    "Query examples",
    "Custom tools",
    "Built-in tools",
    "Supported models",
    "Supported input types",
    "Limitations",
)
"""The headings of the documentation page that promise something, in its order, and what stands above them."""

CITED: Final = re.compile(r'"([^"]+)"|\b(introduction)\b')

HEAD: Final = """\
# Coverage

This page is made of the contract and of the marks of the conformance tests, by
`python -m conformance coverage --out=docs/coverage.md`. Change those, not this page: `.ci/run` compares it.

- [Models](#models)
- [Requests by model](#requests-by-model)
- [The documentation page](#the-documentation-page): what of it is tested where
- [Levels](#levels)
- Chapters: {chapters}

What a level and a source mean is told in [sources.md](sources.md), what a run costs in [verifying.md](verifying.md).
"""

READING: Final = """\
Each exchange of each test goes through all checks. In the tables of requirements, *every exchange* means that no test
names the requirement: its check judges it wherever an exchange says something of it. Levels with a stroke between them
differ by model, as [sources.md](sources.md#levels) tells: the first holds for those that the page names for custom
tools. They are the levels for documented models and a personal token. In the tables of tests, *Requests* is what one
model gets.
"""


@dataclass(frozen=True, slots=True)
class Tried:
    """A case of a conformance test: what it sends to whom, and which promises that puts to the test.

    ``scope`` says in words on which models its test is tried. ``varied`` are the names of what it is tried with.
    """

    chapter: str
    test: str
    told: str
    model: str
    requests: int
    requirements: tuple[str, ...]
    scope: str
    representative: bool
    varied: tuple[str, ...]


def coverage(contracts: Sequence[Contract], cases: Iterable[Tried]) -> Iterator[str]:
    """The lines of the coverage page. The first contract is the one under which the cases were collected.

    Raises ValueError for a source that cites a heading which the documentation page does not have.
    """
    contract = contracts[0]
    cases = list(cases)
    testers = _testers(cases)
    names = ", ".join(f"[{name}](#{name})" for name in contract.chapters)
    yield from HEAD.format(chapters=names).splitlines()
    yield from ("", "## Models", "", *_models(contract))
    yield from ("", "## Requests by model", "", *_requests(contract, cases))
    yield from ("", "## The documentation page", "", *_page(contract, testers))
    yield from ("", "## Levels", "", *_levels(contracts))
    yield from ("", *READING.splitlines())
    for chapter in contract.chapters.values():
        own = [case for case in cases if case.chapter == chapter.name]
        yield from ("", f"## {chapter.name}", "", *_chapter(chapter, contracts, own, testers))


def _testers(cases: list[Tried]) -> dict[str, list[tuple[str, str]]]:
    """Chapter and name of each test that puts a requirement to the test, by requirement."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for case in cases:
        for requirement in case.requirements:
            found.setdefault(requirement, {})[case.chapter, case.test] = None
    return {requirement: list(tests) for requirement, tests in found.items()}


def _row(*cells: object) -> str:
    escaped = (str(cell).replace("|", "\\|").replace("<", "&lt;") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _table(*titles: str, rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield _row(*titles)
    yield _row(*("---" for _ in titles))
    for row in rows:
        yield _row(*row)


def _models(contract: Contract) -> Iterator[str]:
    yield "What [models.toml](../conformance/contract/models.toml) holds of them; what a state means is told there."
    yield "Documented ones (active, ending) are tried by default, the others where `--models` names them."
    yield ""
    rows = (
        (
            f"`{model.name}`",
            f"{model.lifecycle}, {model.retires}" if model.retires else model.lifecycle,
            " ".join(model.efforts) or "-",
            ", ".join(f"`{tool}`" for tool in model.refused_tools) or "-",
            model.max_output_tokens or "-",
            model.notes or "-",
        )
        for model in contract.models.values()
    )
    titles = ("Model", "State, end", "Efforts", "Tools that OpenAI refuses", "Least room", "Notes")
    yield from _table(*titles, rows=rows)


def _requests(contract: Contract, cases: list[Tried]) -> Iterator[str]:
    total = sum(case.requests for case in cases)
    models = len(contract.documented_models())
    yield f"{len(cases)} cases send {total} requests to {models} models, and no model gets more than {CEILING}."
    yield "What need not be tried on every model is tried on the representative of its chapter."
    yield ""
    rows = []
    for model in contract.documented_models():
        own = [case for case in cases if case.model == model]
        alone = sum(case.requests for case in own if case.representative)
        chapters = dict.fromkeys(f"`{case.chapter}`" for case in own if case.representative)
        every = sum(case.requests for case in own) - alone
        rows.append((f"`{model}`", every, alone or "-", every + alone, ", ".join(chapters) or "-"))
    yield from _table("Model", "As every model", "As a representative", "In all", "Representative of", rows=rows)


def _page(contract: Contract, testers: dict[str, list[tuple[str, str]]]) -> Iterator[str]:
    yield "By the headings that the sources of the requirements cite."
    yield ""
    cited: dict[str, list[Requirement]] = {heading: [] for heading in PAGE}
    for requirement in contract.requirements.values():
        for heading in headings(requirement.source):
            if heading not in cited:
                raise ValueError(f"{requirement.id}: the documentation page has no heading {heading!r}")
            cited[heading].append(requirement)
    rows = []
    for heading, requirements in cited.items():
        tests = dict.fromkeys(test for requirement in requirements for test in testers.get(requirement.id, ()))
        rows.append(
            (
                heading,
                ", ".join(f"`{requirement.id}`" for requirement in requirements),
                ", ".join(f"`{chapter}::test_{test}`" for chapter, test in tests),
            )
        )
    yield from _table("Heading of the page", "Requirements", "Tests", rows=rows)


def headings(source: str) -> list[str]:
    """The headings of the documentation page that a source cites."""
    clauses = [clause for clause in source.split(";") if clause.strip().startswith("documentation page")]
    return [quoted or bare for clause in clauses for quoted, bare in CITED.findall(clause)]


def _levels(contracts: Sequence[Contract]) -> Iterator[str]:
    yield "How many requirements have which level, under each contract."
    yield ""
    counted = {
        contract.name: collections.Counter(_level(contract, row) for row in contract.requirements.values())
        for contract in contracts
    }
    levels = sorted(set().union(*counted.values()))
    rows = [(f"`{name}`", *(numbers[level] for level in levels)) for name, numbers in counted.items()]
    yield from _table("Contract", *levels, rows=rows)


def _level(contract: Contract, requirement: Requirement) -> str:
    """The level, or the levels, of a requirement: first that for models which the page names for custom tools."""
    models = sorted(contract.documented_models(), key=lambda name: contract.models[name].custom_tools != "documented")
    found = [contract.level(requirement.id, name) for name in models or (None,)]
    return " / ".join(dict.fromkeys(str(level) for level in found if level is not None)) or "not applicable"


def _chapter(
    chapter: Chapter, contracts: Sequence[Contract], cases: list[Tried], testers: dict[str, list[tuple[str, str]]]
) -> Iterator[str]:
    told = f"{chapter.title}. Promises: [contract/{chapter.name}.toml](../conformance/contract/{chapter.name}.toml)."
    if cases:
        file = f"test_{chapter.name}.py"
        representative = contracts[0].representative_of(chapter.name)
        told += f" Tests: [{file}](../conformance/{file}); representative: `{representative}`."
    yield told
    yield ""
    rows = [
        (
            f"`{requirement.id.removeprefix(f'{chapter.name}.')}`",
            *(_level(contract, requirement) for contract in contracts),
            requirement.statement,
            requirement.source,
            f"nothing: {requirement.excluded}" if requirement.excluded else _tests_of(requirement, testers),
        )
        for requirement in chapter.requirements
    ]
    names = (f"`{contract.name}`" for contract in contracts)
    yield from _table("Requirement", *names, "Promise", "Source", "Put to the test by", rows=rows)
    if cases:
        yield ""
        yield from _table("Test", "What it shows", "Models", "Tried with", "Requests", rows=_tests(cases))


def _tests_of(requirement: Requirement, testers: dict[str, list[tuple[str, str]]]) -> str:
    tests = testers.get(requirement.id, [])
    own = requirement.chapter
    names = [f"`test_{test}`" if chapter == own else f"`{chapter}::test_{test}`" for chapter, test in tests]
    return ", ".join(names) or "every exchange"


def _tests(cases: list[Tried]) -> Iterator[Sequence[object]]:
    tests: dict[str, list[Tried]] = {}
    for case in cases:
        tests.setdefault(case.test, []).append(case)
    for name, own in tests.items():
        varied = dict.fromkeys(value for case in own for value in case.varied)
        sent = collections.Counter[str]()
        for case in own:
            sent[case.model] += case.requests
        least, most = min(sent.values()), max(sent.values())
        requests = str(least) if least == most else f"{least} to {most}"
        yield f"`test_{name}`", own[0].told, own[0].scope, ", ".join(f"`{value}`" for value in varied) or "-", requests
