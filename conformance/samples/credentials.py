"""Credentials that have to be refused."""

from typing import Any, Final

Row = dict[str, Any]

WRONG_CREDENTIALS: Final[dict[str, Row]] = {"empty": {}, "malformed": {}, "wrong": {}}
"""By the name of their form, see ``target.credential``."""
