"""The reference endpoint and what shapes the answer: limits, formats, reasoning and the other settings."""

import json
from typing import Any

import httpx
import pytest

from conformance.reference.strict import is_instance
from conformance.samples import controls, conversations, formats, limits, reasoning
from conformance.wire.sse import decode
from tests.reference.client import accepted, ask, refused, text_of


def both(client: httpx.Client, **body: Any) -> dict[str, Any]:
    """The answer to a request, in which no check finds anything, in JSON; the stream ends with one like it."""
    plain, streamed = ask(client, **body), ask(client, **body, stream=True)
    for reply in (plain, streamed):
        accepted(reply)
        assert reply.status_code == 200, reply.text
    response: dict[str, Any] = plain.json()
    last = decode(streamed.content)[0][-1].json["response"]
    assert (last["status"], last["usage"]) == (response["status"], response["usage"])
    return response


def rejected(client: httpx.Client, *names: str, **body: Any) -> None:
    for stream in (False, True):
        refused(ask(client, **body, stream=stream), 400, *names)


# --- limits ----------------------------------------------------------------------------------------------------------


def test_what_does_not_fit_is_incomplete(client: httpx.Client) -> None:
    """An answer that does not fit is incomplete for that reason."""
    for settings in ({}, {"reasoning": {"effort": "high"}}, {"text": {"format": {"type": "json_object"}}}):
        response = both(client, input=conversations.LONG_POEM, max_output_tokens=16, **settings)
        assert response["incomplete_details"] == {"reason": "max_output_tokens"}
        assert response["max_output_tokens"] == 16


@pytest.mark.parametrize("value", [*(row["value"] for row in limits.REFUSED_LIMITS.values()), 64.0, True, [64]])
def test_limits_that_are_none(client: httpx.Client, value: Any) -> None:
    """A limit that is no number, or too small, is refused."""
    rejected(client, "max_output_tokens", max_output_tokens=value)


@pytest.mark.parametrize("name", ["max_tool_calls", "top_logprobs"])
def test_counts_are_whole_numbers(client: httpx.Client, name: str) -> None:
    """A count that is no whole number is refused."""
    for value in (2.0, 2.5, "2", True):
        rejected(client, name, **{name: value, "include": ["message.output_text.logprobs"]})


# --- formats ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", formats.SCHEMAS)
def test_text_fits_the_schema(client: httpx.Client, name: str) -> None:
    """The text is an instance of each schema that the suite sends."""
    schema = formats.SCHEMAS[name]["schema"]
    form = {"type": "json_schema", "name": name, "schema": schema, "strict": True}
    response = both(client, text={"format": form})
    assert is_instance(json.loads(text_of(response)), schema)
    assert response["text"]["format"] == form | {"description": None}


@pytest.mark.parametrize("name", formats.WRONG_FORMATS)
def test_formats_that_are_none(client: httpx.Client, name: str) -> None:
    """Each wrong format that the suite sends is refused."""
    rejected(client, "text.format", text={"format": formats.WRONG_FORMATS[name]["format"]})


def test_a_json_object(client: httpx.Client) -> None:
    """The text is a JSON object where one is asked for."""
    assert isinstance(json.loads(text_of(both(client, text={"format": {"type": "json_object"}}))), dict)


# --- reasoning -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("summary", reasoning.SUMMARIES)
def test_a_summary(client: httpx.Client, summary: str) -> None:
    """A summary that is asked for is there with any effort."""
    for effort in ("low", "medium", "high", "xhigh"):
        response = both(client, reasoning={"effort": effort, "summary": summary})
        assert all(part["text"] for part in response["output"][0]["summary"])
        assert response["output"][0]["summary"]


def test_an_effort_that_no_model_takes(client: httpx.Client) -> None:
    """An effort that nobody knows is refused."""
    rejected(client, "reasoning.effort", reasoning={"effort": "extreme"})


# --- the others ------------------------------------------------------------------------------------------------------


def test_full_metadata_come_back(client: httpx.Client) -> None:
    """Metadata up to the limits come back."""
    assert both(client, metadata=controls.FULL_METADATA)["metadata"] == controls.FULL_METADATA


@pytest.mark.parametrize("name", controls.REFUSED_METADATA)
def test_metadata_over_a_limit(client: httpx.Client, name: str) -> None:
    """Metadata over any limit are refused."""
    rejected(client, "metadata", **controls.REFUSED_METADATA[name])


@pytest.mark.parametrize(
    "settings", [*(row["settings"] for row in controls.CONTROLS.values()), *controls.SAMPLING.values()]
)
def test_settings_come_back(client: httpx.Client, settings: dict[str, Any]) -> None:
    """Each setting that the suite sends comes back."""
    response = both(client, **settings)
    for name, value in settings.items():
        assert response[name] == (response[name] | value if isinstance(value, dict) else value)


@pytest.mark.parametrize("name", controls.REFUSED_SAMPLING)
def test_sampling_out_of_range(client: httpx.Client, name: str) -> None:
    """A number out of its range is refused."""
    rejected(client, *controls.REFUSED_SAMPLING[name], **controls.REFUSED_SAMPLING[name])


def test_a_parameter_that_nobody_knows(client: httpx.Client) -> None:
    """An unknown parameter is refused by its name."""
    rejected(client, "unknown_parameter", unknown_parameter=True)


def test_logprobs(client: httpx.Client) -> None:
    """Logprobs spell the text, streamed or not."""
    response = both(client, top_logprobs=2, include=["message.output_text.logprobs"])
    logprobs = response["output"][-1]["content"][0]["logprobs"]
    assert "".join(entry["token"] for entry in logprobs) == text_of(response)
    assert all(len(entry["top_logprobs"]) == 2 for entry in logprobs)
