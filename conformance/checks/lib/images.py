"""Images in base64, decoded to their end. They can be anybody's, so their size is bounded."""

from __future__ import annotations

import base64
import io
import warnings
from dataclasses import dataclass
from typing import Final

FORMATS: Final = ("PNG", "JPEG", "WEBP")
MAX_PIXELS: Final = 4096 * 4096
"""An image of more is not decoded."""

MAX_IMAGES: Final = 24
"""Images of an answer that are judged, so that no answer takes for ever."""

MAX_PIXELS_IN_ALL: Final = 2 * MAX_PIXELS

MAX_CHARACTERS: Final = 100_000_000

CUT_AT: Final = 1024
"""Characters to which the makers of captures cut an image; others put dots where they left something out."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a text was decoded to: format and size of the image, or what is wrong with it."""

    format: str = ""
    size: tuple[int, int] = (0, 0)
    problem: str = ""


class Pictures:
    """The images of one answer. Each is decoded once, and there is an end to it."""

    def __init__(self, *, shortened: bool = False) -> None:
        self._shortened = shortened
        self._read: dict[str, Picture | None] = {}
        self._pixels = MAX_PIXELS_IN_ALL

    def read(self, text: str) -> Picture | None:
        """The image in a text. None where it is not judged: somebody has kept a part of it, or there are too many."""
        if text not in self._read:
            self._read[text] = self._judged(text) if len(self._read) < MAX_IMAGES and self._pixels > 0 else None
        return self._read[text]

    def _judged(self, text: str) -> Picture | None:
        if self._shortened and ("..." in text or "…" in text):
            return None
        picture = _decoded(text, self._pixels)
        if picture is not None:
            self._pixels -= picture.size[0] * picture.size[1]
        is_cut = self._shortened and len(text) == CUT_AT
        return None if picture is None or (picture.problem and is_cut) else picture


def _decoded(text: str, pixels: int) -> Picture | None:
    """The image in a text, or None for one of more pixels than are left."""
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
                    return Picture(problem=f"{size[0]}x{size[1]} pixels")
                if size[0] * size[1] > pixels:
                    return None
                image.verify()
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                image.load()
    except Exception as error:  # broken images fail in as many ways as there are decoders
        return Picture(problem=f"no whole image: {str(error).partition(' <')[0]}")
    return Picture(kind, size)
