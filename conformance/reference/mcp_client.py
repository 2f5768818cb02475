"""Asks MCP servers for their tools, and calls these. Only servers on this machine are asked."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from conformance.reference.body import ON_LOOPBACK, compact

if TYPE_CHECKING:
    from mcp import Client

PATIENCE: Final = 10.0
MAX_PAGES: Final = 20


class Unreachable(Exception):
    """The server does not answer, or not as its protocol says."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call: what the tool says, or why it failed."""

    output: str | None = None
    error: dict[str, Any] | None = None


async def list_tools(tool: dict[str, Any]) -> list[dict[str, Any]]:
    """The tools of the server of an mcp tool, as mcp_list_tools has them. Raises Unreachable."""
    found: list[dict[str, Any]] = []
    async with _connected(tool) as client:
        cursor: str | None = None
        for _ in range(MAX_PAGES):
            page = await client.list_tools(cursor=cursor)
            for one in page.tools:
                if not one.name:
                    raise Unreachable
                read_only = one.annotations is not None and one.annotations.read_only_hint is True
                found.append(
                    {
                        "annotations": {"read_only": read_only},
                        "description": one.description,
                        "input_schema": one.input_schema,
                        "name": one.name,
                    }
                )
            cursor = page.next_cursor
            if not cursor:
                break
    return found


async def call_tool(tool: dict[str, Any], name: str, arguments: dict[str, Any]) -> Outcome:
    """What the server of an mcp tool answers to a call."""
    try:
        async with _connected(tool) as client:
            result = await client.call_tool(name, arguments)
    except Unreachable:
        return Outcome(error={"type": "http_error", "code": 424, "message": "The server did not answer the call."})
    content = [part.model_dump(mode="json", by_alias=True, exclude_none=True) for part in result.content]
    if result.is_error:
        return Outcome(error={"type": "mcp_tool_execution_error", "content": content})
    texts = [part["text"] if part["type"] == "text" else compact(part) for part in content]
    return Outcome(output="\n".join(texts))


@contextlib.asynccontextmanager
async def _connected(tool: dict[str, Any]) -> "AsyncIterator[Client]":
    """A client of the server. Whatever fails while it is used counts as the server's failure."""
    url = tool.get("server_url") or ""
    if not ON_LOOPBACK.match(url):
        raise Unreachable
    # Imported here, as it takes most of a second.
    import httpx2
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    # What a server does wrong is told in the answer.
    logging.getLogger("mcp").setLevel(logging.CRITICAL)
    headers = {**(tool.get("headers") or {})}
    if tool.get("authorization"):
        headers["authorization"] = f"Bearer {tool['authorization']}"
    try:
        async with (
            asyncio.timeout(PATIENCE),
            httpx2.AsyncClient(headers=headers, timeout=PATIENCE, trust_env=False) as http,
            Client(streamable_http_client(url, http_client=http), cache=None) as client,
        ):
            yield client
    except Exception as error:  # groups of errors of several libraries
        raise Unreachable from error
