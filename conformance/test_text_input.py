"""Text input: as a string, as messages, as typed parts, of any characters and length.

Documentation page, "Supported input types" and "Query examples".
"""

import pytest

from conformance.samples import conversations, prose, text_input

pytestmark = pytest.mark.representative


@pytest.mark.requirement("text_input.parts")
def test_parts(ask, model):
    """A message in its full form is answered."""
    ask(model, text_input.TYPED)


@pytest.mark.requirement("text_input.roles", "usage.words")
def test_roles(ask, model):
    """A message of each role is taken, and read."""
    ask(model, text_input.ROLES)


@pytest.mark.requirement("text_input.instructions", "echo.instructions", "usage.words")
def test_instructions(ask, model):
    """Instructions are taken, read, and come back."""
    ask(model, conversations.QUESTION, instructions=f"Answer in one sentence. {prose.HUNDRED}")


@pytest.mark.requirement("text_input.instructions", "echo.instructions")
def test_instructions_and_system_message(ask, model):
    """Instructions are taken beside a system message, in a stream."""
    ask(model, conversations.CONVERSATION, stream=True, instructions="Answer in one sentence.")


@pytest.mark.requirement("text_input.history", "usage.words")
def test_history(ask, model):
    """A conversation of 101 messages is answered, and read."""
    ask(model, text_input.HISTORY)


@pytest.mark.risk(4)
@pytest.mark.requirement("text_input.characters", "echo.instructions")
def test_characters(ask, model):
    """Text of many scripts and with control characters is taken, and comes back as it was sent."""
    ask(model, text_input.CHARACTERS, stream=True, instructions=text_input.CHARACTERS)


@pytest.mark.risk(3)
@pytest.mark.uses("long-text")
@pytest.mark.requirement("text_input.length", "usage.words")
def test_length(ask, model):
    """A text of 100,000 bytes is taken, and counted."""
    ask(model, text_input.LONG)


@pytest.mark.sample(text_input.REFUSED_INPUTS)
@pytest.mark.twin("{sample[twin]}")
@pytest.mark.requirement("text_input.{sample[requirement]}")
def test_refused(ask, model, sample):
    """Input that is none is refused."""
    ask.refused(model, sample["input"])


@pytest.mark.sample(text_input.EMPTY_INPUTS)
@pytest.mark.requirement("text_input.empty_text")
def test_empty_text(ask, model, sample):
    """What happens to an empty text is observed."""
    ask(model, sample["input"])
