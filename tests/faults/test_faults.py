"""The catalogue of faults: where a fault stands, what it says that it breaks, and what it remembers."""

from __future__ import annotations

import importlib
from pathlib import Path

import httpx
import pytest

from conformance import faults
from conformance.contract import load
from conformance.faults import FAULTS, Fault, TwoOfOneName, catalogue, find
from conformance.faults.lib.requirements import every
from conformance.reference.app import create_app
from conformance.reference.edits.replies import refusing_after
from conformance.reference.reply import Reply
from conformance.reference.serve import running

FOLDER = Path(faults.__file__).parent
ROW = "from conformance.faults import Fault\nFAULTS = (Fault({name!r}, 'It is broken.', ('usage.total',)),)\n"


def refused_after_a_refusal(reply: Reply) -> bool:
    """A refused request shakes the endpoint."""
    return reply.status == 400


def statuses(url: str, *bodies: object) -> list[int]:
    """What comes of some requests, one after the other."""
    credential = {"authorization": "Bearer x"}
    return [httpx.post(f"{url}/responses", json=body, headers=credential).status_code for body in bodies]


@pytest.mark.parametrize("chapter", sorted({fault.breaks[0].partition(".")[0] for fault in FAULTS.values()}))
def test_a_fault_stands_in_the_file_of_its_chapter(chapter: str) -> None:
    """The first requirement that a fault breaks says where it is found: in one file, or in one package."""
    file = FOLDER / f"{chapter}.py"
    files = [file] if file.exists() else sorted((FOLDER / chapter).glob("[!_]*.py"))
    places = [".".join(one.relative_to(FOLDER).with_suffix("").parts) for one in files]
    modules = [importlib.import_module(f"{faults.__name__}.{place}") for place in places]
    here = [fault.name for module in modules for fault in module.FAULTS]
    assert here == [name for name, fault in FAULTS.items() if fault.breaks[0].startswith(f"{chapter}.")]


def test_the_order_of_the_chapters_is_that_of_the_contract() -> None:
    """Whoever reads the list finds it in the order of the contract."""
    chapters = dict.fromkeys(fault.breaks[0].partition(".")[0] for fault in FAULTS.values())
    assert [*chapters] == [chapter for chapter in load("databricks").chapters if chapter in chapters]


def test_two_faults_of_one_name_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has one name cannot be told apart, and the message says where both are."""
    package = tmp_path / "twin_faults"
    (package / "inner").mkdir(parents=True)
    for folder in (package, package / "inner"):
        (folder / "__init__.py").touch()
    (package / "a.py").write_text(ROW.format(name="same"))
    (package / "inner" / "b.py").write_text(ROW.format(name="other"))
    monkeypatch.syspath_prepend(tmp_path)
    twins = importlib.import_module("twin_faults")
    assert [*catalogue(twins)] == ["same", "other"]
    (package / "inner" / "c.py").write_text(ROW.format(name="same"))
    importlib.invalidate_caches()
    with pytest.raises(TwoOfOneName, match=r"'same', in twin_faults\.a and in twin_faults\.inner\.c"):
        catalogue(twins)


# --- what is broken


def test_every_takes_the_requirements_from_the_contract() -> None:
    """A pattern stands for all requirements that match it and apply, in its place, each once, without exceptions."""
    chapter = [row.id for row in load("databricks").chapters["tool_refusals"].requirements]
    assert [*every("tool_refusals.*")] == chapter
    assert [*every(chapter[-1], "tool_refusals.*", but=(chapter[0],))] == [chapter[-1], *chapter[1:-1]]
    assert "image_input.size" not in every("image_input.*"), "it is excluded"


@pytest.mark.parametrize(("patterns", "but"), [(("tool_refusal.*",), ()), (("tool_refusals.*",), ("mcp.none",))])
def test_a_pattern_that_matches_nothing_is_an_error(patterns: tuple[str, ...], but: tuple[str, ...]) -> None:
    """A name that is misspelt, or that the contract no longer holds, is found at once."""
    with pytest.raises(ValueError, match="no requirement matches"):
        every(*patterns, but=but)


# --- what an endpoint remembers


def test_a_count_belongs_to_one_application() -> None:
    """Two endpoints with one fault do not shake each other, and a new one begins at zero."""
    fault = Fault("shaken", "It is shaken.", ("usage.total",), refusing_after(refused_after_a_refusal, times=2))
    right, wrong = {"model": "system.ai.gpt-5-4", "input": "Hello"}, {"model": "system.ai.gpt-5-4"}
    with (
        running(create_app(reply_edit=fault.reply_edit)) as url,
        running(create_app(reply_edit=fault.reply_edit)) as other,
    ):
        assert statuses(url, wrong, wrong) == [400, 400]
        assert statuses(other, wrong, right, right) == [400, 200, 200]
        assert statuses(url, right, right) == [400, 200]
        assert statuses(url, wrong, wrong) == [400, 400]
    with running(create_app(reply_edit=fault.reply_edit)) as url:
        assert statuses(url, right) == [200]


def test_two_faults_that_count_have_counts_of_their_own() -> None:
    """What one edit counts is not what another one counts."""
    one, other = refusing_after(refused_after_a_refusal), refusing_after(lambda reply: reply.status == 404)
    memory: dict[object, int] = {}
    one(Reply(400, memory=memory))
    assert other(Reply(200, memory=memory)).status == 200
    assert one(Reply(200, memory=memory)).status == 400


def test_an_odd_request_is_left_alone() -> None:
    """A fault that cannot look into what was sent changes nothing."""
    assert find("any-name-accepted").request_edit({"tools": "all"}) == {"tools": "all"}
