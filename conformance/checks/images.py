"""Images in base64, decoded to their end. They can be anybody's, so their size is bounded."""

from __future__ import annotations

import base64
import io
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

FORMATS: Final = ("PNG", "JPEG", "WEBP")
MAX_PIXELS: Final = 4096 * 4096
"""An image of more is not decoded."""

MAX_CHARACTERS: Final = 100_000_000

CUT_AT: Final = 1024
"""Characters to which the makers of captures cut an image; others put dots where they left something out."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a text was decoded to: format and size of the image, or what is wrong with it."""

    format: str = ""
    size: tuple[int, int] = (0, 0)
    problem: str = ""


@lru_cache(maxsize=8)
def read_picture(text: str) -> Picture | None:
    """The image in a text. None where somebody has kept a part of it only, so that it cannot be judged."""
    if "..." in text or "…" in text:
        return None
    picture = _decoded(text)
    return None if picture.problem and len(text) == CUT_AT else picture


def _decoded(text: str) -> Picture:
    if len(text) > MAX_CHARACTERS:
        return Picture(problem=f"{len(text)} characters")
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError as error:
        return Picture(problem=f"no base64: {error}")
    from PIL import Image  # not needed by most runs

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sizes, which are judged here
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                kind, size = str(image.format).lower(), image.size
                if size[0] * size[1] > MAX_PIXELS:
                    return Picture(kind, size, f"{size[0]}x{size[1]} pixels")
                image.verify()
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                image.load()
    except Exception as error:  # broken images fail in as many ways as there are decoders
        return Picture(problem=f"no whole image: {str(error).partition(' <')[0]}")
    return Picture(kind, size)
