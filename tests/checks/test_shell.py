"""The checks of the shell: whose it is, and its commands."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.edit import put
from tests.checks.rules import broken_by, judged_by
from tests.right import answers as samples
from tests.right.samples import MESSAGE, with_answer, with_output, with_request


def test_a_local_shell_is_the_clients() -> None:
    """A local shell brings neither a container nor its output."""
    found = with_output("local_shell", samples.SHELL_CALL, samples.SHELL_OUTPUT, MESSAGE)
    assert "shell.environment" in broken_by(found)
    for environment in (None, {"type": "local"}):
        right = with_answer("local_shell", put("/output/0/environment", environment))
        assert "shell.environment" not in broken_by(right)
    hosted = with_request("local_shell", tools=[{"type": "shell", "environment": {"type": "container_auto"}}])
    assert "shell.environment" not in judged_by(hosted)


@pytest.mark.parametrize(
    ("action", "is_right"),
    [
        ({"commands": ["ls", "pwd"], "timeout_ms": 1000, "max_output_length": 100}, True),
        ({"commands": ["ls"]}, True),
        ({"commands": []}, False),
        ({"commands": ["ls", "\n"]}, False),
        ({"commands": ["ls"], "max_output_length": 0}, True),
        ({"commands": ["ls\0"]}, False),
        ({"commands": ["ls"], "timeout_ms": 0}, False),
        ({"commands": ["ls"], "max_output_length": -1}, False),
    ],
)
def test_the_commands_of_a_shell(action: Any, *, is_right: bool) -> None:
    """There is a command, each can be run, and limits are not negative."""
    found = with_answer("local_shell", put("/output/0/action", action))
    assert ("shell.commands" not in broken_by(found)) is is_right
