"""Faults of what stands in the input: texts, messages, images, files and sound."""

import re
from collections.abc import Callable
from itertools import starmap
from typing import Any, Final

from conformance.reference.faults.asked import (
    NOWHERE,
    Test,
    asks,
    every,
    given,
    no_tools,
    parts,
    refused_for,
    sends_back,
)
from conformance.reference.faults.edits import GONE, ending_in, on_final, only_if, put, refused, refusing
from conformance.reference.faults.fault import ELSEWHERE, Fault
from conformance.reference.input_files import IMAGE_TYPES
from conformance.reference.reply import Reading, Reply
from conformance.samples.images import picture

EACH_PART: Final = "/input/*/content/*"
ROLES: Final = ("system", "developer", "user", "assistant")
PARTS: Final = ("input_text", "input_image", "input_file", "input_audio", "output_text", "refusal")

MANY: Final = 100
LONG: Final = 50_000
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
OTHER_PLANES: Final = re.compile(r"[\U00010000-\U0010ffff]")


# --- requests that are read as others


def _without_parts(kind: str) -> Reading:
    return put(EACH_PART, lambda part: GONE if part.get("type") == kind else part)


def _known_part(part: dict[str, Any]) -> Any:
    return part if part.get("type") in PARTS else GONE


def _taking(test: Callable[[str], bool]) -> Reading:
    """Reads a request as if there was a good image behind some URLs."""
    return put(f"{EACH_PART}/image_url", lambda url: picture("png") if test(str(url)) else url)


def _claims_known_type(url: str) -> bool:
    return url.startswith(tuple(f"data:{kind};" for kind in IMAGE_TYPES))


def _claims_other_type(url: str) -> bool:
    return url.startswith("data:") and not _claims_known_type(url)


def _replaced(value: Any) -> Any:
    """A text without the characters of other planes than the first."""
    return OTHER_PLANES.sub("\ufffd", value) if isinstance(value, str) else value


def _known_role(role: Any) -> Any:
    return role if role in ROLES else "user"


def _with_some_input(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "input": ""} if body.get("input") == [] else body


# --- requests on which a fault shows


def _text(reply: Reply) -> str:
    """The input where it is a text."""
    text = reply.asked.get("input")
    return text if isinstance(text, str) else ""


def _is_empty(reply: Reply) -> bool:
    messages = (item for item in given(reply) if "role" in item)
    return reply.asked.get("input") == "" or any(item.get("content") in ("", []) for item in messages)


def _shows(*beginnings: str) -> Test:
    """True where an image has a URL that begins in one of these ways."""
    return lambda reply: any(str(part.get("image_url")).startswith(beginnings) for part in parts(reply, "input_image"))


def _shows_several(reply: Reply) -> bool:
    return len(parts(reply, "input_image")) > 1


def _details(detail: str) -> Test:
    return lambda reply: any(part.get("detail") == detail for part in parts(reply, "input_image"))


def _unread(usage: dict[str, Any]) -> dict[str, Any]:
    """The usage as if next to nothing had been sent."""
    return usage | {"input_tokens": 1, "total_tokens": 1 + usage["output_tokens"]}


WRONG_IMAGES: Final = ("image_input.broken_data", "image_input.unreachable", "image_input.forbidden_url")

REFUSALS: Final[tuple[tuple[str, str, str, Test], ...]] = (
    ("message-in-full-form", "A message in its full form", "text_input.parts", sends_back("message", role="user")),
    ("developer", "A message of the developer", "text_input.roles", sends_back(role="developer")),
    (
        "two-instructions",
        "A system message beside instructions",
        "text_input.instructions",
        every(sends_back(role="system"), asks("/instructions")),
    ),
    ("long-conversation", "A long conversation", "text_input.history", lambda reply: len(given(reply)) > MANY),
    (
        "control-character",
        "A text with a control character",
        "text_input.characters",
        lambda reply: CONTROL.search(_text(reply)) is not None,
    ),
    ("long-text", "A long text", "text_input.length", lambda reply: len(_text(reply)) > LONG),
    ("empty-text", "An empty text", "text_input.empty_text", _is_empty),
    ("image-behind-a-url", "An image behind a URL", "image_input.http_url", _shows("http:", "https:")),
    ("webp", "A WEBP image", "image_input.formats", _shows("data:image/webp;")),
    ("gif", "A GIF image", "image_input.formats", _shows("data:image/gif;")),
    ("high-detail", "An image that has to be seen in detail", "image_input.detail", _details("high")),
    ("second-image", "The second image of a message", "image_input.mixed", _shows_several),
    ("file", "A file", "other_input.file", lambda reply: bool(parts(reply, "input_file"))),
)
"""What is refused, see `refused`."""

REFUSED: Final = (
    *starmap(refused, REFUSALS),
    Fault(
        "data-urls-refused",
        "An image in a data URL is refused.",
        ("image_input.data_url", "image_input.read", "image_input.formats", "image_input.detail", "image_input.mixed"),
        refusing(_shows("data:")),
    ),
    Fault(
        "wrong-input-ends-in-500",
        "An input that has to be refused ends in an internal error.",
        (
            "text_input.empty_list",
            "text_input.unknown_role",
            "text_input.unknown_part",
            *WRONG_IMAGES,
            "image_input.other_formats",
            "other_input.audio",
            "wrong_requests.missing_member",
            "wrong_requests.wrong_type",
            "wrong_requests.unusual_body",
        ),
        ending_in(500, every(refused_for("input"), no_tools)),
    ),
)

ACCEPTED: Final = (
    Fault("empty-list-accepted", "An empty list is taken.", ("text_input.empty_list",), reading=_with_some_input),
    Fault(
        "any-role-accepted",
        "A message of an unknown role is taken for one of the user.",
        ("text_input.unknown_role",),
        reading=put("/input/*/role", _known_role),
    ),
    Fault(
        "unknown-parts-ignored",
        "A part of an unknown type is passed over.",
        ("text_input.unknown_part",),
        reading=put(EACH_PART, _known_part),
    ),
    Fault(
        "any-data-accepted",
        "An image in a data URL is taken whatever its data are.",
        ("image_input.broken_data",),
        reading=_taking(_claims_known_type),
    ),
    Fault(
        "unreachable-image-accepted",
        "An image behind a URL that nobody can reach is taken.",
        ("image_input.unreachable",),
        reading=_taking(lambda url: NOWHERE in url),
    ),
    Fault(
        "files-of-the-server-shown",
        "A file: URL is opened on the server.",
        ("image_input.forbidden_url",),
        reading=_taking(lambda url: url.startswith("file:")),
    ),
    Fault(
        "metadata-of-the-cloud-fetched",
        "A link-local address is fetched from.",
        ("image_input.forbidden_url",),
        reading=_taking(lambda url: url.startswith("http://169.254.")),
    ),
    Fault(
        "any-image-format-accepted",
        "Images of other formats are taken.",
        ("image_input.other_formats",),
        reading=_taking(_claims_other_type),
    ),
)

IGNORED: Final = (
    Fault(
        "images-ignored",
        "Images are passed over in silence.",
        ("image_input.read", *WRONG_IMAGES, "image_input.other_formats"),
        reading=_without_parts("input_image"),
        seen=ELSEWHERE,
    ),
    Fault(
        "images-for-nothing",
        "Images cost no input tokens.",
        ("image_input.read",),
        only_if(lambda reply: bool(parts(reply, "input_image")), on_final(put("/usage", _unread))),
    ),
    Fault(
        "audio-ignored",
        "Sound is passed over in silence.",
        ("other_input.audio",),
        reading=_without_parts("input_audio"),
    ),
    Fault(
        "other-planes-replaced",
        "Characters of other planes than the first are replaced.",
        ("echo.instructions",),
        reading=lambda body: put("/instructions", _replaced)(put("/input", _replaced)(body)),
    ),
)
