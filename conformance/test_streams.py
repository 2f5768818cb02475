"""Streams: what `stream: true` promises, beyond what every stream is judged on.

Wire rules; the page documents the pass-through of the API.
"""

import pytest

from conformance.samples import conversations


@pytest.mark.quick
@pytest.mark.requirement("streams.text", "supported_models.text")
def test_text(ask, model):
    """A question is answered with a stream of events that ends with the whole response."""
    ask(model, conversations.QUESTION, stream=True)


@pytest.mark.representative
@pytest.mark.requirement("streams.incomplete")
def test_incomplete(ask, model):
    """A stream that runs out of tokens ends with response.incomplete and its reason."""
    ask.incomplete(model, conversations.LONG_POEM, stream=True, max_output_tokens=16)


@pytest.mark.representative
@pytest.mark.requests(2)
@pytest.mark.requirement("streams.same_settings", "streams.same_items")
def test_agrees_with_json(ask, model):
    """Streamed or not, an answer says the same of its settings and is made of the same kinds of items."""
    settings = {"instructions": "Be brief.", "metadata": {"purpose": "conformance"}, "parallel_tool_calls": False}
    plain = ask(model, conversations.QUESTION, stream=None, **settings)
    streamed = ask(model, conversations.QUESTION, stream=True, **settings)
    ask.compare(plain, streamed)


@pytest.mark.representative
@pytest.mark.requests(2)
@pytest.mark.requirement("streams.streamed")
def test_json_unless_asked(ask, model):
    """Without stream, and with stream false, the answer is JSON."""
    ask(model, conversations.QUESTION, stream=None)
    ask(model, conversations.QUESTION, stream=False)


@pytest.mark.representative
@pytest.mark.requirement("streams.obfuscation")
def test_without_obfuscation(ask, model):
    """Obfuscation can be declined; whether it is, is observed."""
    ask(model, conversations.QUESTION, stream=True, stream_options={"include_obfuscation": False})


@pytest.mark.live_only
@pytest.mark.representative
@pytest.mark.requirement("streams.incremental")
def test_incremental(ask, model):
    """The stream does not wait until it is whole. What comes in one burst is asked for once more."""
    ask(model, conversations.LONG_POEM, stream=True, max_output_tokens=1024, text={"verbosity": "high"})
