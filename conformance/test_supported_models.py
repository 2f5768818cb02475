"""Supported models: each answers the page's example request.

Documentation page, "Query examples" and "Supported models".
"""

import pytest

from conformance import samples


@pytest.mark.requirement("supported_models.string_input", "supported_models.text")
def test_string_input(ask, model):
    """The page's question, as a string, is answered with text."""
    ask(model, samples.QUESTION)


@pytest.mark.requirement("supported_models.message_list", "supported_models.text")
def test_message_list(ask, model):
    """The page's Python example, a system message and a user message, is answered with text."""
    ask(model, samples.CONVERSATION, max_output_tokens=256)
