"""Checks of an error's body: its envelope, its message, its content type."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.checks.lib.rules import Finding, rule, schema_findings
from conformance.checks.lib.view import View
from conformance.wire.json_values import MISSING, at, show


def _is_of_gateway(view: View) -> bool:
    """True for an error that layers before the API can write: of the credential, or of a server in trouble."""
    return view.exchange.status in (401, 403, *range(500, 600))


def body(view: View) -> Iterator[Finding]:
    """An error has a body in Databricks' or in OpenAI's envelope, with a message that is not empty."""
    yield from schema_findings("errors#/$defs/body", view.exchange.json)


def envelope(view: View) -> Iterator[Finding]:
    """Which envelope the error has: OpenAI's is what OpenAI's clients can read."""
    if not isinstance(at(view.exchange.json, "error"), dict):
        seen = "Databricks' (error_code, message)" if "error_code" in view.exchange.json else show(view.exchange.json)
        yield Finding("", "OpenAI's envelope: an object named error", seen)


def content_type(view: View) -> Iterator[Finding]:
    """An error comes as application/json, also where a stream was asked for."""
    if view.exchange.media_type != "application/json":
        received = view.exchange.headers.get("content-type", MISSING)
        yield Finding("header content-type", "application/json", show(received))


RULES_OF_ERRORS: dict[str, tuple[Callable[[View], Iterator[Finding]], Callable[[View], bool]]] = {
    "body": (body, lambda view: view.exchange.json is not MISSING),
    "envelope": (envelope, lambda view: isinstance(view.exchange.json, dict)),
    "content_type": (content_type, lambda view: bool(view.exchange.headers)),
}
"""By the name of the promise: its check, and where it can be judged."""


def _register(name: str, check: Callable[[View], Iterator[Finding]], when: Callable[[View], bool]) -> None:
    """One check for two promises: of errors of the API, and of those that a gateway may have written."""
    rule(f"errors.{name}", when=lambda view: view.is_error and not _is_of_gateway(view) and when(view))(check)
    rule(f"errors.gateway_{name}", when=lambda view: view.is_error and _is_of_gateway(view) and when(view))(check)


for _name, (_check, _when) in RULES_OF_ERRORS.items():
    _register(_name, _check, _when)
