"""A draft of waivers, made of what failed."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Sequence
from typing import Final

from conformance.verdict import Run
from conformance.verdict.causes import Cause, causes
from conformance.wire.json_values import printable, shorten

DAYS: Final = 30
"""For how long a waiver is drafted."""


def drafted(run: Run, levels: Sequence[str], today: datetime.date) -> str:
    """The file, of which reasons and links are for its reader to fill in."""
    return "".join(f"{line}\n" for line in _lines(run, levels, today))


def _lines(run: Run, levels: Sequence[str], today: datetime.date) -> Iterator[str]:
    yield f"# Drafted on {today.isoformat()}. Give each waiver a reason and a link, then the file to --waivers=FILE."
    alike: dict[tuple[str, str], list[Cause]] = {}
    for level in levels:
        for cause in causes(run, level):
            alike.setdefault((cause.requirement, cause.place), []).append(cause)
    for (requirement, place), found in alike.items():
        _, _, _, expected, received = found[0].example
        count = len({record.case for cause in found for record in cause.records})
        models = list(dict.fromkeys(model for cause in found for model in cause.models))
        yield from (
            "",
            f"# in {count} cases: expected {_told(expected)}, received {_told(received)}",
            "[[waiver]]",
            f"requirement = {_text(requirement)}",
            f"models = [{', '.join(map(_text, models))}]",
            f"place = {_text(place)}",
            'reason = ""',
            'link = ""',
            f"expires = {(today + datetime.timedelta(days=DAYS)).isoformat()}",
        )


def _told(text: str) -> str:
    return shorten(printable(text), 60)


def _text(text: str) -> str:
    """A text as TOML has it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
