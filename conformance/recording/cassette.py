"""The format of a cassette: the recorded exchanges of one case, structured so that people can review them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from conformance.recording.body import LONG, digest, to_bytes, to_stored
from conformance.wire.exchange import Exchange, Request
from conformance.wire.json_values import Unreadable, at, read_json
from conformance.wire.schema import violations

FORMAT: Final = 2
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
        """The cassette as the text of its file. An event of a stream has a line of its own."""
        provenance = {name: getattr(self.provenance, name) for name in ("target", "recorded", "contract")}
        table = {"format": FORMAT, "provenance": provenance, "exchanges": list(self.exchanges)}
        return _indented(table, 0) + "\n"


def _indented(value: Any, depth: int) -> str:
    """A JSON value over many lines, but each element of a member ``events`` in one."""
    if not value or not isinstance(value, dict | list):
        return _in_one_line(value)
    if isinstance(value, list):
        return _block("[", [_indented(each, depth + 1) for each in value], "]", depth)
    members = []
    for name, member in value.items():
        in_lines = name == "events" and isinstance(member, list) and member
        text = _block("[", map(_in_one_line, member), "]", depth + 1) if in_lines else _indented(member, depth + 1)
        members.append(f"{_in_one_line(name)}: {text}")
    return _block("{", members, "}", depth)


def _block(first: str, parts: Iterable[str], last: str, depth: int) -> str:
    line = "\n" + " " * depth
    return f"{first}{line} {f',{line} '.join(parts)}{line}{last}"


def _in_one_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def read_cassette(path: Path) -> Cassette:
    """The cassette in a file. Raises CassetteError with a sentence, FileNotFoundError if there is no such file."""
    try:
        return parse_cassette(path.read_bytes())
    except FileNotFoundError:
        raise
    except OSError as error:
        raise CassetteError(f"the cassette {path} cannot be read: {error}") from error
    except CassetteError as error:
        raise CassetteError(f"the cassette {path} is broken: {error}") from error


def parse_cassette(content: bytes) -> Cassette:
    """The cassette in the bytes of a file. Raises CassetteError: what is wrong, without the name of the file."""
    table = read_json(content)
    if isinstance(table, Unreadable):
        raise CassetteError(table.why)
    for violation in violations("cassette", table):
        raise CassetteError(f"at {violation.text}")
    for number, exchange in enumerate(table["exchanges"], 1):
        try:
            exchange_of(exchange)
        except ValueError as error:
            raise CassetteError(f"exchange {number} has a body that cannot be decoded: {error}") from error
    return Cassette(Provenance(**table["provenance"]), tuple(table["exchanges"]))


def exchange_of(stored: dict[str, Any]) -> Exchange:
    """A recorded exchange. Of a long request body only its digest was kept, which is nothing to judge by."""
    request, response = stored["request"], stored["response"]
    return Exchange(
        request=Request(
            method=request["method"],
            path=request["path"],
            content=None if "digest" in request["body"] else to_bytes(request["body"]),
            headers={"content-type": request["content_type"]},
            query=request["query"],
        ),
        status=response["status"],
        headers={name.lower(): ", ".join(values) for name, values in response["headers"].items()},
        content=response_bytes(response),
    )


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
