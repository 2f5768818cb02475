"""What an error says, whoever wrote it: its code and its message, quoted so that the reason is not cut off."""

from __future__ import annotations

from typing import Any, Final

from conformance.wire.json_values import MISSING, at, printable, show

MOST: Final = 400
"""Characters of a message that are shown; the reason stands at its beginning or at its end."""

ENVELOPES: Final = (("response", "error"), ("error",), ())
"""Where an error stands in an event, in OpenAI's envelope, or by itself."""


def reason(body: Any) -> str | None:
    """The error in a body or in an event, or None where there is none."""
    for path in ENVELOPES:
        error = at(body, *path)
        if path and isinstance(error, str) and error:
            return quoted(error)
        if isinstance(text := at(error, "message"), str) and text:
            codes = (at(error, name) for name in ("code", "error_code", "type"))
            code = next((one for one in codes if isinstance(one, str) and one not in ("", "error")), None)
            return quoted(text) + (f" (code {show(code, 60)})" if code else "")
    return _detail(at(body, "detail"))


def _detail(detail: Any) -> str | None:
    """What frameworks of Python servers say: a text, or a list of problems, each with its place and its reason."""
    if isinstance(detail, str) and detail:
        return quoted(detail)
    problems = [one for one in detail if isinstance(at(one, "msg"), str)] if isinstance(detail, list) else []
    if not problems:
        return None if detail in (MISSING, None, "", []) else show(detail, MOST)
    place = at(problems[0], "loc")
    where = f" at {'.'.join(str(step) for step in place)[:80]}" if isinstance(place, list) else ""
    others = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
    return f"{quoted(problems[0]['msg'])}{printable(where)}{others}"


def quoted(text: str) -> str:
    """A message as a JSON text. Of a long one the middle is left out, as the reason often stands at its end."""
    if len(text) > MOST:
        text = f"{text[: MOST // 2]} … {text[-MOST // 2 :]}"
    return show(text, 2 * MOST)
