"""Supported models: each answers the page's example request.

Documentation page, "Query examples" and "Supported models". These cases run before all others: a target that takes no
strings, or no lists, is asked in the other form from then on.
"""

import pytest

from conformance.samples import conversations

pytestmark = pytest.mark.first


@pytest.mark.requirement("supported_models.string_input", "supported_models.text")
def test_string_input(ask, model):
    """The page's question, as a string, is answered with text."""
    ask(model, conversations.QUESTION)


@pytest.mark.requirement("supported_models.message_list", "supported_models.text")
def test_message_list(ask, model):
    """The page's Python example, a system message and a user message, is answered with text."""
    ask(model, conversations.CONVERSATION, max_output_tokens=256)
