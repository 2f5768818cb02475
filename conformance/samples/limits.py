"""Limits that are none."""

from typing import Any, Final

Row = dict[str, Any]

REFUSED_LIMITS: Final[dict[str, Row]] = {
    "15": {"requirement": "below_minimum", "value": 15},
    "0": {"requirement": "below_minimum", "value": 0},
    "negative": {"requirement": "below_minimum", "value": -5},
    "float": {"requirement": "wrong_type", "value": 64.5},
    "string": {"requirement": "wrong_type", "value": "64"},
}
