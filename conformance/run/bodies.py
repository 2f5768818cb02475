"""The bodies of requests: their bytes, and whether one is right that is meant to be."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from conformance.verdict import SuiteError
from conformance.wire.schema import violations


def encoded(body: Mapping[str, Any]) -> bytes:
    """The bytes of a body."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def check_right(body: Mapping[str, Any], given_back: Sequence[Any] = ()) -> None:
    """Raises SuiteError for a request that is not right by its schema.

    Items that are ``given_back`` as they came are the target's, and not looked at.
    """
    known = {id(item) for item in given_back}
    own = {**body, "input": [item for item in body["input"] if id(item) not in known]} if known else body
    for violation in violations("request", own):
        raise SuiteError(f"the request is not right at {violation.text}")
