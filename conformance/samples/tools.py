"""Tools as the tests declare them: one or two of each type that the page lists."""

from typing import Any, Final

Tool = dict[str, Any]

CITY: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"city": {"type": "string", "description": "Name of the city."}},
    "required": ["city"],
    "additionalProperties": False,
}

WEATHER: Final[Tool] = {
    "type": "function",
    "name": "get_weather",
    "description": "Tells the weather in a city.",
    "parameters": CITY,
    "strict": True,
}
"""A strict function with one parameter."""

TIME: Final[Tool] = {
    "type": "function",
    "name": "get_time",
    "description": "Tells the time in a city.",
    "parameters": CITY,
    "strict": False,
}
"""A function that is not strict."""

PING: Final[Tool] = {"type": "function", "name": "ping", "description": "Checks that the service runs."}
"""A function without parameters."""

FORECAST: Final[Tool] = {
    "type": "function",
    "name": "get_forecast",
    "description": "Tells the forecast for some places.",
    "parameters": {
        "type": "object",
        "properties": {
            "places": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string"},
                        "position": {
                            "type": "object",
                            "properties": {"latitude": {"type": "number"}, "longitude": {"type": "number"}},
                            "required": ["latitude", "longitude"],
                            "additionalProperties": False,
                        },
                    },
                    "required": ["name", "position"],
                    "additionalProperties": False,
                },
            },
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            "days": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        },
        "required": ["places", "unit", "days"],
        "additionalProperties": False,
    },
    "strict": True,
}
"""A strict function with an array, nested objects, an enumeration and a union."""

CODE_EXEC: Final[Tool] = {
    "type": "custom",
    "name": "code_exec",
    "description": "Executes arbitrary Python code. Return only valid Python code.",
}
"""The custom tool of the page's example."""

LARK: Final[Tool] = {
    "type": "custom",
    "name": "calculate",
    "description": "Computes a sum of products of whole numbers.",
    "format": {
        "type": "grammar",
        "syntax": "lark",
        "definition": (
            'start: sum\nsum: product (" + " product)*\nproduct: NUMBER (" * " NUMBER)*\nNUMBER: /[0-9]{1,4}/\n'
        ),
    },
}
"""A custom tool whose input follows a grammar in LLGuidance's dialect of Lark."""

REGEX: Final[Tool] = {
    "type": "custom",
    "name": "remind",
    "description": "Sets a reminder for a day and a time.",
    "format": {
        "type": "grammar",
        "syntax": "regex",
        "definition": r"20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8]) at ([01][0-9]|2[0-3]):[0-5][0-9]",
    },
}
"""A custom tool whose input follows a regular expression."""

APPLY_PATCH: Final[Tool] = {"type": "apply_patch"}

PATCHES: Final[dict[str, dict[str, Any]]] = {
    "create_file": {"input": "Create the file notes.txt with two lines of text."},
    "update_file": {
        "input": (
            "Change the greeting in hello.py from Hello to Good morning. The file holds these lines:\n\n"
            'def greet(name):\n    print(f"Hello, {name}!")\n'
        )
    },
    "delete_file": {"input": "Delete the file obsolete.txt, which is not needed any more."},
}
"""What asks for each operation of apply_patch."""

LOCAL_SHELL: Final[Tool] = {"type": "shell", "environment": {"type": "local"}}
"""A shell whose commands the client runs."""

CONTAINER_SHELL: Final[Tool] = {"type": "shell", "environment": {"type": "container_auto"}}
"""A shell whose commands the server runs."""

IMAGE: Final[Tool] = {
    "type": "image_generation",
    "size": "1024x1024",
    "quality": "low",
    "output_format": "png",
}
"""The smallest image that can be asked for."""

MCP: Final[Tool] = {"type": "mcp", "server_label": "demo", "require_approval": "never"}
"""A server of the Model Context Protocol. Its ``server_url`` is an option of the run."""

FOR_THE_SERVER: Final = {"x-conformance": "this is for the server and nobody else"}
"""A header that goes with each request to an MCP server."""

UNREACHABLE_MCP: Final[Tool] = MCP | {"server_url": "https://unreachable.invalid/mcp"}
"""A server that nobody can reach: the name is reserved for that (RFC 2606)."""

WEB_SEARCH: Final[Tool] = {"type": "web_search", "search_context_size": "low"}
