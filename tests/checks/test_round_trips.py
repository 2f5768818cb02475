"""The checks of turns that go on."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.edit import put
from tests.checks.rules import broken_by
from tests.right import answers as samples
from tests.right import tool_answers as tools
from tests.right.changed import changed
from tests.right.samples import with_request


@pytest.mark.parametrize("members", [{"id": "fc_2"}, {"call_id": "call_2"}])
def test_a_call_is_not_made_again_under_its_ids(members: Any) -> None:
    """A new call has ids that the conversation has not seen."""
    output = {"type": "function_call_output", "call_id": "call_f", "output": "18"}
    before = with_request("function", input=[tools.USER, samples.function_call(), output])
    assert "round_trips.new_items" in broken_by(before)
    again = samples.function_call(id="fc_2", call_id="call_2")
    assert "round_trips.new_items" not in broken_by(changed(before, put("/output/0", again)))
    half = changed(before, put("/output/0", samples.function_call(**members)))
    assert "round_trips.new_items" in broken_by(half)
    same = with_request("function", previous_response_id=before.json["id"])
    assert "round_trips.new_items" in broken_by(same)
