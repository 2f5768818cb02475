"""Makes the image files of the samples: ``python conformance/samples/make_images.py``."""

from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

FOLDER: Final = Path(__file__).parent / "files"
SIZE: Final = 64
FORMATS: Final = ("png", "jpeg", "webp", "gif", "bmp", "tiff")
SVG: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">'
    '<rect width="64" height="64" fill="white"/><rect x="16" y="16" width="32" height="32" fill="black"/></svg>\n'
)


def main() -> None:
    """Writes one file of each format: a black square on white."""
    FOLDER.mkdir(exist_ok=True)
    image = Image.new("1", (SIZE, SIZE), "white")
    ImageDraw.Draw(image).rectangle((16, 16, 47, 47), fill="black")
    for name in FORMATS:
        image.save(FOLDER / f"square.{name}", name.upper())
    (FOLDER / "square.svg").write_text(SVG, encoding="utf-8")


if __name__ == "__main__":
    main()
