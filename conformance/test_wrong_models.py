"""Wrong models: those that the endpoint does not have, or cannot serve.

Documentation page, second note (compatible with OpenAI's models only); the strength of each row stands in the contract.
"""

import pytest

from conformance.samples import conversations, wrong_models

pytestmark = pytest.mark.representative


@pytest.mark.sample(wrong_models.WRONG_MODELS)
@pytest.mark.twin("plain")
@pytest.mark.requirement("wrong_models.{sample[requirement]}")
def test_refused(ask, model, sample):  # noqa: ARG001  (a case is one of a model)
    """A model that the endpoint does not have, or cannot serve, is refused."""
    ask.refused(sample["model"], conversations.QUESTION, status=wrong_models.MISSING)


@pytest.mark.twin("plain")
@pytest.mark.requirement("wrong_models.retired")
def test_retired(ask, model):  # noqa: ARG001
    """What becomes of a retired model is observed."""
    ask.refused(wrong_models.RETIRED_MODEL, conversations.QUESTION, status=wrong_models.MISSING)
