"""Faults of texts and messages in the input."""

import re
from typing import Any, Final

from conformance.faults.lib.fault import Fault
from conformance.faults.lib.requirements import WRONG_IMAGES, every
from conformance.faults.lib.rows import refused
from conformance.reference.edits.asked import all_of, asks, input_items, no_tools, refused_for, sends_back
from conformance.reference.edits.replies import ending_in
from conformance.reference.edits.requests import EACH_PART
from conformance.reference.reply import Reply
from conformance.wire.edit import GONE, put

ROLES: Final = ("system", "developer", "user", "assistant")
PARTS: Final = ("input_text", "input_image", "input_file", "input_audio", "output_text", "refusal")
MANY: Final = 100
LONG: Final = 50_000
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _known_part(part: dict[str, Any]) -> Any:
    return part if part.get("type") in PARTS else GONE


def _known_role(role: Any) -> Any:
    return role if role in ROLES else "user"


def _with_some_input(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "input": ""} if body.get("input") == [] else body


def _text(reply: Reply) -> str:
    """The input where it is a text."""
    text = reply.asked.get("input")
    return text if isinstance(text, str) else ""


def _is_empty(reply: Reply) -> bool:
    messages = (item for item in input_items(reply) if "role" in item)
    return reply.asked.get("input") == "" or any(item.get("content") in ("", []) for item in messages)


FAULTS: Final = (
    refused(
        "message-in-full-form",
        "A message in its full form",
        ("text_input.parts", "client_requests.typed_messages", "client_requests.typed_parts"),
        sends_back("message", role="user"),
    ),
    refused("developer", "A message of the developer", "text_input.roles", sends_back(role="developer")),
    refused(
        "two-instructions",
        "A system message beside instructions",
        "text_input.instructions",
        all_of(sends_back(role="system"), asks("/instructions")),
    ),
    refused(
        "long-conversation", "A long conversation", "text_input.history", lambda reply: len(input_items(reply)) > MANY
    ),
    refused(
        "control-character",
        "A text with a control character",
        "text_input.characters",
        lambda reply: CONTROL.search(_text(reply)) is not None,
    ),
    refused("long-text", "A long text", "text_input.length", lambda reply: len(_text(reply)) > LONG),
    Fault(
        "wrong-input-ends-in-500",
        "An input that has to be refused ends in an internal error.",
        (
            "text_input.empty_list",
            *every("text_input.unknown_*"),
            *WRONG_IMAGES,
            "other_input.audio",
            "wrong_requests.missing_member",
            "wrong_requests.wrong_type",
            "wrong_requests.unusual_body",
        ),
        ending_in(500, all_of(refused_for("input"), no_tools)),
    ),
    Fault("empty-list-accepted", "An empty list is taken.", ("text_input.empty_list",), request_edit=_with_some_input),
    Fault(
        "any-role-accepted",
        "A message of an unknown role is taken for one of the user.",
        ("text_input.unknown_role",),
        request_edit=put("/input/*/role", _known_role),
    ),
    Fault(
        "unknown-parts-ignored",
        "A part of an unknown type is passed over.",
        ("text_input.unknown_part",),
        request_edit=put(EACH_PART, _known_part),
    ),
    refused("empty-text", "An empty text", "text_input.empty_text", _is_empty),
)
