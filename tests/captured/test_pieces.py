"""Captures that are no JSON Lines, but arrays or objects over several lines: what is read, and what is said."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.captured import exchanges as capture
from conformance.captured.exchanges import CaptureError, read_captures
from conformance.captured.pieces import pieces
from tests.captured.captures import (
    BAD,
    ROOT,
    Trickle,
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

STYLES: list[dict[str, Any]] = [{}, {"indent": 2}, {"indent": "\t"}, {"indent": 0}, {"separators": (",", ":")}]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("around", [b"%s", b"\n \r\n  %s \n\n", b"\xef\xbb\xbf%s\n"])
def test_an_array_is_read_however_it_is_printed(style: dict[str, Any], around: bytes) -> None:
    """Indentation, blank lines around it and a byte order mark change nothing about an array."""
    assert ids(around % array("a", "b", "c", **style)) == ["a", "b", "c"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n"])
@pytest.mark.parametrize("count", [1, 3])
def test_objects_over_several_lines_are_read(end: bytes, count: int) -> None:
    """One exchange that is printed over several lines is read, and so are several of them, as jq prints them."""
    printed = [json.dumps(exchange(str(number)), indent=2).encode() for number in range(count)]
    assert ids(end.join(printed).replace(b"\n", end)) == [str(number) for number in range(count)]


def test_an_empty_array_holds_no_exchange() -> None:
    """An array without an element is read to its end, and there is nothing in it."""
    assert ids(b" [\n]\n") == []


ONE = array("a")[:-1]
"""The beginning of an array, up to the end of its first exchange."""

WRONG = {
    "a comma at the end": (ONE + b", ]", ["a"], "line 1: exchange 2: expected an object, received ']'"),
    "a comma at the beginning": (b"[,", [], "exchange 1: expected an object, received ','"),
    "no comma": (ONE + b"\n" + array("b")[1:], ["a"], "line 2: behind exchange 1: expected a comma or ]"),
    "text behind it": (ONE + b"]\n\nmore", ["a"], "line 3: expected nothing behind the array, received 'more'"),
    "an array behind it": (ONE + b"]" + array("b"), ["a"], "expected nothing behind the array"),
    "only a bracket": (b"[", [], "exchange 1: expected an object, received the end of the file"),
    "cut off behind an exchange": (ONE, ["a"], "behind exchange 1: expected a comma or ], received the end of the"),
    "cut off behind a comma": (ONE + b",\n", ["a"], "line 2: exchange 2: expected an object, received the end"),
    "cut off in an exchange": (ONE + b',\n{"id": "', ["a"], "line 2: exchange 2, which begins here: cut off"),
    "an array in it": (b"[%s]" % array("a"), [], "exchange 1: expected an object, received '[{"),
    "a number": (ONE + b", 17]", ["a"], "exchange 2: expected an object, received '17]'"),
    "a text": (b'["a"]', [], "exchange 1: expected an object"),
    "null": (b"[null]", [], "exchange 1: expected an object"),
    "an object that is no exchange": (
        ONE + b',\n{"id": 1}]',
        ["a"],
        "line 2: exchange 2, which begins here: request: ",
    ),
    "brackets that do not match": (b'[{"id": [}}]', [], "exchange 1, which begins here: no JSON"),
    "a line end in a string": (b'[{"id": "a\n"}]', [], "line 1: exchange 1, which begins here: no JSON: Unterminated"),
    "NaN": (ONE + b', {"id": NaN}]', ["a"], "exchange 2, which begins here: JSON that cannot be read: NaN"),
    "not UTF-8": (b'[{"id": "\xff"}]', [], "exchange 1, which begins here: bytes that are not UTF-8"),
    "deep nesting": (b'[{"id": ' + b"[" * 9_999 + b"]" * 9_999 + b"}]", [], "which begins here: JSON that is nested"),
    "brackets only": (b"[" * 99_999, [], "exchange 1: expected an object"),
    "an object that is cut off": (b'{\n"id": "a",\n', [], "line 1: exchange 1, which begins here: cut off"),
    "text behind an object": (
        json.dumps(exchange(), indent=1).encode() + b"\nmore",
        ["a"],
        "exchange 2: expected an object, received 'more'",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_and_what_is_before_it_is_read(name: str) -> None:
    """Whatever is wrong in an array is told with line and number, after the exchanges before it were given out."""
    content, before, why = WRONG[name]
    found, error = read_until_wrong(content)
    assert found == before
    assert why in str(error)
    assert error.line >= 1


@pytest.mark.parametrize(
    "first",
    [b'{"id": "x", "requ', b'{"id": 1', b'{"id": "a"},', b'{"id": "x", "request": {"method": "PO', b'{"id": "a"} {'],
)
def test_a_line_that_is_wrong_stays_a_line(first: bytes) -> None:
    """A first line that is broken is told as a line, not taken for an object that goes on in the next lines."""
    found, error = read_until_wrong(first + b"\n" + json.dumps(exchange()).encode() + b"\n")
    assert found == []
    assert str(error).startswith("the capture, line 1: no JSON")


@pytest.mark.parametrize("indent", [None, 1])
def test_an_exchange_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch, indent: int | None) -> None:
    """The limit holds for an exchange, not for the array: many small ones pass, a long one is told by its number."""
    monkeypatch.setattr(capture, "MAX_LINE", 1000)
    assert len(ids(array(*"abcdefghij" * 20, indent=indent))) == 200
    found, error = read_until_wrong(array("a", "x" * 2000, "c", indent=indent))
    assert found == ["a"]
    assert "exchange 2, which begins here: longer than 1000 bytes" in str(error)


def test_exchanges_of_an_array_are_read_one_at_a_time() -> None:
    """The first exchanges of an array without an end are given out when little more than them was read."""
    element = array("a")[1:-1] + b", "
    file = Trickle(itertools.chain([b"["], itertools.repeat(element)))
    found = list(itertools.islice(read_captures(io.BufferedReader(file)), 100))
    assert len(found) == 100
    assert file.given < 100 * len(element) + 200_000


VALUES: Any = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(
    st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=3), max_size=4),
    st.sampled_from(STYLES),
    st.booleans(),
    st.integers(1, 70),
)
def test_pieces_are_the_elements(value: list[Any], style: dict[str, Any], plain: bool, size: int) -> None:
    """An array of any objects comes in one piece for each, wherever the file is cut between two reads."""
    content = json.dumps(value, ensure_ascii=plain, **style).encode("utf-8", "replace")
    found = list(pieces(trickle(content, size), "it", 10_000))
    assert [json.loads(piece.content) for piece in found] == json.loads(content)
    assert [piece.number for piece in found] == list(range(1, len(value) + 1))
    assert all(piece.line <= content.count(b"\n") + 1 for piece in found)


@given(st.lists(st.sampled_from([b"[", b"]", b"{", b"}", b",", b'"', b"\\", b"\n", b" ", b'"a":', b"1", b"\xff"])))
def test_nothing_crashes_the_reading(parts: list[bytes]) -> None:
    """Brackets, quotes and other bytes in any order are read or told in a CaptureError, and nothing else is raised."""
    with contextlib.suppress(CaptureError):
        ids(b"[" + b"".join(parts))


# --- the command ---


def test_the_command_judges_arrays_and_objects_over_several_lines() -> None:
    """An array and an object over several lines get the same verdicts as lines with the same exchanges."""
    judged = run("--format", "json", "-", stdin=json.dumps([line(), BAD], indent=1).encode())
    assert [(each["id"], each["verdict"]) for each in lines(judged)] == [("one", "pass"), ("bad", "fail")]
    assert judged.returncode == 1
    judged = run("--format", "json", "-", stdin=json.dumps(line(), indent=1).encode())
    assert [(each["id"], each["verdict"]) for each in lines(judged)] == [("one", "pass")]
    assert judged.returncode == 0


def test_the_command_says_that_an_array_is_cut_off_and_keeps_what_it_judged() -> None:
    """What was judged before the end of half an array stays judged, and the exit status is 2."""
    result = run("--format", "json", "-", stdin=json.dumps([line(), BAD, line()]).encode()[:-99])
    assert [each["id"] for each in lines(result)] == ["one", "bad"]
    told = result.stderr.decode()
    assert "standard input, line 1: exchange 3, which begins here: cut off" in told
    assert "exchanges: 2 read, 2 judged" in told
    assert result.returncode == 2


def test_the_command_says_that_an_array_is_empty() -> None:
    """An empty array is one sentence and exit status 2, as an empty file is."""
    assert "standard input: holds no exchange" in sentence(run("-", stdin=b"[]"))


def test_verdicts_come_while_an_array_is_being_written() -> None:
    """The first verdict comes before the array on standard input has ended, though all of it is one line."""
    command = [sys.executable, "-m", "conformance", "judge", "--format", "json", "-"]
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-3, cwd=ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([line(), BAD]).encode()[:-1])
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["verdict"] == "pass"
        assert json.loads(process.stdout.readline())["verdict"] == "fail"
        process.stdin.write(b"]")
        process.stdin.close()
        assert process.stdout.read() == b""
    assert process.returncode == 1
