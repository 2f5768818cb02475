"""Image generation: the result is an image of the form that was asked for.

Documentation page, "Limitations" (supported tool types).
"""

import pytest

from conformance.samples import outputs, tools

pytestmark = pytest.mark.tool("image_generation")

DRAW = "Draw a plain grey square."


@pytest.mark.requirement(
    "image_generation.accepted",
    "image_generation.called",
    "image_generation.completed",
    "image_generation.decodable",
    "image_generation.format",
    "image_generation.size",
)
def test_call(ask, model):
    """An image is made, of the format and size that were asked for."""
    promised = "image_generation.completed"
    ask.until(outputs.DRAWN, model, DRAW, promised=promised, tools=[tools.IMAGE], tool_choice="required")


@pytest.mark.requirement("image_generation.accepted", "image_generation.called", "image_generation.decodable")
def test_streamed_call(ask, model):
    """An image is made in a stream."""
    ask(model, DRAW, stream=True, tools=[tools.IMAGE], tool_choice="required")


@pytest.mark.representative
@pytest.mark.requirement("image_generation.accepted", "image_generation.format", "image_generation.size")
def test_other_form(ask, model):
    """An image of another format and size than the usual ones is made."""
    form = {"output_format": "jpeg", "size": "1536x1024"}
    ask(model, DRAW, tools=[tools.IMAGE | form], tool_choice="required")


@pytest.mark.representative
@pytest.mark.requirement("image_generation.accepted", "image_generation.partial_images")
def test_partial_images(ask, model):
    """A stream shows the image while it is made."""
    tool = tools.IMAGE | {"output_format": "webp", "partial_images": 2}
    ask(model, DRAW, stream=True, tools=[tool], tool_choice="required")


@pytest.mark.representative
@pytest.mark.requirement("image_generation.accepted", "obedience.tool_choice_hosted")
def test_by_type(ask, model):
    """A tool that the server runs is chosen by its type."""
    ask(model, DRAW, tools=[tools.IMAGE], tool_choice={"type": "image_generation"})
