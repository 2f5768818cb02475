"""The house of the checks: each rule stands in the module or the package that has the name of its chapter."""

from __future__ import annotations

import ast
import json
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance import checks
from conformance.checks import PAIRS, RULES, judge
from conformance.contract import load
from conformance.wire.exchange import Exchange, Request

FOLDER = Path(checks.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))

# Every module is run again, with nothing registered, so that what it registers is its own.
REGISTRATIONS = """
import importlib, json, pkgutil
from conformance import checks
found = {}
for module in pkgutil.walk_packages(checks.__path__, "conformance.checks."):
    checks.RULES.clear()
    checks.PAIRS.clear()
    if module.name not in ("conformance.checks.lib.rules", "conformance.checks.lib.pairs"):
        importlib.reload(importlib.import_module(module.name))
    found[module.name] = [*checks.RULES, *checks.PAIRS]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def registered() -> dict[str, list[str]]:
    """The requirements of the rules and pair rules that each module registers."""
    run = subprocess.run([sys.executable, "-c", REGISTRATIONS], capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = json.loads(run.stdout)
    return found


def test_rules_stand_in_the_house_of_their_chapter(registered: dict[str, list[str]]) -> None:
    """A rule is registered by the module of its chapter."""
    astray = [
        (requirement, module)
        for module, requirements in registered.items()
        for requirement in requirements
        if module.split(".")[2] != requirement.partition(".")[0]
    ]
    assert astray == []


def test_every_rule_is_found(registered: dict[str, list[str]]) -> None:
    """The modules together register every rule, each once."""
    requirements = [requirement for each in registered.values() for requirement in each]
    assert sorted(requirements) == sorted([*RULES, *PAIRS])


def test_every_module_is_a_chapter_or_a_mechanism() -> None:
    """A module of checks has the name of a chapter, or stands in lib."""
    names = {module.name for module in pkgutil.iter_modules(checks.__path__)}
    assert names - {"lib"} <= set(load().chapters)


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_chapters_import_mechanisms_and_no_other_chapter() -> None:
    """A chapter uses mechanisms and leaves other chapters alone."""
    wrong = [
        (str(file.relative_to(FOLDER)), name)
        for file in FILES
        for name in _imported(file)
        if name.startswith("conformance.checks.")
        and name.split(".")[2] not in ("lib", file.relative_to(FOLDER).parts[0].removesuffix(".py"))
    ]
    assert wrong == []


def test_files_can_be_read_at_once() -> None:
    """No file of checks has more than 400 lines."""
    lengths = {str(file.relative_to(FOLDER)): len(file.read_text(encoding="utf-8").splitlines()) for file in FILES}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_results_come_in_the_order_of_the_contract() -> None:
    """Results are sorted as the contract sorts its requirements, those that explain others before all."""
    contract = load("openai")
    body = b'{"status": "completed", "created_at": 1, "usage": {}, "output": [{"type": "message", "id": "msg_1"}]}'
    exchange = Exchange(Request("POST", "/v1/responses", b"{}"), 200, {"content-type": "application/json"}, body)
    judged = [result.requirement for result in judge(exchange, contract)]
    order = [*contract.requirements]
    assert len(set(judged)) > 5
    every = [result.requirement for result in judge(exchange, contract, every=True)]
    assert every == sorted(every, key=order.index)
    assert judged[0] == "response.schema"
