"""Captures that are compressed or begin with a byte order mark, and files of kinds that are not read."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import json
import lzma
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.captured.exchanges import CaptureError, read_captures
from conformance.captured.unpacking import HEAD, unpack
from tests.captured.captures import (
    CASSETTE,
    array,
    exchange,
    ids,
    line,
    lines,
    read_until_wrong,
    run,
    sentence,
    trickle,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MARK = b"\xef\xbb\xbf"
PACK: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}
packing = pytest.mark.parametrize("pack", PACK.values(), ids=PACK)
packing_or_not = pytest.mark.parametrize("pack", [bytes, *PACK.values()], ids=["plain", *PACK])


def many(count: int, first: int = 0) -> bytes:
    return b"".join(json.dumps(exchange(str(first + each))).encode() + b"\n" for each in range(count))


@packing
@pytest.mark.parametrize("content", [many(2), MARK + many(2), array("0", "1"), MARK + array("0", "1", indent=1)])
def test_what_is_compressed_is_read_like_what_is_not(pack: Callable[[bytes], bytes], content: bytes) -> None:
    """Lines and arrays are read from each kind of compressed file, with a byte order mark inside and without."""
    assert ids(content) == ids(pack(content)) == ["0", "1"]


@packing
def test_streams_behind_one_another_are_read(pack: Callable[[bytes], bytes]) -> None:
    """Compressed files that were put together are read to the end of the last, with zeros between and behind them."""
    packed = pack(many(3)) + pack(b"") + bytes(512) + pack(many(3, 3)) + bytes(4)
    assert ids(packed) == list("012345")


@packing
@pytest.mark.parametrize("behind", [b"more", b"\0\0more"])
def test_something_else_behind_a_stream_is_told(pack: Callable[[bytes], bytes], behind: bytes) -> None:
    """Bytes behind a compressed stream that are none themselves are told, after all before them was read."""
    found, error = read_until_wrong(pack(many(3)) + behind)
    assert found == list("012")
    assert (error.line, error.why.partition(":")[0]) == (4, "cannot be decompressed")


@packing
def test_a_file_that_is_cut_off_is_told_with_its_line(pack: Callable[[bytes], bytes]) -> None:
    """Wherever a compressed file is cut, that is told in one sentence, behind what could be read."""
    packed = pack(many(3)) + pack(many(2000, 3))
    found, error = read_until_wrong(packed[:-12])
    assert found[:3] == list("012")
    assert error.line == len(found) + 1
    assert error.why == "cannot be decompressed: the file ends before what it holds does"
    for end in (6, 9, 20, len(packed) - len(packed) // 4, len(packed) - 1):
        assert read_until_wrong(packed[:end])[1].why.startswith("cannot be decompressed")


@given(st.sampled_from([*PACK]), st.integers(0, 10_000), st.binary(min_size=1, max_size=4), st.integers(1, 300))
def test_no_damage_crashes_the_reading(kind: str, at: int, put: bytes, size: int) -> None:
    """A compressed file with a few bytes changed is read or told in a CaptureError, however few bytes a read gives."""
    packed = PACK[kind](many(30) + MARK + bytes(range(256)) * 4)
    at %= len(packed)
    with contextlib.suppress(CaptureError):
        list(read_captures(trickle(packed[:at] + put + packed[at + len(put) :], size)))


def test_a_checksum_that_is_wrong_is_told() -> None:
    """What a gzip file holds is compared with its checksum."""
    packed = bytearray(gzip.compress(many(2)))
    packed[-5] ^= 1
    assert "incorrect data check" in read_until_wrong(bytes(packed))[1].why


@pytest.mark.parametrize("size", [1, 7, HEAD])
@packing_or_not
def test_the_beginning_can_be_looked_at(pack: Callable[[bytes], bytes], size: int) -> None:
    """However few bytes a read gives, ``peek`` shows the beginning, and reading gives every byte once."""
    content = many(20)
    text = unpack(trickle(pack(content), size), "it")
    assert text.peek() == content[:HEAD]
    assert text.read() == content


@packing
def test_a_line_that_unpacks_to_very_much_is_refused_before_it_is_unpacked(pack: Callable[[bytes], bytes]) -> None:
    """Of a small file that unpacks to 200 MB in one line no more is unpacked than the longest line may have."""
    unpacked = 0

    class Counted(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            nonlocal unpacked
            unpacked += 1
            return super().read1(min(size or 0, 512))

    packed = pack(b'{"id": "' + b"a" * 2**26) + pack(b"a" * 2**27)
    with pytest.raises(CaptureError, match="longer than 16777216 bytes"):
        list(read_captures(Counted(packed)))
    assert unpacked * 512 < len(packed) / 2 or len(packed) < 4096


ENCODINGS = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
OTHER: dict[str, tuple[bytes, str]] = {
    **{name: (f"\ufeff{array('a').decode()}".encode(name), f"a text in {name[:6].upper()}") for name in ENCODINGS},
    "compressed UTF-16": (gzip.compress(array("a").decode().encode("utf-16")), "a text in UTF-16"),
    "zstd": (b"\x28\xb5\x2f\xfd\x04\x00", "a zstd file, which is not read here: unpack it first"),
    "zip": (b"PK\x03\x04\x14\x00", "a zip archive, which is not read here: unpack it first"),
    "a zip in a gzip": (gzip.compress(b"PK\x03\x04\x14\x00"), "a zip archive"),
    "gzip twice": (gzip.compress(lzma.compress(many(1))), "compressed twice: unpack it once"),
}


@pytest.mark.parametrize("name", OTHER)
def test_what_is_not_read_is_said_with_what_to_do(name: str) -> None:
    """A text in another encoding, and a file of another kind, is one sentence that says what it is and what to do."""
    content, why = OTHER[name]
    found, error = read_until_wrong(content)
    assert found == []
    assert str(error).startswith(f"the capture: {why}")
    assert error.line == 0


def test_only_one_byte_order_mark_is_taken_away() -> None:
    """A second byte order mark is part of the line, and told as such."""
    assert "line 1: no JSON: Unexpected UTF-8 BOM" in str(read_until_wrong(MARK * 2 + many(1))[1])
    assert ids(MARK) == []


def test_an_xz_file_cannot_ask_for_all_memory() -> None:
    """An xz file with a dictionary of 1 GiB is refused before anything is reserved for it."""
    filters: list[dict[str, Any]] = [{"id": lzma.FILTER_LZMA2, "preset": 0}]
    packed = bytearray(lzma.compress(many(1), filters=filters))
    # Block header: size, flags, filter 0x21, length of properties 1, dictionary 36 = 1 GiB, padding, CRC-32.
    packed[16] = 36
    packed[20:24] = zlib.crc32(packed[12:20]).to_bytes(4, "little")
    assert "cannot be decompressed: Memory usage limit exceeded" in str(read_until_wrong(bytes(packed))[1])


# --- the command ---


@packing_or_not
def test_the_command_reads_all_kinds(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    """Lines, arrays and cassettes with a byte order mark are judged, from a file of any name and on standard input."""
    kinds = {"lines": json.dumps(line()).encode(), "array": json.dumps([line()]).encode()}
    for name, content in {**kinds, "cassette": CASSETTE.read_bytes()}.items():
        (tmp_path / name).write_bytes(pack(MARK + content))
    names = [tmp_path / name for name in ("lines", "array", "cassette")]
    result = run("--format", "json", *names, "-", stdin=names[1].read_bytes())
    assert [each["id"] for each in lines(result)] == ["one", "one", f"{names[2]}#1", "one"]
    assert {each["verdict"] for each in lines(result)} == {"pass"}
    assert result.returncode == 0


@pytest.mark.parametrize("name", OTHER)
def test_the_command_refuses_what_is_not_read(name: str) -> None:
    """Exit status 2 and one sentence with the name of the file."""
    content, why = OTHER[name]
    assert f"judge: standard input: {why}" in sentence(run("-", stdin=content))


def test_the_command_says_that_a_compressed_cassette_is_cut_off() -> None:
    """Half a compressed cassette is told as that, not as a broken cassette."""
    told = sentence(run("-", stdin=gzip.compress(CASSETTE.read_bytes())[:-9]))
    assert "cannot be decompressed: the file ends" in told
