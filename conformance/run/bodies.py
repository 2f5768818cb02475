"""The bodies of requests: what each has, their bytes, and whether one is right that is meant to be."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from conformance.contract import Model
from conformance.verdict import SuiteError
from conformance.wire.schema import violations

DEFAULT_CAP: Final = 1024
"""max_output_tokens for a model that the contract does not know."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a request of the suite has to leave to its target.

    ``cap`` is the largest max_output_tokens that it takes, None for any; ``reasons`` is False where it does not.
    """

    cap: int | None = None
    reasons: bool = True

    def capped(self, tokens: int) -> int:
        """So many tokens, or as many as the target takes."""
        return tokens if self.cap is None else min(tokens, self.cap)


ANY_ROOM: Final = Room()


def plain_body(
    name: str,
    known: Model | None,
    input: Any,  # noqa: A002  (the API's own word)
    settings: Mapping[str, Any],
    room: Room,
) -> dict[str, Any]:
    """What each right request of the suite has, and the settings. ``name`` is what the target calls the model."""
    tools = [str(tool.get("type")) for tool in settings.get("tools", ()) if isinstance(tool, dict)]
    effort = known.effort_beside(tools) if known and room.reasons else None
    return {
        "model": name,
        "input": input,
        "max_output_tokens": room.capped((known and known.max_output_tokens) or DEFAULT_CAP),
        **({"reasoning": {"effort": effort}} if effort else {}),
        **settings,
    }


def answerable(body: dict[str, Any], known: Model | None, room: Room) -> dict[str, Any]:
    """A request that the model can answer: with the room that it needs, and as a stream where that takes long."""
    least = (known and known.max_output_tokens) or 0
    body = {**body, "max_output_tokens": room.capped(max(body["max_output_tokens"], least))}
    if known and known.streamed:
        body = {"stream": True, **body}
    return {name: value for name, value in body.items() if (name, value) != ("stream", None)}


def encoded(body: Mapping[str, Any]) -> bytes:
    """The bytes of a body."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def check_right(body: Mapping[str, Any], given_back: Sequence[Any] = ()) -> None:
    """Raises SuiteError for a request that is not right by its schema.

    Items that are ``given_back`` as they came are the target's, and not looked at.
    """
    known = {id(item) for item in given_back}
    own = {**body, "input": [item for item in body["input"] if id(item) not in known]} if known else body
    for violation in violations("request", own):
        raise SuiteError(f"the request is not right at {violation.text}")
