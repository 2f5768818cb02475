"""The tool that runs the commands of documents finds each of them, and the first that ends otherwise than it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).with_name("documented.py")
GOOD = """
# Title

```sh
export WORD=<word>
test "$WORD" = \\
    hello
# a comment
(exit 3)  # ends with 3
```

```json
false
```

## Later

```sh
test "$WORD" = hello
```
"""


def run(folder: Path, text: str, *more: str) -> subprocess.CompletedProcess[str]:
    """What the tool says of a document."""
    document = folder / "document.md"
    document.write_text(text)
    command = [sys.executable, TOOL, document, f"--folder={folder}", *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_good(tmp_path: Path) -> None:
    """Commands of all blocks of shell are run in one shell, and no other."""
    done = run(tmp_path, GOOD, "--put=<word>=hello")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("== document.md:") == 4


BROKEN = {
    "status": (GOOD.replace("ends with 3", "ends with 4"), ["--put=<word>=hello"], "document.md:9 ended with 3, not 4"),
    "last": (GOOD, ["--put=<word>=other"], "document.md:6 ended with 1, not 0"),
    "unknown": (GOOD, [], "nothing is given for <word>"),
    "heading": (GOOD, ["--without=Never"], "has no heading 'Never'"),
    "section": (GOOD, ["--only=Never"], "has no heading 'Never'"),
    "both": (GOOD, ["--only=Later", "--without=Later"], "not allowed with argument"),
}


@pytest.mark.parametrize(("text", "more", "said"), BROKEN.values(), ids=BROKEN)
def test_broken(tmp_path: Path, text: str, more: list[str], said: str) -> None:
    """A command that ends otherwise, and a placeholder that nothing is given for, fail with the place."""
    done = run(tmp_path, text, *more)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without(tmp_path: Path) -> None:
    """--without leaves out one section, and what follows it keeps its place."""
    text = GOOD.replace("# Title", "# Title\n\n## First").replace(
        "## Later", "## Middle\n\n```sh\nfalse\n```\n\n## Later"
    )
    done = run(tmp_path, text, "--put=<word>=hello", "--without=Middle")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("== document.md:") == 4
    line = next(number for number, line in enumerate(text.splitlines(), 1) if number > 20 and "$WORD" in line)
    assert f"== document.md:{line}: test" in done.stderr


def test_only(tmp_path: Path) -> None:
    """--only runs one section, which keeps its place."""
    text = "# Title\n\n```sh\nfalse\n```\n\n## Middle\n\n```sh\ntrue\n```\n\n## Later\n\n```sh\nfalse\n```\n"
    done = run(tmp_path, text, "--only=Middle")
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == "== document.md:10: true"


def test_what_is_left_running_is_ended(tmp_path: Path) -> None:
    """A server that a document starts in the background does not outlive it."""
    done = run(tmp_path, "```sh\nsleep 60 &\n```\n")
    assert done.returncode == 0
