"""The checks of web searches: what they tell, and citations."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.edit import put
from tests.checks.rules import broken_by
from tests.right.samples import message, with_answer


@pytest.mark.parametrize(
    ("action", "is_right"),
    [
        ({"type": "search"}, True),
        ({"type": "search", "query": "a", "queries": ["a"], "sources": [{"type": "api", "name": "time"}]}, True),
        ({"type": "search", "query": "", "queries": ["a"]}, False),
        ({"type": "search", "query": "a", "queries": [""]}, False),
        ({"type": "search", "query": "a", "sources": [{"type": "url", "url": ""}]}, False),
        ({"type": "search", "query": "a", "sources": [{"type": "url"}]}, False),
        ({"type": "open_page", "url": ""}, True),
    ],
)
def test_what_a_search_tells(action: Any, *, is_right: bool) -> None:
    """A search names what it looked for and where."""
    found = with_answer("searched", put("/output/0/action", action))
    assert ("web_search.action" not in broken_by(found)) is is_right


@pytest.mark.parametrize("url", ["", "a.example", "turn0search1", "ftp://a.example", "https://", "https://[", None, 7])
def test_a_citation_without_an_address(url: Any) -> None:
    """A citation has an address that a reader can open."""
    found = with_answer("searched", message(put("/content/0/annotations/0/url", url)))
    assert "web_search.citations" in broken_by(found)
