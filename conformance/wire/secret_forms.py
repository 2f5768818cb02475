"""The forms in which a secret can stand in a text: as it is, escaped, percent-encoded, in base64. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

SHORTEST: Final = 16
"""Shorter tokens are not looked for: they are placeholders, and stand in any text by chance."""


def forms(secret: str) -> Iterator[str]:
    """A secret as it is, escaped in JSON once and twice, percent-encoded, in hexadecimal, and in base64.

    In base64 it looks different at each of three offsets.
    """
    yield secret
    once = json.dumps(secret)[1:-1]
    yield from (once, json.dumps(once)[1:-1])
    yield quote(secret, safe="")
    content = secret.encode()
    yield content.hex()
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + content).decode().rstrip("=")
        # The first and the last characters also depend on what stands before and behind.
        inner = encoded[(0, 2, 3)[offset] : len(encoded) - (1 if (len(content) + offset) % 3 else 0)]
        yield from (inner, inner.replace("+", "-").replace("/", "_"))
