"""The forms in which a credential is sent."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Final

Form = Callable[[str], Mapping[str, str]]

DEFAULT_CREDENTIAL: Final = "bearer"


def _basic(token: str) -> Mapping[str, str]:
    return {"authorization": f"Basic {base64.b64encode(f'token:{token}'.encode()).decode()}"}


FORMS: Final[Mapping[str, Form]] = {
    DEFAULT_CREDENTIAL: lambda token: {"authorization": f"Bearer {token}"},
    "basic": _basic,
}
"""By name: the headers that carry a token. ``basic`` is what curl sends for ``-u token:<token>``."""
