"""Values that a client only stores and sends back: what can be said of them without knowing what is in them."""

from __future__ import annotations

import re
from typing import Any, Final

from conformance.checks.lib.view import View
from conformance.wire.json_values import MISSING, at, show

BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+={0,2}")


def problem(view: View, text: str) -> str | None:
    """What keeps a text from being base64url, or None. What the maker of a capture has shortened is not judged."""
    if view.exchange.content is None and ("..." in text or "…" in text):
        return None
    if not BASE64URL.fullmatch(text):
        wrong = next((place for place, one in enumerate(text) if not BASE64URL.fullmatch(one)), len(text) - 1)
        return f"{show(text[wrong])} at character {wrong}: {show(text[max(0, wrong - 10) :], 40)}"
    padded = text.endswith("=")
    if (padded and len(text) % 4) or len(text.rstrip("=")) % 4 == 1:
        return f"{len(text)} characters, which no bytes make: {show(text, 40)}"
    return None


def encrypted(item: dict[str, Any]) -> Any:
    """The ``encrypted_content`` of an item if it is a text that is not empty, else `MISSING`."""
    content = at(item, "encrypted_content")
    return content if isinstance(content, str) and content else MISSING
