"""The format of a cassette: the recorded exchanges of one case, structured so that people can review them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from conformance.recording.body import LONG, digest, to_bytes, to_stored
from conformance.wire.json_values import at, parse_json, read_json
from conformance.wire.schema import violations

FORMAT: Final = 1
REQUEST_HEADERS: Final = ("content-type",)
RESPONSE_HEADERS: Final = ("content-type", "retry-after", "x-request-id")
"""Headers that a cassette keeps; all others are left out in both directions."""


class CassetteError(Exception):
    """A cassette that cannot be read: which file, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where recorded answers come from: kind of target, day of the recording (ISO 8601), version of the contract."""

    target: str
    recorded: str
    contract: str


@dataclass(frozen=True, slots=True)
class Cassette:
    """Recorded exchanges as JSON values, in the order in which they were made, and where they come from."""

    provenance: Provenance
    exchanges: tuple[dict[str, Any], ...]

    def text(self) -> str:
        """The cassette as the text of its file."""
        provenance = {name: getattr(self.provenance, name) for name in ("target", "recorded", "contract")}
        table = {"format": FORMAT, "provenance": provenance, "exchanges": list(self.exchanges)}
        return json.dumps(table, indent=1, ensure_ascii=False) + "\n"


def read_cassette(path: Path) -> Cassette:
    """The cassette in a file. Raises CassetteError with a sentence, FileNotFoundError if there is no such file."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise CassetteError(f"the cassette {path} cannot be read: {error}") from error
    if not text.strip():
        raise CassetteError(f"the cassette {path} is empty")
    try:
        table = parse_json(text)
    except ValueError as error:
        raise CassetteError(f"the cassette {path} is not JSON: {error}") from error
    for violation in violations("cassette", table):
        where = violation.pointer or "the top level"
        raise CassetteError(
            f"the cassette {path} is broken at {where}: expected {violation.expected}, received {violation.received}"
        )
    try:
        for exchange in table["exchanges"]:
            response_bytes(exchange["response"])
    except ValueError as error:
        raise CassetteError(f"the cassette {path} has a body that cannot be decoded: {error}") from error
    return Cassette(Provenance(**table["provenance"]), tuple(table["exchanges"]))


def read_provenance(path: Path) -> Provenance | None:
    """Where a cassette comes from, or None for a file that cannot be read. Nothing else in it is looked at."""
    try:
        return Provenance(**at(read_json(path.read_bytes()), "provenance"))
    except (OSError, TypeError):
        return None


def stored_request(method: str, path: str, query: str, credential: str, content_type: str, content: bytes) -> Any:
    """A request as a cassette holds it. ``path`` is relative to the base URL; ``credential`` is its form, no value."""
    body = {"digest": digest(content)} if len(content) > LONG else to_stored(content)
    return {
        "method": method,
        "path": path,
        "query": query,
        "credential": credential,
        "content_type": content_type,
        "body": body,
    }


def stored_response(status: int, reason: str, headers: dict[str, list[str]], content: bytes) -> Any:
    """A response as a cassette holds it: headers by allowlist, the body as `to_stored` gives it."""
    lowered = {name.lower(): values for name, values in headers.items()}
    kept = {name: lowered[name] for name in RESPONSE_HEADERS if name in lowered}
    return {"status": status, "reason": reason, "headers": kept, "body": to_stored(content)}


def response_bytes(stored: dict[str, Any]) -> bytes:
    """The bytes of a recorded response's body."""
    return to_bytes(stored["body"])
