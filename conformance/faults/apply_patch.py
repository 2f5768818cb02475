"""Faults of apply_patch."""

from typing import Final

from conformance.faults.lib.fault import Fault
from conformance.faults.lib.rows import not_called, refused
from conformance.reference.edits.asked import all_of, begins, chooses, declares, sends_back
from conformance.reference.edits.replies import of_type, on_items
from conformance.reference.reply import ReplyEdit
from conformance.wire.edit import Edit, put


def _on_operation(kind: str, *edits: Edit) -> ReplyEdit:
    """Edits the operations of a type."""
    return on_items("apply_patch_call", "/operation", of_type(kind, *edits))


FAULTS: Final = (
    refused(
        "apply-patch-under-auto",
        "apply_patch, where the model may call it and need not,",
        "apply_patch.accepted",
        all_of(declares("apply_patch"), chooses(None), begins),
    ),
    not_called("apply_patch", "apply_patch.called"),
    Fault(
        "unified-diff",
        "A change of a file is a unified diff.",
        ("apply_patch.diff",),
        on_items(
            "apply_patch_call",
            "/operation",
            lambda operation: (
                operation | {"diff": "@@ -1 +1 @@\n-one\n+two\n"} if operation["type"] == "update_file" else operation
            ),
        ),
    ),
    Fault(
        "new-file-without-plus",
        "The diff of a new file is its bare text.",
        ("apply_patch.diff",),
        on_items(
            "apply_patch_call",
            "/operation",
            lambda operation: operation | {"diff": "one\n"} if operation["type"] == "create_file" else operation,
        ),
    ),
    Fault(
        "patch-of-nothing",
        "A patch changes no line of a file.",
        ("apply_patch.change",),
        _on_operation("update_file", put("/diff", "@@\n the same\n")),
    ),
    Fault(
        "patch-of-a-file-above",
        "A patch creates a file outside the place of work.",
        ("apply_patch.path",),
        _on_operation("create_file", put("/path", "../notes.txt")),
    ),
    Fault(
        "patch-of-a-rooted-path",
        "A patch deletes a file by an absolute path.",
        ("apply_patch.path",),
        _on_operation("delete_file", put("/path", "/etc/hosts")),
    ),
    refused(
        "patch-output",
        "The output of a patch that was applied",
        "apply_patch.round_trip",
        sends_back("apply_patch_call_output", status="completed"),
    ),
    refused(
        "failed-patch",
        "The output of a patch that could not be applied",
        "apply_patch.failed_output",
        sends_back("apply_patch_call_output", status="failed"),
    ),
)
