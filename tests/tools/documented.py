"""Runs every command line of a document, in order, in the environment that the text before it makes.

A command is a line of a block of shell. What stands in angle brackets in it is replaced by what ``--put`` gives for
it. Each has to end with status 0, or with the one that a comment behind it names: ``# ends with 6``. All blocks of a
document share one shell: what one exports, the next one has. Several documents share a folder, but no shell. Needs
nothing but Python, so it runs where nothing is installed.

    python3 tests/tools/documented.py README.md docs/*.md --folder=CLONE --put='<token>=t'
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

BLOCK = re.compile(r"^```(?:sh|bash|shell|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STATUS = re.compile(r"#.*\bends with (\d+)")
LEFT = re.compile(r"<[a-z][a-z -]*>")


def commands(text: str) -> Iterator[tuple[int, str]]:
    """The commands of a document, each with the number of its first line."""
    for block in BLOCK.finditer(text):
        first = text.count("\n", 0, block.start(1)) + 1
        lines = block[1].splitlines()
        while lines:
            taken = 1
            while lines[taken - 1].endswith("\\"):
                taken += 1
            if (command := "\n".join(lines[:taken])).strip() and not command.lstrip().startswith("#"):
                yield first, command
            first += taken
            del lines[:taken]


def script(document: Path, text: str, put: dict[str, str]) -> str:
    """A script of bash that runs the commands and ends at the first with another status than it should have."""
    lines = ["set -u"]
    for number, written in commands(text):
        command = written
        for name, value in put.items():
            command = command.replace(name, value)
        if unknown := LEFT.search(command):
            raise SystemExit(f"{document}:{number}: nothing is given for {unknown[0]}: --put '{unknown[0]}=VALUE'")
        expected = status[1] if (status := STATUS.search(command)) else "0"
        place = f"{document.name}:{number}"
        lines += [
            f"echo {shlex.quote(f'== {place}: {command}')} >&2",
            command,
            "status=$?",
            f'[ $status = {expected} ] || {{ echo "{place} ended with $status, not {expected}" >&2; exit 1; }}',
        ]
    return "\n".join(lines)


def parts(text: str, heading: str) -> tuple[str, str, str]:
    """What stands before a section of a document, the section, and what stands behind it. Raises LookupError."""
    before, found, behind = text.partition(f"\n## {heading}\n")
    if not found:
        raise LookupError(f"no heading {heading!r}")
    section, following, rest = behind.partition("\n## ")
    return before, found + section, following + rest


def blank(text: str) -> str:
    """As many empty lines as a text has, so that the lines of what follows keep their numbers."""
    return "\n" * text.count("\n")


def environment() -> dict[str, str]:
    """The variables of the caller without those that speak of Python or pytest."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON", "VIRTUAL_ENV"))
    }


def main() -> int:
    """Runs the documents; the status is that of the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("documents", nargs="+", type=Path)
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="where the commands are run")
    some = parser.add_mutually_exclusive_group()
    some.add_argument("--without", metavar="HEADING", help="leave out the section under this heading")
    some.add_argument("--only", metavar="HEADING", help="run the section under this heading and no other")
    parser.add_argument(
        "--put", action="append", default=[], metavar="NAME=VALUE", help="what stands for a placeholder"
    )
    options = parser.parse_args()
    put = dict(pair.partition("=")[::2] for pair in options.put)
    for document in options.documents:
        told = document.read_text(encoding="utf-8")
        if (heading := options.without or options.only) is not None:
            try:
                before, section, behind = parts(told, heading)
                told = before + blank(section) + behind if options.without else blank(before) + section
            except LookupError as error:
                parser.error(f"{document} has {error}")
        text = script(document, told, put)
        shell = ["bash", "-c", text]
        process = subprocess.Popen(shell, cwd=options.folder, env=environment(), start_new_session=True)
        status = process.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)  # what the document left running
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
