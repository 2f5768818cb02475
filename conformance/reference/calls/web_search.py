"""The call of web_search, and what a text cites of it. Nothing is searched: the pages are those of example.com."""

from typing import Any, Final
from urllib.parse import quote

from conformance.reference.calls.made import Made
from conformance.reference.conversation import question
from conformance.reference.request import Request
from conformance.reference.text import pieces

SOURCES: Final = "web_search_call.action.sources"
QUERY_PIECES: Final = 12


def web_search_call(request: Request, _: dict[str, Any], label: str) -> Made:
    """A web_search_call with what was searched for, and where include asks for them, its sources."""
    query = "".join(pieces(" ".join(question(request.body).split()))[:QUERY_PIECES]).strip() or "example"
    action: dict[str, Any] = {"type": "search", "query": query, "queries": [query]}
    if request.includes(SOURCES):
        action["sources"] = [{"type": "url", "url": _address(query)}]
    item = {"id": f"ws_{request.hex(label)}", "type": "web_search_call", "status": "completed", "action": action}
    return Made(item, query)


def cited(text: str, items: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """The text with a citation for each search among the items of an answer, and the annotations that say so."""
    annotations = []
    for item in (item for item in items if item["type"] == "web_search_call"):
        url = _address(item["action"]["query"])
        citation = f"([example.com]({url}))"
        text += " "
        annotations.append(
            {
                "type": "url_citation",
                "start_index": len(text),
                "end_index": len(text) + len(citation),
                "title": "An example page",
                "url": url,
            }
        )
        text += f"{citation}."
    return text, annotations


def _address(query: str) -> str:
    return f"https://example.com/?q={quote(query)}"
