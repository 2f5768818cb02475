"""The reference endpoint and servers of the Model Context Protocol, a real one among them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from conformance.reference import mcp_server
from conformance.reference.serve import LOOPBACK, in_thread, listen
from conformance.wire.sse import decode
from tests.reference.client import FORECAST, accepted, answered, ask, called, kinds, refused
from tests.servers.sockets import always, http, serving

Tool = dict[str, Any]


@pytest.fixture(scope="session")
def server() -> Iterator[Tool]:
    """An mcp tool whose server runs, and whose tools need no approval."""
    with mcp_server.running() as url:
        yield {"type": "mcp", "server_label": "demo", "server_url": url, "require_approval": "never"}


def output(client: httpx.Client, *tools: Tool, **body: Any) -> list[dict[str, Any]]:
    """All items of an answer to which no check objects, ready to be sent back."""
    body = {"include": ["reasoning.encrypted_content"], **body}
    called(client, *tools, **body)
    items: list[dict[str, Any]] = answered(client, **{"tools": list(tools), "tool_choice": "required", **body})[
        "output"
    ]
    return items


def test_tools_are_listed_and_the_first_is_called(client: httpx.Client, server: Tool) -> None:
    """The tools of the server are listed, the first one is called, and its output is told."""
    listed, call, message = output(client, server)
    assert [tool["name"] for tool in listed["tools"]] == ["add", "spell", "fail"]
    assert all(tool["input_schema"]["type"] == "object" for tool in listed["tools"])
    assert listed["server_label"] == "demo"
    assert (call["name"], call["status"], call["error"], call["approval_request_id"]) == (
        "add",
        "completed",
        None,
        None,
    )
    assert int(call["output"]) == sum(json.loads(call["arguments"]).values())
    assert message["type"] == "message"


def test_tools_are_listed_even_where_none_is_called(client: httpx.Client, server: Tool) -> None:
    """The list comes whatever the choice is."""
    for choice in ("auto", "none", {"type": "function", "name": "forecast"}):
        items = output(client, server, FORECAST, tool_choice=choice)
        assert items[0]["type"] == "mcp_list_tools"
        assert not any(item["type"] == "mcp_call" for item in items)


def test_tools_that_were_listed_are_not_listed_again(client: httpx.Client, server: Tool) -> None:
    """A list that is sent back is not made again."""
    first = output(client, server)
    question = {"role": "user", "content": "And again."}
    again = output(client, server, input=[question, *first, question])
    assert [item["type"] for item in again] == ["mcp_call", "message"]


@pytest.mark.parametrize(
    "allowed", [["spell"], {"tool_names": ["spell"]}, {"read_only": True, "tool_names": ["spell"]}]
)
def test_only_allowed_tools_are_listed_and_called(client: httpx.Client, server: Tool, allowed: Any) -> None:
    """A tool that is not allowed is neither listed nor called."""
    listed, call, _ = output(client, server | {"allowed_tools": allowed})
    assert [tool["name"] for tool in listed["tools"]] == ["spell"]
    assert json.loads(call["arguments"])["style"] in ("letters", "dashes")


def test_a_tool_that_is_chosen_by_its_name(client: httpx.Client, server: Tool) -> None:
    """A choice names server and tool, and both have to be there."""
    choice = {"type": "mcp", "server_label": "demo", "name": "spell"}
    listed, call, _ = output(client, server, tool_choice=choice)
    assert (len(listed["tools"]), call["name"]) == (3, "spell")
    refused(ask(client, tools=[server], tool_choice=choice | {"name": "sing"}), 400, "tool_choice")
    refused(ask(client, tools=[server], tool_choice=choice | {"server_label": "other"}), 400, "tool_choice")


def test_a_tool_that_fails(client: httpx.Client, server: Tool) -> None:
    """A tool that fails gives a failed call with its error, streamed or not."""
    tool = server | {"allowed_tools": ["fail"]}
    call = output(client, tool)[1]
    assert (call["status"], call["output"], call["error"]["type"]) == ("failed", None, "mcp_tool_execution_error")
    reply = ask(client, tools=[tool], tool_choice="required", stream=True)
    types = [event.type for event in decode(reply.content)[0]]
    assert "response.mcp_call.failed" in types
    assert "response.mcp_call.completed" not in types


@pytest.mark.parametrize(
    ("required", "asks"),
    [
        ("never", False),
        ("always", True),
        (None, True),
        ({"always": {"tool_names": ["add"]}}, True),
        ({"always": {"tool_names": ["spell"]}}, False),
        ({"never": {"tool_names": ["add"]}}, False),
        ({"never": {"tool_names": ["spell"]}}, True),
        ({"never": {"read_only": True}}, False),
        ({"always": {"tool_names": ["add"]}, "never": {"tool_names": ["spell"]}}, True),
    ],
)
def test_whether_approval_is_needed(client: httpx.Client, server: Tool, required: Any, asks: bool) -> None:
    """An approval is asked for where the setting says so."""
    items = output(client, server | {"require_approval": required})
    assert [item["type"] for item in items[1:]] == (["mcp_approval_request"] if asks else ["mcp_call", "message"])


def test_a_call_that_is_approved_is_made_and_one_that_is_not_is_not(client: httpx.Client, server: Tool) -> None:
    """A decision is obeyed, and one about nothing is refused."""
    tool = {key: value for key, value in server.items() if key != "require_approval"}
    first = output(client, tool)
    request = first[-1]
    question = {"role": "user", "content": "Add, please."}
    decision = {"type": "mcp_approval_response", "approval_request_id": request["id"], "approve": True}
    call, message = output(client, tool, tool_choice=None, input=[question, *first, decision])
    assert (call["type"], call["approval_request_id"], call["arguments"]) == (
        "mcp_call",
        request["id"],
        request["arguments"],
    )
    assert (call["output"], message["type"]) == ("2", "message")
    refusal = decision | {"approve": False}
    without_call = output(client, tool, tool_choice=None, input=[question, *first, refusal])
    assert [item["type"] for item in without_call] == ["message"]
    third = output(client, tool, tool_choice=None, input=[question, *first, decision, call, message, question])
    assert [item["type"] for item in third] == ["message"]
    refused(ask(client, tools=[tool], input=[question, decision]), 400, request["id"])
    for second in (decision, refusal):
        refused(ask(client, tools=[tool], input=[question, *first, decision, second]), 400, "input[4]", request["id"])
    refused(ask(client, input=[question, *first, decision]), 400, "add")
    broken = request | {"arguments": "{"}
    refused(ask(client, tools=[tool], input=[question, *first[:-1], broken, decision]), 400, "arguments")


def test_servers_that_cannot_be_reached(client: httpx.Client, server: Tool) -> None:
    """A server that is not there is told with 424 and its label."""
    with listen(LOOPBACK, 0) as unused:
        closed = f"http://{LOOPBACK}:{unused.getsockname()[1]}/mcp"
    urls = [closed, "https://mcp.invalid/mcp", "http://127.0.0.1.example.com/mcp", f"{server['server_url']}/other"]
    for url in urls:
        for stream in (False, True):
            reply = ask(client, tools=[server | {"server_url": url}], tool_choice="required", stream=stream)
            refused(reply, 424, "demo")
            accepted(reply)
    assert ask(client, tools=[server]).status_code == 200


def test_the_secrets_of_a_server_reach_it_and_nobody_else(client: httpx.Client) -> None:
    """Headers and authorization reach the server and never come back."""
    app, seen = mcp_server.create_app(), []

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        seen.extend(scope.get("headers", ()))
        await app(scope, receive, send)

    listener = listen(LOOPBACK, 0)
    with in_thread(watched, listener):
        url = f"http://{LOOPBACK}:{listener.getsockname()[1]}/mcp"
        secrets = {"authorization": "s3cret", "headers": {"X-Key": "s3cret too"}}
        tool = {"type": "mcp", "server_label": "demo", "server_url": url, **secrets}
        response = answered(client, tools=[tool])
    assert {(b"authorization", b"Bearer s3cret"), (b"x-key", b"s3cret too")} <= {(k.lower(), v) for k, v in seen}
    assert "s3cret" not in json.dumps(response)
    assert response["tools"][0]["server_url"] == url


def test_the_echo_is_completed(client: httpx.Client, server: Tool) -> None:
    """The settings of a server come back in their long form."""
    tool = server | {"allowed_tools": {"tool_names": ["add"]}, "require_approval": {"never": {"tool_names": ["add"]}}}
    (echoed,) = answered(client, tools=[tool])["tools"]
    names = {"read_only": None, "tool_names": ["add"]}
    assert (echoed["allowed_tools"], echoed["require_approval"]) == (names, {"always": None, "never": names})


def test_nothing_but_the_echo_depends_on_the_port_of_the_server(client: httpx.Client, server: Tool) -> None:
    """The same server on another port has the same answer."""
    for stream in (False, True):
        first = ask(client, tools=[server], tool_choice="required", stream=stream)
        with mcp_server.running() as url:
            again = ask(client, tools=[server | {"server_url": url}], tool_choice="required", stream=stream)
        assert url != server["server_url"]
        assert again.content.replace(url.encode(), server["server_url"].encode()) == first.content
        assert again.headers["x-request-id"] == first.headers["x-request-id"]
    elsewhere = [ask(client, tools=[server | {"server_url": f"https://a.invalid:{port}/"}]) for port in (1, 2)]
    assert elsewhere[0].headers["x-request-id"] != elsewhere[1].headers["x-request-id"]


def test_two_servers(client: httpx.Client, server: Tool) -> None:
    """Two servers are listed and called, under labels that differ."""
    other = server | {"server_label": "other", "allowed_tools": ["spell"]}
    response = answered(client, tools=[server, other], tool_choice="required")
    assert kinds(response) == ["mcp_list_tools"] * 2 + ["mcp_call"] * 2 + ["message"]
    assert [item["name"] for item in response["output"][2:4]] == ["add", "spell"]
    called(client, server, other)
    refused(ask(client, tools=[server, server]), 400, "server_label")


def test_approved_calls_count(client: httpx.Client, server: Tool) -> None:
    """Approved calls count against the limit of calls."""
    servers = [server | {"server_label": label, "require_approval": "always"} for label in ("one", "two")]
    first = output(client, *servers)
    requests = [item["id"] for item in first if item["type"] == "mcp_approval_request"]
    decisions = [{"type": "mcp_approval_response", "approval_request_id": one, "approve": True} for one in requests]
    sent = [{"role": "user", "content": "Add, please."}, *first, *decisions]
    for limit, made in ((None, requests), (2, requests), (1, requests[:1])):
        items = answered(client, tools=servers, input=sent, max_tool_calls=limit)["output"]
        assert [item["approval_request_id"] for item in items if item["type"] == "mcp_call"] == made


def test_a_tool_without_a_name_is_none(client: httpx.Client, server: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server whose tool has no name counts as not reached."""
    monkeypatch.setattr(mcp_server, "TOOLS", {"": mcp_server.TOOLS["add"]})
    refused(ask(client, tools=[server], tool_choice="required"), 424, "demo")


NO_SERVERS = {
    "closes": None,
    "no JSON": http(200, b"nothing"),
    "no content type": http(200, b"{}", None),
    "no JSON-RPC": http(200, b'{"jsonrpc": "2.0", "id": 1, "result": 7}'),
    "an endless event": http(200, b"event: message\ndata: {\n\n", "text/event-stream"),
    "fails": http(500, b"oops"),
}


@pytest.mark.parametrize("reply", [pytest.param(reply, id=name) for name, reply in NO_SERVERS.items()])
def test_of_what_is_no_server_nothing_is_written_anywhere(reply: bytes | None) -> None:
    """Said in a process of its own, as pytest catches what is logged."""
    with serving(always(reply)) as other:
        script = (
            "import asyncio\n"
            "from conformance.reference.mcp_client import Unreachable, call_tool, list_tools\n"
            f"tool = {{'server_url': 'http://{other.host}/mcp'}}\n"
            "try:\n    asyncio.run(list_tools(tool))\nexcept Unreachable:\n    print('unreachable')\n"
            "print(asyncio.run(call_tool(tool, 'add', {})).error['code'])\n"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("unreachable\n424\n", "")
