"""The checks of what an answer points to: what keeps each and what breaks it alone."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.edit import put
from conformance.wire.exchange import Exchange
from tests.checks.rules import broken_by, judged_by
from tests.right.samples import MESSAGE, SAMPLES, TOOLS, with_answer, with_output

CITED = TOOLS["cited"].json["output"][-1]["content"][0]
PLACE = CITED["annotations"][0]
TEXT = CITED["text"]
PART = f"/output/{len(TOOLS['cited'].json['output']) - 1}/content/0"
PLOT = "/output/1/content/0/annotations/0"


def _cited(start: int, end: int, text: str = TEXT) -> Exchange:
    """An answer that cites a place."""
    citation = PLACE | {"start_index": start, "end_index": end}
    return with_answer("cited", put(f"{PART}/annotations/0", citation), put(f"{PART}/text", text))


def _in_bytes(place: int) -> int:
    return len(TEXT[:place].encode())


BROKEN: dict[str, tuple[str, Exchange]] = {
    "at-the-beginning": ("references.citation_place", _cited(0, 10)),
    "in-bytes": (
        "references.citation_place",
        _cited(_in_bytes(PLACE["start_index"]), _in_bytes(PLACE["end_index"]), f"{TEXT} And so on."),
    ),
    "file-beside": (
        "references.citation_place",
        with_answer("plotted", put(f"{PLOT}/start_index", 0), put(f"{PLOT}/end_index", 15)),
    ),
    "file-id": ("references.container", with_answer("plotted", put(f"{PLOT}/file_id", "file-1"))),
    "other-container": ("references.container", with_answer("plotted", put(f"{PLOT}/container_id", "cntr_2"))),
    "another-page": (
        "references.sources",
        with_answer("cited", put("/output/*/action/sources/*/url", "https://example.org/other")),
    ),
    "no-base64url": (
        "references.encrypted_content",
        with_answer("settings", put("/output/*/encrypted_content", "no words")),
    ),
    "no-length-of-base64url": (
        "references.encrypted_content",
        with_answer("settings", put("/output/*/encrypted_content", "gAAAA")),
    ),
    "no-reasoning": ("references.reasoning", with_output("thinking", MESSAGE)),
    "positive": (
        "references.logprobs",
        with_answer("settings", put("/output/*/content/*/logprobs/*/logprob", 0.1)),
    ),
    "fewer-tokens": (
        "references.logprobs",
        with_answer("settings", put("/output/*/content/*/logprobs", lambda tokens: tokens[1:])),
    ),
    "too-many-alternatives": (
        "references.logprobs",
        with_answer(
            "settings",
            put("/output/*/content/*/logprobs/0/top_logprobs", [{"token": "a", "bytes": [97], "logprob": -1}] * 3),
        ),
    ),
    "item-of-a-request": (
        "references.request_items",
        with_answer("text", put("/output", lambda output: [*output, {"type": "item_reference", "id": "msg_0"}])),
    ),
}


@pytest.mark.parametrize(("requirement", "broken"), BROKEN.values(), ids=BROKEN)
def test_a_rule_is_broken_alone(requirement: str, broken: Exchange) -> None:
    """What breaks a rule breaks no other one."""
    assert broken_by(broken) == {requirement}


@pytest.mark.parametrize(
    ("requirement", "sample"),
    [
        ("references.citation_place", "search"),
        ("references.citation_place", "text"),
        ("references.reasoning", "cut"),
        ("references.encrypted_content", "text"),
        ("references.logprobs", "text"),
    ],
)
def test_what_says_nothing_is_not_judged(requirement: str, sample: str) -> None:
    """A citation whose text does not hold what it cites, and what is not there, are right and wrong for nobody."""
    assert requirement not in judged_by(SAMPLES[sample])


@pytest.mark.parametrize(
    "item",
    [
        {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "x"}},
        {"type": "news", "id": "n_1"},
    ],
)
def test_reasoning_between_tools_of_the_server_can_be_left_out(item: dict[str, Any]) -> None:
    """What is thought between them is counted, and need not be told."""
    assert "references.reasoning" not in judged_by(with_output("thinking", item, MESSAGE))


def test_a_file_can_be_cited_at_no_place() -> None:
    """A place without length shows nothing."""
    found = with_answer("plotted", put(f"{PLOT}/start_index", 0), put(f"{PLOT}/end_index", 0))
    assert not broken_by(found)
