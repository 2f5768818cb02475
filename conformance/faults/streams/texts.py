"""Faults of texts that come in pieces."""

from typing import Final

from conformance.faults.lib.fault import CHECKERS, Fault
from conformance.faults.lib.items import (
    COMPLETED,
    IN_PROGRESS,
    PRINTED,
    SHELL_OUTPUT,
    Added,
    adding,
    in_pieces,
    loaded_tools,
)
from conformance.reference.edits.asked import asks
from conformance.reference.edits.events import DELTA, each, left_out, moved, on_events, swapped, twice
from conformance.reference.edits.replies import only_if
from conformance.reference.reply import ReplyEdit
from conformance.wire.edit import put

CONTAINER: Final = {"type": "code_interpreter", "container": {"type": "auto"}}
REFUSAL: Final = {"type": "refusal", "refusal": "I will not."}

REFUSING: Final = Added(
    {"id": "msg_0", "type": "message", "role": "assistant", "content": [REFUSAL], **COMPLETED},
    {"content": [], **IN_PROGRESS},
    (
        {"type": "response.content_part.added", "content_index": 0, "part": REFUSAL | {"refusal": ""}},
        *in_pieces("refusal", ["I will"], {"refusal": "I will not."}, content_index=0),
        {"type": "response.content_part.done", "content_index": 0, "part": REFUSAL},
    ),
)

THOUGHT: Final = {"type": "reasoning_text", "text": "Let me see."}

THINKING: Final = Added(
    {"id": "rs_0", "type": "reasoning", "summary": [], "content": [THOUGHT], "encrypted_content": "gAAAAABw"},
    {"content": []},
    (
        {"type": "response.content_part.added", "content_index": 0, "part": THOUGHT | {"text": ""}},
        *in_pieces("reasoning_text", ["Let me"], {"text": "Let me see."}, content_index=0),
        {"type": "response.content_part.done", "content_index": 0, "part": THOUGHT},
    ),
)

COMPUTING: Final = Added(
    {
        "id": "ci_0",
        "type": "code_interpreter_call",
        "code": "6 * 7",
        "container_id": "cntr_0",
        "outputs": [],
        **COMPLETED,
    },
    {"code": "", **IN_PROGRESS},
    in_pieces("code_interpreter_call_code", ["6 *"], {"code": "6 * 7"}),
)

ACTION: Final = {"commands": ["ls -l"], "timeout_ms": None, "max_output_length": None}

SHELL: Final = {
    "id": "sh_0",
    "type": "shell_call",
    "call_id": "call_0",
    "action": ACTION,
    "environment": None,
    **COMPLETED,
}

LISTING: Final = Added(
    SHELL,
    {"action": {**ACTION, "commands": []}, **IN_PROGRESS},
    (
        {"type": "response.shell_call_command.added", "command_index": 0, "command": ""},
        *in_pieces("shell_call_command", ["ls -l"], {"command": "ls -l"}, command_index=0),
    ),
)

PRINTING: Final = Added(
    SHELL_OUTPUT,
    {"output": [], **IN_PROGRESS},
    (
        {"type": "response.shell_call_output_content.delta", "command_index": 0, "delta": {"stdout": "a"}},
        {"type": "response.shell_call_output_content.done", "command_index": 0, "output": [PRINTED]},
    ),
)


def _piece_lost(name: str) -> ReplyEdit:
    return on_events(left_out(f"{name}.delta", which=0))


FAULTS: Final = (
    Fault(
        "deltas-left-out",
        "A text is done without pieces.",
        ("streams.output_text",),
        on_events(left_out(DELTA)),
        seen=CHECKERS,
    ),
    Fault(
        "delta-lost",
        "A piece of a text is lost.",
        ("streams.output_text",),
        on_events(left_out(DELTA, which=1)),
        seen=CHECKERS,
    ),
    Fault(
        "delta-twice", "A piece of a text is sent twice.", ("streams.output_text",), on_events(twice(DELTA, which=0))
    ),
    Fault(
        "deltas-swapped",
        "Two pieces of a text are sent in the wrong order.",
        ("streams.output_text",),
        on_events(swapped(DELTA, "delta")),
        seen=CHECKERS,
    ),
    Fault(
        "other-text-done",
        "The whole text is another one than its pieces.",
        ("streams.output_text",),
        on_events(each("output_text.done", put("/text", lambda text: text.upper()))),
    ),
    Fault(
        "no-text-done",
        "No event has the whole of a text.",
        ("streams.output_text",),
        on_events(left_out("output_text.done")),
    ),
    Fault(
        "delta-after-done",
        "A piece of a text comes after the whole of it.",
        ("streams.output_text",),
        on_events(moved(DELTA, after="output_text.done", which=-1)),
    ),
    Fault("refusal-piece-lost", "A piece of a refusal is lost.", ("streams.refusal",), adding(REFUSING)),
    Fault(
        "reasoning-piece-lost",
        "A piece of a reasoning text is lost.",
        ("streams.reasoning_text",),
        only_if(asks("/reasoning/effort", "medium"), adding(THINKING, loaded_tools())),
    ),
    Fault(
        "summary-piece-lost",
        "A piece of a summary is lost.",
        ("streams.reasoning_summary_text",),
        on_events(left_out("reasoning_summary_text.delta", which=0)),
    ),
    Fault(
        "arguments-piece-lost",
        "A piece of a call's arguments is lost.",
        ("streams.function_call_arguments",),
        on_events(left_out("function_call_arguments.delta", which=0)),
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
        adding(loaded_tools(CONTAINER), COMPUTING),
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
        "arguments-without-pieces",
        "A call's arguments come without pieces.",
        ("streams.arguments_events",),
        on_events(left_out("function_call_arguments.delta")),
    ),
    Fault(
        "arguments-done-twice",
        "A call's arguments are done twice.",
        ("streams.arguments_events",),
        on_events(twice("function_call_arguments.done")),
    ),
    Fault(
        "printed-piece-lost",
        "A piece of what a shell command printed is lost.",
        ("streams.shell_output",),
        adding(loaded_tools({"type": "shell"}), LISTING, PRINTING),
    ),
)
