"""How a request finds its recorded exchange, and what differs where it finds none."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from vcr.request import Request

from conformance.recording.cassette import stored_request
from conformance.values import MISSING, at, pointer, show

HOST: Final = "https://target.invalid"
CREDENTIAL_HEADER: Final = "x-credential"
"""Carries the form of the credential in requests as vcrpy sees them; the credential itself goes no further."""


def to_stored(request: Request) -> dict[str, Any]:
    """A request that `normalised` has been through, as a cassette holds it. Computed once a request."""
    stored: dict[str, Any] | None = getattr(request, "stored", None)
    if stored is None:
        stored = stored_request(
            request.method,
            request.path,
            request.parsed_uri.query,
            request.headers.get(CREDENTIAL_HEADER, "none"),
            request.headers.get("content-type", ""),
            request.body or b"",
        )
        request.stored = stored
    return stored


def from_stored(stored: dict[str, Any]) -> Request:
    """A recorded request as vcrpy wants it, so that the matchers can compare it."""
    query = f"?{stored['query']}" if stored["query"] else ""
    headers = {CREDENTIAL_HEADER: stored["credential"], "content-type": stored["content_type"]}
    request = Request(stored["method"], f"{HOST}{stored['path']}{query}", b"", headers)
    request.stored = stored
    return request


def normalised(base_path: str, token: str, replace: Callable[[bytes], bytes] = bytes) -> Callable[[Request], Request]:
    """A function that takes host, base path and credential out of a request. Applying it twice changes nothing.

    ``replace`` puts placeholders into the body.
    """

    def normalise(request: Request) -> Request:
        if getattr(request, "stored", None) is not None:
            return request
        path = request.path.removeprefix(base_path)
        query = f"?{request.parsed_uri.query}" if request.parsed_uri.query else ""
        headers = {
            CREDENTIAL_HEADER: credential_form(dict(request.headers), token),
            "content-type": request.headers.get("content-type", ""),
        }
        plain = Request(request.method, f"{HOST}{path}{query}", replace(request.body or b""), headers)
        to_stored(plain)
        return plain

    return normalise


def credential_form(headers: dict[str, str], token: str) -> str:
    """The form of the credential in some headers: none, bearer, basic (both right), other bearer, other basic, …"""
    lowered = {name.lower(): value for name, value in headers.items()}
    scheme, _, value = lowered.get("authorization", "").partition(" ")
    if not scheme:
        return "api-key" if "api-key" in lowered else "none"
    expected = base64.b64encode(f"token:{token}".encode()).decode() if scheme.lower() == "basic" else token
    return scheme.lower() if value == expected else f"other {scheme.lower()}"


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


def _matcher(names: tuple[str, ...]) -> Callable[[Request, Request], None]:
    def match(now: Request, recorded: Request) -> None:
        ours, theirs = to_stored(now), to_stored(recorded)
        if any(ours[name] != theirs[name] for name in names):
            raise AssertionError(f"{names[0]} differs")

    return match


def _match_body(now: Request, recorded: Request) -> None:
    """Bodies that are JSON match by value, all others by bytes."""
    ours, theirs = to_stored(now)["body"], to_stored(recorded)["body"]
    if "json" in ours and "json" in theirs:
        if _text(ours["json"]) != _text(theirs["json"]):
            raise AssertionError("body differs")
    elif ours != theirs:
        raise AssertionError("body differs")


MATCHERS: Final[dict[str, Callable[[Request, Request], None]]] = {
    "conformance_route": _matcher(("method", "path", "query")),
    "conformance_credential": _matcher(("credential", "content_type")),
    "conformance_body": _match_body,
}
"""Matchers to register with vcrpy, by name."""
