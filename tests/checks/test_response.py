"""The checks of a response object as a whole."""

from __future__ import annotations

import pytest

from conformance.wire.edit import put, without
from conformance.wire.exchange import Exchange
from tests.checks.rules import broken_by, found_in
from tests.right.changed import changed
from tests.right.exchanges import ERROR, body, exchange, items, part, response, unfinished
from tests.right.samples import ANSWERS, message, with_answer

BROKEN: dict[str, tuple[Exchange, dict[str, set[str]]]] = {
    "answer-in-text": (
        exchange(headers={"content-type": "text/plain"}),
        {"response.content_type": {"header content-type"}},
    ),
    "answer-without-type": (exchange(headers={"x": "y"}), {"response.content_type": {"header content-type"}}),
    "no-object": (exchange(content=b"[]"), {"response.schema": {""}}),
    "null": (exchange(content=b"null"), {"response.schema": {""}}),
    "no-json": (exchange(content=b"<html>"), {"response.schema": {""}}),
    "member-missing": (exchange(without("/created_at")(response())), {"response.schema": {""}}),
    "member-of-another-kind": (exchange(response(top_p="1")), {"response.schema": {"/top_p"}}),
    "part-of-another-kind": (
        exchange(response(output=items(content=[part(7)]))),
        {"response.schema": {"/output/1/content/0/text"}},
    ),
    "completed-with-error": (exchange(response(error=ERROR)), {"response.completed": {"/error"}}),
    "completed-and-incomplete": (
        exchange(response(incomplete_details={"reason": "max_output_tokens"})),
        {"response.completed": {"/incomplete_details"}},
    ),
    "completed-without-usage": (exchange(response(usage=None)), {"response.optional_members": {"/usage"}}),
    "completed-without-output": (
        exchange(response(output=[])),
        {"response.completed": {"/output"}, "supported_models.text": {"/output"}},
    ),
    "incomplete-without-reason": (
        exchange(unfinished("incomplete")),
        {"response.incomplete": {"/incomplete_details/reason"}},
    ),
    "incomplete-with-error": (
        exchange(unfinished("incomplete", error=ERROR, incomplete_details={"reason": "content_filter"})),
        {"response.incomplete": {"/error"}},
    ),
    "failed-without-error": (exchange(unfinished("failed")), {"response.failed": {"/error"}}),
    "queued": (exchange(unfinished("queued", usage=None)), {"response.finished": {"/status"}}),
    "in-progress": (exchange(unfinished("in_progress", usage=None)), {"response.finished": {"/status"}}),
    "model-of-the-request": (exchange(response(model=body()["model"])), {"response.model": {"/model"}}),
}


@pytest.mark.parametrize(("broken", "expected"), BROKEN.values(), ids=BROKEN)
def test_broken_exchange(broken: Exchange, expected: dict[str, set[str]]) -> None:
    """A broken exchange is noticed by the requirement that it breaks, at the place, and by no other."""
    assert found_in(broken) == expected


def test_an_answer_that_says_that_it_runs_in_the_background_may_be_queued() -> None:
    """A stored prompt asked for it, or the body of the request was lost."""
    assert "response.finished" not in found_in(exchange(unfinished("queued", usage=None, background=True)))


def test_without_input_tokens_is_only_what_a_program_called() -> None:
    """No input was read where a program called the model, and in no other answer."""
    spent = ANSWERS["text"].json["usage"]["output_tokens"]
    empty = with_answer("text", put("/usage/input_tokens", 0), put("/usage/total_tokens", spent))
    assert broken_by(empty) == {"response.ranges"}
    caller = {"type": "program", "caller_id": "call_1"}
    assert "response.ranges" not in broken_by(changed(empty, message(put("/caller", caller))))
