"""Requests that the conformance tests do not send yet, so that every check has something to judge in the kill matrix.

They are collected by `kill_matrix` only. What a chapter sends of its own can go from here.
"""

import pytest

from conformance.samples import conversations, tools

ANSWERED = pytest.mark.requirement("supported_models.string_input")
FORM = {"type": "json_schema", "name": "place", "schema": tools.WEATHER["parameters"], "strict": False}


@ANSWERED
def test_settings(ask, model):
    """Settings that come back."""
    ask(
        model,
        conversations.QUESTION,
        stream=True,
        prompt_cache_retention="24h",
        reasoning={"effort": "none", "context": "all_turns"},
        user="somebody",
    )


@ANSWERED
def test_loose_json_schema(ask, model):
    """A form is asked for that is not strict."""
    ask(model, conversations.QUESTION, text={"format": FORM})


@ANSWERED
def test_stored_prompt(ask, model):
    """A stored prompt is asked for, which may be refused."""
    ask.either(model, conversations.QUESTION, prompt={"id": "pmpt_0123456789"})
