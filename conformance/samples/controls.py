"""Metadata, sampling and the other settings, in range and out of it."""

from typing import Any, Final

Row = dict[str, Any]

FULL_METADATA: Final = {f"{number:02}".ljust(64, "k"): "v" * 512 for number in range(16)}
REFUSED_METADATA: Final[dict[str, Row]] = {
    "17_pairs": {"metadata": {f"key_{number}": "value" for number in range(17)}},
    "long_key": {"metadata": {"k" * 65: "value"}},
    "long_value": {"metadata": {"key": "v" * 513}},
    "number": {"metadata": {"key": 1}},
}
CONTROLS: Final[dict[str, Row]] = {
    "truncation": {"echoed": "truncation", "settings": {"truncation": "auto"}},
    "prompt_cache_key": {"echoed": "prompt_cache_key", "settings": {"prompt_cache_key": "conformance"}},
    "safety_identifier": {"echoed": "safety_identifier", "settings": {"safety_identifier": "conformance"}},
    "verbosity": {"echoed": "verbosity", "settings": {"text": {"verbosity": "low"}}},
    "max_tool_calls": {"echoed": "max_tool_calls", "settings": {"max_tool_calls": 1}},
}
SAMPLING: Final[dict[str, Row]] = {"temperature": {"temperature": 0.5}, "top_p": {"top_p": 0.5}}
REFUSED_SAMPLING: Final[dict[str, Row]] = {
    "temperature=5": {"temperature": 5},
    "temperature=-1": {"temperature": -1},
    "top_p=5": {"top_p": 5},
    "top_p=-1": {"top_p": -1},
}
