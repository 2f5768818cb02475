"""Other inputs: files and sound, which the page does not list.

Documentation page, "Supported input types": text and image. The REST reference lists files too.
"""

import pytest

from conformance import samples

pytestmark = pytest.mark.representative


@pytest.mark.requirement("other_input.file")
def test_file(ask, model):
    """What happens to a file is observed."""
    ask(model, samples.showing("What does the file say?", samples.FILE))


@pytest.mark.requirement("other_input.audio")
def test_audio(ask, model):
    """Sound is refused."""
    ask.refused(model, samples.showing("What is said here?", samples.AUDIO))
