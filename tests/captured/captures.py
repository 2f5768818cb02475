"""Captured exchanges for the tests of `judge`, reading them, and running the command."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.__main__ import main
from conformance.captured.exchanges import CaptureError, read_captures
from tests import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

CASSETTE = ROOT / "cassettes/reference/supported_models/string_input/gpt-5-5.json"
GOOD: dict[str, Any] = json.loads(CASSETTE.read_bytes())["exchanges"][0]
RESPONSE: dict[str, Any] = GOOD["response"]["body"]["json"]
ASKED: dict[str, Any] = GOOD["request"]["body"]["json"]
JSON = {"content-type": "application/json"}


# --- good exchanges, to be judged ---


def line(status: int | None = 200, body: Any = RESPONSE, **members: Any) -> dict[str, Any]:
    """A line of a capture: a good exchange, or one with another answer."""
    exchange: dict[str, Any] = {
        "id": "one",
        "request": {"method": "POST", "path": "/v1/responses", "query": "", "body": ASKED},
        "response": {"status": status, "headers": JSON, "json": body},
    }
    return exchange | members


def text(*lines: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in lines)


BAD = line(body={**RESPONSE, "usage": {**RESPONSE["usage"], "total_tokens": 1}}, id="bad")


# --- small exchanges, to be read ---

REQUEST = {"method": "POST", "path": "/v1/responses", "body": {"input": 'Say "[{" \\ …'}}


def exchange(name: str = "a") -> dict[str, Any]:
    return {"id": name, "request": REQUEST, "response": {"status": 200, "json": {"object": "response"}}}


def array(*names: str, **style: Any) -> bytes:
    return json.dumps([exchange(name) for name in names], **style).encode()


class Trickle(io.RawIOBase):
    """A file that gives a few bytes at a time, without an end if its parts have none."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._left = b""
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        whole = self._left or next(self._parts, b"")
        part, self._left = whole[: len(buffer)], whole[len(buffer) :]
        buffer[: len(part)] = part
        self.given += len(part)
        return len(part)


def trickle(content: bytes, size: int) -> io.BufferedReader:
    parts = (content[start : start + size] for start in range(0, len(content), size))
    return io.BufferedReader(Trickle(parts), max(size, 64))


def ids(content: bytes) -> list[str]:
    return [one.id for one in read_captures(io.BytesIO(content))]


def read_until_wrong(content: bytes) -> tuple[list[str], CaptureError]:
    """The names of the exchanges that are read, and the error behind them."""
    found: list[str] = []
    try:
        for one in read_captures(io.BytesIO(content)):
            found.append(one.id)  # noqa: PERF401 (what was found before the error counts)
    except CaptureError as error:
        return found, error
    pytest.fail("nothing was wrong")


# --- the command ---


def run(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Runs the command inside this process."""
    written, told = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(stdin))))
        patch.setattr(sys, "stdout", written)
        patch.setattr(sys, "stderr", told)
        try:
            status = main(["judge", *map(str, arguments)])
        except SystemExit as left:
            status = int(left.code or 0)
    output = []
    for stream in (written, told):
        stream.flush()
        output.append(stream.buffer.getvalue())  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(arguments, status, *output)


def run_apart(*arguments: str | Path, stdin: bytes = b"", **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Runs the command as a process of its own."""
    command = [sys.executable, "-m", "conformance", "judge", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=60, cwd=ROOT, env=os.environ | variables)


def lines(result: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(each) for each in result.stdout.splitlines()]


def sentence(result: subprocess.CompletedProcess[bytes]) -> str:
    """The one sentence on standard error of a run that read nothing."""
    assert result.returncode == 2
    assert result.stdout == b""
    (told,) = result.stderr.decode().splitlines()
    assert told.startswith("python -m conformance judge: ")
    return told
