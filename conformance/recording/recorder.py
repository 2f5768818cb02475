"""Records a case: keeps what was received, and puts it in the place of the cassette once the case has passed."""

from __future__ import annotations

import collections
import re
import secrets as randomness
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from conformance.recording.body import to_bytes
from conformance.recording.cassette import Cassette, CassetteError, Provenance, read_cassette, stored_response
from conformance.recording.matching import Normaliser
from conformance.recording.secrets import Secrets
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import at
from conformance.wire.sse import decode

TARGET_HEADER: Final = "x-conformance-target"
"""The reference endpoint tells in this header what it is, so that nobody takes its answers for a workspace's."""

REFERENCE: Final = re.compile(r"reference endpoint/[0-9a-z.]{1,20}")


class NotSaved(Exception):
    """A recording that must not be kept, and why. Nothing was saved."""


def target_kind(headers: Mapping[str, str], host: str) -> str:
    """What kind of target gave an answer: as it says itself, or a Databricks workspace, or another server."""
    name = host.partition(":")[0].lower()
    if name.endswith((".databricks.com", ".azuredatabricks.net", ".databricks.us", ".databricks.mil")):
        return "Databricks workspace"
    told = headers.get(TARGET_HEADER, "")
    return told if REFERENCE.fullmatch(told) else "other server"


class Recorder:
    """What a case has asked and received, in the order sent."""

    def __init__(self, path: Path, normaliser: Normaliser) -> None:
        self.path = path
        self._normaliser = normaliser
        self._exchanges: list[Exchange] = []

    def add(self, exchange: Exchange) -> None:
        """Keeps an exchange."""
        self._exchanges.append(exchange)

    def save(self, provenance: Provenance, secrets: Secrets) -> bool:
        """Puts what was recorded in the place of the file, at once and whole; True if the file changed.

        Exchanges that equal the old ones leave the file untouched, date included. Raises NotSaved.
        """
        for number, exchange in enumerate(self._exchanges, 1):
            if exchange.broken:
                raise NotSaved(f"not saved: answer {number} ended before its end ({exchange.broken})")
        stored = tuple(map(self._stored, self._exchanges))
        text = Cassette(provenance, stored).text()
        if (name := secrets.find(text)) is not None:
            raise NotSaved(f"not saved: {name} stands in the recording")
        for number, parts in enumerate(stored, 1):
            for part in ("request", "response"):
                if name := next(filter(None, map(secrets.find, _texts(parts[part]["body"]))), None):
                    raise NotSaved(f"not saved: {name} stands in the body of {part} {number}")
        if text == self._old_text(provenance):
            return False
        _replace(self.path, text)
        return True

    def _stored(self, exchange: Exchange) -> dict[str, Any]:
        headers = {name: [value] for name, value in exchange.headers.items()}
        content = self._normaliser.replace(exchange.content or b"")
        return {
            "request": self._normaliser.stored(exchange.request),
            "response": stored_response(exchange.status, exchange.reason, headers, content),
        }

    def _old_text(self, provenance: Provenance) -> str | None:
        """The text of the cassette that is there, as if it were recorded today; None if there is none to keep."""
        try:
            old = read_cassette(self.path)
        except (FileNotFoundError, CassetteError):
            return None
        if old.provenance.target != provenance.target:
            return None
        return Cassette(provenance, old.exchanges).text()


def _texts(body: dict[str, Any]) -> Iterator[str]:
    """What may hold a secret that the text of a cassette does not show: bytes, and the pieces that a stream adds up."""
    if "digest" in body:
        return
    content = to_bytes(body)
    yield content.decode("latin-1")
    pieces: dict[str, list[str]] = collections.defaultdict(list)
    for event in decode(content)[0]:
        if isinstance(delta := at(event.json, "delta"), str):
            pieces[f"{event.type} {at(event.json, 'item_id')}"].append(delta)
    yield from map("".join, pieces.values())


def _replace(path: Path, text: str) -> None:
    """Writes beside the file and swaps, so that the old or the new content is there, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{randomness.token_hex(8)}")
    try:
        # Not by tempfile, whose files are for one user only: the umask says who may read them.
        with beside.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
