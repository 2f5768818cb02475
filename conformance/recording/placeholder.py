"""Placeholders: what stands in a cassette for a value that another run has another of."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Service:
    """Something that the target has to reach: the option that names it, and the URL that stands for it in cassettes.

    The hosts of placeholders are reserved; they end otherwise than that of a server which is meant to be out of reach
    (``.invalid``), so that a replay is judged as its recording was.
    """

    option: str
    what: str
    placeholder: str


MCP_SERVER: Final = Service("--mcp-server", "MCP server", "https://mcp-server.example/mcp")
IMAGE: Final = Service("--image-url", "image", "https://images.example/square.png")
SERVICES: Final = (MCP_SERVER, IMAGE)


def replacing(urls: Mapping[Service, str]) -> Callable[[bytes], bytes]:
    """A function that puts the placeholders into a body in the place of the URLs, plain or escaped as JSON may be."""
    forms = (str, _escaped, _with_slashes_escaped, lambda text: _escaped(_escaped(text)))
    # The longest first: one URL can begin with another.
    ordered = sorted(urls.items(), key=lambda pair: -len(pair[1]))
    places = {
        form(url).encode(): form(service.placeholder).encode()
        for service, url in ordered
        if url != service.placeholder
        for form in forms
    }

    def replace(content: bytes) -> bytes:
        for old, new in places.items():
            content = content.replace(old, new)
        return content

    return replace


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]


def _with_slashes_escaped(text: str) -> str:
    return _escaped(text).replace("/", "\\/")
