"""Other inputs: files and sound, which the page does not list.

Documentation page, "Supported input types": text and image. The REST reference lists files too.
"""

import pytest

from conformance.samples import conversations, image_input, other_input

pytestmark = pytest.mark.representative


@pytest.mark.requirement("other_input.file")
def test_file(ask, model):
    """What happens to a file is observed."""
    ask(model, image_input.showing("What does the file say?", other_input.FILE))


@pytest.mark.twin("parts")
@pytest.mark.requirement("other_input.audio")
def test_audio(ask, model):
    """Sound is refused."""
    ask.refused(model, image_input.showing(conversations.QUESTION, other_input.AUDIO))
