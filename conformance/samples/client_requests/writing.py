"""What a shape is, and how requests are edited."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Body = dict[str, Any]
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """A request as a client writes it: its body, and its headers beside those that every request has."""

    body: Body
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to write a request, which is a requirement of the chapter ``client_requests`` under the same name.

    ``plainly`` writes a request without it and leaves every other one alone. ``advice`` says what to do where it is
    refused.
    """

    name: str
    plainly: Callable[[Written], Written]
    advice: str = ""

    def is_in(self, request: Written) -> bool:
        """True if a request has this shape."""
        return self.plainly(request) != request

    @property
    def requirement(self) -> str:
        """The id of the promise that it is taken."""
        return f"client_requests.{self.name}"


def of_body(edit: Callable[[Body], Body]) -> Callable[[Written], Written]:
    return lambda request: replace(request, body=edit(request.body))


def but(name: str, is_meant: Callable[[Body], bool] = lambda _: True) -> Callable[[Written], Written]:
    """Leaves a setting out."""

    def edit(body: Body) -> Body:
        return {key: value for key, value in body.items() if key != name} if name in body and is_meant(body) else body

    return of_body(edit)
