"""The call of apply_patch: an operation on a file, with a diff in the V4A form."""

import re
from typing import Any, Final

from conformance.reference.calls.made import Made
from conformance.reference.conversation import question
from conformance.reference.request import Request

DELETION: Final = re.compile(r"\b(delete|remove)\b", re.IGNORECASE)
CREATION: Final = re.compile(r"\b(create|new file)\b", re.IGNORECASE)
FILE: Final = re.compile(r"(?<![\w./:\\-])\w[\w-]*(?:[./]\w[\w-]*)*\.[A-Za-z]\w{0,7}\b")
DEFAULT_FILE: Final = "notes.txt"
CREATED: Final = "+The first line.\n+The second line.\n"
DEFAULT_LINES: Final = ("The first line.", "The second line.")


def apply_patch_call(request: Request, _: dict[str, Any], label: str) -> Made:
    """An apply_patch_call on the file that the question names."""
    asked = question(request.body)
    named = FILE.search(asked)
    operation = {"type": "update_file", "path": named[0] if named else DEFAULT_FILE}
    if DELETION.search(asked):
        operation["type"] = "delete_file"
    elif CREATION.search(asked):
        operation |= {"type": "create_file", "diff": CREATED}
    else:
        operation["diff"] = _change(asked)
    item = {
        "id": f"apc_{request.hex(label)}",
        "type": "apply_patch_call",
        "status": "completed",
        "call_id": request.call_id(label),
        "operation": operation,
    }
    return Made(item, operation.get("diff") or operation["path"])


def _change(asked: str) -> str:
    """A diff that doubles the last line of the file: what stands behind the last blank line is taken for its lines."""
    shown = asked.replace("\r", "").rstrip("\n").rpartition("\n\n")
    *before, last = shown[2].split("\n") if shown[1] else DEFAULT_LINES
    return "".join(f"{line}\n" for line in ("@@", *(f" {line}" for line in before), f"-{last}", f"+{last}", f"+{last}"))
