"""The house stays as it is: a word for each chapter, imports that run one way, files that a reader can hold in mind."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.contract import load
from conformance.recording import TWINS

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "conformance"
CODE = sorted(PACKAGE.rglob("*.py"))
OWN = sorted((ROOT / "tests").rglob("*.py"))
CHAPTERS = load("databricks").chapters

BELOW: dict[str, set[str]] = {
    "layout": set(),
    "samples": set(),
    "wire": {"layout"},
    "contract": {"wire"},
    "checks": {"contract", "wire"},
    "verdict": {"checks", "contract", "wire"},
    "report": {"verdict", "checks", "contract", "wire", "layout"},
    "target": {"contract", "wire"},
    "recording": {"wire"},
    "captured": {"verdict", "checks", "contract", "recording", "target", "wire"},
    "reference": {"contract", "samples", "wire"},
    "faults": {"reference", "contract", "samples", "wire"},
}
"""What each floor may import. ``run`` and ``__main__`` know all; nobody imports them."""

PURE = ("wire", "contract", "checks", "samples", "verdict")
IMPURE = {"pytest", "httpx", "vcr", "socket", "subprocess", "time", "asyncio", "threading"}
"""What the pure floors do without: the network, pytest, the clock."""


def floor_of(path: Path) -> str:
    """The folder of the package in which a file stands, or the name of a file beside the folders."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """The modules that a file imports, whole names, each with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            whole = node.module == "conformance"
            yield from ((node.lineno, f"{node.module}.{alias.name}" if whole else node.module) for alias in node.names)


def test_imports_run_one_way() -> None:
    """No floor imports one that it may not know."""
    wrong = []
    for path in CODE:
        floor = floor_of(path)
        for line, module in imports(path):
            package, _, rest = module.partition(".")
            other = rest.partition(".")[0]
            if package != "conformance" or other in ("", floor, "__version__"):
                continue
            allowed = {"samples", "verdict"} if floor.startswith("test_") else BELOW.get(floor)
            if allowed is not None and other not in allowed:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {module}")
    assert wrong == []


def test_every_floor_is_known() -> None:
    """Each folder and file of the package has its place in the order of the floors."""
    floors = {floor_of(path) for path in CODE if not path.name.startswith("test_")}
    assert floors == {*BELOW, "run", "__main__", "__init__"}


def test_pure_floors() -> None:
    """What judges knows no network, no pytest and no clock."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in CODE
        if floor_of(path) in PURE
        for line, module in imports(path)
        if module.partition(".")[0] in IMPURE
    ]
    wrong += [str(path) for path in CODE if floor_of(path) in PURE and ".now(" in path.read_text(encoding="utf-8")]
    assert wrong == []


def test_entry_imports_little() -> None:
    """What every run of pytest loads imports nothing of the suite but where it lies."""
    own = {module for _, module in imports(PACKAGE / "run" / "entry.py") if module.startswith("conformance")}
    assert own == {"conformance.layout"}


FILES_OF_CHAPTERS = {
    "checks": {"__init__", "lib"},
    "faults": {"__init__", "lib"},
    "samples": {"__init__", "conversations", "files", "make_images", "outputs", "tools", "prose", "twins"},
    "contract": {"__init__", "loader", "models", "names", "objects"},
}
"""Floors whose files are called by chapters, and what else stands there."""


@pytest.mark.parametrize("floor", FILES_OF_CHAPTERS)
def test_file_is_chapter(floor: str) -> None:
    """A file that is no mechanism has the name of a chapter."""
    names = {path.stem for path in (PACKAGE / floor).iterdir() if path.name != "__pycache__"}
    assert names - FILES_OF_CHAPTERS[floor] <= set(CHAPTERS)


def test_each_chapter_is_on_its_floors() -> None:
    """A chapter has its promises, its conformance test unless it is universal, and its cassettes under one name."""
    tested = {name for name, chapter in CHAPTERS.items() if not chapter.universal}
    assert {path.stem for path in (PACKAGE / "contract").glob("*.toml")} == {*CHAPTERS, "models"}
    assert {path.stem.removeprefix("test_") for path in PACKAGE.glob("test_*.py")} == tested
    assert {path.name for path in (ROOT / "cassettes" / "reference").iterdir()} == {*tested, TWINS}


def test_names_say_the_subject() -> None:
    """No file is merely more of another one."""
    wrong = [str(path) for path in (*CODE, *OWN) if re.search(r"(_more|^more|_\d)$", path.stem)]
    assert wrong == []


@pytest.mark.parametrize(("files", "most"), [(CODE, 400), (OWN, 600)], ids=["conformance", "tests"])
def test_files_can_be_held_in_mind(files: list[Path], most: int) -> None:
    """No file of the package has more than 400 lines, no own test file more than 600."""
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > most} == {}


def told_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file that say something: no blank ones, comments, lone brackets and imports."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if re.search(r"\w", text) and not text.startswith(("#", "import ", "from ")):
            yield number, text


def test_nothing_is_written_twice() -> None:
    """No two places of the package share six lines to the letter."""
    places: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for path in CODE:
        lines = list(told_lines(path))
        for start in range(len(lines) - 5):
            window = lines[start : start + 6]
            places[tuple(text for _, text in window)].append(f"{path.relative_to(ROOT)}:{window[0][0]}")
    assert [found for found in places.values() if len(found) > 1] == []


CITED = re.compile(r"(?<![\w/.<{-])((?:[\w-]+/)*[\w-]+\.(?:md|toml|py|json|html))\b")
"""The path of a file in prose."""


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """Comments and docstrings of a file, each with its line."""
    text = path.read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if "#" in line:
            yield number, line.partition("#")[2]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.value.value


ELSEWHERE = {"setup.py", "conftest.py", "index.html", "report.json", "pytest.ini", "redaction.toml"}
"""Files of others, which prose may name."""


def test_what_is_cited_is_there() -> None:
    """No comment and no docstring names a file that is not in the repository."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    known = {*listed, *(Path(name).name for name in listed)} | ELSEWHERE
    wrong = []
    for path in CODE:
        for line, text in prose(path):
            for cited in CITED.findall(text):
                ends = any(name == cited or name.endswith(f"/{cited}") for name in known)
                if not ends and "test_" not in cited:
                    wrong.append(f"{path.relative_to(ROOT)}:{line} names {cited}")
    assert wrong == []
