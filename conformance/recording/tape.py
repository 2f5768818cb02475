"""The tape of one case: plays its cassette to vcrpy."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from vcr.cassette import Cassette as VcrCassette
from vcr.persisters.filesystem import CassetteNotFoundError
from vcr.request import Request

from conformance.recording.cassette import CassetteError, read_cassette, response_bytes
from conformance.recording.matching import Normaliser, from_stored, request_differences, to_stored


class Tape:
    """Plays the cassette of one case. It is the persister that vcrpy is given, which never records.

    ``normalise`` is to be vcrpy's ``before_record_request`` too.
    """

    def __init__(self, path: Path, normaliser: Normaliser) -> None:
        self.path = path
        self.normalise = normaliser.normalised
        self.problem: str | None = None
        self.recorded: list[dict[str, Any]] = []
        self.cassette: VcrCassette | None = None

    def __deepcopy__(self, memo: object) -> Self:
        # pytest-recording copies the configuration of vcrpy, and a copy would keep what it read to itself.
        return self

    def load_cassette(self, cassette_path: str, serializer: object) -> tuple[list[Request], list[dict[str, Any]]]:  # noqa: ARG002
        """Requests and responses for vcrpy. A file that cannot be read is told when a request misses it."""
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
        """Does nothing: a replay records nothing."""

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
