"""Each defect of an endpoint is one cause of a run: none is merged with another one, none is split."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.faults import find
from conformance.reference.app import create_app
from conformance.reference.edits.replies import is_stream, on_final, on_response, only_if
from conformance.reference.reply import ReplyEdit
from conformance.reference.serve import running
from conformance.verdict.causes import causes_of, place_of
from conformance.wire.edit import without
from tests.run.checkout import TOKEN, Checkout
from tests.run.reports import broken, report_in

FILES = [f"conformance/test_{name}.py" for name in ("supported_models", "streams", "function_tools")]

TEN = {
    "total-off-by-one": "/usage/total_tokens",
    "other-max-output-tokens": "/max_output_tokens",
    "other-reasoning-effort": "/reasoning/effort",
    "created-at-in-milliseconds": "/created_at",
    "other-tool-choice": "/tool_choice",
    "other-parallel-tool-calls": "/parallel_tool_calls",
    "no-numbers": "event /sequence_number",
    "part-of-another-type": "/output/*/content/*/type",
    "same-id-twice": "/output/*/id",
    "no-error-member": "/error",
}
"""Faults, each with the place of its cause."""


def test_ten_defects_are_ten_causes(unchanged: Checkout, tmp_path: Path) -> None:
    """Of ten defects at once each is one cause, of one requirement and one place."""
    with broken(*TEN) as url:
        assert unchanged.live(url, f"--report={tmp_path}", *FILES).ret == 1
    report = report_in(tmp_path)
    wanted = {(find(name).breaks[0], place) for name, place in TEN.items()}
    assert len(wanted) == len(report["causes"]) == 10
    assert {(cause["requirement"], cause["place"]) for cause in report["causes"]} == wanted
    held: dict[str, set[tuple[str, str]]] = {}
    for case in report["cases"]:
        for one in case["findings"]:
            row = [one[name] for name in ("requirement", "level", "where", "expected", "received")]
            for name, cause in zip(one["causes"], causes_of(row), strict=bool(one["causes"])):
                held.setdefault(name, set()).add((cause[0], place_of(cause[2])))
    assert held == {cause["id"]: {(cause["requirement"], cause["place"])} for cause in report["causes"]}


LACKING = {
    "parallel_tool_calls": ("/parallel_tool_calls", on_response(without("/parallel_tool_calls"))),
    "text": ("/text", on_response(without("/text"))),
    "total_tokens-of-streams": ("/usage/total_tokens", only_if(is_stream, on_final(without("/usage/total_tokens")))),
}
"""Members that every answer lacks: the place of each, and how it is left out."""


@pytest.mark.parametrize(("place", "edit"), LACKING.values(), ids=LACKING)
def test_a_member_that_every_answer_lacks(unchanged: Checkout, tmp_path: Path, place: str, edit: ReplyEdit) -> None:
    """It is one cause, with every case that judged it behind it: as many as failed."""
    with running(create_app(token=TOKEN, reply_edit=edit, delay=0.0)) as url:
        assert unchanged.live(url, f"--report={tmp_path}", *FILES).ret == 1
    report = report_in(tmp_path)
    (cause,) = report["causes"]
    assert cause["place"] == place
    failed = [case["case"] for case in report["cases"] if case["outcome"] == "fail"]
    assert cause["cases"] == failed
    assert len(failed) == report["counts"]["outcomes"]["fail"] > 5
