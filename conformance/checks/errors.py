"""Checks of an error's body: its envelope, its message, its content type."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.lib.rules import Finding, rule, schema_findings
from conformance.checks.lib.view import View
from conformance.wire.json_values import MISSING, at, show


@rule("errors.body", when=lambda view: view.is_error and view.exchange.json is not MISSING)
def body(view: View) -> Iterator[Finding]:
    """An error has a body in Databricks' or in OpenAI's envelope, with a message that is not empty."""
    yield from schema_findings("errors#/$defs/body", view.exchange.json)


@rule("errors.envelope", when=lambda view: view.is_error and isinstance(view.exchange.json, dict))
def envelope(view: View) -> Iterator[Finding]:
    """Which envelope the error has: OpenAI's is what OpenAI's clients can read."""
    if not isinstance(at(view.exchange.json, "error"), dict):
        seen = "Databricks' (error_code, message)" if "error_code" in view.exchange.json else show(view.exchange.json)
        yield Finding("", "OpenAI's envelope: an object named error", seen)


def _is_refused(view: View) -> bool:
    # What answers a GET may be another service: the path of responses is that of websockets too.
    return view.is_error and view.exchange.request.method == "POST" and bool(view.exchange.headers)


@rule("errors.content_type", when=_is_refused)
def content_type(view: View) -> Iterator[Finding]:
    """The error of a request that was posted comes as application/json, also where a stream was asked for."""
    if view.exchange.media_type != "application/json":
        received = view.exchange.headers.get("content-type", MISSING)
        yield Finding("header content-type", "application/json", show(received))
