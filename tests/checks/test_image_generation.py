"""The checks of images: whole, of their format and size, and as they were asked for."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from conformance.checks.lib import images
from conformance.wire.edit import put
from conformance.wire.json_values import MISSING
from tests.checks.rules import broken_by, judged_by
from tests.right.answers import PNG, with_items
from tests.right.samples import with_answer
from tests.right.tool_answers import drawing, drawn, image


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_an_image_that_ends_early_is_broken(form: str, share: float) -> None:
    """An image of any format that is cut off cannot be decoded."""
    text = drawn(form)
    assert images.Pictures().read(text) == images.Picture(form.lower(), (1024, 1024))
    picture = images.Pictures().read(text[: int(len(text) * share) // 4 * 4])
    assert picture is not None
    assert picture.problem


@pytest.mark.parametrize("text", ["", "=", "AA", "é", "data:image/png;base64,AAAA", "R0lGODlhAQABAAAAACw=", "AAAA" * 9])
def test_what_is_no_image(text: str) -> None:
    """Text that is no base64, or no image, has a problem."""
    picture = images.Pictures().read(text)
    assert picture is not None
    assert picture.problem


def test_an_image_of_too_many_pixels_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """An image beyond the limit is told by its size and not decoded."""
    monkeypatch.setattr(images, "MAX_PIXELS", 99)
    picture = images.Pictures().read(drawn("PNG", (10, 10)))
    assert picture is not None
    assert picture.problem == "10x10 pixels"


@pytest.mark.parametrize("limit", ["MAX_IMAGES", "MAX_PIXELS_IN_ALL"])
def test_there_is_an_end_to_the_images_of_an_answer(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many images or pixels no new one is read, and one that was read before is known."""
    monkeypatch.setattr(images, limit, {"MAX_IMAGES": 2, "MAX_PIXELS_IN_ALL": 250}[limit])
    pictures = images.Pictures()
    read = [pictures.read(drawn("PNG", (10, 10 + number))) for number in (0, 1, 0, 2, 1)]
    assert [picture is not None for picture in read] == [True, True, True, False, True]


@pytest.mark.parametrize("text", [drawn()[:1024], drawn("JPEG")[:1024], f"{drawn('WEBP')[:200]}...{drawn()[-20:]}"])
def test_an_image_that_a_capture_has_shortened_is_not_judged(text: str) -> None:
    """An image that a capture has cut is not blamed, one that came so is."""
    found = with_answer("drawn", put("/output/0/result", text))
    mine = {"image_generation.decodable", "image_generation.size"}
    assert not mine & judged_by(found)
    live = dataclasses.replace(found, content=json.dumps(found.json).encode(), captured_json=MISSING)
    assert broken_by(live) == {"image_generation.decodable"}


@pytest.mark.parametrize("asked", [{}, {"size": "auto", "output_format": "webp"}, {"size": "512x512"}])
def test_the_model_may_choose_what_was_not_asked(asked: dict[str, Any]) -> None:
    """A size or format that was left open may be any."""
    found = with_items([{"type": "image_generation", **asked}], image(drawn("WEBP"), output_format="webp"))
    assert broken_by(found) == ({"image_generation.size"} if asked.get("size") == "512x512" else set())


def test_a_format_has_two_names() -> None:
    """JPG is JPEG."""
    tool = {"type": "image_generation", "output_format": "jpeg"}
    assert not broken_by(with_items([tool], image(drawn("JPEG"), output_format="jpg")))


@pytest.mark.parametrize(
    ("partial", "asked", "is_right"),
    [
        ([], 3, True),
        ([PNG] * 3, 3, True),
        ([PNG] * 4, 3, False),
        ([PNG], None, True),
        ([PNG], 0, True),
        ([PNG] * 2, None, False),
        (["AAAA"], 1, False),
        ([f"{PNG[:40]}..."], 1, True),
    ],
)
def test_partial_images(partial: list[str], asked: Any, *, is_right: bool) -> None:
    """No more partial images than were asked for, and each of them an image."""
    found = drawing(*partial, asked=asked)
    assert "image_generation.partial_images" in judged_by(found)
    assert ("image_generation.partial_images" not in broken_by(found)) is is_right


@pytest.mark.parametrize(("member", "told"), [("quality", "high"), ("background", "opaque")])
def test_a_call_tells_what_was_asked(member: str, told: str) -> None:
    """A quality or background that was asked for is the one that is told."""
    for asked, is_right in ((told, True), ("auto", True), ("other", False)):
        found = with_items([{"type": "image_generation", member: asked}], image(drawn(), **{member: told}))
        assert ("image_generation.settings" not in broken_by(found)) is is_right


@pytest.mark.parametrize(
    ("form", "told", "is_right"), [("PNG", "png", True), ("PNG", "jpeg", False), ("JPEG", "jpeg", True)]
)
def test_the_format_of_an_image_of_which_a_part_was_kept(form: str, told: str, *, is_right: bool) -> None:
    """How an image begins tells its format, also where a capture has cut it."""
    text = drawn(form)[:1024]
    found = with_answer("drawn", put("/output/0/result", text), put("/output/0/output_format", told))
    assert ("image_generation.format" not in broken_by(found)) is is_right
