"""A run beside an earlier one: what is new, what is mended, and a status that only what is new decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run.checkout import Checkout
from tests.run.reports import broken, report_in
from tests.run.results import FILE, USAGE, assert_one_sentence

TOTAL, OTHER = "total-off-by-one", "other-max-output-tokens"


def reported(checkout: Checkout, folder: Path, faults: tuple[str, ...], *args: str) -> pytest.RunResult:
    """A run against an endpoint with some faults, whose report stands in a folder."""
    with broken(*faults) as url:
        return checkout.live(url, f"--report={folder}", *args, FILE)


@pytest.mark.parametrize(
    ("before", "now", "status", "counts"),
    [
        ((TOTAL,), (TOTAL,), 0, (0, 1, 0)),
        ((TOTAL,), (TOTAL, OTHER), 1, (1, 1, 0)),
        ((TOTAL, OTHER), (TOTAL,), 0, (0, 1, 1)),
        ((TOTAL,), (OTHER,), 1, (1, 0, 1)),
        ((TOTAL,), (), 0, (0, 0, 1)),
        ((), (TOTAL,), 1, (1, 0, 0)),
    ],
)
def test_only_what_is_new_fails(
    unchanged: Checkout,
    tmp_path: Path,
    before: tuple[str, ...],
    now: tuple[str, ...],
    status: int,
    counts: tuple[int, int, int],
) -> None:
    """With --fail-on=new what an earlier run had found fails nothing; what is new does, and what is mended is told."""
    reported(unchanged, tmp_path / "a", before)
    compare = f"--baseline={tmp_path / 'a' / 'report.json'}"
    result = reported(unchanged, tmp_path / "b", now, compare, "--fail-on=new", "--ci=azure")
    assert result.ret == status
    new, known, mended = counts
    result.stdout.fnmatch_lines([f"{new} new, {known} known, {mended} mended; the baseline is the run of 20*"])
    report = report_in(tmp_path / "b")
    assert tuple(len(report["baseline"][name]) for name in ("new", "known", "mended")) == counts
    kinds = [line.partition("]")[0] for line in result.outlines if line.startswith("##vso")]
    assert kinds.count("##vso[task.logissue type=error") == new
    assert kinds.count("##vso[task.logissue type=warning") == known
    assert "### Compared with the run of" in (tmp_path / "b" / "summary.md").read_text(encoding="utf-8")
    # Without the option the baseline is told and decides nothing.
    assert reported(unchanged, tmp_path / "c", now, compare).ret == (1 if now else 0)


def test_what_was_not_judged_is_not_mended(unchanged: Checkout, tmp_path: Path) -> None:
    """A cause of which nothing was judged now is not told to be mended, and workers tell the same."""
    reported(unchanged, tmp_path / "a", (TOTAL,))
    compare = f"--baseline={tmp_path / 'a' / 'report.json'}"
    with broken() as url:
        args = (compare, "--fail-on=new", f"--report={tmp_path / 'b'}", "conformance/test_credentials.py", "-n", "2")
        assert unchanged.live(url, *args).ret == 0
    found = report_in(tmp_path / "b")["baseline"]
    assert found["mended"] == []
    assert [row["requirement"] for row in found["not_told"]] == ["usage.total"]


def test_wrong_baselines(unchanged: Checkout, tmp_path: Path) -> None:
    """What is no report is told in one sentence; only what is new needs a baseline."""
    assert_one_sentence(unchanged.quick("--fail-on=new"), USAGE, "--fail-on=new", "--baseline=FILE")
    for name, content, words in (
        ("no-json", "x", "no JSON"),
        ("other-json", '{"format": 2}', "no report of this version"),
        ("nothing", None, "No such file"),
    ):
        file = tmp_path / name
        if content is not None:
            file.write_text(content)
        assert_one_sentence(unchanged.quick(f"--baseline={file}"), USAGE, "--baseline", name, words)
