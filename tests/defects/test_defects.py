"""Every kind of defect is planted into answers and streams that are right, and noticed under the right name."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import pytest

from conformance.checks import judge
from conformance.contract import Level, load
from tests.checks.rules import judged_by, places_broken_by
from tests.defects import KINDS, Kind
from tests.defects.lib.registry import KINDS as REGISTERED
from tests.defects.lib.registry import broken, is_noticed, newly_broken, register, some
from tests.right import streams
from tests.right.answers import good, operations
from tests.right.tool_answers import tools

CONTRACT = load("openai")
ANSWERS = good() | operations() | tools()
BEFORE = {name: broken(exchange, CONTRACT) for name, exchange in ANSWERS.items()}
STREAMS = streams.good()
ROWS = load("databricks").chapters["streams"].requirements

ANSWERS_OF_EACH = 9
IN_AN_ANSWER = 3
IN_A_STREAM = 2
"""How many defects of a kind are planted at most; `tests.tools.trial` plants more of them."""

OWN = {"databricks_error": {"errors.envelope"}}
"""What a Databricks workspace may do and OpenAI does not."""


class Planted(NamedTuple):
    """A defect in a stream: where, what was done, who may notice and who did."""

    stream: str
    label: str
    wanted: set[str]
    found: set[str]


@cache
def planted_into_streams(kind: str) -> list[Planted]:
    """Some defects of a kind in every stream that is right, in which none is found before."""
    return [
        Planted(name, mutant.label, set(mutant.noticed_by), places_broken_by(mutant.exchange).keys())
        for name, stream in STREAMS.items()
        for mutant in some(KINDS[kind].make(stream.exchange()), IN_A_STREAM)
    ]


IN_STREAMS = [name for name, kind in KINDS.items() if any(any(kind.make(s.exchange())) for s in STREAMS.values())]

# --- what is right


@pytest.mark.parametrize("name", ANSWERS)
def test_the_samples_are_right(name: str) -> None:
    """The answers into which defects are planted keep every rule of OpenAI's contract."""
    assert {requirement for requirement, _ in BEFORE[name]} == OWN.get(name, set())


@pytest.mark.parametrize("name", ANSWERS)
def test_the_samples_are_right_under_the_other_contract(name: str) -> None:
    """They keep the rules of Databricks' contract too, but for the parameters that it has refused."""
    found = [r for r in judge(ANSWERS[name], load("databricks")) if r.finding and r.level is not Level.MAY]
    others = {r.requirement for r in found if not r.requirement.startswith("unsupported_parameters.")}
    assert others == OWN.get(name, set())


# --- what is wrong


def test_two_kinds_have_two_names() -> None:
    """A second kind of the same name is refused, and the first one stays."""
    kinds = dict(REGISTERED)
    with pytest.raises(ValueError, match="id_empty is the name of two kinds"):
        register("_id_empty", lambda _: iter(()))
    assert kinds == KINDS


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.name not in IN_STREAMS], ids=lambda k: k.name)
def test_a_defect_in_an_answer_is_noticed(kind: Kind) -> None:
    """A defect of the kind can be planted into some sample, and a requirement that it names notices each."""
    made = 0
    for name, exchange in ANSWERS.items():
        if made >= ANSWERS_OF_EACH:
            break
        for mutant in some(kind.make(exchange), IN_AN_ANSWER):
            made += 1
            found = newly_broken(mutant, BEFORE[name], CONTRACT)
            wanted = " or ".join(mutant.noticed_by)
            assert is_noticed(mutant, found), f"{name} {mutant.label}: wanted {wanted}, found {found}"
    assert made, "no sample that this kind can be planted into"


NOT_OWED = {("cut_call", "response.function_call_arguments.done"), ("failed", "response.in_progress")}
"""Events that a stream may lack: the end of what was cut off, and what comes before a failure at once."""


@pytest.mark.parametrize("name", IN_STREAMS)
def test_a_defect_in_a_stream_is_noticed(name: str) -> None:
    """A requirement that a defect names notices it in every stream, unless the stream may lack what is gone."""
    missed = [one for one in planted_into_streams(name) if not one.found & one.wanted]
    assert not [one for one in missed if (one.stream, one.label.split()[-1]) not in NOT_OWED]


# Rules of one stream that no defect in its events can break, and those that need more than one stream or a clock.
ELSEWHERE = {
    "unknown_types",
    "streamed",
    "incremental",
    "obfuscation",
    "same_settings",
    "same_items",
    "incomplete",
    "text",
}


@pytest.mark.parametrize("rule", sorted({row.id for row in ROWS} - {f"streams.{name}" for name in ELSEWHERE}))
def test_every_rule_of_streams_is_kept_by_one_and_broken_by_a_defect(rule: str) -> None:
    """The rule judges a right stream and finds it kept, and finds it broken where one of the defects is."""
    sent = [stream.sent for stream in STREAMS.values()]
    assert any(
        rule in judged_by(streams.raw(streams.wire(s))) - places_broken_by(streams.captured(s)).keys() for s in sent
    )
    if any(rule in one.found & one.wanted for name in IN_STREAMS for one in planted_into_streams(name)):
        return
    # A rule that no defect of the sample breaks is looked for among all of them.
    assert any(
        rule in places_broken_by(mutant.exchange)
        for name in IN_STREAMS
        for stream in STREAMS.values()
        for mutant in KINDS[name].make(stream.exchange())
        if rule in mutant.noticed_by
    )


EXACTLY = {
    "cut": {"terminal"},
    "broken_off": {"terminal"},
    "second_terminal": {"terminal"},
    "early_terminal": {"last_event"},
    "completed_after_error": {"after_error"},
    "number_repeated": {"numbering"},
    "number_skipped": {"numbering"},
    "number_missing": {"numbering"},
    "response_changes": {"constant_response"},
    "item_event_index": {"item_events"},
    "item_event_id": {"item_events"},
    "all_deltas_at_minus_one": {"item_events"},
    "late_in_progress": {"in_progress"},
    "part_edited": {"part_values"},
    "end_missing": {"unterminated"},
    "terminal_text": {"terminal_output"},
}


@pytest.mark.parametrize("name", EXACTLY)
def test_one_mistake_is_one_finding(name: str) -> None:
    """A mistake in a stream without an error event is told by the one rule that names it, and by no other."""
    for one in planted_into_streams(name):
        if "failed" not in one.stream:
            assert one.found == {f"streams.{each}" for each in EXACTLY[name]}, one
