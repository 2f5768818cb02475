"""What a run of pytest came to: the lines that it wrote, the sentence that ended it, the tests that failed."""

from __future__ import annotations

import re

import pytest

USAGE = pytest.ExitCode.USAGE_ERROR

COULD_NOT_RUN = 6
URL = "https://workspace.example/ai-gateway/mlflow/v1"
"""A target that nobody asks."""

FILE = "conformance/test_supported_models.py"
"""A file of tests, which a test may write anew."""


def told(result: pytest.RunResult) -> list[str]:
    """The lines that a run wrote, without blank ones."""
    return [line for line in [*result.outlines, *result.errlines] if line.strip()]


def assert_one_sentence(result: pytest.RunResult, status: int, *words: str) -> None:
    """A run that ended with this status and one sentence with these words: no traceback, no test, no repetition."""
    output = "\n".join(told(result))
    assert result.ret == status, output
    assert "Traceback" not in output
    assert "INTERNALERROR" not in output
    assert "_pytest." not in output
    assert not re.search(r"\d+ (passed|failed|error|could not run)", output)
    lines = [line for line in told(result) if all(word in line for word in words)]
    assert len(lines) == 1, output


def failed(result: pytest.RunResult) -> list[str]:
    """The ids of the tests that failed."""
    lines = [line for line in result.outlines if line.startswith(("FAILED ", "ERROR "))]
    return [line.split(" ", 1)[1].partition(" - ")[0] for line in lines]
