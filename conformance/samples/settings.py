"""Settings: limits, formats, reasoning and the others, right ones and wrong ones."""

from typing import Any, Final

Row = dict[str, Any]

# --- limits

REFUSED_LIMITS: Final[dict[str, Row]] = {
    "15": {"requirement": "below_minimum", "value": 15},
    "0": {"requirement": "below_minimum", "value": 0},
    "negative": {"requirement": "below_minimum", "value": -5},
    "float": {"requirement": "wrong_type", "value": 64.5},
    "string": {"requirement": "wrong_type", "value": "64"},
}

# --- formats


def _closed(properties: Row) -> Row:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


TEXT: Final[Row] = {"type": "string"}
SCHEMAS: Final[dict[str, Row]] = {
    "nested": {
        "input": "Give the name, the country, and the position of Paris, and three of its sights.",
        "schema": _closed(
            {
                "name": TEXT,
                "position": _closed({"latitude": {"type": "number"}, "longitude": {"type": "number"}}),
                "continent": {"type": "string", "enum": ["Africa", "America", "Asia", "Europe", "Oceania"]},
                "sights": {"type": "array", "items": TEXT},
                "nickname": {"type": ["string", "null"]},
            }
        ),
    },
    "recursive": {
        "input": "Give a book on bread as a tree: a title, and two chapters without parts of their own.",
        "schema": _closed({"title": TEXT, "parts": {"type": "array", "items": {"$ref": "#"}}}),
    },
    "union": {
        "input": "Give the result of dividing 1 by 0: a number, or the reason why there is none.",
        "schema": _closed({"result": {"anyOf": [{"type": "number"}, _closed({"reason": TEXT})]}}),
    },
}
JSON_QUESTION: Final = "Give the name and the population of Paris as JSON."
WRONG_FORMATS: Final[dict[str, Row]] = {
    "no_schema": {
        "format": {"type": "json_schema", "name": "city", "schema": {"type": "city"}, "strict": True},
    },
    "optional_property": {
        "format": {
            "type": "json_schema",
            "name": "city",
            "schema": {"type": "object", "properties": {"name": TEXT}, "additionalProperties": False},
            "strict": True,
        },
    },
    "unknown_type": {"format": {"type": "yaml"}},
}

# --- reasoning

ARITHMETIC: Final = "What is 17 times 23?"
PUZZLE: Final = (
    "Ten people sit around a table, each either always lies or always tells the truth, and each says that both "
    "neighbours lie. How many liars can there be? Prove it."
)
REASONING_CAP: Final = 2048
SUMMARIES: Final[dict[str, Row]] = {name: {} for name in ("auto", "concise", "detailed")}

# --- controls

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
