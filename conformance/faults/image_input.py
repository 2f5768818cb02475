"""Faults of images in the input."""

from collections.abc import Callable
from typing import Final

from conformance.faults.lib.fault import ELSEWHERE, Fault
from conformance.faults.lib.requirements import WRONG_IMAGES
from conformance.faults.lib.rows import costing, counting, refused
from conformance.reference.edits.asked import NOWHERE, Test, parts
from conformance.reference.edits.replies import only_if, refusing
from conformance.reference.edits.requests import EACH_PART, without_parts
from conformance.reference.input_files import IMAGE_TYPES
from conformance.reference.reply import Reply, RequestEdit
from conformance.samples.image_input import picture
from conformance.wire.edit import put

PARTS: Final = 1_000
"""Tokens that a message with parts is said to cost."""


def _taking(test: Callable[[str], bool]) -> RequestEdit:
    """Reads a request as if there was a good image behind some URLs."""
    return put(f"{EACH_PART}/image_url", lambda url: picture("png") if test(str(url)) else url)


def _claims_known_type(url: str) -> bool:
    return url.startswith(tuple(f"data:{kind};" for kind in IMAGE_TYPES))


def _claims_other_type(url: str) -> bool:
    return url.startswith("data:") and not _claims_known_type(url)


def _shows(*beginnings: str) -> Test:
    """True where an image has a URL that begins in one of these ways."""
    return lambda reply: any(str(part.get("image_url")).startswith(beginnings) for part in parts(reply, "input_image"))


def _shows_several(reply: Reply) -> bool:
    return len(parts(reply, "input_image")) > 1


def _details(detail: str) -> Test:
    return lambda reply: any(part.get("detail") == detail for part in parts(reply, "input_image"))


FAULTS: Final = (
    Fault(
        "data-urls-refused",
        "An image in a data URL is refused.",
        ("image_input.data_url", "image_input.formats", "image_input.detail", "image_input.mixed"),
        refusing(_shows("data:")),
    ),
    refused("image-behind-a-url", "An image behind a URL", "image_input.http_url", _shows("http:", "https:")),
    Fault(
        "images-ignored",
        "Images are passed over in silence.",
        ("image_input.read", *WRONG_IMAGES),
        request_edit=without_parts("input_image"),
        seen=ELSEWHERE,
    ),
    Fault(
        "images-dropped-and-parts-counted",
        "Images cost nothing, and a message with parts costs more than its text.",
        ("image_input.read",),
        only_if(lambda reply: bool(parts(reply, "input_text")), costing(PARTS)),
    ),
    Fault(
        "images-for-nothing",
        "Images cost no input tokens.",
        ("image_input.read",),
        counting(without_parts("input_image")),
    ),
    refused("webp", "A WEBP image", "image_input.formats", _shows("data:image/webp;")),
    refused("gif", "A GIF image", "image_input.formats", _shows("data:image/gif;")),
    refused("high-detail", "An image that has to be seen in detail", "image_input.detail", _details("high")),
    refused("second-image", "The second image of a message", "image_input.mixed", _shows_several),
    Fault(
        "any-data-accepted",
        "An image in a data URL is taken whatever its data are.",
        ("image_input.broken_data",),
        request_edit=_taking(_claims_known_type),
    ),
    Fault(
        "unreachable-image-accepted",
        "An image behind a URL that nobody can reach is taken.",
        ("image_input.unreachable",),
        request_edit=_taking(lambda url: NOWHERE in url),
    ),
    Fault(
        "files-of-the-server-shown",
        "A file: URL is opened on the server.",
        ("image_input.forbidden_url",),
        request_edit=_taking(lambda url: url.startswith("file:")),
    ),
    Fault(
        "metadata-of-the-cloud-fetched",
        "A link-local address is fetched from.",
        ("image_input.forbidden_url",),
        request_edit=_taking(lambda url: url.startswith("http://169.254.")),
    ),
    Fault(
        "any-image-format-accepted",
        "Images of other formats are taken.",
        ("image_input.other_formats",),
        request_edit=_taking(_claims_other_type),
    ),
)
