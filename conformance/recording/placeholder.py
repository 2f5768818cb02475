"""Placeholders: what stands in a cassette for a value that another run has another of."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

MCP_SERVER: Final = "https://mcp-server.example/mcp"
"""Stands for the URL of the MCP server. Its host is reserved; it ends otherwise than that of a server which is meant to
be out of reach (``.invalid``), so that a replay is judged as its recording was."""


def replacing(url: str | None) -> Callable[[bytes], bytes]:
    """A function that puts the placeholder into a body in the place of the URL, plain or escaped as JSON may be."""
    forms = (str, _escaped, _with_slashes_escaped, lambda text: _escaped(_escaped(text)))
    places = {form(url).encode(): form(MCP_SERVER).encode() for form in forms} if url else {}

    def replace(content: bytes) -> bytes:
        for old, new in places.items():
            content = content.replace(old, new)
        return content

    return replace


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]


def _with_slashes_escaped(text: str) -> str:
    return _escaped(text).replace("/", "\\/")
