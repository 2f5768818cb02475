"""Placeholders: what stands in a cassette for a value that another run has another of."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit


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
    """A function that puts the placeholders into a body in the place of the URLs, plain or escaped as JSON may be.

    The beginning of a URL is replaced too, up to its host: an endpoint may tell no more of it.
    """
    forms = (str, _escaped, _with_slashes_escaped, lambda text: _escaped(_escaped(text)))
    whole = {url: service.placeholder for service, url in urls.items()}
    pairs = {_origin(url): _origin(placeholder) for url, placeholder in whole.items()} | whole
    # The longest first: one URL can begin with another.
    places = {
        form(url).encode(): form(pairs[url]).encode()
        for url in sorted(pairs, key=len, reverse=True)
        if url != pairs[url]
        for form in forms
    }

    def replace(content: bytes) -> bytes:
        for old, new in places.items():
            content = content.replace(old, new)
        return content

    return replace


def _origin(url: str) -> str:
    """Scheme, host and port of a URL."""
    return "{0.scheme}://{0.netloc}".format(urlsplit(url))


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]


def _with_slashes_escaped(text: str) -> str:
    return _escaped(text).replace("/", "\\/")
