"""Where an exchange begins and ends in a text: a line, an element of an array, or an object over several lines.

Only brackets and strings are looked at. Whether a piece is JSON is for whoever reads it to say.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from conformance.captured.unpacking import CHUNK, CaptureError
from conformance.wire.json_values import shorten

NOT_BLANK: Final = re.compile(rb"[^ \t\r\n]")
OUTSIDE: Final = re.compile(rb'["{}\[\]]')
IN_STRING: Final = re.compile(rb'["\\\n]')

SHOWN: Final = 60
"""Bytes of which a message shows the beginning."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes of an exchange, the line on which it begins, and its number. A line is known by its own: number 0."""

    content: bytes
    line: int
    number: int = 0


def pieces(text: io.BufferedReader, name: str, limit: int) -> Iterator[Piece]:
    """The exchanges of a text, one after the other. Raises CaptureError, also for one of more than ``limit`` bytes."""
    ahead = _Ahead(text, name, limit)
    if ahead.skip_blank(whole_lines=True) == b"[":
        yield from _array(ahead)
    elif _is_unfinished(ahead.line()):
        yield from _objects(ahead)
    else:
        yield from _lines(ahead)


def _lines(ahead: _Ahead) -> Iterator[Piece]:
    while ahead.skip_blank(whole_lines=True) and (line := ahead.line()):
        number = ahead.number
        if len(line) > ahead.limit:
            raise ahead.error(f"longer than {ahead.limit} bytes")
        ahead.take(len(line))
        if line.strip():
            yield Piece(line, number)


def _is_unfinished(line: bytes) -> bool:
    """True if a line ends where no JSON value does, and where a printer of JSON goes on in the next line."""
    end = _End()
    ends_open = line.endswith(b"\n") and line.rstrip().endswith((b"{", b"[", b",", b":"))
    return line.lstrip().startswith(b"{") and ends_open and end.find(line) is None


def _objects(ahead: _Ahead) -> Iterator[Piece]:
    number = 0
    while ahead.skip_blank():
        number += 1
        yield ahead.object(number)


def _array(ahead: _Ahead) -> Iterator[Piece]:
    ahead.skip_blank()
    ahead.take(1)
    number = 0
    more = ahead.skip_blank() != b"]"
    while more:
        number += 1
        yield ahead.object(number)
        more = _goes_on(ahead, number)
    ahead.take(1)
    if ahead.skip_blank():
        raise ahead.error(f"expected nothing behind the array, received {ahead.shown()}")


def _goes_on(ahead: _Ahead, number: int) -> bool:
    """Takes a comma behind an element of an array; False if the array ends there."""
    mark = ahead.skip_blank()
    if mark == b",":
        ahead.take(1)
    elif mark != b"]":
        raise ahead.error(f"behind exchange {number}: expected a comma or ], received {ahead.shown()}")
    return mark == b","


class _Ahead:
    """What was read of a text and not taken yet: little more than ``limit`` bytes. ``number`` is the line it is on."""

    def __init__(self, text: io.BufferedReader, name: str, limit: int) -> None:
        self._text = text
        self._name = name
        self._held = bytearray()
        self.limit = limit
        self.number = 1

    def error(self, why: str) -> CaptureError:
        return CaptureError(self._name, self.number, why)

    def shown(self) -> str:
        """What comes next, for a message."""
        while len(self._held) < SHOWN and self._more():
            pass
        text = self._held[:SHOWN].decode("utf-8", "backslashreplace")
        return repr(shorten(text, 20)) if text else "the end of the file"

    def take(self, count: int) -> bytes:
        taken = bytes(self._held[:count])
        del self._held[:count]
        self.number += taken.count(b"\n")
        return taken

    def skip_blank(self, *, whole_lines: bool = False) -> bytes:
        """The next byte that is not blank, b"" at the end; those before it are taken.

        With ``whole_lines`` the blanks before it on its own line are left, as messages count the bytes of a line.
        """
        while not (found := NOT_BLANK.search(self._held)):
            self.take(len(self._held))
            if not self._more():
                return b""
        first = found[0]
        self.take(self._held.rfind(b"\n", 0, found.start()) + 1 if whole_lines else found.start())
        return first

    def line(self) -> bytes:
        """The next line with its end, b"" at the end, cut to one byte more than the limit. It is not taken."""
        start = 0
        while (end := self._held.find(b"\n", start) + 1) == 0 and len(self._held) <= self.limit:
            start = len(self._held)
            if not self._more():
                break
        return bytes(self._held[: min(end or len(self._held), self.limit + 1)])

    def object(self, number: int) -> Piece:
        """Takes the object that comes next, the exchange of that number. Raises CaptureError if there is none."""
        if self.skip_blank() != b"{":
            raise self.error(f"exchange {number}: expected an object, received {self.shown()}")
        begins, end = self.number, _End()
        while (found := end.find(self._held)) is None and len(self._held) <= self.limit and self._more():
            pass
        if (len(self._held) if found is None else found) > self.limit:
            raise self.error(f"exchange {number}, which begins here: longer than {self.limit} bytes")
        if found is None:
            raise self.error(f"exchange {number}, which begins here: cut off, the file ends before it does")
        return Piece(self.take(found), begins, number)

    def _more(self) -> bool:
        """Reads on; False at the end."""
        chunk = self._text.read1(CHUNK)
        self._held += chunk
        return bool(chunk)


class _End:
    """Finds where an object ends, in bytes that grow from one look at them to the next."""

    def __init__(self) -> None:
        self._at = self._depth = 0
        self._in_string = False

    def find(self, content: bytes | bytearray) -> int | None:
        """The offset behind the object, or None if it goes on.

        A string that goes on behind the end of its line is no JSON: there it ends, so that the message can be of it.
        """
        while mark := (IN_STRING if self._in_string else OUTSIDE).search(content, self._at):
            self._at = mark.end()
            if mark[0] == b'"':
                self._in_string = not self._in_string
            elif mark[0] == b"\\":
                self._at += 1
            elif mark[0] == b"\n":
                return mark.start()
            else:
                self._depth += 1 if mark[0] in b"{[" else -1
                if self._depth == 0:
                    return self._at
        self._at = max(self._at, len(content))
        return None
