"""The fixtures of the conformance tests, and those through which pytest-recording plays their cassettes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from conformance.recording import IMAGE, MATCHERS, MCP_SERVER, Recorder, Service, Tape
from conformance.run import again, transmit
from conformance.run.as_client import AskAsClient
from conformance.run.line import Line
from conformance.run.stash import CASE, RECORDER, SETTINGS, TAPE, TWINS
from conformance.run.twins import Twins
from conformance.target import Client
from conformance.verdict import CouldNotRun

SKIP_PATCHERS: Final = ("httplib", "requests", "boto3", "urllib3", "httplib2", "tornado", "aiohttp", "httpx2")
"""Libraries that vcrpy need not look for: the suite sends with httpx only, and looking costs more than sending."""


@pytest.fixture(scope="session")
def conformance_client(pytestconfig: pytest.Config) -> Iterator[Client]:
    """The one HTTP client of the run."""
    settings = pytestconfig.stash[SETTINGS]
    with Client(
        settings.target, settings.limits, live=settings.live, timed=settings.live, compressed=not settings.recording
    ) as client:
        yield client


@pytest.fixture
def conformance_twins(pytestconfig: pytest.Config) -> Twins:
    """What became of the right requests of the run."""
    if TWINS not in pytestconfig.stash:
        pytestconfig.stash[TWINS] = Twins(pytestconfig.stash[SETTINGS])
    return pytestconfig.stash[TWINS]


@pytest.fixture
def vcr_config(request: pytest.FixtureRequest) -> dict[str, Any]:
    """How vcrpy is to play the cassette of a case."""
    case = request.node.stash.get(CASE, None)
    if case is None:
        return {}
    settings = request.config.stash[SETTINGS]
    tape = request.node.stash[TAPE] = Tape(transmit.path_of(settings, case), transmit.normaliser(settings))
    return {
        "match_on": tuple(MATCHERS),
        "before_record_request": tape.normalise,
        "persister": tape,
        "serializer": "json",
        "skip_patchers": SKIP_PATCHERS,
    }


@pytest.fixture
def mcp_server(pytestconfig: pytest.Config) -> str:
    """The URL of an MCP server that the target can reach. Raises CouldNotRun if none was given."""
    return _url(pytestconfig, MCP_SERVER)


@pytest.fixture
def image_url(pytestconfig: pytest.Config) -> str:
    """The URL of an image that the target can reach. Raises CouldNotRun if none was given."""
    return _url(pytestconfig, IMAGE)


def _url(config: pytest.Config, service: Service) -> str:
    url = config.stash[SETTINGS].urls.get(service)
    if url is None:
        what, option = service.what, service.option
        raise CouldNotRun(f"no {what} was given: name one that the target can reach with {option}=URL")
    return url


@pytest.fixture
def ask(
    request: pytest.FixtureRequest,
    vcr: Any,
    conformance_client: Client,
    conformance_twins: Twins,
) -> AskAsClient:
    """Sends the requests of a case; see `conformance.run.ask.Ask`, and `AskAsClient` for those of clients."""
    case = request.node.stash[CASE]
    settings = request.config.stash[SETTINGS]
    tape = request.node.stash.get(TAPE, None)
    how: transmit.Transmit = transmit.sent
    if tape is not None:
        tape.cassette = vcr
        how = transmit.played(case, tape, again.command(request.node, settings, "--live", "--record-mode=all"))
    elif settings.recording:
        path = transmit.path_of(settings, case)
        recorder = request.node.stash[RECORDER] = Recorder(path, transmit.normaliser(settings))
        how = transmit.recorded(recorder)
    line = Line(conformance_client, case, how, settings.max_wait if settings.live else 0)
    return AskAsClient(conformance_client, settings.contract, case, conformance_twins, line, settings.room)
