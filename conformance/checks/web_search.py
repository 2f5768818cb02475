"""Checks of what was searched for, and of the sources that a text names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from conformance.checks.lib.forced_calls import called_rule
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import Place, View
from conformance.wire.json_values import MISSING, at, at_list, show

called_rule("web_search.called", "web_search")


def _citations(view: View) -> list[Place]:
    """The annotations that cite a page."""
    return [(where, found) for where, found, _ in view.annotations() if found.get("type") == "url_citation"]


def _is_address(value: Any) -> bool:
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
    except ValueError:
        return False
    return parts is not None and parts.scheme in ("http", "https") and bool(parts.netloc)


@rule("web_search.citations", when=lambda view: bool(_citations(view)))
def citations(view: View) -> Iterator[Finding]:
    """A citation of a page has a title and an address."""
    for where, citation in _citations(view):
        title, url = citation.get("title", MISSING), citation.get("url", MISSING)
        if not isinstance(title, str) or not title.strip():
            yield Finding(view.where(f"{where}/title"), "a text that is not empty", show(title))
        if not _is_address(url):
            yield Finding(view.where(f"{where}/url"), "an http or https address", show(url))


def _actions(view: View) -> list[Place]:
    """Pointer and value of each search."""
    actions = [(f"{where}/action", call.get("action")) for where, call in view.items_of("web_search_call")]
    return [(where, action) for where, action in actions if isinstance(action, dict) and action.get("type") == "search"]


@rule("web_search.action", when=lambda view: bool(_actions(view)))
def action(view: View) -> Iterator[Finding]:
    """What was searched for is told by no empty text, and a page that was found has an address."""
    for where, search in _actions(view):
        queries = [("query", search.get("query"))]
        queries += [(f"queries/{index}", query) for index, query in enumerate(at_list(search, "queries"))]
        for member, query in queries:
            if isinstance(query, str) and not query.strip():
                yield Finding(view.where(f"{where}/{member}"), "a text that is not empty", show(query))
        for index, source in enumerate(at_list(search, "sources")):
            url = at(source, "url")
            if at(source, "type") == "url" and not _is_address(url):
                yield Finding(view.where(f"{where}/sources/{index}/url"), "an http or https address", show(url))
