"""The checks of the tools of MCP servers: approvals, lists of tools, servers that are not reached."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.edit import put
from tests.checks.rules import broken_by, judged_by
from tests.right import answers as samples
from tests.right import tool_answers as tools
from tests.right.answers import exchange, mcp_call
from tests.right.changed import asked, asking
from tests.right.samples import MESSAGE, SAMPLES, with_answer, with_output, with_request

DICE = mcp_call(approval_request_id="mcpr_1")


@pytest.mark.parametrize(
    ("approval", "needs"),
    [
        ("never", False),
        ("always", True),
        (None, True),
        ({"never": {"tool_names": ["roll"]}}, False),
        ({"never": {"tool_names": ["other"]}}, True),
        ({"never": {"read_only": True}}, False),
        ({"never": {}}, False),
        ({"never": {"tool_names": None}, "always": None}, False),
        ({"always": None, "never": None}, False),
        ({"always": {"tool_names": "roll"}}, False),
        ({"always": {"tool_names": ["roll"]}}, True),
        ({"always": {"tool_names": ["other"]}}, False),
        ({"always": {"read_only": False}}, False),
        ({}, False),
        (["roll"], False),
    ],
)
def test_which_calls_need_approval(approval: Any, *, needs: bool) -> None:
    """A call without an approval is found where the server asks for one, and not judged elsewhere."""
    found = with_request("rolled", tools=[{**samples.MCP, "require_approval": approval}])
    assert ("mcp.approval" in broken_by(found)) is needs
    assert ("mcp.approval" in judged_by(found)) is needs


@pytest.mark.parametrize("behind", [DICE, tools.USER])
@pytest.mark.parametrize("name", ["approved", "not_approved"])
def test_what_was_decided_before_is_settled(name: str, behind: Any) -> None:
    """A decision counts for the answer right behind it only."""
    used = asked(with_output(name, MESSAGE), put("/input", lambda items: [*items, behind]))
    assert not {"mcp.approved", "mcp.refused"} & judged_by(used)


@pytest.mark.parametrize(
    ("output", "is_right"),
    [
        ([mcp_call(approval_request_id="mcpr_1", arguments='{ "sides":6 }')], True),
        ([mcp_call(approval_request_id="mcpr_1", arguments='{"sides": 7}')], False),
        ([mcp_call(approval_request_id="mcpr_1", name="other")], False),
        ([mcp_call(approval_request_id="mcpr_1", server_label="other")], False),
        ([DICE, {**DICE, "id": "mcp_2"}], False),
        ([DICE, mcp_call(id="mcp_2", approval_request_id="mcpr_2")], True),
    ],
)
def test_an_approved_call_is_made_once_and_as_it_was_approved(output: list[Any], *, is_right: bool) -> None:
    """An approved call has its name, its server and its arguments, and comes once."""
    found = with_output("approved", *output, MESSAGE)
    assert ("mcp.approved" not in broken_by(found)) is is_right


def test_an_approval_was_given() -> None:
    """An approval that nobody gave is found, unless it may have been given out of sight."""
    invented = mcp_call(approval_request_id="mcpr_2")
    for name in ("rolled", "asked"):
        wrong = with_output(name, samples.MCP_LIST, invented, MESSAGE)
        assert "mcp.approval" in broken_by(wrong)
        hidden = asking(wrong, previous_response_id="resp_0")
        assert "mcp.approval" not in broken_by(hidden)
    later = asked(SAMPLES["approved"], put("/input", lambda items: [*items, tools.USER]))
    assert "mcp.approval" not in broken_by(later)


@pytest.mark.parametrize(
    ("approval", "is_free"),
    [
        ("never", True),
        ("always", False),
        (None, False),
        ({"never": {"tool_names": ["roll"]}}, True),
        ({"never": {"tool_names": ["roll"], "read_only": True}}, False),
        ({"never": {"tool_names": ["roll"]}, "always": {"tool_names": ["roll"]}}, False),
        ({"never": {"tool_names": "roll"}}, False),
        ({"never": {}}, False),
    ],
)
def test_which_calls_need_no_approval(approval: Any, *, is_free: bool) -> None:
    """A request for an approval is found where none is needed."""
    found = with_request("asked", tools=[{**samples.MCP, "require_approval": approval}])
    assert ("mcp.needless_approval" in broken_by(found)) is is_free


@pytest.mark.parametrize("output", [[mcp_call(), MESSAGE], [DICE], [DICE, DICE]])
def test_a_refused_call_is_made_in_no_way(output: list[Any]) -> None:
    """A refused call is found, with the id of the request or without it."""
    assert "mcp.refused" in broken_by(with_output("not_approved", *output))


@pytest.mark.parametrize("output", [[MESSAGE], [mcp_call(name="other"), MESSAGE], [mcp_call(approval_request_id="x")]])
def test_a_refusal_is_of_one_call(output: list[Any]) -> None:
    """A refusal forbids no other call."""
    assert "mcp.refused" not in broken_by(with_output("not_approved", *output))


def test_tools_can_be_listed_in_the_request_or_out_of_sight() -> None:
    """A list is owed before the call, unless the request holds one or hides it."""
    bare = with_output("rolled", mcp_call(), MESSAGE)
    for members in (
        {"input": [samples.MCP_LIST, tools.USER]},
        {"previous_response_id": "resp_0"},
        {"conversation": "conv_0"},
        {"input": [{"type": "item_reference", "id": "mcpl_1"}]},
    ):
        assert "mcp.listed" not in broken_by(asking(bare, **members))
    late = with_output("rolled", mcp_call(), samples.MCP_LIST, MESSAGE)
    assert "mcp.listed" in broken_by(late)
    searched = asking(late, tools=[samples.MCP, {"type": "tool_search"}])
    assert "mcp.listed" not in judged_by(searched)


def test_tools_are_listed_again_only_where_they_were_not() -> None:
    """A list that was sent is not made again, one that failed may be."""
    for before, is_right in ((samples.MCP_LIST, False), ({**samples.MCP_LIST, "server_label": "other"}, True)):
        found = with_request("rolled", input=[{**before, "id": "mcpl_0"}, tools.USER])
        assert ("mcp.listed_again" not in broken_by(found)) is is_right
    failed = with_request("rolled", input=[{**tools.UNREACHED, "id": "mcpl_0"}, tools.USER])
    assert "mcp.listed_again" not in broken_by(failed)


@pytest.mark.parametrize("status", [400, 404, 424])
def test_a_refusal_tells_that_a_server_was_not_reached(status: int) -> None:
    """A refusal of the request says enough of a server that is not there."""
    told = exchange(SAMPLES["unreachable"].request.json, {"error": samples.ERROR}, status=status)
    assert "mcp.unreachable" in judged_by(told)
    assert "mcp.unreachable" not in broken_by(told)


def test_a_server_that_was_not_reached_is_told_otherwise_too() -> None:
    """A response that failed says so too, an error of the endpoint does not."""
    failed = {"status": "failed", "output": [], "error": {"code": "server_error", "message": "not reached"}}
    assert "mcp.unreachable" not in broken_by(with_answer("unreachable", put("", lambda body: body | failed)))
    wrong = exchange(SAMPLES["unreachable"].request.json, {"error": samples.ERROR}, status=500)
    assert "mcp.unreachable" in broken_by(wrong)


@pytest.mark.parametrize(
    "servers",
    [
        [samples.MCP],
        [{**samples.MCP, "server_url": "https://invalid.example/mcp"}],
        [{**samples.MCP, "server_url": "http://[invalid"}],
        [{**samples.MCP, "server_url": None}],
        [tools.NOWHERE, {**samples.MCP, "server_label": "other"}],
    ],
)
def test_only_a_name_that_nobody_can_have_is_judged(servers: list[Any]) -> None:
    """A server whose name could lead somewhere may have been reached."""
    assert "mcp.unreachable" not in judged_by(with_request("rolled", tools=servers))
