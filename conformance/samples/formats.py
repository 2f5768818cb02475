"""Forms of the answer, right ones and wrong ones."""

from typing import Any, Final

Row = dict[str, Any]


def _closed(properties: Row) -> Row:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


TEXT: Final[Row] = {"type": "string"}
RIGHT_FORMAT: Final[Row] = {
    "type": "json_schema",
    "name": "answer",
    "strict": True,
    "schema": _closed({"answer": TEXT}),
}
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
