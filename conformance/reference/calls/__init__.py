"""The calls of the answer: for each type of tool, the item that calls it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from conformance.reference.calls.apply_patch import apply_patch_call
from conformance.reference.calls.custom import custom_tool_call
from conformance.reference.calls.function import function_call
from conformance.reference.calls.image_generation import image_generation_call
from conformance.reference.calls.made import Made
from conformance.reference.calls.shell import shell_call
from conformance.reference.calls.web_search import web_search_call
from conformance.reference.request import Request

MAKERS: Final[Mapping[str, Callable[[Request, dict[str, Any], str], Made]]] = {
    "apply_patch": apply_patch_call,
    "custom": custom_tool_call,
    "function": function_call,
    "image_generation": image_generation_call,
    "shell": shell_call,
    "web_search": web_search_call,
}
"""The calls of mcp tools are made where their server is asked, in ``servers``."""
