"""What a client sends back for a call. The id of the call is filled in when it is known."""

from typing import Any, Final

from conformance.samples import prose

TEXT: Final = {"type": "message", "content": [{"type": "output_text"}]}
SEARCHED: Final = [{"type": "web_search_call", "status": "completed"}, TEXT]
DRAWN: Final = [{"type": "image_generation_call", "status": "completed"}]
CALLED: Final = [{"type": "mcp_call", "error": None}, TEXT]
"""What an output holds, others aside, where what the server runs has worked. A call of MCP need not have a status."""

Output = dict[str, Any]

PIXEL: Final = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
"""A PNG of one grey pixel."""

REPORT: Final[Output] = {"type": "function_call_output", "output": prose.WEATHER}
REPORT_IN_PARTS: Final[Output] = {
    "type": "function_call_output",
    "output": [{"type": "input_text", "text": f"{prose.WEATHER} The map:"}],
}
REPORT_WITH_IMAGE: Final[Output] = {
    "type": "function_call_output",
    "output": [*REPORT_IN_PARTS["output"], {"type": "input_image", "image_url": PIXEL}],
}
EXECUTED: Final[Output] = {"type": "custom_tool_call_output", "output": f"42\n\n{prose.HUNDRED}"}
PATCHED: Final[Output] = {"type": "apply_patch_call_output", "status": "completed", "output": "The patch was applied."}
PATCH_FAILED: Final[Output] = {
    "type": "apply_patch_call_output",
    "status": "failed",
    "output": "The patch was not applied: there is no such file.",
}
PRINTED: Final[Output] = {
    "type": "shell_call_output",
    "output": [{"stdout": "notes.txt\n", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}],
}
TIMED_OUT: Final[Output] = {
    "type": "shell_call_output",
    "output": [{"stdout": "", "stderr": "", "outcome": {"type": "timeout"}}],
}
APPROVED: Final[Output] = {"type": "mcp_approval_response", "approve": True}
NOT_APPROVED: Final[Output] = {"type": "mcp_approval_response", "approve": False}
