"""Cassettes of a copy of the checkout, changed by hand and replayed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.wire.edit import Edit, edited
from tests.run.checkout import Checkout

CASE = "supported_models/string_input/gpt-5-4"

NODE = "conformance/test_supported_models.py::test_string_input[gpt-5-4]"


def replay(checkout: Checkout, *args: str) -> pytest.RunResult:
    """A replay of one model, without a traceback."""
    result = checkout.quick("--models", "gpt-5-4", *args)
    assert "Traceback" not in result.stdout.str()
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()
    return result


def edit(path: Path, *edits: Edit) -> None:
    """Changes the JSON value of a cassette."""
    path.write_text(json.dumps(edited(json.loads(path.read_text()), edits), indent=1))


REQUEST, RESPONSE = "/exchanges/0/request", "/exchanges/0/response"
SENT = f"{REQUEST}/body/json"
"""The JSON body of the first recorded request."""
