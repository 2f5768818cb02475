"""Requests that the conformance tests do not send yet, so that every check has something to judge in the kill matrix.

They are collected by `kill_matrix` only. What a chapter sends of its own can go from here.
"""

import pytest

from conformance import samples

ANSWERED = pytest.mark.requirement("supported_models.string_input")
FORM = {"type": "json_schema", "name": "place", "schema": samples.WEATHER["parameters"]}


@ANSWERED
def test_settings(ask, model):
    """Every setting that comes back."""
    ask(
        model,
        samples.QUESTION,
        stream=True,
        include=["reasoning.encrypted_content", "message.output_text.logprobs"],
        instructions="Be brief.",
        metadata={"purpose": "conformance"},
        max_tool_calls=3,
        prompt_cache_key="key",
        prompt_cache_retention="24h",
        reasoning={"effort": "none", "context": "all_turns", "summary": "concise"},
        safety_identifier="somebody",
        temperature=0.5,
        text={"verbosity": "low"},
        top_logprobs=2,
        top_p=0.5,
        truncation="auto",
        user="somebody",
    )


@ANSWERED
def test_json_object(ask, model):
    """A JSON object is asked for."""
    ask(model, samples.QUESTION, text={"format": {"type": "json_object"}})


@ANSWERED
def test_json_schema(ask, model):
    """A form is asked for."""
    ask(model, samples.QUESTION, text={"format": FORM | {"strict": True}})


@ANSWERED
def test_loose_json_schema(ask, model):
    """A form is asked for that is not strict."""
    ask(model, samples.QUESTION, text={"format": FORM | {"strict": False}})


@ANSWERED
def test_stored_prompt(ask, model):
    """A stored prompt is asked for, which may be refused."""
    ask.either(model, samples.QUESTION, prompt={"id": "pmpt_0123456789"})


@ANSWERED
def test_limited_calls(ask, model):
    """The number of calls is limited."""
    ask(model, samples.QUESTION, max_tool_calls=1)
