"""Faults of the shell."""

from typing import Any, Final

from conformance.faults.lib.fault import Fault
from conformance.faults.lib.items import SHELL_OUTPUT
from conformance.faults.lib.rows import not_called, refused
from conformance.reference.edits.asked import all_of, begins, declares, input_items
from conformance.reference.edits.replies import echoing_tools, in_json, on_items
from conformance.reference.edits.requests import each_tool_of
from conformance.wire.edit import put

CONTAINER: Final = {"type": "container_reference", "container_id": "cntr_0"}


def _printed(output: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The output, each call of a shell followed by what it printed."""
    found = []
    for item in output:
        found.append(item)
        if item["type"] == "shell_call":
            found.append(SHELL_OUTPUT | {"call_id": item["call_id"]})
    return found


FAULTS: Final = (
    refused(
        "local-shell",
        "A shell that the client runs",
        "shell.accepted",
        all_of(declares("shell", environment={"type": "local"}), begins),
    ),
    not_called("shell", "shell.called"),
    Fault(
        "empty-command",
        "A shell is called with an empty command.",
        ("shell.commands",),
        on_items("shell_call", "/action/commands", [""]),
    ),
    Fault(
        "no-commands",
        "A shell is called without commands.",
        ("shell.commands",),
        on_items("shell_call", "/action/commands", []),
    ),
    Fault(
        "no-time-for-a-command",
        "A shell is called with a limit of 0 milliseconds.",
        ("shell.commands",),
        on_items("shell_call", "/action/timeout_ms", 0),
    ),
    Fault(
        "local-shell-in-a-container",
        "A call for the client's shell names a container.",
        ("shell.environment",),
        on_items("shell_call", "/environment", CONTAINER),
    ),
    Fault(
        "local-shell-run-by-the-server",
        "A call for the client's shell comes with what it printed.",
        ("shell.environment",),
        in_json(put("/output", _printed)),
    ),
    refused(
        "exit-code",
        "The output of a command with its exit code",
        "shell.round_trip",
        lambda reply: "exit_code" in str(input_items(reply, "shell_call_output")),
    ),
    refused(
        "timed-out-command",
        "The output of a command that ran out of time",
        "shell.timeout_output",
        lambda reply: "timeout" in str(input_items(reply, "shell_call_output")),
    ),
    Fault(
        "container-accepted",
        "A shell in a container is taken for one that the client runs.",
        ("shell.container",),
        echoing_tools,
        each_tool_of("shell", environment={"type": "local"}),
    ),
)
