"""Formats: what the text of an answer has to be."""

import pytest

from conformance.samples import conversations, formats

pytestmark = pytest.mark.representative


@pytest.mark.sample(formats.SCHEMAS)
@pytest.mark.requirement("formats.json_schema", "obedience.json_text", "obedience.json_schema")
def test_json_schema(ask, model, sample):
    """The text is JSON that fits the strict schema of its format."""
    form = {"type": "json_schema", "name": sample.id, "schema": sample["schema"], "strict": True}
    ask(model, sample["input"], text={"format": form})


@pytest.mark.quick
@pytest.mark.requirement("formats.json_schema", "obedience.json_text", "obedience.json_schema")
def test_json_schema_streamed(ask, model):
    """It is in a stream too."""
    schema = formats.SCHEMAS["nested"]
    form = {"type": "json_schema", "name": "nested", "schema": schema["schema"], "strict": True}
    ask(model, schema["input"], stream=True, text={"format": form})


@pytest.mark.requirement("formats.json_object", "obedience.json_text")
def test_json_object(ask, model):
    """The text is a JSON object."""
    ask(model, formats.JSON_QUESTION, text={"format": {"type": "json_object"}})


@pytest.mark.sample(formats.WRONG_FORMATS)
@pytest.mark.twin("format")
@pytest.mark.requirement("formats.invalid_schema")
def test_refused(ask, model, sample):
    """A format whose schema is none is refused."""
    ask.refused(model, conversations.QUESTION, text={"format": sample["format"]})
