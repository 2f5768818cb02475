"""The checks of other operations than the creation of a response: what keeps each and what breaks it alone."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from conformance.checks import RULES
from conformance.wire.edit import put
from tests.checks.rules import broken_by, judged_by
from tests.right import answers
from tests.right.changed import with_body
from tests.right.samples import OPERATIONS, with_answer

BREAKS = {
    "operations.compaction": with_answer("compaction", put("/usage/total_tokens", 1)),
    "operations.compacted": with_answer("compaction", put("/output/1/encrypted_content", "no base64url!")),
    "operations.input_items": with_answer("input_items", put("/last_id", "msg_1")),
    "operations.input_tokens": with_answer("input_tokens", put("/input_tokens", "7")),
    "operations.deleted": with_answer("deleted", put("/deleted", False)),
    "operations.response_id": with_answer("retrieved", put("/id", "resp_other")),
}
"""No fault of the reference endpoint breaks these: it creates responses and does nothing else."""


def test_every_rule_is_broken_here() -> None:
    """No rule of this chapter, which the kill matrix does not reach, is left out."""
    assert BREAKS.keys() == {name for name in RULES if name.startswith("operations.")}


@pytest.mark.parametrize("requirement", BREAKS)
def test_a_rule_is_broken_alone(requirement: str) -> None:
    """What breaks a rule breaks no other one."""
    assert broken_by(BREAKS[requirement]) == {requirement}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("body", [None, [], "x", {}, {"usage": {}}, {"data": [None]}, {"data": [[]], "first_id": []}])
def test_an_operation_may_answer_anything(name: str, body: Any) -> None:
    """An answer that is none of the operation is found, whatever it is."""
    assert broken_by(with_body(OPERATIONS[name], body))


def test_an_operation_that_is_refused_is_not_judged() -> None:
    """An error says nothing of what the operation would have answered."""
    for name in OPERATIONS:
        refused = dataclasses.replace(OPERATIONS[name], status=404, captured_json={"error": answers.ERROR})
        assert not any(requirement.startswith("operations.") for requirement in judged_by(refused))
