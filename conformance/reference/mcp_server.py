"""A small MCP server for the tests of the tool type mcp: three tools, always the same answers.

Beside its path stands a picture, for the tests of images behind URLs.
"""

import contextlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from mcp import types
from mcp.server.lowlevel import Server
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from conformance.reference.serve import LOOPBACK, in_thread, listen
from conformance.samples.image_input import FOLDER

PATH: Final = "/mcp"
PICTURE: Final = "square.png"


def _add(given: Mapping[str, Any]) -> str:
    return str(given["a"] + given["b"])


def _spell(given: Mapping[str, Any]) -> str:
    return {"letters": " ", "dashes": "-"}[given["style"]].join(given["word"])


def _fail(_: Mapping[str, Any]) -> str:
    raise ValueError("this tool always fails")


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


TOOLS: Final[Mapping[str, tuple[str, dict[str, Any], Callable[[Mapping[str, Any]], str]]]] = {
    "add": ("Adds two whole numbers.", _object(a={"type": "integer"}, b={"type": "integer"}), _add),
    "spell": (
        "Spells a word.",
        _object(word={"type": "string"}, style={"type": "string", "enum": ["letters", "dashes"]}),
        _spell,
    ),
    "fail": ("Always fails.", _object(), _fail),
}
"""Description, schema of the arguments, and the function of each tool."""


def create_app() -> Starlette:
    """The server as an ASGI application: streamable HTTP without sessions, answered in JSON, and the picture."""
    # What a client does wrong is told to the client.
    logging.getLogger("mcp").setLevel(logging.CRITICAL)
    server: Server[Any] = Server("reference", on_list_tools=_list_tools, on_call_tool=_call_tool)
    return server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        custom_starlette_routes=[Route(f"/{PICTURE}", _picture)],
    )


@contextlib.contextmanager
def running(port: int = 0) -> Iterator[str]:
    """Run the server on a port of the loopback interface, any free one by default; yields its URL.

    Raises OSError where the port is taken.
    """
    listener = listen(LOOPBACK, port)
    with in_thread(create_app(), listener):
        yield f"http://{LOOPBACK}:{listener.getsockname()[1]}{PATH}"


async def _picture(_: Request) -> Response:
    return Response((FOLDER / PICTURE).read_bytes(), media_type="image/png")


async def _list_tools(_: Any, __: Any) -> types.ListToolsResult:
    tools = [
        types.Tool(
            name=name,
            description=description,
            input_schema=schema,
            annotations=types.ToolAnnotations(read_only_hint=True),
        )
        for name, (description, schema, _) in TOOLS.items()
    ]
    return types.ListToolsResult(tools=tools)


async def _call_tool(_: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
    try:
        text, failed = TOOLS[params.name][2](params.arguments or {}), False
    except (KeyError, TypeError, ValueError) as error:
        text, failed = f"{params.name} cannot be called with {json.dumps(params.arguments)}: {error}", True
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=failed)
