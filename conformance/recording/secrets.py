"""Secrets: found in what is about to be saved, and hidden in what is about to be shown, in every common encoding."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from urllib.parse import quote

SHORTEST: Final = 16
"""Shorter tokens are not looked for: they are placeholders, and stand in any text by chance."""

SHOWN: Final = 8
"""How many characters of a token may stand together in what is shown: a message that was cut can end within it."""

HIDDEN: Final = "[the token]"


@dataclass(frozen=True)
class Secrets:
    """The token and the host of a target, and further hosts by what they serve. Hosts may have a port."""

    token: str
    host: str
    hosts: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _token_forms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_forms(self.token))) if len(self.token) >= SHORTEST else ()

    @cached_property
    def _named(self) -> dict[str, tuple[str, ...]]:
        """All forms in small letters, by the words that name the secret."""
        named = {
            "the token": self._token_forms,
            "the host of the target": _host_forms(self.host),
            **{f"the host of the {what}": _host_forms(host) for what, host in self.hosts.items()},
        }
        return {name: tuple(form.casefold() for form in forms) for name, forms in named.items()}

    def find(self, text: str) -> str | None:
        """What of the secrets stands in a text, in words such as "the token", or None."""
        folded = text.casefold()
        return next((name for name, forms in self._named.items() if any(form in folded for form in forms)), None)

    def hide(self, text: str) -> str:
        """The text with a mark in the place of the token, also where only the beginning of it stands."""
        for form in self._token_forms:
            start = form[:SHOWN]
            place = text.find(start)
            while place >= 0:
                length = len(start)
                while length < len(form) and text[place : place + length + 1] == form[: length + 1]:
                    length += 1
                text = text[:place] + HIDDEN + text[place + length :]
                place = text.find(start, place + len(HIDDEN))
        return text


def _host_forms(host: str) -> tuple[str, ...]:
    """The forms of a host with its port, and without it unless that is a name which every machine has."""
    name = re.sub(r":\d*$", "", host)
    names = {host} if name in ("127.0.0.1", "localhost", "[::1]") else {host, name}
    return tuple(form for name in names if name for form in _forms(name))


def _forms(secret: str) -> Iterator[str]:
    """A secret as it is, escaped in JSON once and twice, percent-encoded, and in base64 at each of three offsets."""
    yield secret
    once = json.dumps(secret)[1:-1]
    yield from (once, json.dumps(once)[1:-1])
    yield quote(secret, safe="")
    content = secret.encode()
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + content).decode().rstrip("=")
        # The first and the last characters also depend on what stands before and behind.
        inner = encoded[(0, 2, 3)[offset] : len(encoded) - (1 if (len(content) + offset) % 3 else 0)]
        yield from (inner, inner.replace("+", "-").replace("/", "_"))
