"""Wrong models: those that the endpoint does not have, or cannot serve.

Documentation page, second note (compatible with OpenAI's models only); the strength of each row stands in the contract.
"""

import pytest

from conformance import samples

pytestmark = pytest.mark.representative


@pytest.mark.sample(samples.WRONG_MODELS)
@pytest.mark.requirement("wrong_models.{sample[requirement]}")
def test_refused(ask, model, sample):  # noqa: ARG001  (a case is one of a model)
    """A model that the endpoint does not have, or cannot serve, is refused."""
    ask.refused(sample["model"], samples.QUESTION, status=samples.MISSING)


@pytest.mark.requirement("wrong_models.retired")
def test_retired(ask, model):  # noqa: ARG001
    """What becomes of a retired model is observed."""
    ask.refused(samples.RETIRED_MODEL, samples.QUESTION, status=samples.MISSING)
