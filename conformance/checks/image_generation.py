"""Checks of generated images: they can be decoded, and are as they were asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from conformance.checks.lib.declared import declared, finished
from conformance.checks.lib.forced_calls import called_rule
from conformance.checks.lib.images import Picture
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.timeline import PARTIAL_IMAGE, Step
from conformance.checks.lib.view import View, shared
from conformance.wire.json_values import MISSING, at, printable, shorten, show

CALL: Final = "image_generation_call"
IMAGE: Final = "a PNG, JPEG or WebP image in base64 that can be decoded to its end"

called_rule("image_generation.called", "image_generation")


@shared
def _results(view: View) -> list[tuple[str, dict[str, Any], Picture]]:
    """Pointer, call and image of each finished call that has one."""
    calls = [(where, call, call.get("result")) for where, call in finished(view, CALL)]
    read = [(where, call, view.pictures.read(text)) for where, call, text in calls if isinstance(text, str) and text]
    return [(where, call, picture) for where, call, picture in read if picture is not None]


def _problem(where: str, picture: Picture) -> Finding:
    return Finding(where, IMAGE, shorten(printable(picture.problem), 100))


@rule("image_generation.decodable", when=lambda view: bool(_results(view)))
def decodable(view: View) -> Iterator[Finding]:
    """The result of a call is an image."""
    for where, _, picture in _results(view):
        if picture.problem:
            yield _problem(view.where(f"{where}/result"), picture)


def _asked(view: View, member: str) -> Any:
    """What the one declared tool asks for, `MISSING` where it leaves that to the model."""
    tools = declared(view, "image_generation")
    value = at(tools[0], member) if len(tools) == 1 else MISSING
    return MISSING if value in (None, "auto") else value


def _compared(view: View, tool: str, call: str) -> list[tuple[str, list[Any], Picture]]:
    """Pointer, what was asked and what the call tells, and image of each call where something is to be compared."""
    found = []
    for where, item, picture in _results(view):
        wanted = [value for value in (_asked(view, tool), item.get(call)) if isinstance(value, str) and value != "auto"]
        if wanted and not picture.problem:
            found.append((f"{where}/result", wanted, picture))
    return found


BEGINNINGS: Final = {"iVBORw0KGgo": "png", "/9j/": "jpeg", "UklGR": "webp"}
"""How an image begins in base64, by its format: that shows also where a capture has kept no more than a part."""


def _parts_of_images(view: View) -> Iterator[tuple[str, str, str]]:
    """Pointer, format as the call tells it and format by the beginning, of images of which a part was kept."""
    for where, call in finished(view, CALL):
        text, told = call.get("result"), call.get("output_format")
        if isinstance(text, str) and isinstance(told, str) and view.pictures.read(text) is None:
            found = next((kind for beginning, kind in BEGINNINGS.items() if text.startswith(beginning)), None)
            if found is not None:
                yield f"{where}/result", told.lower().replace("jpg", "jpeg"), found


def _shows_format(view: View) -> bool:
    return bool(_compared(view, "output_format", "output_format")) or any(_parts_of_images(view))


@rule("image_generation.format", when=_shows_format)
def format_(view: View) -> Iterator[Finding]:
    """The image has the format that was asked for, and that the call tells."""
    for where, told, found in _parts_of_images(view):
        if told != found:
            yield Finding(view.where(where), f"an image of the format {show(told, 40)}", found)
    for where, wanted, picture in _compared(view, "output_format", "output_format"):
        for value in {each.lower().replace("jpg", "jpeg") for each in wanted} - {picture.format}:
            yield Finding(view.where(where), f"an image of the format {show(value, 40)}", picture.format)


def _sized(view: View) -> list[tuple[str, list[Any], Picture]]:
    """Who captures without the requests puts small images in the place of large ones."""
    return _compared(view, "size", "size") if view.body else []


@rule("image_generation.size", when=lambda view: bool(_sized(view)))
def size(view: View) -> Iterator[Finding]:
    """The image has the size that was asked for, and that the call tells."""
    for where, wanted, picture in _sized(view):
        real = f"{picture.size[0]}x{picture.size[1]}"
        for value in {*wanted} - {real}:
            yield Finding(view.where(where), f"an image of the size {show(value, 40)}", real)


def _settings(view: View) -> list[tuple[str, Any, Any]]:
    """Pointer, what was asked and what the call tells, of settings that the image itself does not show."""
    return [
        (f"{where}/{member}", _asked(view, member), call[member])
        for where, call in finished(view, CALL)
        for member in ("quality", "background")
        if isinstance(call.get(member), str) and _asked(view, member) is not MISSING
    ]


@rule("image_generation.settings", when=lambda view: bool(_settings(view)))
def settings(view: View) -> Iterator[Finding]:
    """The call tells the quality and the background that were asked for."""
    for where, wanted, received in _settings(view):
        if received != wanted:
            yield Finding(view.where(where), f"{show(wanted, 40)}, as it was asked", show(received, 40))


def _partial(view: View) -> list[list[Step]]:
    """The partial images of each call of a stream."""
    return [item.of(PARTIAL_IMAGE) for item in view.timeline.items if item.type == CALL]


def _most(view: View) -> int | None:
    """How many partial images a call may bring, or None where the request does not tell. One can come unasked."""
    asked = _asked(view, "partial_images")
    known = bool(view.body) and len(declared(view, "image_generation")) == 1
    return max(asked if isinstance(asked, int) else 0, 1) if known else None


@rule(
    "image_generation.partial_images",
    when=lambda view: bool(_partial(view)) and (_most(view) is not None or any(_partial(view))),
)
def partial_images(view: View) -> Iterator[Finding]:
    """A call brings no more partial images than were asked for, and each can be decoded."""
    most = _most(view)
    for steps in _partial(view):
        for number, step in enumerate(steps):
            text = step.json.get("partial_image_b64")
            picture = view.pictures.read(text) if isinstance(text, str) else None
            if most is not None and number >= most:
                yield Finding(step.where(), f"{most} partial images at most, as the request says", "another one")
            elif picture is not None and picture.problem:
                yield _problem(step.where("/partial_image_b64"), picture)
