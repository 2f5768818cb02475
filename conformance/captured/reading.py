"""Where captured exchanges are read from: files and standard input, packed or not, captures and cassettes.

Exchanges come one at a time. What a file holds shows in its first bytes, not in its name.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Final

from conformance.captured.exchanges import MAX_LINE, Captured, read_text
from conformance.captured.unpacking import CaptureError, unpack
from conformance.recording import CassetteError, exchange_of, parse_cassette

STANDARD_INPUT: Final = "-"
CASSETTE: Final = re.compile(rb'\s*\{\s*"(format|provenance|exchanges)"\s*:')
"""How a cassette begins: with one of the only three members that it has."""


def read(source: str) -> Iterator[Captured]:
    """The exchanges of a file, or of standard input for ``-``. Raises CaptureError, also where there is none."""
    name = "standard input" if source == STANDARD_INPUT else source
    try:
        with _open(source) as file:
            empty = True
            for captured in _exchanges(file, name):
                empty = False
                yield captured
    except OSError as error:
        raise CaptureError(name, 0, f"cannot be read: {error.strerror or error}") from error
    if empty:
        raise CaptureError(name, 0, "holds no exchange")


def _open(source: str) -> AbstractContextManager[IO[bytes]]:
    if source != STANDARD_INPUT:
        return Path(source).open("rb")
    if sys.stdin is None:
        raise OSError("it is closed")
    return nullcontext(sys.stdin.buffer)


def _exchanges(file: IO[bytes], name: str) -> Iterator[Captured]:
    text = unpack(file, name)
    if CASSETTE.match(text.peek()):
        return _cassette(text.read(MAX_LINE + 1), name)
    return read_text(text, name)


def _cassette(content: bytes, name: str) -> Iterator[Captured]:
    if len(content) > MAX_LINE:
        raise CaptureError(name, 0, f"a cassette that is longer than {MAX_LINE} bytes")
    try:
        cassette = parse_cassette(content)
    except CassetteError as error:
        raise CaptureError(name, 0, f"a broken cassette: {error}") from error
    for number, stored in enumerate(cassette.exchanges, 1):
        yield Captured(f"{name}#{number}", exchange_of(stored))
