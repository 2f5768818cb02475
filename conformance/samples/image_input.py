"""Images as input: one small picture in each format, and what is no image. ``make_images.py`` makes the files."""

import base64
import functools
from pathlib import Path
from typing import Any, Final

Row = dict[str, Any]

FOLDER: Final = Path(__file__).parent / "files"

DESCRIBE: Final = "Describe the image in one sentence."


@functools.cache
def picture(form: str, claimed: str | None = None) -> str:
    """The picture in a format (png, jpeg, webp, gif, bmp, tiff, svg) as a data URL, or with another type claimed."""
    content = base64.b64encode((FOLDER / f"square.{form}").read_bytes()).decode()
    kind = "svg+xml" if form == "svg" else claimed or form
    return f"data:image/{kind};base64,{content}"


def showing(*parts: str | dict[str, Any]) -> list[dict[str, Any]]:
    """A message of the user with texts and images; a text that is a URL is an image."""
    return [{"role": "user", "content": [_part(part) for part in parts]}]


def _part(part: str | dict[str, Any]) -> dict[str, Any]:
    if isinstance(part, dict):
        return part
    if part.startswith(("data:", "http:", "https:", "file:")):
        return {"type": "input_image", "image_url": part}
    return {"type": "input_text", "text": part}


IMAGE_FORMATS: Final[dict[str, Row]] = {name: {} for name in ("png", "jpeg", "webp", "gif")}
OTHER_FORMATS: Final[dict[str, Row]] = {name: {} for name in ("bmp", "tiff", "svg")}
DETAILS: Final[dict[str, Row]] = {name: {} for name in ("low", "high", "auto")}
REFUSED_IMAGES: Final[dict[str, Row]] = {
    "no_base64": {"requirement": "broken_data", "image": "data:image/png;base64,%%%%"},
    "no_image": {"requirement": "broken_data", "image": "data:image/png;base64,bm8gaW1hZ2U="},
    "other_type": {"requirement": "broken_data", "image": picture("png", claimed="jpeg")},
    "unreachable": {"requirement": "unreachable", "image": "https://unreachable.invalid/square.png"},
    "file": {"requirement": "forbidden_url", "image": "file:///etc/hostname"},
    "link_local": {"requirement": "forbidden_url", "image": "http://169.254.169.254/latest/meta-data/"},
}
