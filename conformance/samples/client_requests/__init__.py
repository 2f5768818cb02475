"""How real clients write a request, one way at a time, where the suite writes it otherwise.

A shape is told by how the suite would write the same. So one function says whether a request has it, makes the right
request beside it, and makes one that has this shape and no other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from conformance.samples.client_requests import items, settings, tools
from conformance.samples.client_requests.writing import Body, Item, Shape, Written

__all__ = ["SHAPES", "Body", "Item", "Shape", "Written", "plainly", "requirements", "shapes_of"]

SHAPES: Final = (*settings.SHAPES, *tools.SHAPES, *items.SHAPES)
"""In this order they are taken out of a request: what one leaves behind, a later one may take."""


def shapes_of(request: Written) -> list[Shape]:
    """The shapes that a request has."""
    return [shape for shape in SHAPES if shape.is_in(request)]


def plainly(request: Written, *, but: Iterable[Shape] = ()) -> Written:
    """A request without any of the shapes, but for some."""
    kept = {shape.name for shape in but}
    for shape in SHAPES:
        if shape.name not in kept:
            request = shape.plainly(request)
    return request


def requirements(*bodies: Body) -> tuple[str, ...]:
    """The ids of the shapes that some requests put to the test."""
    return tuple(dict.fromkeys(shape.requirement for body in bodies for shape in shapes_of(Written(body))))
