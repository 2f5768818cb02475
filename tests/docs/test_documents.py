"""The documents tell the truth of today: links, options, commands, snippets, exceptions, and the generated page."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conformance import __main__ as command_line
from conformance import report
from conformance.contract import CONTRACT_NAMES, load
from conformance.report.coverage import PAGE, Tried, headings
from conformance.run import settings
from tests import ROOT
from tests.tools.documented import commands

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMES = [str(document.relative_to(ROOT)) for document in DOCUMENTS]
README, CI = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", ".ci/run"))
SET_UP = "python3 -m venv .venv"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
FLAG = re.compile(r"(?<!\S)--[a-z][a-z-]*(?![\w=-])")
FLAGS_OF_OTHERS = {"--noconftest", "--pyargs", "--help", "--mutants", "--all", "--check", "--stat", "--exit-code"}
"""Options without a value, of pytest, ruff, git and the tools of the tests."""


def options(*, valued: bool | None = None) -> set[str]:
    """The options of the suite, all or those with or without a value."""
    parser = pytest.Parser(_ispytest=True)
    with_value = settings.add_options(parser)
    every = {name for option in parser.getgroup("conformance").options for name in option.names()}
    return every if valued is None else set(with_value) if valued else every - set(with_value)


def text_of(document: Path) -> str:
    """A document without its blocks of code."""
    return BLOCK.sub("", document.read_text(encoding="utf-8"))


def anchor(heading: str) -> str:
    """The anchor of a heading, as the usual viewers of Markdown make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def bare(text: str) -> str:
    """A text without the indentation of its lines."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


# --- the README


def test_readme_is_short() -> None:
    """The README has at most 140 lines."""
    assert README.count("\n") <= 140


def test_ci_runs_both_commands() -> None:
    """The two commands of the README that set everything up are among those that CI runs, and CI sets itself up so."""
    both = [command for _, command in commands(README) if command.startswith(SET_UP)]
    assert len(both) == 2
    for run in (
        r'documented README\.md --folder="\$work/all" --only="\$own"',
        r'documented README\.md --folder="\$home/clone" --without="\$own"',
        r'documented CONTRIBUTING\.md docs/\*\.md --folder="\$work/\$usual/clone"',
    ):
        assert re.search(run, CI)
    assert re.search(r'^own="The project\'s own tests"$', CI, re.MULTILINE)
    assert both[1].partition(" && .venv/bin/pytest")[0] in CI


def test_readme_names_every_document() -> None:
    """Every document is linked from the README."""
    linked = set(LINK.findall(README))
    assert {name for name in NAMES if name != "README.md"} <= {link.partition("#")[0] for link in linked}


# --- all documents


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    """A link to a file or a heading of this repository leads there, and each heading has an anchor of its own."""
    document = ROOT / name
    for link in LINK.findall(text_of(document)):
        if link.startswith("https://"):
            continue
        path, _, fragment = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if fragment:
            assert fragment in {anchor(heading) for heading in HEADING.findall(text_of(target))}, link
    anchors = [anchor(heading) for heading in HEADING.findall(text_of(document))]
    assert len(anchors) == len(set(anchors))


@pytest.mark.parametrize("name", NAMES)
def test_values_stand_behind_an_equals_sign(name: str) -> None:
    """In every command, an option with a value has it behind an equals sign."""
    text = (ROOT / name).read_text(encoding="utf-8")
    flags = options(valued=False) | {"--list-faults", "--list-profiles", "--redacted"} | FLAGS_OF_OTHERS
    spans = [span for span in SPAN.findall(BLOCK.sub("", text)) if " " in span]
    for command in [*(command for _, command in commands(text)), *spans]:
        of_serve = {"--workspace"} if " serve " in command else set()
        assert not set(FLAG.findall(command)) - flags - of_serve, command


@pytest.mark.parametrize("name", [name for name in NAMES if name != "README.md"])
def test_documents_make_their_environment(name: str) -> None:
    """The first command of every document but the README makes the environment in which the others run."""
    first = next(commands((ROOT / name).read_text(encoding="utf-8")), (0, SET_UP))
    assert first[1].startswith(SET_UP)


def test_only_the_readme_runs_the_own_tests() -> None:
    """The own tests and the kill matrix, which take minutes, are run by the commands of one document only."""
    for document in DOCUMENTS[1:]:
        for _, command in commands(document.read_text(encoding="utf-8")):
            assert not re.search(r"pytest .*\btests(?!/checks|/contract)\b", command), command


def test_every_option_is_told() -> None:
    """Each option of the suite stands in the table of docs/verifying.md, and no other."""
    text = (ROOT / "docs" / "verifying.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(--[a-z-]+)", text, re.MULTILINE))
    assert told - {"--record-mode"} == options()


def test_every_option_of_serve_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Each option of the reference endpoint stands in the table of docs/endpoint.md, and no other."""
    with pytest.raises(SystemExit):
        command_line.main(["serve", "--help"])
    listed = set(re.findall(r"^  (--[a-z-]+)", capsys.readouterr().out, re.MULTILINE))
    text = (ROOT / "docs" / "endpoint.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(--[a-z-]+)", text, re.MULTILINE)) == listed


def test_snippets_are_those_of_the_code() -> None:
    """What CONTRIBUTING.md shows of contract and code stands there."""
    code = [
        file.read_text(encoding="utf-8")
        for pattern in ("*.py", "contract/*.toml", "checks/*.py", "faults/*.py")
        for file in (ROOT / "conformance").glob(pattern)
    ]
    snippets = [
        text for kind, text in BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")) if kind != "sh"
    ]
    assert len(snippets) == 4
    for snippet in snippets:
        assert any(bare(snippet) in bare(text) for text in code), snippet


def test_tree_of_exceptions() -> None:
    """docs/architecture.md has each exception of the package, with its base and its folder, and no other."""
    bases = {"Exception", "LookupError", "ValueError"}
    package = ROOT / "conformance"
    found = [
        (base.pop(), node.name, file.relative_to(package).parts[0])
        for file in package.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and (base := bases & {ast.unparse(base) for base in node.bases})
    ]
    told, base = [], "Exception"
    for line in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines():
        if match := re.fullmatch(r"([│ ]*)[├└]── (\w+)(?: +(\w+) .*)?", line):
            indent, name, folder = match.groups()
            base = "Exception" if not indent else base
            if folder is None:
                base = name
            else:
                told.append((base, name, folder))
    assert sorted(told) == sorted(found)


# --- the coverage page


def test_coverage_is_up_to_date() -> None:
    """docs/coverage.md is what the contract and the collected tests make."""
    command = [sys.executable, "-m", "conformance", "coverage", "--check=docs/coverage.md"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_coverage_that_is_not_up_to_date(tmp_path: Path) -> None:
    """A page that differs is told with the command that makes it again, and one that cannot be read in one sentence."""
    page, command = tmp_path / "page.md", [sys.executable, "-m", "conformance", "coverage"]

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *more], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert run(f"--check={page}").returncode == 2
    page.write_text("# Coverage\n")
    done = run(f"--check={page}")
    assert done.returncode == 1
    assert f"coverage --out={page}" in done.stderr
    assert run(f"--out={page}").returncode == 0
    assert page.read_text(encoding="utf-8") == (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")


def test_coverage_of_a_case() -> None:
    """A case stands with its requirement, its heading of the page and its number of requests."""
    case = Tried(
        "usage", "x", "Shows x.", "gpt-5", 3, ("usage.total", "shell.accepted"), "every model", False, ("a|b",)
    )
    page = "\n".join(report.coverage([load(name) for name in CONTRACT_NAMES], [case]))
    assert "1 cases send 3 requests" in page
    assert "| `gpt-5` | 3 | - | 3 | - |" in page
    assert "| `test_x` | Shows x. | every model | `a\\|b` | 3 |" in page
    assert re.search(r"^\| Limitations \| .*`shell.accepted`.* \| `usage::test_x` \|$", page, re.MULTILINE)
    assert re.search(r"^\| `total` \| must \| must \| .* \| `test_x` \|$", page, re.MULTILINE)


def test_headings_of_the_page() -> None:
    """Headings are those that a source cites of the documentation page, not of another document."""
    source = 'documentation page, "Custom tools" and introduction (x); REST reference, "Tools"'
    assert headings(source) == ["Custom tools", "introduction"]
    assert headings("genuine recordings, no exception") == []
    cited = {heading for row in load().requirements.values() for heading in headings(row.source)}
    assert cited == set(PAGE)
