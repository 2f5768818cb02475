"""The text in a captured file: unpacked where the file is compressed, and without a byte order mark.

What a file is shows in its first bytes, not in its name. Nothing is read as a whole, so neither a file nor what it
unpacks to may fill the memory.
"""

from __future__ import annotations

import bz2
import io
import lzma
import re
import zlib
from collections.abc import Callable
from typing import IO, Any, Final, Protocol

HEAD: Final = 512
"""Bytes at the beginning of a text that can be looked at before it is read."""

CHUNK: Final = 64 * 2**10
"""Bytes that are asked for at a time."""

MAX_DICTIONARY: Final = 256 * 2**20
"""Bytes that unpacking an xz file may take; ``xz -9`` needs 65 MiB."""

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

WIDE: Final = {
    "UTF-32": re.compile(rb"\xff\xfe\0\0|\0\0\xfe\xff"),
    "UTF-16": re.compile(rb"\xff\xfe[\x01-\x7f]\0|\xfe\xff\0[\x01-\x7f]"),
}
"""How a text in another encoding begins: with its byte order mark. UTF-16 also needs a first letter to be known by."""

FOREIGN: Final = {b"\x28\xb5\x2f\xfd": "a zstd file", b"PK\x03\x04": "a zip archive", b"PK\x05\x06": "a zip archive"}
"""How files begin that could be unpacked, but not here."""


class CaptureError(Exception):
    """A captured file cannot be read: which file, which line (0: none in particular), and why."""

    def __init__(self, file: str, line: int, why: str) -> None:
        super().__init__(f"{file}, line {line}: {why}" if line else f"{file}: {why}")
        self.file = file
        self.line = line
        self.why = why


def unpack(file: IO[bytes], name: str) -> io.BufferedReader:
    """The text in a file. Its ``peek`` shows the first `HEAD` bytes. Raises CaptureError, now or while it is read."""
    text = _begin(file)
    _refuse(text.peek(), name)
    new = _unpacker(text.peek())
    if new:
        text = _begin(_Unpacked(text, new, name))
        _refuse(text.peek(), name)
        if _unpacker(text.peek()):
            raise CaptureError(name, 0, "compressed twice: unpack it once, then read that")
    if text.peek().startswith(BYTE_ORDER_MARK):
        text.read(len(BYTE_ORDER_MARK))
    return text


def _refuse(head: bytes, name: str) -> None:
    """Raises CaptureError if a file that begins so is of a kind that is known and not read."""
    for encoding, mark in WIDE.items():
        if mark.match(head):
            raise CaptureError(name, 0, f"a text in {encoding}, which is not read here: save it as UTF-8")
    for magic, what in FOREIGN.items():
        if head.startswith(magic):
            raise CaptureError(
                name, 0, f"{what}, which is not read here: unpack it first, or compress it with gzip, bzip2 or xz"
            )


def _begin(file: IO[bytes] | io.RawIOBase) -> io.BufferedReader:
    read = _reading(file)
    head = b""
    while len(head) < HEAD and (more := read(HEAD - len(head))):
        head += more
    return io.BufferedReader(_Rejoined(head, read))


def _reading(file: Any) -> Callable[[int], bytes]:
    """How to read what is there already, up to a number of bytes, so that nobody waits for more on a pipe."""
    read: Callable[[int], bytes] = getattr(file, "read1", file.read)
    return read


class _Rejoined(io.RawIOBase):
    """A file whose first bytes were read already; a pipe cannot be wound back. The first read gives all of them."""

    def __init__(self, head: bytes, read: Callable[[int], bytes]) -> None:
        self._head = head
        self._read = read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = len(buffer)
        data = self._head[:size] or self._read(size)
        self._head = self._head[size:]
        buffer[: len(data)] = data
        return len(data)


# --- compressed files ---


class _Unpacker(Protocol):
    """What the decompressors of bz2 and lzma have in common: each unpacks one stream, and takes nothing behind it."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """A decompressor of gzip in the shape of the others."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def needs_input(self) -> bool:
        return not self._zlib.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)


def _xz() -> _Unpacker:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, MAX_DICTIONARY)


PACKED: Final[dict[bytes, Callable[[], _Unpacker]]] = {
    b"\xfd7zXZ\x00": _xz,
    b"\x1f\x8b": _Gzip,
    b"BZh": bz2.BZ2Decompressor,
}
"""How compressed files begin, and what unpacks them."""


def _unpacker(head: bytes) -> Callable[[], _Unpacker] | None:
    return next((new for magic, new in PACKED.items() if head.startswith(magic)), None)


class _Unpacked(io.RawIOBase):
    """What a compressed file holds. It may hold several streams, one behind the other.

    The modules of the standard library would take a second stream that is damaged for something to leave out.
    """

    def __init__(self, file: io.BufferedReader, new: Callable[[], _Unpacker], name: str) -> None:
        self._file = file
        self._new = new
        self._unpacker = new()
        self._left = b""  # what the stream before did not take
        self._name = name
        self._line = 1

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = b""
        while not data and not (self._unpacker.eof and not self._next_stream()):
            data = self._some(len(buffer))
        buffer[: len(data)] = data
        self._line += data.count(b"\n")
        return len(data)

    def _next_stream(self) -> bool:
        """Begins the stream behind the one that has ended; False if there is none. Zeros between streams are none."""
        left = self._unpacker.unused_data
        while not (left := left.lstrip(b"\0")):
            left = self._file.read1(CHUNK)
            if not left:
                return False
        self._unpacker = self._new()
        self._left = left
        return True

    def _some(self, size: int) -> bytes:
        """Some of what the stream holds, at most ``size`` bytes; it may be nothing yet."""
        packed, self._left = self._left, b""
        cut = False
        if self._unpacker.needs_input and not packed:
            packed = self._file.read1(CHUNK)
            cut = not packed
        try:
            data = self._unpacker.decompress(packed, size)
        except (lzma.LZMAError, zlib.error, OSError) as error:
            raise self._damaged(str(error)) from error
        if cut and not data and not self._unpacker.eof:
            raise self._damaged("the file ends before what it holds does")
        return data

    def _damaged(self, why: str) -> CaptureError:
        return CaptureError(self._name, self._line, f"cannot be decompressed: {why}")
