"""Credentials: which forms are taken, which are refused, and that the endpoint lives on.

Documentation page, "Query examples". That no answer repeats a token is judged on every exchange. These cases run behind
all others: a server was seen to die of a request without a credential.
"""

import pytest

from conformance.samples import conversations, credentials

pytestmark = [pytest.mark.representative, pytest.mark.risk(5)]

UNAUTHORIZED = (401, 403)


@pytest.mark.representative(conversations.PAGE_MODEL)
@pytest.mark.requirement("credentials.basic")
def test_basic(ask, model):
    """The page's REST example, with the token as a password, is answered, though its answer need not fit."""
    ask.verbatim(model, **conversations.PAGE_EXAMPLE, credential="basic")


@pytest.mark.requirement("credentials.lower_case")
def test_lower_case(ask, model):
    """The name of the scheme is taken in small letters."""
    ask(model, conversations.QUESTION, credential="lower_case")


@pytest.mark.requests(2)
@pytest.mark.twin("plain")
@pytest.mark.requirement("credentials.refused", "credentials.answers_afterwards")
def test_none(ask, model):
    """A request without a credential is refused, and the next one is answered."""
    ask.twins_first()
    ask.refused(model, conversations.QUESTION, status=UNAUTHORIZED, credential="none", about=["credentials.refused"])
    ask(model, conversations.QUESTION, about=["credentials.answers_afterwards"])


@pytest.mark.sample(credentials.WRONG_CREDENTIALS)
@pytest.mark.twin("plain")
@pytest.mark.requirement("credentials.refused")
def test_refused(ask, model, sample):
    """A credential that is empty, malformed or wrong is refused."""
    ask.refused(model, conversations.QUESTION, status=UNAUTHORIZED, credential=sample.id)


@pytest.mark.twin("plain")
@pytest.mark.requirement("credentials.api_key")
def test_api_key(ask, model):
    """A token in the header api-key is refused."""
    ask.refused(model, conversations.QUESTION, status=UNAUTHORIZED, credential="api_key")


@pytest.mark.needs("--token-in-url")
@pytest.mark.twin("plain")
@pytest.mark.requirement("credentials.query")
def test_query(ask, model):
    """A token in the query string is no credential."""
    ask.refused(model, conversations.QUESTION, status=UNAUTHORIZED, credential="query")
