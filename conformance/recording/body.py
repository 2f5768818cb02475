"""A body as a cassette holds it: readable where that loses nothing, and always the same bytes again."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any, Final

from conformance.wire.json_values import MAX_DEPTH, parse_json
from conformance.wire.sse import decode

LONG: Final = 64 * 1024
"""Request bodies over this many bytes are kept as length and SHA-256."""

MAX_LEVELS: Final = MAX_DEPTH - 16
"""Levels beyond which a body is kept as text: a cassette puts some around it, and has to be read again."""

STYLES: Final[dict[str, dict[str, Any]]] = {
    "compact": {"separators": (",", ":"), "ensure_ascii": False},
    "compact-ascii": {"separators": (",", ":")},
    "spaced": {"ensure_ascii": False},
    "spaced-ascii": {},
    "indented": {"indent": 2, "ensure_ascii": False},
    "indented-ascii": {"indent": 2},
}
"""The ways of writing JSON that are known. A body in another way is kept as text."""


def digest(content: bytes) -> dict[str, Any]:
    """Length and SHA-256 of a body, which stand for one that is too long."""
    return {"length": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def to_stored(content: bytes) -> dict[str, Any]:
    """A body as members of a cassette: ``json`` or ``events`` with a ``style``, else ``text``, else ``base64``."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode("ascii")}
    if not text:
        return {"text": ""}
    return _as_json(text) or _as_events(text) or {"text": text}


def to_bytes(stored: dict[str, Any]) -> bytes:
    """The bytes that `to_stored` was given."""
    if "json" in stored:
        return _dump(stored["json"], stored["style"]).encode("utf-8")
    if "events" in stored:
        return _stream(stored).encode("utf-8")
    if "base64" in stored:
        return base64.b64decode(stored["base64"])
    text: str = stored["text"]
    return text.encode("utf-8")


def _dump(value: Any, style: str) -> str:
    return json.dumps(value, **STYLES[style])


def _load(text: str) -> tuple[Any, str] | None:
    """The value of a JSON text and the style that writes the same text again, or None if there is none."""
    try:
        value = parse_json(text, levels=MAX_LEVELS)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone surrogate can be kept in its escaped form only
        return next(((value, style) for style in STYLES if _dump(value, style) == text), None)
    except ValueError:
        return None


def _as_json(text: str) -> dict[str, Any] | None:
    loaded = _load(text)
    return None if loaded is None else {"json": loaded[0], "style": loaded[1]}


def _as_events(text: str) -> dict[str, Any] | None:
    """A stream as a list of events, if writing them again in one style with one line end gives the same text."""
    loaded = [(event, _load(event.data)) for event in decode(text.encode("utf-8"))[0]]
    style = next((found[1] for _, found in loaded if found), None)
    if style is None:
        return None
    events: list[dict[str, Any]] = []
    for event, found in loaded:
        stored: dict[str, Any] = {} if event.name is None else {"event": event.name}
        events.append(stored | ({"data": found[0]} if found and found[1] == style else {"text": event.data}))
    body = {"events": events, "style": style, "line_end": "\r\n" if "\r\n" in text else "\n"}
    return body if _stream(body) == text else None


def _stream(stored: dict[str, Any]) -> str:
    """The text of a stream. Data of several lines cannot be written again, so such a stream is kept as text."""
    end = stored["line_end"]
    lines = []
    for event in stored["events"]:
        if "event" in event:
            lines.append(f"event: {event['event']}")
        lines.append("data: " + (event["text"] if "text" in event else _dump(event["data"], stored["style"])))
        lines.append("")
    return "".join(line + end for line in lines)
