"""The call of a shell that the client runs."""

from typing import Any, Final

from conformance.reference.calls.made import Made
from conformance.reference.request import Request

COMMANDS: Final = ("pwd", "ls -a")


def shell_call(request: Request, _: dict[str, Any], label: str) -> Made:
    """A shell_call with commands that change nothing."""
    item = {
        "id": f"sh_{request.hex(label)}",
        "type": "shell_call",
        "status": "completed",
        "action": {
            "commands": list(COMMANDS),
            "max_output_length": None,
            "timeout_ms": None,
        },
        "call_id": request.call_id(label),
        "environment": {"type": "local"},
    }
    return Made(item, "\n".join(COMMANDS))
