"""apply_patch: patches in the V4A form, which the client applies.

Documentation page, "Built-in tools" and "Limitations".
"""

import pytest

from conformance.samples import outputs, tools

pytestmark = pytest.mark.tool("apply_patch")

CREATE = tools.PATCHES["create_file"]["input"]


@pytest.mark.shows_refusal
@pytest.mark.requests(2)
@pytest.mark.requirement("apply_patch.accepted", "apply_patch.called", "apply_patch.round_trip")
def test_round_trip(ask, model):
    """A patch is written, and the output of its application is answered."""
    call = ask(
        model,
        CREATE,
        tools=[tools.APPLY_PATCH],
        tool_choice="required",
        about=["apply_patch.accepted", "apply_patch.called"],
    )
    ask.then(call, outputs.PATCHED, about=["apply_patch.round_trip"])


@pytest.mark.requirement("apply_patch.accepted", "apply_patch.called")
def test_streamed_call(ask, model):
    """A patch is written in a stream."""
    ask(model, CREATE, stream=True, tools=[tools.APPLY_PATCH], tool_choice="required")


@pytest.mark.representative
@pytest.mark.requirement("apply_patch.accepted")
def test_page_example(ask, model):
    """The page's built-in tool example as it stands: the model may write a patch, and need not."""
    question = [{"role": "user", "content": "Add input validation to the factorial function in main.py."}]
    ask.verbatim(model, question, tools=[tools.APPLY_PATCH], max_output_tokens=1024)


@pytest.mark.representative
@pytest.mark.sample(tools.PATCHES)
@pytest.mark.requirement("apply_patch.accepted", "apply_patch.diff")
def test_operation(ask, model, sample):
    """A file is created, changed and deleted, each with a diff of its form."""
    wanted = {"type": "apply_patch_call", "operation": {"type": sample.id}}
    ask.until([wanted], model, sample["input"], tools=[tools.APPLY_PATCH], tool_choice="required")


@pytest.mark.representative
@pytest.mark.requests(2)
@pytest.mark.requirement("apply_patch.accepted", "apply_patch.failed_output")
def test_failed_output(ask, model):
    """The output of a patch that could not be applied is answered too."""
    call = ask(model, CREATE, tools=[tools.APPLY_PATCH], tool_choice="required", about=["apply_patch.accepted"])
    ask.then(call, outputs.PATCH_FAILED, about=["apply_patch.failed_output"])
