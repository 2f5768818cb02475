"""Unsupported parameters: each is refused with 400 if it asks for what the endpoint does not do.

Documentation page, "Limitations". The values stand in ``contract/unsupported_parameters.toml``.
"""

import pytest

from conformance.samples import conversations

PREVIOUS = "previous_response_id"


@pytest.mark.quick
@pytest.mark.parameter_values("must", "should", but=PREVIOUS)
@pytest.mark.twin("plain")
@pytest.mark.requirement("unsupported_parameters.{setting.parameter}")
def test_refused(ask, model, setting):
    """A value that asks for what is not supported is refused with 400."""
    ask.refused(model, conversations.QUESTION, status=400, **{setting.parameter: setting.value})


@pytest.mark.representative
@pytest.mark.parameter_values("must", "should", but=PREVIOUS)
@pytest.mark.twin("streamed")
@pytest.mark.requirement("unsupported_parameters.{setting.parameter}")
def test_refused_when_streamed(ask, model, setting):
    """It is refused in the same way when a stream was asked for: no stream that begins, no 502."""
    ask.refused(model, conversations.QUESTION, status=400, stream=True, **{setting.parameter: setting.value})


@pytest.mark.requests(2)
@pytest.mark.twin("plain")
@pytest.mark.requirement("unsupported_parameters.previous_response_id")
def test_previous_response(ask, model):
    """The id of a response that was just given is refused with 400: nothing is stored that could be continued."""
    earlier = ask(model, conversations.QUESTION, about=())
    ask.refused(model, conversations.GO_ON, status=400, previous_response_id=ask.id_of(earlier))


@pytest.mark.representative
@pytest.mark.requests(2)
@pytest.mark.twin("streamed")
@pytest.mark.requirement("unsupported_parameters.previous_response_id")
def test_previous_response_when_streamed(ask, model):
    """It is refused in the same way when a stream was asked for."""
    earlier = ask(model, conversations.QUESTION, about=())
    ask.refused(model, conversations.GO_ON, status=400, stream=True, previous_response_id=ask.id_of(earlier))


@pytest.mark.representative
@pytest.mark.parameter_values("may")
@pytest.mark.requirement("unsupported_parameters.boundary_values")
def test_boundary_value(ask, model, setting):
    """A value that asks for nothing is answered or refused; which of the two is observed."""
    ask.either(model, conversations.QUESTION, **{setting.parameter: setting.value})
