"""Secrets: found in what is about to be saved, and hidden in what is about to be shown, in every common encoding."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from conformance.wire.secret_forms import SHORTEST, forms

PIECE: Final = 12
"""A part of a token that is as long as this is found: chance does not write it."""

SHOWN: Final = 8
"""From how many characters on a part of a token is hidden in what is shown."""

HIDDEN: Final = "[the token]"

ESCAPES: Final = (
    re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))"),
    re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))"),
    re.compile(r"%([0-9a-fA-F]{2})"),
    re.compile(r"(?P<html>&#?\w{1,8};)"),
)
"""A character as JSON, what leaves single backslashes alone, a URL and HTML may have it. Each is read by itself, as a
token can look like any."""

DEEPEST: Final = 3
"""How many times over a text may be escaped."""

SMALL: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True)
class Secrets:
    """The token and the host of a target, further hosts by what they serve, ``more`` secrets. Hosts may have a port."""

    token: str
    host: str
    hosts: Mapping[str, str] = field(default_factory=dict)
    more: Collection[str] = ()

    @cached_property
    def _pieces(self) -> dict[int, frozenset[str]]:
        """The parts of each form of the token, in small letters, by their length."""
        tokens = dict.fromkeys((self.token, *self.more))
        small = [form.translate(SMALL) for token in tokens if len(token) >= SHORTEST for form in forms(token)]
        return {size: frozenset(piece for form in small for piece in _windows(form, size)) for size in (PIECE, SHOWN)}

    @cached_property
    def _hosts(self) -> dict[str, tuple[str, ...]]:
        """All forms of the hosts in small letters, by the words that name them."""
        named = {
            "the host of the target": _host_forms(self.host),
            **{f"the host of the {what}": _host_forms(host) for what, host in self.hosts.items()},
        }
        return {name: tuple(form.translate(SMALL) for form in found) for name, found in named.items()}

    def find(self, text: str) -> str | None:
        """What of the secrets stands in a text, in words such as "the token", or None. A part of the token counts."""
        pieces = self._pieces[PIECE]
        if pieces and any(
            not pieces.isdisjoint(_windows(plain, PIECE)) for plain, _ in _decoded(text.translate(SMALL))
        ):
            return "the token"
        small = text.translate(SMALL)
        return next((name for name, found in self._hosts.items() if any(form in small for form in found)), None)

    def hide(self, text: str) -> str:
        """The text with a mark in the place of each part of the token."""
        pieces = self._pieces[SHOWN]
        if not pieces:
            return text
        found = sorted(
            (places[start], places[start + SHOWN])
            for plain, places in _decoded(text.translate(SMALL))
            for start, piece in enumerate(_windows(plain, SHOWN))
            if piece in pieces
        )
        shown: list[str] = []
        end = -1
        for start, stop in found:
            if start > end:
                shown += text[max(end, 0) : start], HIDDEN
            end = max(end, stop)
        return "".join(shown) + text[max(end, 0) :]


def _windows(text: str, length: int) -> Iterator[str]:
    """All parts of a length, in their order."""
    return (text[start : start + length] for start in range(len(text) - length + 1))


def _decoded(text: str) -> Iterator[tuple[str, Sequence[int]]]:
    """The text, and what it is once its escapes are read, again and again; where each character stood at first.

    The last place is the end of the text.
    """
    level: dict[str, Sequence[int]] = {text: range(len(text) + 1)}
    known: set[str] = set()
    for _ in range(DEEPEST + 1):
        yield from level.items()
        known |= level.keys()
        deeper = (_read(escape, *each) for each in level.items() for escape in ESCAPES)
        level = {plain: places for plain, places in deeper if plain not in known}


def _read(escape: re.Pattern[str], text: str, places: Sequence[int]) -> tuple[str, Sequence[int]]:
    """A text with one kind of escape read once, and where its characters stood."""
    plain: list[str] = []
    kept: list[int] = []
    end = 0
    for match in escape.finditer(text):
        character = _character(match)
        plain += text[end : match.start()], character
        kept += places[end : match.start()]
        kept += [places[match.start()]] * len(character)
        end = match.end()
    return ("".join(plain) + text[end:], [*kept, *places[end:]]) if end else (text, places)


def _character(match: re.Match[str]) -> str:
    found = next(filter(None, match.groups()))
    if match.lastgroup == "html":
        return html.unescape(found).translate(SMALL)
    return (found if len(found) == 1 else chr(int(found, 16))).translate(SMALL)


def _host_forms(host: str) -> tuple[str, ...]:
    """The forms of a host with its port, and without it unless that is a name which every machine has."""
    name = re.sub(r":\d*$", "", host)
    names = {host} if name in ("127.0.0.1", "localhost", "[::1]") else {host, name}
    return tuple(form for name in names if name for form in forms(name))
