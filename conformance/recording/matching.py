"""How a request finds its recorded exchange, and what differs where it finds none."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from vcr.request import Request as VcrRequest

from conformance.recording.cassette import stored_request
from conformance.wire.exchange import Request
from conformance.wire.json_values import MISSING, at, pointer, show

HOST: Final = "https://target.invalid"
TOKEN: Final = "TOKEN"  # noqa: S105  (a placeholder)
"""Stands in a query for the credential."""


@dataclass(frozen=True, slots=True)
class Normaliser:
    """Takes out of a request what each run has of its own: host, base path and credential of the target.

    ``replace`` puts placeholders into a body, of a request or a response. ``renewed`` are tokens that took the place of
    the first one; the list grows while a run lasts.
    """

    base_path: str
    token: str
    replace: Callable[[bytes], bytes] = bytes
    renewed: Collection[str] = ()

    def stored(self, request: Request) -> dict[str, Any]:
        """A request as a cassette holds it."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        stored: dict[str, Any] = stored_request(
            request.method,
            request.path.removeprefix(self.base_path),
            self._query(request.query),
            credential_form(headers, self.token, self.renewed),
            headers.get("content-type", ""),
            self.replace(request.content or b""),
        )
        return stored

    def normalised(self, request: VcrRequest) -> VcrRequest:
        """A request of vcrpy's that carries its stored form. Applying it twice changes nothing."""
        if getattr(request, "stored", None) is not None:
            return request
        query = request.parsed_uri.query
        return from_stored(
            self.stored(Request(request.method, request.path, request.body or b"", dict(request.headers), query))
        )

    def _query(self, query: str) -> str:
        pairs = parse_qsl(query, keep_blank_values=True)
        tokens = {self.token, *self.renewed}
        if tokens.isdisjoint(dict(pairs).values()):
            return query
        return urlencode([(name, TOKEN if value in tokens else value) for name, value in pairs])


def to_stored(request: VcrRequest) -> dict[str, Any]:
    """The stored form that a request of vcrpy's carries."""
    stored: dict[str, Any] = request.stored
    return stored


def from_stored(stored: dict[str, Any]) -> VcrRequest:
    """A request as vcrpy wants it, which carries its stored form so that the matchers can compare it."""
    query = f"?{stored['query']}" if stored["query"] else ""
    request = VcrRequest(stored["method"], f"{HOST}{stored['path']}{query}", b"", {})
    request.stored = stored
    return request


def credential_form(headers: Mapping[str, str], token: str, renewed: Collection[str] = ()) -> str:
    """The form of the credential in headers, whose names are in small letters, and whether it is right.

    "bearer", "basic" and "api-key" are right ones.
    """
    tokens = {token, *renewed}
    if "authorization" not in headers:
        given = headers.get("api-key")
        return "none" if given is None else "api-key" if given in tokens else "other api-key"
    scheme, _, value = headers["authorization"].partition(" ")
    name = scheme.lower()
    if name not in ("bearer", "basic"):
        return "none" if not scheme else "other"
    name += "" if scheme[0].isupper() else " in small letters"
    if scheme.lower() == "basic":
        tokens = {base64.b64encode(f"token:{each}".encode()).decode() for each in tokens}
    return name if value in tokens else f"other {name}" if value else f"empty {name}"


def differences(recorded: Any, now: Any, path: tuple[str | int, ...] = ()) -> Iterator[str]:
    """Where two JSON values differ: one line for each place, with its JSON pointer."""
    if isinstance(recorded, dict) and isinstance(now, dict):
        for name in [*recorded, *(name for name in now if name not in recorded)]:
            yield from differences(recorded.get(name, MISSING), now.get(name, MISSING), (*path, name))
    elif isinstance(recorded, list) and isinstance(now, list):
        for index in range(max(len(recorded), len(now))):
            yield from differences(at(recorded, index), at(now, index), (*path, index))
    elif _text(recorded) != _text(now):
        yield f"{pointer(*path)}: {show(recorded, 80)} recorded, {show(now, 80)} now"


def _text(value: Any) -> str:
    """A text that tells 1 from true and 1 from 1.0, which Python's comparison does not."""
    return repr(value) if value is MISSING else json.dumps(value, sort_keys=True)


def request_differences(recorded: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What differs between two requests as cassettes hold them; pointers are into the body where that is JSON."""
    lines = []
    for name in ("method", "path", "query", "credential", "content_type"):
        lines += [f"{name}: {recorded[name]!r} recorded, {now[name]!r} now"] if recorded[name] != now[name] else []
    bodies = recorded["body"], now["body"]
    if all("json" in body for body in bodies):
        return lines + list(differences(bodies[0]["json"], bodies[1]["json"]))
    return lines + [f"body{line}" for line in differences(*bodies)]


def _matcher(names: tuple[str, ...]) -> Callable[[VcrRequest, VcrRequest], None]:
    def match(now: VcrRequest, recorded: VcrRequest) -> None:
        ours, theirs = to_stored(now), to_stored(recorded)
        if any(ours[name] != theirs[name] for name in names):
            raise AssertionError(f"{names[0]} differs")

    return match


def _match_body(now: VcrRequest, recorded: VcrRequest) -> None:
    """Bodies that are JSON match by value, all others by bytes."""
    ours, theirs = to_stored(now)["body"], to_stored(recorded)["body"]
    if "json" in ours and "json" in theirs:
        if _text(ours["json"]) != _text(theirs["json"]):
            raise AssertionError("body differs")
    elif ours != theirs:
        raise AssertionError("body differs")


MATCHERS: Final[dict[str, Callable[[VcrRequest, VcrRequest], None]]] = {
    "conformance_route": _matcher(("method", "path", "query")),
    "conformance_credential": _matcher(("credential", "content_type")),
    "conformance_body": _match_body,
}
"""Matchers to register with vcrpy, by name."""
