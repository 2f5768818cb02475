"""The call of a shell that the client runs."""

from typing import Any, Final

from conformance.reference.calls.made import Made
from conformance.reference.request import Request

COMMANDS: Final = ("pwd", "ls -a")
TIMEOUT_MS: Final = 10_000
MAX_OUTPUT_LENGTH: Final = 4_096


def shell_call(request: Request, _: dict[str, Any], label: str) -> Made:
    """A shell_call with commands that change nothing."""
    item = {
        "id": f"sh_{request.hex(label)}",
        "type": "shell_call",
        "status": "completed",
        "action": {
            "commands": list(COMMANDS),
            "max_output_length": MAX_OUTPUT_LENGTH,
            "timeout_ms": TIMEOUT_MS,
        },
        "call_id": request.call_id(label),
        "environment": {"type": "local"},
    }
    return Made(item, "\n".join(COMMANDS))
