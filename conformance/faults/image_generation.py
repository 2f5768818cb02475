"""Faults of the tool that makes images."""

import base64
from typing import Final

from conformance.faults.lib.fault import Fault
from conformance.faults.lib.rows import hosted_fails, not_called, refused
from conformance.reference.edits.asked import declares, streams
from conformance.reference.edits.events import each, on_events
from conformance.reference.edits.replies import echoing_tools, in_json, on_items
from conformance.reference.edits.requests import each_tool, each_tool_of
from conformance.reference.reply import Reply
from conformance.wire.edit import put


def _cut_off(image: str) -> str:
    content = base64.b64decode(image)
    return base64.b64encode(content[: len(content) // 2]).decode()


def _is_usual(reply: Reply) -> bool:
    return not streams(reply) and declares("image_generation", output_format="png")(reply)


FAULTS: Final = (
    refused(
        "small-image",
        "A PNG of a low quality",
        "image_generation.accepted",
        declares("image_generation", quality="low", output_format="png"),
    ),
    not_called("image_generation", "image_generation.called", "image_generation.completed"),
    hosted_fails("image_generation", "An image of the usual form", "image_generation.completed", _is_usual),
    Fault(
        "image-cut-off",
        "An image ends in the middle.",
        ("image_generation.decodable",),
        in_json(put("/output/*/result", _cut_off)),
    ),
    Fault(
        "image-of-another-format",
        "An image is a PNG whatever was asked for.",
        ("image_generation.format",),
        echoing_tools,
        each_tool_of("image_generation", output_format="png"),
    ),
    Fault(
        "image-of-another-size",
        "An image is smaller than was asked for.",
        ("image_generation.size",),
        echoing_tools,
        each_tool_of("image_generation", size="512x512"),
    ),
    Fault(
        "image-of-another-quality",
        "An image has another quality than was asked for.",
        ("image_generation.settings",),
        on_items("image_generation_call", "/quality", "high"),
    ),
    Fault(
        "partial-image-too-many",
        "A stream brings more partial images than were asked for.",
        ("image_generation.partial_images",),
        echoing_tools,
        each_tool(
            lambda tool: tool | {"partial_images": tool["partial_images"] + 1} if tool.get("partial_images") else tool
        ),
    ),
    Fault(
        "partial-image-cut-off",
        "A partial image ends in the middle.",
        ("image_generation.partial_images",),
        on_events(each("image_generation_call.partial_image", put("/partial_image_b64", _cut_off))),
    ),
)
