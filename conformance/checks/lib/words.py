"""Lists of words that are closed: they hold what OpenAI's package and reference name, and what was recorded.

A word that is not in its list is one that no client knows. That is a should: OpenAI adds words at times. Lists that the
schemas close already are not here, nor are types of items, of events and of tools, which may be new.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from conformance.wire.json_values import MISSING

REASONS: Final = "incomplete_reason"
SETTINGS: Final = "settings"
STATUSES: Final = "item_status"
ITEMS: Final = "items"
TOOLS: Final = "tools"

_MADE: Final = ("in_progress", "completed", "incomplete")
_EFFORTS: Final = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_AMOUNTS: Final = ("low", "medium", "high")
_AUTO: Final = ("auto",)
_IMAGES: Final = ("png", "webp", "jpeg", "jpg", "gif", "svg")
_CALLERS: Final = ("direct", "program")

CLOSED: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    REASONS: {
        "/incomplete_details/reason": ("max_output_tokens", "content_filter", "max_messages", "steered"),
    },
    SETTINGS: {
        "/prompt_cache_retention": ("in_memory", "in-memory", "24h"),
        "/reasoning/context": ("auto", "current_turn", "all_turns"),
        "/reasoning/effort": _EFFORTS,
        "/reasoning/generate_summary": ("auto", "concise", "detailed"),
        "/reasoning/summary": ("auto", "concise", "detailed"),
        "/service_tier": ("auto", "default", "flex", "scale", "priority", "fast", "ultrafast"),
        "/text/format/type": ("text", "json_object", "json_schema"),
        "/text/verbosity": _AMOUNTS,
    },
    STATUSES: {
        "/output/*<message>/status": _MADE,
        "/output/*<reasoning>/status": _MADE,
        "/output/*<function_call>/status": _MADE,
        "/output/*<function_call_output>/status": _MADE,
        "/output/*<custom_tool_call>/status": _MADE,
        "/output/*<custom_tool_call_output>/status": _MADE,
        "/output/*<computer_call>/status": _MADE,
        "/output/*<local_shell_call>/status": _MADE,
        "/output/*<shell_call>/status": _MADE,
        "/output/*<shell_call_output>/status": _MADE,
        "/output/*<apply_patch_call>/status": _MADE,
        "/output/*<tool_search_call>/status": _MADE,
        "/output/*<tool_search_output>/status": _MADE,
        "/output/*<program_output>/status": _MADE,
    },
    ITEMS: {
        "/output/*/caller/type": _CALLERS,
        "/output/*<message>/phase": ("commentary", "final_answer"),
        "/output/*<reasoning>/summary/*/type": ("summary_text",),
        "/output/*<reasoning>/content/*/type": ("reasoning_text",),
        "/output/*<apply_patch_call>/operation/type": ("create_file", "update_file", "delete_file"),
        "/output/*<code_interpreter_call>/outputs/*/type": ("logs", "image"),
        "/output/*<computer_call>/action/type": (
            "click",
            "double_click",
            "drag",
            "keypress",
            "move",
            "screenshot",
            "scroll",
            "type",
            "wait",
        ),
        "/output/*<computer_call>/action<click>/button": ("left", "right", "wheel", "back", "forward"),
        "/output/*<image_generation_call>/action": ("generate", "edit", "auto"),
        "/output/*<image_generation_call>/background": ("transparent", "opaque", "auto"),
        "/output/*<image_generation_call>/output_format": _IMAGES,
        "/output/*<image_generation_call>/quality": ("low", "medium", "high", "xhigh", "max", "auto"),
        "/output/*<local_shell_call>/action/type": ("exec",),
        "/output/*<shell_call>/environment/type": ("local", "container_reference", "container_auto"),
        "/output/*<shell_call_output>/output/*/outcome/type": ("exit", "timeout"),
        "/output/*<tool_search_call>/execution": ("server", "client"),
        "/output/*<tool_search_output>/execution": ("server", "client"),
        "/output/*<web_search_call>/action/type": ("search", "open_page", "find_in_page", "find"),
        "/output/*<web_search_call>/action/sources/*/type": ("url", "api"),
    },
    TOOLS: {
        "/tools/*/user_location/type": ("approximate",),
        "/tools/*/search_context_size": _AMOUNTS,
        "/tools/*/execution": ("server", "client"),
        "/tools/*<code_interpreter>/container/memory_limit": ("1g", "4g", "16g", "64g"),
        "/tools/*<code_interpreter>/container/type": _AUTO,
        "/tools/*<computer_use_preview>/environment": ("windows", "mac", "linux", "ubuntu", "browser"),
        "/tools/*<custom>/format/type": ("text", "grammar"),
        "/tools/*<image_generation>/action": ("generate", "edit", "auto"),
        "/tools/*<image_generation>/background": ("transparent", "opaque", "auto"),
        "/tools/*<image_generation>/input_fidelity": ("high", "low"),
        "/tools/*<image_generation>/moderation": ("auto", "low"),
        "/tools/*<image_generation>/output_format": _IMAGES,
        "/tools/*<image_generation>/quality": ("low", "medium", "high", "xhigh", "max", "auto"),
        "/tools/*<shell>/environment/type": ("local", "container_reference", "container_auto"),
    },
}
"""By requirement: where a word stands in a response object, and which can. ``*<type>`` means what is of a type."""

OPEN: Final[dict[str, str]] = {
    "/error/code": "gateways and Azure have codes of their own, and a client shows what it does not know",
    "/output/*/type": "new types of items are noted",
    "/output/*<mcp_call>/error/type": "a server's own, and sent as a text at times",
    "/reasoning/mode": "OpenAI's package types it as any text",
    "/tool_choice/type": "what was sent comes back, and new tools bring new choices",
    "/tools/*/type": "new types of tools are noted",
    "/tools/*<file_search>/ranking_options/ranker": "named by date, so that there will be others",
    "/tools/*<image_generation>/size": "OpenAI's package types it as any text",
}
"""Lists that stay open, and why."""


def strangers(response: Any, requirement: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Pointer and value of each word that is not in its list, with the list. What is no text breaks another rule."""
    for path, words in CLOSED[requirement].items():
        for where, value in places(response, path):
            if isinstance(value, str) and value not in words:
                yield where, value, words


def places(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Pointer and value of what stands at a path; ``*`` stands for each element, ``<type>`` keeps those of a type."""
    found: list[tuple[str, Any]] = [("", value)]
    for name, kind in _steps(path):
        inner: list[tuple[str, Any]] = []
        for where, one in found:
            if name == "*":
                elements = enumerate(one) if isinstance(one, list) else ()
                # Elements of another kind are not looked at: an answer can have very many.
                inner += [(f"{where}/{index}", each) for index, each in elements if _is(each, kind)]
            elif isinstance(one, dict) and one.get(name, MISSING) is not MISSING and _is(one[name], kind):
                inner.append((f"{where}/{name}", one[name]))
        if not inner:
            return
        found = inner
    yield from found


@cache
def _steps(path: str) -> tuple[tuple[str, str], ...]:
    """The name, or the star, and the type of each step of a path."""
    steps = (step.rstrip(">").partition("<") for step in path.split("/")[1:])
    return tuple((name, kind) for name, _, kind in steps)


def _is(value: Any, kind: str) -> bool:
    """True for any value, or for an object of the kind if one is asked for."""
    return not kind or (isinstance(value, dict) and value.get("type") == kind)
