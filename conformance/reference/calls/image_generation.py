"""The call of image_generation: a picture of the form that was asked for."""

import base64
from typing import Any

from conformance.reference.calls.made import Made
from conformance.reference.conversation import question
from conformance.reference.image import QUALITIES, picture
from conformance.reference.request import Request
from conformance.reference.text import pieces


def image_generation_call(request: Request, tool: dict[str, Any], label: str) -> Made:
    """An image_generation_call with a finished image."""
    form, size, quality, background = (
        default if tool.get(name, "auto") == "auto" else tool[name]
        for name, default in (
            ("output_format", "png"),
            ("size", "1024x1024"),
            ("quality", "medium"),
            ("background", "opaque"),
        )
    )
    width, height = (int(side) for side in size.split("x"))
    image = picture(width, height, form, request.hash(label), transparent=background == "transparent")
    prompt = "".join(pieces(question(request.body))[:40]).strip() or "A square in front of two areas."
    item = {
        "id": f"ig_{request.hex(label)}",
        "type": "image_generation_call",
        "status": "completed",
        "action": "generate",
        "background": background,
        "output_format": form,
        "quality": quality,
        "result": base64.b64encode(image).decode(),
        "revised_prompt": prompt,
        "size": size,
    }
    return Made(item, prompt)


def image_usage(items: list[dict[str, Any]]) -> dict[str, Any]:
    """What the images among the items of an answer cost."""
    images = [item for item in items if item["type"] == "image_generation_call"]
    read = sum(len(pieces(item["revised_prompt"])) for item in images)
    drawn = sum(QUALITIES[item["quality"]] for item in images)
    return {
        "input_tokens": read,
        "input_tokens_details": {"image_tokens": 0, "text_tokens": read},
        "output_tokens": drawn,
        "output_tokens_details": {"image_tokens": drawn, "text_tokens": 0},
        "total_tokens": read + drawn,
    }
