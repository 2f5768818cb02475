"""Faults of the formats of text."""

from typing import Any, Final

from conformance.faults.lib.fault import Fault
from conformance.faults.lib.rows import refused
from conformance.reference.edits.asked import asks, refused_for, sent
from conformance.reference.edits.replies import ending_in, on_response, only_if
from conformance.reference.edits.requests import setting
from conformance.reference.reply import Reply, ReplyEdit
from conformance.wire.edit import put


def _without_strictness(form: dict[str, Any]) -> dict[str, Any]:
    """A format whose schema leaves a property optional, as one that is not strict."""
    schema = form.get("schema") or {}
    loose = isinstance(schema.get("properties"), dict) and schema["properties"].keys() - schema.get("required", ())
    return form | {"strict": False} if loose else form


def _with_known_format(form: dict[str, Any]) -> dict[str, Any]:
    return form if form.get("type") in ("text", "json_object", "json_schema") else {"type": "text"}


def _has_recursion(reply: Reply) -> bool:
    return "$ref" in str(sent(reply, "/text/format/schema"))


def _repeating(path: str) -> ReplyEdit:
    """Repeats a setting as it was sent."""
    return lambda reply: on_response(put(path, lambda _: sent(reply, path)))(reply)


FAULTS: Final = (
    refused("recursive-schema", "A format with a recursive schema", "formats.json_schema", _has_recursion),
    refused("json-object", "The format json_object", "formats.json_object", asks("/text/format/type", "json_object")),
    Fault(
        "loose-format-accepted",
        "A strict format need not require all properties.",
        ("formats.invalid_schema",),
        only_if(asks("/text/format/schema"), _repeating("/text/format/strict")),
        setting("/text/format", dict, _without_strictness),
    ),
    Fault(
        "unknown-format-ignored",
        "A format of an unknown type is passed over.",
        ("formats.invalid_schema",),
        request_edit=setting("/text/format", dict, _with_known_format),
    ),
    Fault(
        "wrong-format-ends-in-502",
        "A format that has to be refused gets a bare 502.",
        ("formats.invalid_schema", "wrong_requests.wrong_type"),
        ending_in(502, refused_for("text.format")),
    ),
)
