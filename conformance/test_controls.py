"""Controls: the other settings of a request, what is taken, and which values are refused."""

import pytest

from conformance.samples import controls, conversations

pytestmark = pytest.mark.representative


@pytest.mark.requirement("controls.metadata", "echo.metadata")
def test_metadata(ask, model):
    """As many pairs as there may be, of the longest keys and values, are taken and come back."""
    ask(model, conversations.QUESTION, metadata=controls.FULL_METADATA)


@pytest.mark.sample(controls.REFUSED_METADATA)
@pytest.mark.twin("plain")
@pytest.mark.requirement("controls.metadata_limits")
def test_metadata_refused(ask, model, sample):
    """Metadata over one of the limits are refused."""
    ask.refused(model, conversations.QUESTION, metadata=sample["metadata"])


@pytest.mark.sample(controls.CONTROLS)
@pytest.mark.requirement("controls.accepted", "echo.{sample[echoed]}")
def test_accepted(ask, model, sample):
    """A setting is taken and comes back."""
    ask(model, conversations.QUESTION, **sample["settings"])


@pytest.mark.requests(2)
@pytest.mark.requirement("controls.logprobs")
def test_logprobs(ask, model):
    """Whether the model tells how sure it was is observed, in a stream too."""
    for stream in (False, True):
        ask(model, conversations.QUESTION, stream=stream, top_logprobs=2, include=["message.output_text.logprobs"])


@pytest.mark.sample(controls.SAMPLING)
@pytest.mark.requirement("controls.sampling")
def test_sampling(ask, model, sample):
    """Whether a temperature or a top_p in range is taken is observed."""
    ask(model, conversations.QUESTION, **sample.value)


@pytest.mark.sample(controls.REFUSED_SAMPLING)
@pytest.mark.twin("plain")
@pytest.mark.requirement("controls.sampling_range")
def test_sampling_refused(ask, model, sample):
    """A temperature or a top_p out of range is refused."""
    ask.refused(model, conversations.QUESTION, **sample.value)


@pytest.mark.twin("plain")
@pytest.mark.requirement("controls.unknown_parameter")
def test_unknown_parameter(ask, model):
    """What happens to a parameter that nobody knows is observed."""
    ask.refused(model, conversations.QUESTION, unknown_parameter=True)
