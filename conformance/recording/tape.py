"""The tape of one case: plays its cassette to vcrpy, and puts a new recording in its place."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Self

from vcr.cassette import Cassette as VcrCassette
from vcr.persisters.filesystem import CassetteNotFoundError
from vcr.request import Request

from conformance.recording.body import to_bytes
from conformance.recording.cassette import (
    Cassette,
    CassetteError,
    Provenance,
    read_cassette,
    response_bytes,
    stored_response,
)
from conformance.recording.matching import from_stored, request_differences, to_stored
from conformance.recording.secrets import Secrets

TARGET_HEADER: Final = "x-conformance-target"
"""The reference endpoint tells in this header what it is, so that nobody takes its answers for a workspace's."""


REFERENCE: Final = re.compile(r"reference endpoint/[0-9a-z.]{1,20}")


class LeakError(Exception):
    """A recording that holds a secret: where it stands. Nothing was saved."""


def target_kind(headers: Mapping[str, str], host: str) -> str:
    """What kind of target gave an answer: as it says itself, or a Databricks workspace, or another server."""
    name = host.partition(":")[0].lower()
    if name.endswith((".databricks.com", ".azuredatabricks.net", ".databricks.us", ".databricks.mil")):
        return "Databricks workspace"
    told = headers.get(TARGET_HEADER, "")
    return told if REFERENCE.fullmatch(told) else "other server"


class Tape:
    """Reads and writes the cassette of one case. It is the persister that vcrpy is given.

    vcrpy itself never saves: `save` is called by whoever knows that the case passed. ``normalise`` takes host and
    credential out of a request, and is to be vcrpy's ``before_record_request`` too. ``replace`` puts placeholders into
    the body of a response.
    """

    def __init__(
        self,
        path: Path,
        normalise: Callable[[Request], Request],
        replace: Callable[[bytes], bytes] = bytes,
        *,
        recording: bool,
    ) -> None:
        self.path = path
        self.normalise = normalise
        self.replace = replace
        self.recording = recording
        self.problem: str | None = None
        self.recorded: list[dict[str, Any]] = []
        self.cassette: VcrCassette | None = None

    def __deepcopy__(self, memo: object) -> Self:
        # pytest-recording copies the configuration of vcrpy, and a copy would keep what it read to itself.
        return self

    def load_cassette(self, cassette_path: str, serializer: object) -> tuple[list[Request], list[dict[str, Any]]]:  # noqa: ARG002
        """Requests and responses for vcrpy. A file that cannot be read is told when a request misses it."""
        if self.recording:
            raise CassetteNotFoundError
        try:
            exchanges = read_cassette(self.path).exchanges
        except FileNotFoundError as error:
            self.problem = f"there is no cassette {self.path}"
            raise CassetteNotFoundError from error
        except CassetteError as error:
            self.problem = str(error)
            raise CassetteNotFoundError from error
        self.recorded = [exchange["request"] for exchange in exchanges]
        responses = [_to_vcr(exchange["response"]) for exchange in exchanges]
        return [from_stored(stored) for stored in self.recorded], responses

    def save_cassette(self, cassette_path: str, cassette_dict: object, serializer: object) -> None:
        """Does nothing; see `save`."""

    def unused(self) -> list[str]:
        """A line for each recorded exchange that the test has not asked for."""
        played = self.cassette.play_counts if self.cassette is not None else {}
        return [
            f"recorded exchange {index + 1} of {len(self.recorded)} was not used: {stored['method']} {stored['path']}"
            for index, stored in enumerate(self.recorded)
            if not played.get(index)
        ]

    def miss(self, request: Request) -> list[str]:
        """Why a request has no recorded exchange: what is wrong with the file, or what differs from the next in it."""
        if self.problem:
            return [self.problem]
        played = self.cassette.play_counts if self.cassette is not None else {}
        left = [stored for index, stored in enumerate(self.recorded) if not played.get(index)]
        if not left:
            return [f"all {len(self.recorded)} exchanges of the cassette {self.path} were used before this request"]
        now = to_stored(self.normalise(request))
        nearest = min((request_differences(stored, now) for stored in left), key=len)
        return [f"the request is not in the cassette {self.path}", *(f"  {line}" for line in nearest[:8])]

    def save(self, provenance: Provenance, secrets: Secrets) -> bool:
        """Puts what was recorded in the place of the file, at once and whole; True if the file changed.

        Exchanges that equal the old ones leave the file untouched, date included. Raises LeakError.
        """
        assert self.cassette is not None
        exchanges = tuple(
            {"request": to_stored(request), "response": _from_vcr(response, self.replace)}
            for request, response in zip(self.cassette.requests, self.cassette.responses, strict=True)
        )
        text = Cassette(provenance, exchanges).text()
        _refuse_secrets(text, exchanges, secrets)
        if text == self._old_text(provenance):
            return False
        _replace(self.path, text)
        return True

    def _old_text(self, provenance: Provenance) -> str | None:
        """The text of the cassette that is there, as if it were recorded today; None if there is none to keep."""
        try:
            old = read_cassette(self.path)
        except (FileNotFoundError, CassetteError):
            return None
        if old.provenance.target != provenance.target:
            return None
        return Cassette(provenance, old.exchanges).text()


def _to_vcr(stored: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": {"code": stored["status"], "message": stored["reason"]},
        # httpx takes headers in ASCII only, though it reads others from the wire.
        "headers": {
            name: [value.encode("ascii", "backslashreplace").decode() for value in values]
            for name, values in stored["headers"].items()
        },
        "body": {"string": response_bytes(stored)},
    }


def _from_vcr(response: dict[str, Any], replace: Callable[[bytes], bytes]) -> Any:
    status, content = response["status"], replace(response["body"]["string"])
    return stored_response(status["code"], status["message"], response["headers"], content)


def _refuse_secrets(text: str, exchanges: Iterable[dict[str, Any]], secrets: Secrets) -> None:
    """Raises LeakError if a secret stands in the text of a cassette, or in the bytes of a body in it."""
    if (name := secrets.find(text)) is not None:
        raise LeakError(f"not saved: {name} stands in the recording")
    for number, exchange in enumerate(exchanges, 1):
        for part in ("request", "response"):
            body = exchange[part]["body"]
            content = b"" if "digest" in body else to_bytes(body)
            if (name := secrets.find(content.decode("latin-1"))) is not None:
                raise LeakError(f"not saved: {name} stands in the body of {part} {number}")


def _replace(path: Path, text: str) -> None:
    """Writes beside the file and swaps, so that the old or the new content is there, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
