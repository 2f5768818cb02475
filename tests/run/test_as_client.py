"""Requests as clients write them, at endpoints that do not take them all: each refusal is told by its part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from conformance.faults.client_requests import has
from conformance.reference.app import create_app
from conformance.reference.edits.asked import Test
from conformance.reference.edits.replies import refusing
from conformance.reference.serve import running
from tests.run.checkout import TOKEN, Checkout

CHAPTERS = ("conformance/test_clients.py", "conformance/test_client_requests.py")
ELEVEN = (
    *("null_members", "item_reference", "typed_messages", "reasoning_without_content", "client_ids"),
    *("bare_output_text", "empty_include", "schema_annotations", "many_tools", "bare_tool", "client_metadata"),
)


@contextmanager
def door(test: Test) -> Iterator[str]:
    """The base URL of an endpoint that refuses some requests."""
    with running(create_app(token=TOKEN, reply_edit=refusing(test))) as url:
        yield url


def any_of(*names: str) -> Test:
    """True where a request has one of some shapes."""
    return lambda reply: any(has(name)(reply) for name in names)


def test_eleven_refusals_fail(checkout: Checkout) -> None:
    """An endpoint on which no framework works does not pass, and each of its refusals is told."""
    with door(any_of(*ELEVEN)) as url:
        result = checkout.live(url, *CHAPTERS)
    assert result.ret == 1
    told = "\n".join(result.outlines)
    assert [name for name in ELEVEN if f"client_requests.{name}" not in told] == []
    result.stdout.fnmatch_lines(["*= clients =*", "codex on gpt-5-4: Codex is refused for client_requests.*"])


def test_a_right_endpoint_passes(checkout: Checkout, endpoint: str) -> None:
    """What needs a store is observed, with what helps; all else works."""
    result = checkout.live(endpoint, *CHAPTERS)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*client_requests.bare_reasoning*",
            "work as they come out of the box: *codex*",
            "openai on gpt-5-4: * is refused for client_requests.bare_reasoning; what helps: *encrypted_content*",
        ]
    )
    assert not any("warn" in line for line in result.outlines if " cases: " in line)


def test_a_refusal_of_everything_is_no_finding_of_a_part(checkout: Checkout) -> None:
    """Where the same request in the suite's own words is refused too, nothing is said of how it was written."""
    with door(lambda reply: bool(reply.asked.get("tools"))) as url:
        result = checkout.live(url, CHAPTERS[0])
    assert result.ret == 6
    result.stdout.fnmatch_lines(["*the same request, plainly written, ended so too*"])
    assert not any("client_requests." in line for line in result.outlines)


def test_a_model_that_calls_nothing(checkout: Checkout) -> None:
    """A model need not call a tool; that it never did is told, and is no finding."""
    dropped = lambda body: {name: value for name, value in body.items() if name != "tools"}  # noqa: E731
    with running(create_app(token=TOKEN, request_edit=dropped)) as url:
        result = checkout.live(url, CHAPTERS[0], "-k", "test_pydantic_ai")
    result.stdout.fnmatch_lines(["pydantic_ai on gpt-5-4: * calls no tool for pydantic-ai in 3 attempts; run again"])
    assert not any(line.lstrip(" 1").startswith(("clients.", "client_requests.")) for line in result.outlines)
