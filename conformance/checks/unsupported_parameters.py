"""Checks of the parameters that the endpoint does not support: refused when they ask for something, else observed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import View
from conformance.contract import Level
from conformance.wire.json_values import MISSING, at, show

NAMES: Final = ("background", "store", "previous_response_id", "service_tier", "conversation")


def _observed(view: View, name: str) -> bool:
    """True if the request sets the parameter to a value that asks for nothing unsupported."""
    parameter = view.contract.parameters.get(name)
    sent = show(at(view.body, name))
    return parameter is not None and any(value.json == sent for value in parameter.values if value.level is Level.MAY)


def _refused(name: str) -> None:
    @rule(
        f"unsupported_parameters.{name}",
        when=lambda view: view.is_create and at(view.body, name) is not MISSING and not _observed(view, name),
    )
    def refused(view: View) -> Iterator[Finding]:
        if view.exchange.status != 400:
            yield Finding("status", f"400, as {name} is {show(view.body[name], 40)}", str(view.exchange.status))


for _name in NAMES:
    _refused(_name)


@rule(
    "unsupported_parameters.boundary_values",
    when=lambda view: view.is_create and any(_observed(view, name) for name in NAMES),
)
def boundary_values(view: View) -> Iterator[Finding]:
    """How a value was taken that asks for nothing unsupported is observed."""
    for name in NAMES:
        if _observed(view, name):
            sent = f"{name}: {show(view.body[name])}"
            echo = "" if view.is_error else f", echoed as {show(at(view.response, name))}"
            yield Finding("status", f"200 or 400 for {sent}", f"{view.exchange.status}{echo}")
