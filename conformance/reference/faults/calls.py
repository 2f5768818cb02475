"""Faults of calls: what they name and bring, and how the texts of the other kinds of items are streamed.

Items that the endpoint never gives are put at the end of a plain answer, after an item that brings the tools that they
call, so that nothing is wrong with them but what the fault names.
"""

from collections.abc import Sequence
from typing import Any, Final

from conformance.reference.faults.asked import chooses, declares, every, streams
from conformance.reference.faults.bringing import Item, bringing, loading
from conformance.reference.faults.edits import (
    Event,
    drop,
    each,
    is_json,
    is_stream,
    left_out,
    on_answer,
    on_events,
    only_if,
    put,
)
from conformance.reference.faults.fault import DATABRICKS, Fault
from conformance.reference.reply import Change, Reply

CONTAINER: Final = {"type": "code_interpreter", "container": {"type": "auto"}}

DONE: Final = {"status": "completed"}
BEGUN: Final = {"status": "in_progress"}


def _pieces(name: str, texts: Sequence[str], done: dict[str, str], **place: Any) -> tuple[Event, ...]:
    """The events of a text in pieces, and the one with the whole of it."""
    kind = f"response.{name}"
    return (
        *({"type": f"{kind}.delta", "delta": text, **place} for text in texts),
        {"type": f"{kind}.done", **done, **place},
    )


REFUSAL: Final = {"type": "refusal", "refusal": "I will not."}
REFUSING: Final = Item(
    {"id": "msg_0", "type": "message", "role": "assistant", "content": [REFUSAL], **DONE},
    {"content": [], **BEGUN},
    (
        {"type": "response.content_part.added", "content_index": 0, "part": REFUSAL | {"refusal": ""}},
        *_pieces("refusal", ["I will"], {"refusal": "I will not."}, content_index=0),
        {"type": "response.content_part.done", "content_index": 0, "part": REFUSAL},
    ),
)
THOUGHT: Final = {"type": "reasoning_text", "text": "Let me see."}
THINKING: Final = Item(
    {"id": "rs_0", "type": "reasoning", "summary": [], "content": [THOUGHT], "encrypted_content": "gAAAA"},
    {"content": []},
    (
        {"type": "response.content_part.added", "content_index": 0, "part": THOUGHT | {"text": ""}},
        *_pieces("reasoning_text", ["Let me"], {"text": "Let me see."}, content_index=0),
        {"type": "response.content_part.done", "content_index": 0, "part": THOUGHT},
    ),
)
COMPUTING: Final = Item(
    {"id": "ci_0", "type": "code_interpreter_call", "code": "6 * 7", "container_id": "cntr_0", "outputs": [], **DONE},
    {"code": "", **BEGUN},
    _pieces("code_interpreter_call_code", ["6 *"], {"code": "6 * 7"}),
)
ACTION: Final = {"commands": ["ls -l"], "timeout_ms": None, "max_output_length": None}
SHELL: Final = {"id": "sh_0", "type": "shell_call", "call_id": "call_0", "action": ACTION, "environment": None, **DONE}
PRINTED: Final = {"stdout": "a.txt\n", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}
OUTPUT: Final = {
    "id": "sho_0",
    "type": "shell_call_output",
    "call_id": "call_0",
    "output": [PRINTED],
    "max_output_length": None,
    **DONE,
}
PRINTING: Final = Item(
    OUTPUT,
    {"output": [], **BEGUN},
    (
        {"type": "response.shell_call_output_content.delta", "command_index": 0, "delta": {"stdout": "a"}},
        {"type": "response.shell_call_output_content.done", "command_index": 0, "output": [PRINTED]},
    ),
)


def _piece_lost(name: str) -> Change:
    return on_events(left_out(f"{name}.delta", which=0))


def _renamed(kind: str) -> Change:
    """Lets the calls of a type name something that nobody has heard of."""
    return on_answer(put("/output/*", lambda item: item | {"name": "unheard_of"} if item["type"] == kind else item))


def _on_calls(path: str, made: Any, *, strict: bool | None = None) -> Change:
    """Edits the calls of functions where one has to be called: of all, or of those that are strict or are not."""

    def change(reply: Reply) -> Reply:
        if reply.status != 200 or reply.asked.get("tool_choice") != "required":
            return reply
        functions = (tool for tool in reply.asked["tools"] if tool["type"] == "function")
        names = [tool["name"] for tool in functions if strict in (None, tool.get("strict"))]

        def edit(item: dict[str, Any]) -> Any:
            return put(path, made)(item) if item.get("name") in names else item

        return on_answer(put("/output/*", edit))(reply)

    return change


PIECES: Final = (
    Fault("refusal-piece-lost", "A piece of a refusal is lost.", ("streams.refusal",), bringing(REFUSING)),
    Fault(
        "reasoning-piece-lost",
        "A piece of a reasoning text is lost.",
        ("streams.reasoning_text",),
        bringing(THINKING, loading()),
    ),
    Fault(
        "mcp-arguments-piece-lost",
        "A piece of an MCP call's arguments is lost.",
        ("streams.mcp_call_arguments",),
        _piece_lost("mcp_call_arguments"),
    ),
    Fault(
        "custom-input-piece-lost",
        "A piece of a custom tool's input is lost.",
        ("streams.custom_tool_call_input",),
        _piece_lost("custom_tool_call_input"),
    ),
    Fault(
        "code-piece-lost",
        "A piece of a code interpreter's code is lost.",
        ("streams.code_interpreter_call_code",),
        bringing(loading(CONTAINER), COMPUTING),
    ),
    Fault(
        "patch-piece-lost",
        "A piece of a patch is lost.",
        ("streams.apply_patch_call_operation_diff",),
        _piece_lost("apply_patch_call_operation_diff"),
    ),
    Fault(
        "command-piece-lost",
        "A piece of a shell command is lost.",
        ("streams.shell_call_command",),
        _piece_lost("shell_call_command"),
    ),
    Fault(
        "printed-piece-lost",
        "A piece of what a shell command printed is lost.",
        ("streams.shell_output",),
        bringing(loading({"type": "shell"}), Item(SHELL, BEGUN), PRINTING),
    ),
    Fault(
        "partial-images-from-one",
        "The first partial image has the number 1.",
        ("streams.partial_images",),
        on_events(each("image_generation_call.partial_image", put("/partial_image_index", lambda index: index + 1))),
    ),
)

NAMES: Final = (
    Fault(
        "undeclared-function",
        "A function is called that nobody declared.",
        ("calls.declared_function",),
        only_if(every(streams, chooses("required"), declares("function", strict=True)), _renamed("function_call")),
    ),
    Fault(
        "unloaded-function",
        "A function of a namespace is called that nobody declared.",
        ("calls.loaded_function",),
        bringing(
            Item(
                {
                    "id": "fc_0",
                    "type": "function_call",
                    "call_id": "call_0",
                    "name": "unheard_of",
                    "namespace": "other",
                    "arguments": "{}",
                    **DONE,
                },
                {"arguments": "", **BEGUN},
                _pieces("function_call_arguments", ["{}"], {"arguments": "{}"}),
            )
        ),
    ),
    Fault(
        "undeclared-custom-tool",
        "A custom tool is called that nobody declared.",
        ("calls.declared_custom_tool",),
        only_if(chooses("required"), _renamed("custom_tool_call")),
    ),
    Fault(
        "undeclared-search",
        "The web is searched though no tool for it was declared.",
        ("calls.declared_hosted_tool",),
        bringing(
            Item({"id": "ws_0", "type": "web_search_call", "action": {"type": "search", "query": "amber"}, **DONE})
        ),
    ),
    Fault(
        "undeclared-server",
        "A tool of an MCP server is called that nobody declared.",
        ("calls.declared_server",),
        only_if(declares("mcp", require_approval="never"), on_answer(put("/output/*/server_label", lambda _: "other"))),
    ),
    Fault(
        "unlisted-tool",
        "A tool is called that its MCP server does not list.",
        ("calls.listed_tool", "mcp.approved"),
        _renamed("mcp_call"),
    ),
    Fault(
        "arguments-no-json",
        "The arguments of a call are no JSON.",
        ("calls.arguments_json",),
        _on_calls("/arguments", "city=Paris"),
    ),
    Fault(
        "strict-arguments-left-out",
        "The arguments of a strict function lack what it requires.",
        ("calls.strict_arguments",),
        _on_calls("/arguments", "{}", strict=True),
    ),
    Fault(
        "loose-arguments-left-out",
        "The arguments of a function lack what it requires.",
        ("calls.arguments_fit",),
        _on_calls("/arguments", "{}", strict=False),
    ),
    Fault(
        "no-call-id",
        "A call has no call_id.",
        ("calls.call_id", "response.schema", "streams.event_schema"),
        on_answer(drop("/output/*/call_id")),
    ),
    Fault(
        "one-call-id", "All calls have the same call_id.", ("calls.unique_call_ids",), _on_calls("/call_id", "call_0")
    ),
    Fault(
        "call-id-of-191-characters",
        "A call_id is longer than it may be when it is sent back.",
        ("calls.call_id_length",),
        _on_calls("/call_id", lambda id_: f"{id_}{'x' * 162}"),
        seen=DATABRICKS,
    ),
    Fault(
        "call-id-without-prefix",
        "A call_id is a bare number.",
        ("calls.call_id_prefix",),
        _on_calls("/call_id", lambda id_: id_.removeprefix("call_")),
    ),
    Fault(
        "output-of-no-call",
        "A shell printed something for a call that was not made.",
        ("calls.output_of_call",),
        bringing(Item(OUTPUT)),
    ),
    Fault(
        "image-left-out",
        "An image was made and is not there.",
        ("consistency.results",),
        bringing(
            loading({"type": "image_generation"}),
            Item({"id": "ig_0", "type": "image_generation_call", "result": None, **DONE}),
        ),
    ),
    Fault(
        "item-of-another-type",
        "An item has the id of a message and a type that nobody knows.",
        ("consistency.item_type",),
        bringing(Item({"id": "msg_0", "type": "remark", "text": "Well."})),
    ),
    Fault(
        "part-of-another-type",
        "A part of a message is like a text and of another type.",
        ("consistency.part_type",),
        only_if(
            is_json,
            bringing(
                Item(
                    {
                        "id": "msg_0",
                        "type": "message",
                        "role": "assistant",
                        "content": [{"type": "output", "text": "Well.", "annotations": []}],
                        **DONE,
                    }
                )
            ),
        ),
    ),
    Fault(
        "item-in-streams-only",
        "A streamed answer holds an item that one that is not streamed does not.",
        ("streams.same_items",),
        only_if(is_stream, bringing(Item({"id": "mood_0", "type": "mood"}))),
    ),
)
