"""Wrong requests: what an endpoint says of them, and that it lives on.

The documentation page is silent; the strength of each row stands in the contract.
"""

import pytest

from conformance.samples import conversations, wrong_requests

pytestmark = pytest.mark.representative


@pytest.mark.sample(wrong_requests.WRONG_BODIES)
@pytest.mark.twin("raw")
@pytest.mark.requirement("wrong_requests.{sample[requirement]}")
def test_refused(ask, model, sample):
    """A request that is not right is refused."""
    ask.raw(model, sample["content"], content_type=sample.value.get("content_type", "application/json"))


@pytest.mark.risk(2)
@pytest.mark.sample(wrong_requests.UNUSUAL_BODIES)
@pytest.mark.twin("raw")
@pytest.mark.requirement("wrong_requests.unusual_body")
def test_unusual_body(ask, model, sample):
    """What becomes of a body that is unusual is observed."""
    ask.raw(model, sample["content"](), status=sample.value.get("statuses", ()))


@pytest.mark.requests(2)
@pytest.mark.sample(wrong_requests.WRONG_SETTINGS)
@pytest.mark.twin("plain", "streamed")
@pytest.mark.requirement("wrong_requests.wrong_type", "wrong_requests.same_when_streamed")
def test_same_when_streamed(ask, model, sample):
    """A wrong request is refused in the same way where a stream was asked for."""
    about = ["wrong_requests.wrong_type"]
    plain = ask.refused(model, conversations.QUESTION, about=about, **sample.value)
    ask.compare(plain, ask.refused(model, conversations.QUESTION, stream=True, about=about, **sample.value))


@pytest.mark.representative("gpt-5-3-codex")
@pytest.mark.sample(wrong_requests.OTHER_ROUTES)
@pytest.mark.twin("raw")
@pytest.mark.requirement("wrong_requests.method")
def test_other_route(ask, model, sample):
    """Other methods than POST, and a response by its id, are not there; the gateway says so with 400."""
    ask.raw(model, "", method=sample["method"], path=sample["path"], content_type=None, status=(400, 404, 405))


@pytest.mark.risk(2)
@pytest.mark.requests(3)
@pytest.mark.twin("raw")
@pytest.mark.requirement("wrong_requests.body", "wrong_requests.unusual_body", "wrong_requests.answers_afterwards")
def test_answers_afterwards(ask, model):
    """The endpoint lives on behind a body that cannot be read, and one that is nested deeply."""
    ask.twins_first()
    ask.raw(model, wrong_requests.WRONG_BODIES["malformed"]["content"], about=["wrong_requests.body"])
    ask.raw(model, wrong_requests.DEEP, about=["wrong_requests.unusual_body"])
    ask(model, conversations.QUESTION, about=["wrong_requests.answers_afterwards"])
