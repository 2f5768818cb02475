"""The forms in which a credential is sent, right ones and wrong ones."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

Form = Callable[[str], Mapping[str, str]]

DEFAULT_CREDENTIAL: Final = "bearer"
WRONG_TOKEN: Final = "wrong-token"  # noqa: S105  (it opens nothing)
QUERY: Final = "query"


def _basic(token: str) -> Mapping[str, str]:
    return {"authorization": f"Basic {base64.b64encode(f'token:{token}'.encode()).decode()}"}


FORMS: Final[Mapping[str, Form]] = {
    DEFAULT_CREDENTIAL: lambda token: {"authorization": f"Bearer {token}"},
    "basic": _basic,
    "lower_case": lambda token: {"authorization": f"bearer {token}"},
    "none": lambda _: {},
    "empty": lambda _: {"authorization": "Bearer"},
    "malformed": lambda token: {"authorization": token},
    "wrong": lambda _: {"authorization": f"Bearer {WRONG_TOKEN}"},
    "api_key": lambda token: {"api-key": token},
    QUERY: lambda _: {},
}
"""By name: the headers that carry a token. ``basic`` is what curl sends for ``-u token:<token>``."""


def query(form: str, token: str) -> str:
    """The query that carries a token, empty for all forms but ``query``."""
    return f"access_token={quote(token, safe='')}" if form == QUERY else ""
