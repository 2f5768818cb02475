"""The checks of words: one that is not in its list is told, and the lists hold what OpenAI's package knows."""

from __future__ import annotations

from typing import Any, get_args, get_origin

import pytest
from openai.types.responses import Response, ResponseOutputMessage, response_output_item
from openai.types.responses.response import IncompleteDetails
from openai.types.responses.response_apply_patch_tool_call import Operation
from openai.types.responses.response_function_web_search import Action
from openai.types.shared import Reasoning

from conformance.checks.lib.words import CLOSED, OPEN, places
from conformance.wire.edit import put
from tests.checks.rules import found_in, judged_in
from tests.right import answers, streams
from tests.right.answers import SEARCH, SEARCH_CALL, with_items
from tests.right.changed import changed
from tests.right.exchanges import exchange, items, response, unfinished

CUT = unfinished("incomplete", incomplete_details={"reason": "content_filter"})

WRONG = {
    "reason": (
        exchange(CUT | {"incomplete_details": {"reason": "length"}}),
        "incomplete_reason",
        "/incomplete_details/reason",
    ),
    "tier": (exchange(response(service_tier="on_demand")), "settings", "/service_tier"),
    "effort": (exchange(CUT | {"output": items(status="failed")}), "item_status", "/output/1/status"),
    "phase": (exchange(response(output=items(phase="thinking"))), "items", "/output/1/phase"),
    "action": (
        with_items([SEARCH], SEARCH_CALL | {"action": {"type": "browse", "query": "x"}}),
        "items",
        "/output/0/action/type",
    ),
    "context": (
        with_items([SEARCH | {"search_context_size": "huge"}], SEARCH_CALL),
        "tools",
        "/tools/0/search_context_size",
    ),
}


@pytest.mark.parametrize(("wrong", "requirement", "where"), WRONG.values(), ids=WRONG)
def test_a_word_that_nobody_knows(wrong: Any, requirement: str, where: str) -> None:
    """It is told in its place, by the requirement of its list and by no other."""
    assert found_in(wrong) == {f"words.{requirement}": {where}}


def test_words_that_there_are() -> None:
    """Each list is judged and kept."""
    assert "words.incomplete_reason" in judged_in(exchange(CUT))
    assert {"words.settings", "words.items"} <= judged_in(answers.good()["summary"])
    assert "words.item_status" not in judged_in(answers.answered())
    assert found_in(exchange(CUT)) == {}


def test_a_response_that_waits_in_the_foreground() -> None:
    """A stream that begins with a response that is queued is told, unless it says that it waits."""
    good = streams.good()
    wrong = put("/0/response/status", "queued")(good["text"].sent)
    assert found_in(streams.captured(wrong))["words.begun"] == {"event 0 response.created /response/status"}
    assert "words.begun" not in found_in(good["queued"].exchange())


@pytest.mark.parametrize("status", ["interpreting", "in_progress", "incomplete"])
def test_code_that_still_runs(status: str) -> None:
    """A completed answer leaves no call behind that goes on."""
    wrong = changed(answers.good()["code"], put("/output/0/status", status))
    assert found_in(wrong)["consistency.call_status"] == {"/output/0/status"}


def literals(type_: Any) -> set[str]:
    """The words that a type of the package allows, wherever they stand in it."""
    found = {each for each in get_args(type_) if isinstance(each, str)}
    inner = (each for each in get_args(type_) if get_origin(each) is not None)
    return found.union(*map(literals, inner))


KNOWN = {
    "/incomplete_details/reason": literals(IncompleteDetails.model_fields["reason"].annotation),
    "/reasoning/context": literals(Reasoning.model_fields["context"].annotation),
    "/reasoning/effort": literals(Reasoning.model_fields["effort"].annotation),
    "/reasoning/summary": literals(Reasoning.model_fields["summary"].annotation),
    "/service_tier": literals(Response.model_fields["service_tier"].annotation),
    "/output/*<message>/phase": literals(ResponseOutputMessage.model_fields["phase"].annotation),
    "/output/*<image_generation_call>/quality": literals(
        response_output_item.ImageGenerationCall.model_fields["quality"].annotation
    ),
    "/output/*<apply_patch_call>/operation/type": {
        word for each in get_args(get_args(Operation)[0]) for word in literals(each.model_fields["type"].annotation)
    },
    "/output/*<web_search_call>/action/type": {
        word for each in get_args(get_args(Action)[0]) for word in literals(each.model_fields["type"].annotation)
    },
}
"""What the package knows of some lists."""


@pytest.mark.parametrize("path", KNOWN)
def test_the_package_knows_no_other_word(path: str) -> None:
    """A list holds all words of OpenAI's package, so that none of them is told."""
    words = {known: each for lists in CLOSED.values() for known, each in lists.items()}[path]
    assert KNOWN[path]
    assert set(words) >= KNOWN[path]


def test_a_list_is_closed_or_open() -> None:
    """No list is both."""
    assert not OPEN.keys() & {path for lists in CLOSED.values() for path in lists}


def test_places() -> None:
    """A path leads to all that it names, and nowhere in a value of another form."""
    value = {"output": [{"type": "a", "x": 1}, {"type": "b", "x": 2}, 3]}
    assert [*places(value, "/output/*/x")] == [("/output/0/x", 1), ("/output/1/x", 2)]
    assert [*places(value, "/output/*<b>/x")] == [("/output/1/x", 2)]
    assert [*places([], "/output/*/x")] == []
