"""MCP: the endpoint lists and calls the tools of a server that the request names.

Documentation page, "Limitations" (supported tool types). ``--mcp-server`` names a server that the target can reach.
"""

import pytest

from conformance.samples import conversations, outputs, tools

pytestmark = pytest.mark.tool("mcp")

CALL = "Call one tool of the server, with arguments of your choice, and tell what it returned."


@pytest.mark.requirement("mcp.accepted", "mcp.listed", "mcp.called", "mcp.completed", "echo.tool_secrets")
def test_call(ask, model, mcp_server):
    """The tools of the server are listed, and one is called; a header for the server does not come back."""
    tool = tools.MCP | {"server_url": mcp_server, "headers": tools.FOR_THE_SERVER}
    ask.until(
        outputs.CALLED,
        model,
        CALL,
        promised="mcp.completed",
        tools=[tool],
        tool_choice="required",
        **conversations.ROOM,
    )


@pytest.mark.requirement("mcp.accepted", "mcp.listed", "mcp.called")
def test_streamed_call(ask, model, mcp_server):
    """They are in a stream too."""
    ask(
        model,
        CALL,
        stream=True,
        tools=[tools.MCP | {"server_url": mcp_server}],
        tool_choice="required",
        **conversations.ROOM,
    )


@pytest.mark.representative
@pytest.mark.requests(2)
@pytest.mark.requirement("mcp.accepted", "mcp.approval", "mcp.approved")
def test_approved(ask, model, mcp_server):
    """A call waits for approval, and is made when it is given."""
    tool = tools.MCP | {"server_url": mcp_server, "require_approval": "always"}
    request = ask(
        model, CALL, tools=[tool], tool_choice="required", **conversations.ROOM, about=["mcp.accepted", "mcp.approval"]
    )
    ask.then(request, outputs.APPROVED, about=["mcp.approved"])


@pytest.mark.representative
@pytest.mark.requests(2)
@pytest.mark.requirement("mcp.accepted", "mcp.approval", "mcp.refused")
def test_not_approved(ask, model, mcp_server):
    """A call that is not approved is not made."""
    tool = tools.MCP | {"server_url": mcp_server, "require_approval": "always"}
    request = ask(
        model,
        CALL,
        stream=True,
        tools=[tool],
        tool_choice="required",
        **conversations.ROOM,
        about=["mcp.accepted", "mcp.approval"],
    )
    ask.then(request, outputs.NOT_APPROVED, about=["mcp.refused"])


@pytest.mark.representative
@pytest.mark.twin("function")
@pytest.mark.requirement("mcp.unreachable")
def test_unreachable(ask, model):
    """A server that cannot be reached is told as such."""
    ask.either(model, CALL, tools=[tools.UNREACHABLE_MCP])
