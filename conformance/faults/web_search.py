"""Faults of the web search."""

from typing import Final

from conformance.faults.lib.fault import Fault
from conformance.faults.lib.rows import hosted_fails, not_called, refused
from conformance.reference.edits.asked import all_of, chooses, declares, includes_nothing
from conformance.reference.edits.replies import on_answer, on_items
from conformance.wire.edit import put

FAULTS: Final = (
    refused(
        "web-search",
        "A web search whose sources are not asked for",
        "web_search.accepted",
        all_of(declares("web_search"), chooses("required"), includes_nothing),
    ),
    not_called("web_search", "web_search.called", "web_search.completed"),
    hosted_fails("web_search", "A search of the web", "web_search.completed", includes_nothing),
    Fault(
        "citation-without-title",
        "A page is cited without its title.",
        ("web_search.citations",),
        on_answer(put("/output/*/content/*/annotations/*/title", "")),
    ),
    Fault(
        "citation-without-address",
        "A page is cited under an address that is none.",
        ("web_search.citations",),
        on_answer(put("/output/*/content/*/annotations/*/url", "example")),
    ),
    Fault(
        "empty-query",
        "A search was made for nothing.",
        ("web_search.action",),
        on_items("web_search_call", "/action/query", ""),
    ),
    Fault(
        "source-without-address",
        "A source of a search has an empty address.",
        ("web_search.action",),
        on_items("web_search_call", "/action/sources/*/url", ""),
    ),
)
