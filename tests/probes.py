"""Requests that the conformance tests do not send yet, so that every check has something to judge in the kill matrix.

They are collected by `kill_matrix` only. What a chapter sends of its own can go from here.
"""

import pytest

from conformance import samples

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
STRICT = {"type": "function", "name": "weather", "description": "Tells.", "parameters": CITY, "strict": True}
LOOSE = {"type": "function", "name": "time", "description": "Tells.", "parameters": CITY, "strict": False}
ANSWERED = pytest.mark.requirement("supported_models.string_input")
FORM = {"type": "json_schema", "name": "place", "schema": CITY}


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
def test_required_calls(ask, model):
    """Two functions that have to be called."""
    ask(model, samples.QUESTION, stream=True, tools=[STRICT, LOOSE], tool_choice="required")


@ANSWERED
def test_one_call(ask, model):
    """One call at a time."""
    ask(model, samples.QUESTION, tools=[STRICT, LOOSE], tool_choice="required", parallel_tool_calls=False)


@ANSWERED
def test_named_call(ask, model):
    """A function that is chosen by name."""
    ask(model, samples.QUESTION, tools=[STRICT, LOOSE], tool_choice={"type": "function", "name": "weather"})


@ANSWERED
def test_allowed_call(ask, model):
    """One of the declared functions is allowed."""
    choice = {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "weather"}]}
    ask(model, samples.QUESTION, tools=[STRICT, LOOSE], tool_choice=choice)


@ANSWERED
def test_no_call(ask, model):
    """No tool is to be called."""
    tools = [STRICT, {"type": "web_search", "search_context_size": "high"}]
    ask(model, samples.QUESTION, tools=tools, tool_choice="none")


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
def test_hosted_calls(ask, model):
    """The number of calls is limited."""
    ask(model, samples.QUESTION, max_tool_calls=1)
