"""Checks of what an answer tells of the credential that was sent."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from urllib.parse import parse_qsl

from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import View
from conformance.wire.json_values import at
from conformance.wire.secret_forms import SHORTEST, forms


def _token(view: View) -> str:
    """The token that the request carried, empty where there was none of a length that can be found."""
    headers = {name.lower(): value for name, value in view.exchange.request.headers.items()}
    scheme, _, value = headers.get("authorization", "").partition(" ")
    asked = dict(parse_qsl(view.exchange.request.query)).get("access_token", "")
    token = value or scheme or headers.get("api-key", "") or asked
    if scheme.lower() == "basic":
        try:
            token = base64.b64decode(value, validate=True).decode("utf-8", "replace").partition(":")[2]
        except (binascii.Error, ValueError):
            token = value
    return token if len(token) >= SHORTEST else ""


@rule("credentials.not_repeated", when=lambda view: bool(_token(view)))
def not_repeated(view: View) -> Iterator[Finding]:
    """Neither a header nor the body holds the token that was sent, in any of its common encodings."""
    found = [form.casefold() for form in forms(_token(view))]
    for name, value in view.exchange.headers.items():
        if any(form in value.casefold() for form in found):
            yield Finding(f"header {name}", "no token", "the token that was sent")
    if any(form in text for text in map(str.casefold, _texts(view)) for form in found):
        yield Finding("", "no token", "the token that was sent")


def _texts(view: View) -> Iterator[str]:
    """The body as it came, as JSON without needless escapes, and the pieces of a stream joined."""
    exchange = view.exchange
    yield (exchange.content or b"").decode("utf-8", "replace")
    bodies = [event.json for event in exchange.events] if exchange.is_stream else [exchange.json]
    yield from (json.dumps(value, ensure_ascii=False) for value in bodies if isinstance(value, (dict, list)))
    yield "".join(delta for value in bodies if isinstance(delta := at(value, "delta"), str))
