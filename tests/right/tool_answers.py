"""JSON exchanges that are right, one or more for each kind of tool: see ``answers``."""

from __future__ import annotations

import base64
import functools
import io
import json
from typing import Any

from PIL import Image

from conformance.wire.exchange import Exchange, Request
from tests.right.answers import (
    CITATION,
    CODE_CALL,
    CUSTOM,
    JSON,
    MCP,
    MCP_LIST,
    PNG,
    SEARCH,
    SEARCH_CALL,
    SHELL_CALL,
    STRICT,
    answered,
    custom_call,
    exchange,
    function_call,
    item,
    mcp_call,
    with_items,
)
from tests.right.streams import Stream

SUM = 'start: number (" + " number)*\nnumber: /[0-9]+/\n'
LARK: JSON = {**CUSTOM, "format": {"type": "grammar", "syntax": "lark", "definition": SUM}}
REGEX: JSON = {**CUSTOM, "format": {"type": "grammar", "syntax": "regex", "definition": r"\d{4}-\d{2}-\d{2}"}}
PATCH: JSON = {"type": "apply_patch"}
SHELL: JSON = {"type": "shell", "environment": {"type": "local"}}
DRAW: JSON = {"type": "image_generation", "size": "1024x1024", "quality": "low", "output_format": "png"}
ASKING: JSON = {**MCP, "require_approval": "always"}
CODE: JSON = {"type": "code_interpreter", "container": {"type": "auto"}}
NOWHERE: JSON = {**MCP, "server_url": "https://mcp.invalid/mcp"}
UNREACHED: JSON = {**MCP_LIST, "tools": [], "error": {"type": "http_error", "code": 424, "message": "not reached"}}

CREATED = "+def add(a, b):\n+\n+    return a + b\n"
UPDATED = "@@\n-def fib(n):\n+def fibonacci(n):\n     if n <= 1:\n\n@@ class A\n+    pass\n*** End of File\n"
APPROVAL_REQUEST: JSON = {"id": "mcpr_1", "type": "mcp_approval_request", "server_label": "dice", "name": "roll"}
APPROVAL_REQUEST["arguments"] = '{"sides": 6}'
USER: JSON = {"type": "message", "role": "user", "content": "Roll."}


@functools.cache
def drawn(form: str = "PNG", size: tuple[int, int] = (1024, 1024)) -> str:
    """An image of one colour in base64."""
    file = io.BytesIO()
    Image.new("RGB", size, (200, 30, 40)).save(file, form)
    return base64.b64encode(file.getvalue()).decode()


def patch(kind: str, diff: Any = None, number: int = 0) -> JSON:
    """A call of apply_patch."""
    operation = {"type": kind, "path": "lib/a.py"} | ({} if diff is None else {"diff": diff})
    return item(f"apc_{number}", "apply_patch_call", call_id=f"call_p{number}", operation=operation)


def image(result: str, **members: Any) -> JSON:
    told = {"size": "1024x1024", "output_format": "png", "quality": "low", "background": "opaque"}
    return item("ig_1", "image_generation_call", result=result, revised_prompt=None) | told | members


def plotted() -> JSON:
    """A message that cites a file of a container."""
    text = "Voilà: [the plot](sandbox:/mnt/data/plot.png)."
    place = {"start_index": text.index("sandbox"), "end_index": len(text) - 2}
    file = {"type": "container_file_citation", "container_id": "cntr_1", "file_id": "cfile_1", "filename": "plot.png"}
    content = {"type": "output_text", "text": text, "annotations": [file | place], "logprobs": []}
    return item("msg_p", "message", role="assistant", content=[content])


def responding(approve: bool, *items: JSON) -> Exchange:
    """The answer behind an approval that was given or refused."""
    response = {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": approve}
    found = with_items([ASKING], *items)
    return exchange({**found.request.json, "input": [USER, MCP_LIST, APPROVAL_REQUEST, response]}, found.json)


def tools() -> dict[str, Exchange]:
    """Exchanges that keep every rule of the chapters of tools, by name."""
    force = {"tool_choice": "required"}
    cited = with_items([SEARCH], SEARCH_CALL, **force)
    cited.json["output"][-1]["content"][0]["annotations"] = [CITATION]
    patches = patch("create_file", CREATED), patch("update_file", UPDATED, 1), patch("delete_file", None, 2)
    return {
        "function": with_items([STRICT], function_call(), **force),
        "forced_custom": with_items([CUSTOM], custom_call(), **force),
        "lark": with_items([LARK], custom_call(input="4 + 44 + 2"), **force),
        "regex": with_items([REGEX], custom_call(input="2026-04-30"), **force),
        "patch": with_items([PATCH], *patches, **force),
        "local_shell": with_items([SHELL], SHELL_CALL | {"environment": {"type": "local"}}, **force),
        "drawn": with_items([DRAW], image(drawn()), **force),
        "one_pixel": with_items([{"type": "image_generation"}], image(PNG, size="1x1")),
        "rolled": with_items([MCP], MCP_LIST, mcp_call(), **force),
        "asked": with_items([ASKING], MCP_LIST, APPROVAL_REQUEST, **force),
        "approved": responding(True, mcp_call(approval_request_id="mcpr_1")),
        "not_approved": responding(False),
        "unreachable": with_items([NOWHERE], UNREACHED, **force),
        "searched": cited,
        "cited": answered(tools=[SEARCH], input="Où est Rome ?", include=["web_search_call.action.sources"], **force),
        "plotted": with_items([CODE], CODE_CALL, plotted()),
    }


def drawing(*partial: str, asked: Any = 3) -> Exchange:
    """A stream that brings partial images, and asks for some."""
    tool = {"type": "image_generation"} | ({} if asked is None else {"partial_images": asked})
    stream = Stream()
    steps: list[tuple[str, JSON]] = [(f"image_generation_call.{state}", {}) for state in ("in_progress", "generating")]
    for number, text in enumerate(partial):
        members = {"partial_image_b64": text, "partial_image_index": number}
        steps.append(("image_generation_call.partial_image", members))
    added = {"id": "ig_1", "type": "image_generation_call", "status": "in_progress"}
    found = stream.item(added, {"status": "completed", "result": PNG}, *steps).text("Done.", id_="msg_i").end()
    body = {**found.exchange().request.json, "tools": [tool]}
    return found.exchange(request=Request("POST", "/v1/responses", json.dumps(body).encode()))
