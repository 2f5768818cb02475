"""Tools, and choices of tools, that have to be refused or whose treatment is told."""

from typing import Any, Final

from conformance.samples.tools import CITY, CODE_EXEC, TIME, WEATHER

LONGEST_NAME: Final = 128

REFUSED_TOOLS: Final[dict[str, dict[str, Any]]] = {
    "file_search": {
        "requirement": "other_type",
        "settings": {"tools": [{"type": "file_search", "vector_store_ids": ["vs_0123456789abcdef"]}]},
    },
    "code_interpreter": {
        "requirement": "unknown_type",
        "settings": {"tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]},
    },
    "computer_use_preview": {
        "requirement": "other_type",
        "settings": {
            "tools": [
                {
                    "type": "computer_use_preview",
                    "display_width": 1024,
                    "display_height": 768,
                    "environment": "browser",
                }
            ]
        },
    },
    "local_shell": {"requirement": "other_type", "settings": {"tools": [{"type": "local_shell"}]}},
    "computer": {"requirement": "other_type", "settings": {"tools": [{"type": "computer"}]}},
    "tool_search": {
        "requirement": "other_type",
        "settings": {"tools": [{"type": "tool_search"}, TIME | {"defer_loading": True}]},
    },
    "namespace": {
        "requirement": "other_type",
        "settings": {"tools": [{"type": "namespace", "name": "clock", "description": "Tells times.", "tools": [TIME]}]},
    },
    "programmatic_tool_calling": {
        "requirement": "other_type",
        "settings": {"tools": [{"type": "programmatic_tool_calling"}]},
    },
    "without_name": {
        "requirement": "missing_name",
        "settings": {"tools": [{key: value for key, value in TIME.items() if key != "name"}]},
    },
    "name_with_space": {
        "requirement": "function_name",
        "settings": {"tools": [TIME | {"name": "get the time"}]},
    },
    "name_too_long": {
        "requirement": "function_name",
        "settings": {"tools": [TIME | {"name": "t" * (LONGEST_NAME + 1)}]},
    },
    "name_of_65": {
        "requirement": "long_function_name",
        "settings": {"tools": [TIME | {"name": "t" * 65}]},
    },
    "name_of_128": {
        "requirement": "long_function_name",
        "settings": {"tools": [TIME | {"name": "t" * LONGEST_NAME}]},
    },
    "no_schema": {
        "requirement": "parameters",
        "settings": {"tools": [TIME | {"parameters": {"type": "object", "properties": {"city": {"type": "text"}}}}]},
    },
    "not_required": {
        "requirement": "strict",
        "settings": {"tools": [WEATHER | {"parameters": CITY | {"required": []}}]},
    },
    "undeclared_choice": {
        "requirement": "tool_choice",
        "settings": {"tools": [TIME], "tool_choice": {"type": "function", "name": "get_weather"}},
    },
}
"""By the name of the case: the requirement that is put to the test, and the settings that break it."""

WRONG_GRAMMARS: Final[dict[str, dict[str, Any]]] = {
    "lark": {"tools": [CODE_EXEC | {"format": {"type": "grammar", "syntax": "lark", "definition": "start: ("}}]},
    "regex": {"tools": [CODE_EXEC | {"format": {"type": "grammar", "syntax": "regex", "definition": "(["}}]},
}
"""Grammars that do not compile."""

TOLD_TOOLS: Final[dict[str, Any]] = {"tools": [TIME, TIME | {"description": "Tells the time in another way."}]}
"""Two functions of one name."""
