"""The request of an exchange as a command of a shell that sends it again, byte for byte."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from conformance.wire.exchange import Exchange

LONGEST: Final = 2000
"""Characters of a body that stands in the command itself."""

SPECIAL: Final = re.compile(r'([\\"$`])')

BASE: Final = "BASE_URL"
"""The variable with the base URL, where the run had none of its own."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a request again: what is put in the place of what is secret, and where it goes.

    ``base_url`` is None for a replay. ``variable`` names the environment variable that holds the ``token``; ``hide``
    takes other secrets out of a header.
    """

    base_url: str | None
    variable: str
    token: str
    hide: Callable[[str], str] = str


def curl(exchange: Exchange, sender: Sender, body: Path | str | None = None) -> str:
    """The command. ``body`` is the file that holds a long body, or a sentence why there is none."""
    request = exchange.request
    parts = [f"curl -X {request.method} {_url(exchange, sender)}", *_headers(exchange, sender)]
    content = request.content or b""
    if content or request.method == "POST":
        parts.append(_data(content, body))
    return " ".join(parts)


def stands_in_command(content: bytes) -> bool:
    """True for a body that the command itself can hold: short, and text of which each character shows."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(text) <= LONGEST and text.isprintable()


def _url(exchange: Exchange, sender: Sender) -> str:
    """The URL in double quotes."""
    request = exchange.request
    asked = f"?{request.query}" if request.query else ""
    if sender.base_url is None:
        last = request.path.rpartition("/")[2]
        return f'"${BASE}/{_escaped(last + asked, sender)}"'
    parts = urlsplit(sender.base_url)
    return f'"{_escaped(f"{parts.scheme}://{parts.netloc}{request.path}{asked}", sender)}"'


def _headers(exchange: Exchange, sender: Sender) -> Iterator[str]:
    """The options for the headers. The credential is sent in the form in which it was sent, right or wrong, or none."""
    headers = exchange.request.headers
    for name, value in headers.items():
        if name == "authorization" and value.startswith("Basic "):
            yield f'-u "token:${sender.variable}"'
        else:
            yield f'-H "{_escaped(f"{name.title()}: {value}", sender)}"'
    if "content-type" not in headers:
        # curl would name one of its own.
        yield "-H 'Content-Type:'"


def _escaped(text: str, sender: Sender) -> str:
    """A text as it stands between double quotes, in which the variable stands for the token."""
    parts = text.split(sender.token) if sender.token else [text]
    return f"${{{sender.variable}}}".join(SPECIAL.sub(r"\\\1", sender.hide(part)) for part in parts)


def _data(content: bytes, body: Path | str | None) -> str:
    if stands_in_command(content):
        return f"--data-raw {shlex.quote(content.decode('utf-8'))}"
    if isinstance(body, Path):
        return f"--data-binary @{shlex.quote(str(body))}"
    return f"--data-raw '…'   # a body of {len(content)} bytes" + (f": {body}" if body else "")
