"""What a model lacks is read from the words of a refusal, and from no refusal of what was wrong."""

from __future__ import annotations

import pytest

from conformance.target.lacking import FEATURES, lacked, used
from tests.right.exchanges import body, exchange

IMAGE = {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "data:image/png;base64,AAAA"}]}]}
LONG = {"input": "a word " * 20_000}
REASONING = {"reasoning": {"effort": "low"}}


@pytest.mark.parametrize(
    ("sent", "said", "name"),
    [
        (IMAGE, "The model is not a multimodal model.", "image"),
        (IMAGE, "This model does not support image inputs.", "image"),
        (IMAGE, "No endpoints found that support image input", "image"),
        (IMAGE, "Invalid content type. image_url is only supported by certain models.", "image"),
        (IMAGE, "image input is not supported - hint: you may need another file", "image"),
        (IMAGE, "At most 0 image(s) may be provided in one prompt.", "image"),
        (IMAGE, "qwen is a text-only model", "image"),
        (LONG, "This model's maximum context length is 4096 tokens.", "long-text"),
        (LONG, "prompt is too long: 30000 tokens > 4096 maximum", "long-text"),
        (LONG, "the request exceeds the available context size", "long-text"),
        (REASONING, "Unsupported parameter: 'reasoning.effort' is not supported with this model.", "reasoning"),
        (REASONING, "This model does not support reasoning.", "reasoning"),
    ],
)
def test_lack(sent: dict, said: str, name: str) -> None:
    """It is what the request uses, and only in a refusal."""
    error = {"error": {"message": said, "type": "invalid_request_error", "code": None, "param": None}}
    assert lacked(exchange(error, status=400, sent=body(**sent))) is FEATURES[name]
    assert lacked(exchange({"error_code": "BAD_REQUEST", "message": said}, status=400, sent=body(**sent)))
    assert lacked(exchange(error, status=400, sent=body(reasoning=None))) is None
    assert lacked(exchange(error, status=500, sent=body(**sent)))  # as llama.cpp says it
    assert lacked(exchange(error, status=503, sent=body(**sent))) is None


@pytest.mark.parametrize(
    "said",
    [
        "Invalid 'input[0].content[0].image_url': the type 'image/bmp' is not supported",
        "The image data you provided does not represent a valid image.",
        "Could not download the image.",
        "Unsupported image type: expected one of png, jpeg",
        "Invalid base64 image",
        "",
    ],
)
def test_what_is_wrong_is_no_lack(said: str) -> None:
    """A refusal of one image says nothing of all images."""
    assert lacked(exchange({"error": {"message": said}}, status=400, sent=body(**IMAGE))) is None


def test_code() -> None:
    """The code alone tells, too."""
    error = {"error": {"message": "No.", "code": "context_length_exceeded"}}
    assert lacked(exchange(error, status=400, sent=body(**LONG))) is FEATURES["long-text"]


@pytest.mark.parametrize("sent", [None, [], "text", 7, {"input": None}, {"input": {"type": 1}}])
def test_used_never_raises(sent: object) -> None:
    """Whatever was sent, it uses something or nothing."""
    assert used(sent) == []
