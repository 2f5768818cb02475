"""The reference endpoint that its tests ask, one for all of them."""

from collections.abc import Iterator

import httpx
import pytest

from conformance.reference.app import create_app
from conformance.reference.serve import running
from tests.reference.client import BEARER, TOKEN


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    """A client of an endpoint that takes any token."""
    with running(create_app()) as url, httpx.Client(base_url=url, headers=BEARER, timeout=60) as opened:
        yield opened


@pytest.fixture(scope="session")
def guarded() -> Iterator[str]:
    """The base URL of an endpoint that takes one token only."""
    with running(create_app(token=TOKEN)) as url:
        yield url
