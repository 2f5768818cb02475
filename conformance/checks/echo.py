"""Checks of the echo: the response object repeats the settings of the request as they were sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.checks.rules import Finding, rule
from conformance.checks.view import View
from conformance.values import MISSING, at, pointer, show

VERBATIM: Final[dict[str, tuple[str, ...]]] = {
    "background": ("background",),
    "instructions": ("instructions",),
    "max_output_tokens": ("max_output_tokens",),
    "metadata": ("metadata",),
    "parallel_tool_calls": ("parallel_tool_calls",),
    "previous_response_id": ("previous_response_id",),
    "prompt_cache_retention": ("prompt_cache_retention",),
    "reasoning_effort": ("reasoning", "effort"),
    "store": ("store",),
    "temperature": ("temperature",),
    "tool_choice": ("tool_choice",),
    "top_logprobs": ("top_logprobs",),
    "top_p": ("top_p",),
    "truncation": ("truncation",),
    "user": ("user",),
}
"""Settings that come back as they were sent, by the last part of their requirement's id (wire-facts, "Bodies")."""


def _check(requirement: str, path: tuple[str, ...]) -> None:
    @rule(
        requirement,
        when=lambda view: view.is_create and bool(view.response) and view.asked(*path) is not MISSING,
    )
    def echoed(view: View) -> Iterator[Finding]:
        sent, received = view.asked(*path), at(view.response, *path)
        if sent != received or isinstance(sent, bool) is not isinstance(received, bool):
            yield Finding(view.where(pointer(*path)), f"{show(sent)}, as it was sent", show(received))


for _name, _path in VERBATIM.items():
    _check(f"echo.{_name}", _path)
