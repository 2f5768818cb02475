"""Supported models: each answers a request like the page's example, and one of them the example itself.

Documentation page, "Query examples" and "Supported models". These cases run before all others: a target that takes no
strings, or no lists, is asked in the other form from then on.
"""

import pytest

from conformance.samples import conversations

pytestmark = pytest.mark.first


@pytest.mark.quick
@pytest.mark.requirement("supported_models.string_input", "supported_models.text")
def test_string_input(ask, model):
    """A question, as a string, is answered with text."""
    ask(model, conversations.QUESTION)


@pytest.mark.quick
@pytest.mark.requirement("supported_models.message_list", "supported_models.text")
def test_message_list(ask, model):
    """A system message and a user message, as the page's example has them, are answered with text."""
    ask(model, conversations.CONVERSATION)


@pytest.mark.representative(conversations.PAGE_MODEL)
@pytest.mark.requirement("supported_models.message_list")
def test_page_example(ask, model):
    """The page's Python example is answered as it stands, though its answer need not fit."""
    ask.verbatim(model, **conversations.PAGE_EXAMPLE)


@pytest.mark.representative
@pytest.mark.requirement("supported_models.alias")
def test_alias(ask, model):
    """A model is answered under the name that it has on /serving-endpoints."""
    ask(f"databricks-{model}", conversations.QUESTION)
