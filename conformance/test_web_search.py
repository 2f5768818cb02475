"""Web search: the call, what it did, and the sources of the text.

Documentation page, "Limitations" (supported tool types).
"""

import pytest

from conformance.samples import conversations, outputs, tools

pytestmark = pytest.mark.tool("web_search")

SEARCH = "Search the web for the documentation of the HTTP status code 418, and cite it."


@pytest.mark.requirement("web_search.accepted", "web_search.called", "web_search.completed")
def test_call(ask, model):
    """The web is searched, and what was found is told."""
    ask.until(
        outputs.SEARCHED,
        model,
        SEARCH,
        promised="web_search.completed",
        tools=[tools.WEB_SEARCH],
        tool_choice="required",
        **conversations.ROOM,
    )


@pytest.mark.requirement("web_search.accepted", "web_search.called")
def test_streamed_call(ask, model):
    """The web is searched in a stream."""
    ask(model, SEARCH, stream=True, tools=[tools.WEB_SEARCH], tool_choice="required", **conversations.ROOM)


@pytest.mark.representative
@pytest.mark.requirement(
    "web_search.accepted", "web_search.citations", "consistency.annotation_place", "obedience.included"
)
def test_citations(ask, model):
    """The text cites pages with title and address, at a place inside it, and the sources come on request."""
    cited = {"type": "message", "content": [{"annotations": [{"type": "url_citation"}]}]}
    ask.until(
        [{"type": "web_search_call", "action": {"type": "search"}}, cited],
        model,
        SEARCH,
        tools=[tools.WEB_SEARCH],
        tool_choice="required",
        **conversations.ROOM,
        include=["web_search_call.action.sources"],
    )
