"""A picture of a size and a format: two areas and a square, so that it stays small."""

import io
from typing import Final

from PIL import Image

# Of every format the encoding that is small for areas of one colour. PNG: runs only, which every zlib finds alike.
ENCODING: Final[dict[str, dict[str, int | bool]]] = {
    "png": {"compress_level": 9, "compress_type": 3},
    "jpeg": {"quality": 60, "optimize": True},
    "webp": {"lossless": True, "method": 4},
}
# What an image costs by its quality, in tokens.
QUALITIES: Final = {"low": 272, "medium": 1056, "high": 4160}
BLOCK: Final = 16


def picture(width: int, height: int, form: str, seed: bytes, *, transparent: bool = False) -> bytes:
    """The bytes of an image. Equal arguments give equal bytes, other seeds other colours and places."""
    image = Image.new("P", (width, height), 0)
    # Three colours, each with a byte of the seed in it.
    image.putpalette([40, 60, seed[0], 220, seed[1], 90, 250, 240, seed[2]])
    horizon = _place(height, seed[3])
    image.paste(1, (0, horizon, width, height))
    side = max(1, min(width, height) // 4 // BLOCK * BLOCK)
    left, top = _place(width - side, seed[4]), _place(height - side, seed[5])
    image.paste(2, (left, top, left + side, top + side))
    if transparent:
        image.info["transparency"] = 0
    stream = io.BytesIO()
    if form == "jpeg":
        # It pays for every block of every colour, so that it gets no more than grey.
        image = image.convert("L")
    elif form == "webp":
        image = image.convert("RGBA" if transparent else "RGB")
    image.save(stream, form.upper(), **ENCODING[form])
    return stream.getvalue()


def _place(length: int, share: int) -> int:
    """A place in a length, at the edge of a block of pixels as JPEG cuts them."""
    return length * share // 255 // BLOCK * BLOCK
