"""Requests as real clients write them, many ways in one request: which of them are taken.

Documentation page, "Query examples" and "Limitations"; what clients were seen to send stands in the contract.
"""

import pytest

from conformance.samples import client_requests, clients
from conformance.samples.client_requests import requests

pytestmark = pytest.mark.representative("gpt-5-4-mini")


@pytest.mark.tool("function", "custom")
@pytest.mark.requirement(*client_requests.requirements(requests.TOOLS), "client_requests.together")
def test_tools(ask, model):
    """Five tools, described as libraries describe them that make schemas of code."""
    ask.pack(model, requests.TOOLS)


@pytest.mark.tool("web_search", "image_generation")
@pytest.mark.requirement(*client_requests.requirements(requests.HOSTED), "client_requests.together")
def test_hosted_tools(ask, model):
    """Hosted tools that are declared with as little as possible, and with members that are null."""
    ask.pack(model, requests.HOSTED)


@pytest.mark.requirement(*client_requests.requirements(requests.SETTINGS), "client_requests.together")
def test_settings(ask, model):
    """Settings that ask for nothing."""
    ask.pack(model, requests.SETTINGS)


@pytest.mark.tool("function")
@pytest.mark.requirement(*client_requests.requirements(requests.FORMAT), "client_requests.together")
def test_format(ask, model):
    """A structured answer beside tools."""
    ask.pack(model, requests.FORMAT)


@pytest.mark.tool("function")
@pytest.mark.requirement(*client_requests.requirements(requests.HISTORY), "client_requests.together")
def test_history(ask, model):
    """Fifty items: two rounds of calls, outputs in another order, an answer that was broken off."""
    ask.pack(model, requests.HISTORY)


@pytest.mark.sample(requests.TOLD)
@pytest.mark.requirement("client_requests.{sample.id}")
def test_told(ask, model, sample):
    """What becomes of a request that nobody promises anything of is observed."""
    ask.pack(model, sample.value)


@pytest.mark.live_only
@pytest.mark.requirement("client_requests.compressed", "client_requests.compressed_stream")
def test_compressed(ask, model):
    """Whether compression holds a stream back is observed."""
    ask.pack(model, requests.LONG_STREAM, headers=clients.OF_PYTHON)
