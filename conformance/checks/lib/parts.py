"""The types of the parts of a message, and of the annotations on its text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from conformance.checks.lib.view import View

Kinds = dict[str, tuple[str, ...]]
"""Members by which each type is known."""

PARTS: Final[Kinds] = {
    "output_text": ("text", "annotations"),
    "refusal": ("refusal",),
}
ANNOTATIONS: Final[Kinds] = {
    "container_file_citation": ("container_id", "file_id"),
    "url_citation": ("url", "title", "start_index"),
    "file_citation": ("file_id", "filename", "index"),
}

PART_TYPES: Final[tuple[str, ...]] = ("output_text", "refusal")
ANNOTATION_TYPES: Final[tuple[str, ...]] = ("url_citation", "file_citation", "container_file_citation", "file_path")
"""All types that clients know. What a user said before can come back in a compaction, as it was sent."""

OF_REQUESTS: Final = "input_"
"""How the types of parts begin that a client sends."""


def typed_parts(view: View) -> Iterator[tuple[str, dict[str, Any], Kinds, tuple[str, ...]]]:
    """Pointer and value of each part and annotation, how their types are known, and all that there are."""
    users = tuple(f"{where}/" for where, item in view.items_of("message") if item.get("role") == "user")
    yield from ((where, part, PARTS, PART_TYPES) for where, part in view.parts() if not where.startswith(users))
    for where, annotation, part in view.annotations():
        if isinstance(part.get("text"), str):
            yield where, annotation, ANNOTATIONS, ANNOTATION_TYPES


def known_by(value: dict[str, Any], kinds: Kinds) -> str | None:
    """The type that the members of a value tell, or None where its own type is one of those or none is told."""
    if any(value.get("type") == kind for kind in kinds):
        return None
    return next((kind for kind, members in kinds.items() if all(member in value for member in members)), None)
