"""What the server itself runs, a search of the web, an image or a tool of an MCP server, and that fails."""

from collections.abc import Mapping
from typing import Any, Final

from conformance.reference.edits.replies import on_answer, only_if
from conformance.reference.reply import ReplyEdit

FAILED: Final[Mapping[str, Mapping[str, Any]]] = {
    "web_search_call": {"status": "failed"},
    "image_generation_call": {"status": "failed", "result": None},
    "mcp_call": {"status": "failed", "output": None, "error": "The tool failed."},
}
"""What a call holds that has failed, by its type."""


def failing(*kinds: str) -> ReplyEdit:
    """Lets the calls of some types fail, and ends the answer with the last of them."""

    def edit(response: dict[str, Any]) -> dict[str, Any]:
        output = response["output"]
        places = [place for place, item in enumerate(output) if item["type"] in kinds]
        if not places:
            return response
        kept = [item for item in output[: places[-1] + 1] if item["type"] != "message"]
        return {**response, "output": [item | FAILED[item["type"]] if item["type"] in kinds else item for item in kept]}

    return only_if(lambda reply: reply.status == 200, on_answer(edit))
