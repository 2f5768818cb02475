"""Faults of files and sound in the input."""

from typing import Final

from conformance.faults.lib.fault import Fault
from conformance.faults.lib.rows import refused
from conformance.reference.edits.asked import parts
from conformance.reference.edits.requests import without_parts

FAULTS: Final = (
    refused("file", "A file", "other_input.file", lambda reply: bool(parts(reply, "input_file"))),
    Fault(
        "audio-ignored",
        "Sound is passed over in silence.",
        ("other_input.audio",),
        request_edit=without_parts("input_audio"),
    ),
)
