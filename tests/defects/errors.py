"""Defects in the bodies of errors."""

from __future__ import annotations

import dataclasses

from conformance.wire.edit import put, without
from conformance.wire.exchange import Exchange
from tests.defects.lib.answers import JSON, Changes, Copies, is_error, of_errors, of_exchanges, wrong_types
from tests.defects.members import whole_bodies
from tests.right.changed import with_body


def _errors_member(member: str) -> None:
    @of_errors("errors.body", name=f"error_{member}_dropped")
    def drop(body: JSON, _: JSON) -> Changes:
        if member in body.get("error", {}):
            yield "", without(f"/error/{member}")

    @of_errors("errors.body", name=f"error_{member}_of_wrong_type")
    def change(body: JSON, _: JSON) -> Changes:
        for value in wrong_types(body["error"][member]) if member in body.get("error", {}) else ():
            yield repr(value)[:30], put(f"/error/{member}", value)


for _member in ("message", "type", "param", "code"):
    _errors_member(_member)


@of_errors("errors.body")
def _error_message_empty(body: JSON, _: JSON) -> Changes:
    yield "empty", put("/error/message", "")
    yield "null", put("/error/message", None)


@of_errors("errors.body")
def _error_type_null(body: JSON, _: JSON) -> Changes:
    yield "", put("/error/type", None)


@of_errors("errors.body")
def _error_null_or_empty(body: JSON, _: JSON) -> Changes:
    for value in (None, {}, [], True):
        yield repr(value), put("/error", value)


@of_errors("errors.body", "errors.envelope")
def _error_in_another_envelope(body: JSON, _: JSON) -> Changes:
    text = body["error"]["message"]
    yield "string", {"error": text}
    yield "bare", body["error"]
    yield "detail", {"detail": text}
    yield "list", {"errors": [body["error"]]}
    yield "in a list", [body]
    yield "both", {**body, "error_code": "BAD_REQUEST", "message": text}
    yield "nested", {"error": body}


@of_errors("errors.body")
def _error_of_databricks_broken(body: JSON, _: JSON) -> Changes:
    right = {"error_code": "BAD_REQUEST", "message": body["error"]["message"]}
    for member in right:
        yield f"without {member}", without(f"/{member}")(right)
        yield f"{member} null", put(f"/{member}", None)(right)
    yield "message empty", put("/message", "")(right)


@of_exchanges("errors.body")
def _error_that_is_no_object(exchange: Exchange) -> Copies:
    for label, body in whole_bodies() if is_error(exchange) else ():
        yield label, with_body(exchange, body)


@of_exchanges("errors.body", "errors.content_type")
def _error_page(exchange: Exchange) -> Copies:
    if is_error(exchange):
        for content in (
            b"<html><body>Bad Request</body></html>",
            b"Bad Request",
            b"",
            b'{"error": {"mess',
            b"\xff\xfe",
        ):
            yield repr(content)[:20], dataclasses.replace(exchange, captured_json=None, content=content)


@of_exchanges("http.error_status")
def _error_with_200(exchange: Exchange) -> Copies:
    if is_error(exchange) and exchange.request.method == "POST" and exchange.request.path.endswith("/responses"):
        yield "", dataclasses.replace(exchange, status=200)
