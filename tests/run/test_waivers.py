"""Known failures that are accepted until a day, and waivers that are due to be deleted."""

from __future__ import annotations

import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.run.checkout import Checkout
from tests.run.reports import broken, report_in, timeless
from tests.run.results import FILE, USAGE, assert_one_sentence

FAULTS = ("total-off-by-one", "other-max-output-tokens")
ROW = """
[[waiver]]
requirement = "{requirement}"
models = ["gpt-5*"]
reason = "the gateway counts so"
link = "https://issues.example/1"
expires = {expires}
"""


def written(tmp_path: Path, *requirements: str, expires: str = "2999-12-31") -> Path:
    """A file of waivers of some requirements."""
    file = tmp_path / "waivers.toml"
    file.write_text("".join(ROW.format(requirement=name, expires=expires) for name in requirements))
    return file


def test_waived(unchanged: Checkout, tmp_path: Path) -> None:
    """A failure that is waived is expected by pytest, waived in every view, and fails nothing; workers do the same."""
    file, junit = written(tmp_path, "usage.total", "echo.max_output_tokens"), tmp_path / "junit.xml"
    with broken(*FAULTS) as url:
        args = (f"--waivers={file}", FILE)
        result = unchanged.live(url, *args, f"--report={tmp_path / 'a'}", f"--junitxml={junit}")
        workers = unchanged.live(url, *args, f"--report={tmp_path / 'b'}", "-n", "2")
    assert (result.ret, workers.ret) == (0, 0)
    result.assert_outcomes(xfailed=4)
    result.stdout.fnmatch_lines(
        [
            "*waived*",
            "usage.total of gpt-5[*]: in use (in 4 cases): the gateway counts so (https://issues.example/1)",
            "*4 waived",
        ]
    )
    report = report_in(tmp_path / "a")
    assert timeless(report) == timeless(report_in(tmp_path / "b"))
    assert report["counts"]["outcomes"] == {"waived": 4}
    assert [(row["state"], row["cases"], row["lines"]) for row in report["waivers"]] == [
        ("in use", 4, [2, 7]),
        ("in use", 4, [9, 14]),
    ]
    assert {cause["waived"] for cause in report["causes"]} == {True}
    assert {case["outcome"] for case in report["cases"]} == {"waived"}
    assert "### Waivers" in (tmp_path / "a" / "summary.md").read_text(encoding="utf-8")
    suite = ET.parse(junit).getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "4")


def test_what_is_not_waived_fails(unchanged: Checkout, tmp_path: Path) -> None:
    """A failure beside one that is waived is a failure, and the waiver is named."""
    with broken(*FAULTS) as url:
        result = unchanged.live(url, f"--waivers={written(tmp_path, 'usage.total')}", FILE)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["FAIL  echo.max_output_tokens *", "WAIVED  usage.total: the gateway counts so *"])
    assert not any(line.startswith("FAIL  usage.total") for line in result.outlines)


def test_passes_again(unchanged: Checkout, endpoint: str, tmp_path: Path) -> None:
    """A waiver of what is kept again fails the run, which names the lines; a run that cannot tell says nothing."""
    file = written(tmp_path, "supported_models.text", "usage.total")
    file.write_text(file.read_text().replace("gpt-5*", "gpt-5-4"))
    result = unchanged.live(endpoint, f"--waivers={file}", FILE, f"--report={tmp_path / 'a'}", "--ci=azure")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "##vso[[]task.logissue type=error]delete the waiver of supported_models.text, lines [[]2, 7]: passes *",
            "*waivers to be deleted, for which this run fails*",
            f"{file} lines 2 to 7: supported_models.text of gpt-5-4: passes again (in *)",
            "failed (exit status 1)",
        ]
    )
    assert [row["state"] for row in report_in(tmp_path / "a")["waivers"]] == ["passes again", "not told by this run"]
    assert unchanged.live(endpoint, f"--waivers={file}", FILE, "-k", "string_input").ret == 0
    assert unchanged.quick(f"--waivers={file}", "--models=gpt-5-4").ret == 1


def test_matches_nothing_and_expired(unchanged: Checkout, tmp_path: Path) -> None:
    """A waiver that matches nothing, and one whose last day is over, fail the run; what is expired waives nothing."""
    file = written(tmp_path, "usage.total")
    file.write_text(file.read_text().replace("gpt-5*", "gpt-9"))
    result = unchanged.quick("--models=gpt-5-4", f"--waivers={file}", FILE)
    assert result.ret == 1
    result.stdout.fnmatch_lines([f"{file} lines 2 to 7: usage.total of gpt-9: matches nothing (no model *)"])
    file = written(tmp_path, "usage.total", expires="2026-11-30")
    with broken("total-off-by-one") as url:
        result = unchanged.live(url, f"--waivers={file}", FILE)
    assert result.ret == 1
    result.stdout.fnmatch_lines([f"{file} lines 2 to 7: usage.total of gpt-5[*]: expired (on 2026-11-30)"])
    result.stdout.fnmatch_lines(["* usage.total  in 4 cases of gpt-5-4"])


def test_draft(unchanged: Checkout, tmp_path: Path) -> None:
    """--write-waivers drafts a file that, once it is filled in, waives what failed."""
    file = tmp_path / "new" / "waivers.toml"
    with broken(*FAULTS) as url:
        assert unchanged.live(url, f"--write-waivers={file}", FILE).ret == 1
        text = file.read_text(encoding="utf-8")
        drafted = {row["requirement"] for row in tomllib.loads(text)["waiver"]}
        assert drafted == {"usage.total", "echo.max_output_tokens"}
        assert_one_sentence(unchanged.live(url, f"--waivers={file}", FILE), USAGE, "--waivers", "reason")
        assert_one_sentence(unchanged.live(url, f"--write-waivers={file}", FILE), USAGE, "is there already")
        file.write_text(text.replace('reason = ""', 'reason = "known"').replace('link = ""', 'link = "#1"'))
        assert unchanged.live(url, f"--waivers={file}", FILE).ret == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, ["cannot be read"]),
        ("[[waiver]\n", ["no TOML", "line 1"]),
        (ROW.format(requirement="usage.totl", expires="2999-12-31"), ["line 3", "did you mean usage.total?"]),
    ],
)
def test_mistakes(unchanged: Checkout, tmp_path: Path, content: str | None, words: list[str]) -> None:
    """A file that cannot be used is told in one sentence, with its line."""
    file = tmp_path / "waivers.toml"
    if content is not None:
        file.write_text(content)
    assert_one_sentence(unchanged.quick(f"--waivers={file}"), USAGE, "--waivers", "waivers.toml", *words)
