"""Shapes of settings and headers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from conformance.samples.client_requests.writing import Body, Shape, Written, but, of_body

TOKENS: Final = 2048
EFFORT: Final = "low"
"""What a request names that a client leaves to the endpoint: an effort that models take, and room for it."""

NOT_NULL: Final = {"previous_response_id", "store", "service_tier", "background", "conversation"}
"""Settings whose null is a matter of the chapter on unsupported parameters."""


def _with(**settings: Any) -> Callable[[Written], Written]:
    """Names settings that are left out."""
    return of_body(lambda body: {**settings, **body} if settings.keys() - body.keys() else body)


def _but_inner(name: str, member: str) -> Callable[[Written], Written]:
    """Leaves a member of a setting out where tools are declared, and the setting where nothing is left of it."""

    def edit(body: Body) -> Body:
        value = body.get(name)
        if not isinstance(value, dict) or value.get(member) is None or not body.get("tools"):
            return body
        left = {key: one for key, one in value.items() if key != member}
        return {key: left if key == name else one for key, one in body.items() if key != name or left}

    return of_body(edit)


def _without_nulls(body: Body) -> Body:
    inner = {
        name: {key: value for key, value in body[name].items() if value is not None}
        for name in ("reasoning", "text")
        if isinstance(body.get(name), dict)
    }
    return {name: value for name, value in (body | inner).items() if value is not None or name in NOT_NULL}


def _either(body: Body) -> Body:
    """Leaves the tools out where a format is asked for too."""
    text = body.get("text")
    if not (_has_tools(body) and isinstance(text, dict) and text.get("format")):
        return body
    return {name: value for name, value in body.items() if name not in ("tools", "tool_choice")}


def _has_tools(body: Body) -> bool:
    return bool(body.get("tools"))


# --- headers


def _without_headers(is_meant: Callable[[str, str], bool]) -> Callable[[Written], Written]:
    return lambda request: replace(
        request, headers={name: value for name, value in request.headers.items() if not is_meant(name, value)}
    )


def _asks_to_compress(name: str, value: str) -> bool:
    return name == "accept-encoding" and "gzip" in value


def _is_of_sdk(name: str, value: str) -> bool:
    return name.startswith("x-stainless-") or (name == "accept" and value != "*/*")


SHAPES: Final = (
    Shape("compressed", _without_headers(_asks_to_compress), "ask for answers without compression"),
    Shape("sdk_headers", _without_headers(_is_of_sdk)),
    Shape("null_settings", of_body(_without_nulls)),
    Shape("no_max_output_tokens", _with(max_output_tokens=TOKENS)),
    Shape("no_reasoning", _with(reasoning={"effort": EFFORT})),
    Shape("empty_include", but("include", lambda body: body["include"] == [])),
    Shape("store_false", but("store", lambda body: body["store"] is False), "leave store out"),
    Shape("client_metadata", but("client_metadata"), "leave client_metadata out"),
    Shape("stream_options", but("stream_options")),
    Shape("cache_key_with_tools", but("prompt_cache_key", _has_tools)),
    Shape("instructions_with_tools", but("instructions", _has_tools)),
    Shape("summary_with_tools", _but_inner("reasoning", "summary")),
    Shape("verbosity_with_tools", _but_inner("text", "verbosity")),
    Shape("format_with_tools", of_body(_either)),
)
