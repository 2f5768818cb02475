"""Every kind of defect in a JSON answer is planted into answers that are right, and noticed under the right name."""

from __future__ import annotations

import pytest

from conformance.checks import judge
from conformance.contract import Level, load
from tests.defects.mutants_json import KINDS, broken, noticed, some
from tests.right.answers import good, operations
from tests.right.tool_answers import tools

CONTRACT = load("openai")
GOOD = good() | operations() | tools()
BEFORE = {name: broken(exchange, CONTRACT) for name, exchange in GOOD.items()}
OF_EACH = 3
# What a Databricks workspace may do and OpenAI does not.
OWN = {"databricks_error": {"errors.envelope"}}


@pytest.mark.parametrize("name", GOOD)
def test_the_samples_are_right(name: str) -> None:
    assert {requirement for requirement, _ in BEFORE[name]} == OWN.get(name, set())


@pytest.mark.parametrize("name", GOOD)
def test_the_samples_are_right_under_the_other_contract(name: str) -> None:
    found = [r for r in judge(GOOD[name], load("databricks")) if r.finding and r.level is not Level.MAY]
    others = {r.requirement for r in found if not r.requirement.startswith("unsupported_parameters.")}
    assert others == OWN.get(name, set())


def test_there_are_kinds_enough() -> None:
    assert len(KINDS) >= 90


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: str(kind.name))
def test_a_defect_is_noticed(kind) -> None:  # type: ignore[no-untyped-def]
    made = 0
    for name, exchange in GOOD.items():
        if made >= 9 or name == "databricks_error":
            continue
        for mutant in some(kind.make(exchange), OF_EACH):
            made += 1
            wanted = " or ".join(mutant.noticed_by)
            found = broken(mutant.exchange, CONTRACT) - BEFORE[name]
            assert noticed(mutant, BEFORE[name], CONTRACT), f"{name} {mutant.label}: wanted {wanted}, found {found}"
    assert made, "no sample that this kind can be planted into"
