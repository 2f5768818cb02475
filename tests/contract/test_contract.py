"""The contract: it loads, each promise in it is judged by a check, and a mistake in a file is told with its place."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.captured import judging, links
from conformance.checks import LINKS, RULES
from conformance.contract import Contract, ContractError, Level, Lifecycle, chapter_files, load
from conformance.contract.loader import FOLDER
from tests import ROOT
from tests.right.exchanges import DATABRICKS, OPENAI
from tests.run.checkout import Checkout

TESTS = sorted((ROOT / "conformance").glob("test_*.py"))


def marked(*, live_only: bool = False) -> dict[str, set[str]]:
    """The requirements in the marks of the conformance tests, by chapter, as the marks have them."""
    found: dict[str, set[str]] = {}
    for file in TESTS:
        module = importlib.import_module(f"conformance.{file.stem}")
        for _, function in inspect.getmembers(module, inspect.isfunction):
            marks = getattr(function, "pytestmark", ())
            if live_only and not any(mark.name == "live_only" for mark in marks):
                continue
            for mark in marks:
                if mark.name == "requirement":
                    found.setdefault(file.stem.removeprefix("test_"), set()).update(mark.args)
    return found


def test_it_loads_once() -> None:
    """Both contracts load, hold the same requirements, and are the same objects each time."""
    assert load("databricks") is DATABRICKS
    assert DATABRICKS.requirements.keys() == OPENAI.requirements.keys()
    assert DATABRICKS.version == OPENAI.version
    assert re.fullmatch(r"20\d\d\.\d\d", DATABRICKS.version)
    with pytest.raises(ValueError, match="no contract named 'x'"):
        load("x")


def test_ids_are_unique_and_tell_their_chapter() -> None:
    """No two requirements have the same id, in all files together; each begins with the name of its file."""
    ids = [row.id for chapter in DATABRICKS.chapters.values() for row in chapter.requirements]
    assert len(ids) == len(set(ids)) == len(DATABRICKS.requirements)
    assert set(DATABRICKS.chapters) == {file.stem for file in chapter_files()}
    for name, chapter in DATABRICKS.chapters.items():
        assert all(row.id.startswith(f"{name}.") for row in chapter.requirements)


def test_chapters_are_files() -> None:
    """A chapter that is not universal has a file of tests, and each file of tests has a chapter."""
    chapters = {name for name, chapter in DATABRICKS.chapters.items() if not chapter.universal}
    assert chapters == {file.stem.removeprefix("test_") for file in TESTS}


def test_every_requirement_has_a_check() -> None:
    """A requirement that is not excluded has a check, or a test that states the outcome which it promises."""
    stated = {mark for marks in marked().values() for mark in marks}
    of_captures = set(re.findall(r'"(capture\.\w+)"', inspect.getsource(judging) + inspect.getsource(links)))
    patterns = [re.sub(r"\\\{.*?\\\}", r"\\w+", re.escape(mark)) for mark in stated]
    for row in DATABRICKS.requirements.values():
        checked = (
            row.id in {**RULES, **LINKS}
            or row.id in of_captures
            or any(re.fullmatch(each, row.id) for each in patterns)
        )
        assert checked or row.excluded is not None, row.id
    assert set(RULES) <= set(DATABRICKS.requirements)


def test_tests_belong_to_their_chapter() -> None:
    """Each file of tests puts requirements of its own chapter to the test."""
    for file in TESTS:
        chapter = file.stem.removeprefix("test_")
        assert any(mark.startswith(f"{chapter}.") for mark in marked()[chapter]), chapter


RECORDER = """
import json
from pathlib import Path

def pytest_runtest_logreport(report):
    judged = getattr(report, "conformance", {}).get("judged", {})
    with Path("judged.txt").open("a") as file:
        file.writelines(f"{name}\\n" for name in judged)
"""


def test_the_reference_set_judges(checkout: Checkout) -> None:
    """A replay of the set `reference` judges every requirement of the chapters that have tests, and most others."""
    shutil.copytree(ROOT / "cassettes", checkout.path / "cassettes", dirs_exist_ok=True)
    (checkout.path / "recorder.py").write_text(RECORDER)
    assert checkout.run("-p", "recorder").ret == 0
    judged = set((checkout.path / "judged.txt").read_text().split())
    live_only = {mark for marks in marked(live_only=True).values() for mark in marks}
    own = {
        row.id
        for chapter in DATABRICKS.chapters.values()
        for row in chapter.requirements
        if not chapter.universal and row.excluded is None and DATABRICKS.level(row.id, "gpt-5-4") is not None
    }
    tried = {mark for marks in marked().values() for mark in marks}
    assert {name for name in own & tried if name not in judged} <= live_only
    assert len(judged) > 50
    assert {name.partition(".")[0] for name in judged} >= {"response", "usage", "items", "echo", "errors"}


def test_models() -> None:
    """Models that are asked have all that a request needs; the active ones are in the order of the file."""
    for model in DATABRICKS.models.values():
        if model.lifecycle is not Lifecycle.GPT_OSS:
            assert model.lowest_effort is not None
            assert model.max_output_tokens is not None
            assert not model.efforts or model.lowest_effort == min(model.efforts, key=ORDER.index)
        assert (model.retires is None) <= (model.lifecycle not in (Lifecycle.ENDING, Lifecycle.RETIRED))
        # Beside a hosted tool nobody is asked for the effort that OpenAI refuses there.
        assert "minimal" not in (model.effort_beside(["web_search"]), model.effort_beside(["image_generation"]))
    tried = DATABRICKS.documented_models()
    for chapter in [*DATABRICKS.chapters, "no_such_chapter"]:
        assert DATABRICKS.models[DATABRICKS.representative_of(chapter)].lifecycle is Lifecycle.ACTIVE
    assert list(tried) == [name for name in DATABRICKS.models if name in tried]
    assert {DATABRICKS.models[name].lifecycle for name in tried} == {Lifecycle.ACTIVE, Lifecycle.ENDING}


STATES = {
    "gpt-5-mini": Lifecycle.ENDING,
    "system.ai.gpt-5-6-sol": Lifecycle.ACTIVE,
    "databricks-gpt-6-1-sol": Lifecycle.LISTED,
    "gpt-6-2-sol": Lifecycle.ANNOUNCED,
    "gpt-5-2-codex": Lifecycle.RETIRED,
    "gpt-oss-120b": Lifecycle.GPT_OSS,
    "gpt-oss-7b": Lifecycle.GPT_OSS,
    "system.ai.claude-x": Lifecycle.FOREIGN,
    "grok-4": Lifecycle.FOREIGN,
    "gpt-9": None,
    "main.prod.my_gpt": None,
}


@pytest.mark.parametrize(("name", "state"), STATES.items())
def test_what_is_known_of_a_model(name: str, state: Lifecycle | None) -> None:
    """The state of a model stands in its row or follows from the pattern of its name, under any of its names."""
    assert DATABRICKS.lifecycle(name) is state
    assert DATABRICKS.is_pass_through(name) is (state not in (Lifecycle.FOREIGN, Lifecycle.GPT_OSS))


LEVELS: list[tuple[str, str | None, dict[str, Level | None]]] = [
    # What the page promises is a should for a model that it does not list; a wire rule stays a must.
    ("supported_models.string_input", None, dict.fromkeys(["gpt-7", "main.prod.my_gpt", "gpt-6-sol"], Level.SHOULD)),
    ("unsupported_parameters.store", None, {"gpt-5": Level.MUST, "gpt-7": Level.SHOULD}),
    ("usage.total", Level.MUST, dict.fromkeys(["gpt-7", "gpt-6-sol", "gpt-5-2-codex", "gpt-5-4"], Level.MUST)),
    # A tool that OpenAI refuses on a model.
    ("apply_patch.accepted", Level.SHOULD, {"gpt-5-nano": Level.SHOULD, "gpt-5-4": Level.MUST}),
    ("shell.accepted", Level.SHOULD, {"gpt-5-nano": Level.MUST, "gpt-5": Level.SHOULD}),
    # Custom tools by the page, grammars by the REST reference.
    ("custom_tools.accepted", Level.SHOULD, {"gpt-5-5": Level.MUST, "gpt-5-4-mini": Level.MAY, "gpt-7": Level.MAY}),
    ("custom_tools.lark_grammar", Level.SHOULD, {"gpt-5-2": Level.MUST, "gpt-5-5": Level.SHOULD, "gpt-7": Level.MAY}),
    ("supported_models.alias", None, {"gpt-5-4": Level.SHOULD, "gpt-7": None, "main.prod.my_gpt": None}),
    *(
        (name, Level.SHOULD, {"gpt-5-4": Level.SHOULD})
        for name in (
            "apply_patch.failed_output",
            "calls.strict_parallel_arguments",
            "controls.metadata",
            "formats.json_schema",
            "formats.json_object",
            "function_tools.no_parameters",
            "image_input.http_url",
            "image_input.mixed",
            "items.id_length",
            "mcp.refused",
            "several_tools.two_types",
            "shell.timeout_output",
            "text_input.characters",
            "tool_refusals.function_name",
        )
    ),
    ("credentials.api_key", None, {"gpt-5-4": Level.SHOULD}),
    ("tool_refusals.unknown_type", None, {"gpt-5-4": Level.SHOULD}),
    ("tool_refusals.other_type", Level.MAY, {"gpt-5-4": Level.MAY}),
    ("tool_refusals.long_function_name", Level.MAY, {"gpt-5-4": Level.MAY}),
    ("wrong_models.gpt_oss", None, {"gpt-5-4": Level.MAY}),
]


@pytest.mark.parametrize(("name", "openai", "levels"), LEVELS, ids=[row[0] for row in LEVELS])
def test_level_of_a_model(name: str, openai: Level | None, levels: dict[str, Level | None]) -> None:
    """Levels follow the strength of their source, and what is known of the model."""
    assert {model: DATABRICKS.level(name, model) for model in levels} == levels
    if openai is not None:
        assert {OPENAI.level(name, model) for model in [*levels, None]} == {openai}


def test_the_table_of_models_is_databricks_own() -> None:
    """Under the contract openai a model may have any name, and that says nothing of it."""
    assert OPENAI.models == {}
    for row in OPENAI.requirements:
        assert len({OPENAI.level(row, model) for model in (None, "gpt-oss-120b", "gpt-5", "demo")}) == 1, row


def test_a_run_may_say_otherwise() -> None:
    """An external model supports everything; whether Basic is taken is promised for personal tokens."""
    external, other_token = replace(DATABRICKS, external=True), replace(DATABRICKS, personal_token=False)
    off = {row for row in DATABRICKS.requirements if external.level(row, "gpt-5-4") is None}
    off -= {row for row in DATABRICKS.requirements if DATABRICKS.level(row, "gpt-5-4") is None}
    parameters = {row.id for row in DATABRICKS.chapters["unsupported_parameters"].requirements}
    assert off == parameters | {"tool_refusals.unknown_type"}
    assert DATABRICKS.level("credentials.basic", "gpt-5") is Level.MUST
    assert other_token.level("credentials.basic", "gpt-5") is Level.MAY


ORDER = ("none", "minimal", "low", "medium", "high", "xhigh", "max")


def test_levels() -> None:
    """What Databricks alone promises does not apply under the contract openai; levels depend on the contract."""
    name = "unsupported_parameters.store"
    assert DATABRICKS.level(name, "gpt-5-4") is Level.MUST
    assert OPENAI.level(name, "gpt-5-4") is OPENAI.level(name, None) is None
    assert (DATABRICKS.level("errors.envelope"), OPENAI.level("errors.envelope")) == (Level.SHOULD, Level.MUST)
    with pytest.raises(KeyError):
        DATABRICKS.level("no.such")


def test_parameters_are_json() -> None:
    """Each value of an unsupported parameter is JSON text; its id tells it from the others of its parameter."""
    for parameter in DATABRICKS.parameters.values():
        assert len({value.id for value in parameter.values}) == len(parameter.values)
        for value in parameter.values:
            assert json.dumps(value.value) == value.json


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the files of the contract."""
    copy = tmp_path / "contract"
    copy.mkdir()
    for file in FOLDER.glob("*.toml"):
        shutil.copy(file, copy)
    return copy


def changed(old: str, new: str) -> Callable[[str], str]:
    """A change of the first place where a text stands."""

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


MISTAKES: dict[str, tuple[str, Callable[[str], str], list[str]]] = {
    "no-toml": ("usage.toml", lambda text: text + "\n[[[", ["usage.toml", "is not TOML"]),
    "empty": ("usage.toml", lambda text: "", ["usage.toml", "title"]),
    "no-requirement": ("usage.toml", lambda text: 'title = "x"\n', ["usage.toml", "requirement"]),
    "unknown-key": (
        "usage.toml",
        changed("statement =", "statment ="),
        ["usage.toml", '[[requirement]] number 1 "usage.total"', "statement"],
    ),
    "level": (
        "usage.toml",
        changed('level = "must"', 'level = "most"'),
        ["usage.toml", '"usage.total": level', "must", "most"],
    ),
    "level-of-another-kind": ("usage.toml", changed('level = "must"', "level = 1"), ["usage.toml", "level"]),
    "empty-statement": ("usage.toml", changed('statement = "', 'statement = ""\n# "'), ["usage.toml", "statement"]),
    "condition": (
        "errors.toml",
        changed('contract = "openai", is', 'contact = "openai", is'),
        ["errors.toml", '"errors.envelope": level/0', "contact"],
    ),
    "prefix": ("usage.toml", changed('"usage.total"', '"usages.total"'), ["usage.toml", "id", '"usage."']),
    "no-prefix": ("usage.toml", changed('"usage.total"', '"total"'), ["usage.toml", "id"]),
    "same-id": (
        "items.toml",
        changed('"items.id_length"', '"items.unique_ids"'),
        ["items.toml", '"items.unique_ids"', "used twice"],
    ),
    "model-twice": (
        "models.toml",
        changed('name = "gpt-5-mini"', 'name = "gpt-5"'),
        ["models.toml", '"gpt-5"', "twice"],
    ),
    "lifecycle": (
        "models.toml",
        changed('lifecycle = "ending"', 'lifecycle = "alive"'),
        ["models.toml", '[[model]] number 1 "gpt-5": lifecycle', "alive"],
    ),
    "effort": (
        "models.toml",
        changed('lowest_effort = "minimal"', 'lowest_effort = "none"'),
        ["models.toml", '"gpt-5": lowest_effort', "minimal"],
    ),
    "effort-of-hosted-tools": (
        "models.toml",
        changed('hosted_tools_effort = "low"', 'hosted_tools_effort = "max"'),
        ["models.toml", '"gpt-5": hosted_tools_effort', "minimal"],
    ),
    "refused-tool": (
        "models.toml",
        changed('refused_tools = ["apply_patch"', 'refused_tools = ["patch"'),
        ["models.toml", '"gpt-5": refused_tools/0', "patch"],
    ),
    "representative-that-ends": (
        "models.toml",
        changed('representative = "gpt-5-4"', 'representative = "gpt-5"'),
        ["models.toml", "representative", "active model"],
    ),
    "cap": ("models.toml", changed("max_output_tokens = 256", "max_output_tokens = 0"), ["models.toml", "max_output"]),
    "date": ("models.toml", changed("retires = 2026-12-11", 'retires = "soon"'), ["models.toml", '"gpt-5": retires']),
    "date-as-text": (
        "models.toml",
        changed("retires = 2026-12-11", 'retires = "2026-12-11"'),
        ["models.toml", '"gpt-5": retires'],
    ),
    "no-such-day": ("models.toml", changed("retires = 2026-12-11", "retires = 2026-13-41"), ["models.toml"]),
    "representative": (
        "models.toml",
        changed('representative = "gpt-5-4"', 'representative = "gpt-9"'),
        ["models.toml", "representative", "active model"],
    ),
    "representative-of-a-chapter": (
        "usage.toml",
        lambda text: 'representative = "gpt-9"\n' + text,
        ["usage.toml", "representative", '"gpt-9"', "active model"],
    ),
    "representative-that-is-retired": (
        "usage.toml",
        lambda text: 'representative = "gpt-5-1-codex-max"\n' + text,
        ["usage.toml", "representative", "active model"],
    ),
    "representative-of-another-kind": (
        "usage.toml",
        lambda text: "representative = 5\n" + text,
        ["usage.toml", "representative"],
    ),
    "value-no-json": (
        "unsupported_parameters.toml",
        changed("json = 'true'", "json = 'True'"),
        ["unsupported_parameters.toml", '[[parameter]] number 1 "background": values', "not JSON"],
    ),
    "value-twice": (
        "unsupported_parameters.toml",
        changed("json = 'false'", "json = 'true'"),
        ["unsupported_parameters.toml", '"background": values', "same id"],
    ),
    "parameter-twice": (
        "unsupported_parameters.toml",
        changed('name = "store"', 'name = "background"'),
        ["unsupported_parameters.toml", '"background": name', "twice"],
    ),
    "parameter-without-requirement": (
        "unsupported_parameters.toml",
        changed('name = "store"', 'name = "stores"'),
        ["unsupported_parameters.toml", '"stores": name', "unsupported_parameters.stores"],
    ),
    "not-utf-8": ("usage.toml", lambda text: "title = '\udcff'", ["usage.toml", "is not TOML"]),
}


@pytest.mark.parametrize(("name", "change", "words"), MISTAKES.values(), ids=MISTAKES)
def test_mistake(folder: Path, name: str, change: Callable[[str], str], words: list[str]) -> None:
    """A mistake in a file of the contract is told in one line with the file, the table and the key."""
    file = folder / name
    text = change(file.read_text(encoding="utf-8"))
    file.write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(ContractError) as raised:
        load("databricks", folder)
    told = str(raised.value)
    assert [word for word in words if word not in told] == [], told
    assert "\n" not in told


def test_missing_file(folder: Path) -> None:
    """A contract without its list of models is told."""
    (folder / "models.toml").unlink()
    with pytest.raises(ContractError, match=r"models\.toml: .*cannot be read"):
        load("openai", folder)


def test_mistake_ends_a_run(checkout: Checkout) -> None:
    """A mistake in the contract, or a mark that names no requirement, ends a run in one sentence."""
    tests = checkout.path / "conformance" / "test_supported_models.py"
    right = tests.read_text()
    tests.write_text(right.replace('"supported_models.string_input"', '"supported_models.no_such"'))
    wrong_mark = checkout.quick("--models", "gpt-5-4")
    tests.write_text(right)
    file = checkout.path / "conformance" / "contract" / "usage.toml"
    file.write_text(file.read_text().replace('level = "must"', 'level = "most"'))
    wrong_file = checkout.quick("--models", "gpt-5-4", fresh=True)
    for result, word in ((wrong_mark, "supported_models.no_such"), (wrong_file, "usage.toml")):
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        lines = [line for line in [*result.outlines, *result.errlines] if word in line]
        assert len(lines) == 1
        assert "Traceback" not in result.stderr.str() + result.stdout.str()


def test_frozen() -> None:
    """Nothing of the contract can be changed by accident."""

    def change(contract: Contract) -> None:
        contract.version = "x"  # type: ignore[misc]

    with pytest.raises(AttributeError):
        change(DATABRICKS)
