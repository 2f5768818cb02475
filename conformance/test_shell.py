"""shell: commands that the client runs.

Documentation page, "Limitations" (supported tool types).
"""

import pytest

from conformance.samples import outputs, tools

pytestmark = pytest.mark.tool("shell")

LIST = "List the files of the working directory."


@pytest.mark.shows_refusal
@pytest.mark.requests(2)
@pytest.mark.requirement("shell.accepted", "shell.called", "shell.commands", "shell.round_trip")
def test_round_trip(ask, model):
    """Commands are written, and what they printed is answered."""
    call = ask(
        model,
        LIST,
        tools=[tools.LOCAL_SHELL],
        tool_choice="required",
        about=["shell.accepted", "shell.called", "shell.commands"],
    )
    ask.then(call, outputs.PRINTED, about=["shell.round_trip"])


@pytest.mark.requirement("shell.accepted", "shell.called", "shell.commands")
def test_streamed_call(ask, model):
    """Commands are written in a stream."""
    ask(model, LIST, stream=True, tools=[tools.LOCAL_SHELL], tool_choice="required")


@pytest.mark.representative
@pytest.mark.requests(2)
@pytest.mark.requirement("shell.accepted", "shell.timeout_output")
def test_timeout(ask, model):
    """The output of a command that ran out of time is answered too."""
    call = ask(model, LIST, tools=[tools.LOCAL_SHELL], tool_choice="required", about=["shell.accepted"])
    ask.then(call, outputs.TIMED_OUT, about=["shell.timeout_output"])


@pytest.mark.representative
@pytest.mark.requirement("shell.container")
def test_container(ask, model):
    """Whether the server runs commands itself is observed."""
    ask(model, LIST, tools=[tools.CONTAINER_SHELL])
