"""Cassettes: their format, how a request finds its recorded exchange, and how a file is replaced."""

from conformance.recording.cassette import (
    Cassette,
    CassetteError,
    Provenance,
    exchange_of,
    parse_cassette,
    read_cassette,
)
from conformance.recording.library import TWINS, Library, Origin, file_name
from conformance.recording.matching import MATCHERS, Normaliser, differences
from conformance.recording.placeholder import IMAGE, MCP_SERVER, SERVICES, Service, replacing
from conformance.recording.recorder import NotSaved, Recorder, target_kind
from conformance.recording.secrets import Secrets
from conformance.recording.tape import Tape

__all__ = [
    "IMAGE",
    "MATCHERS",
    "MCP_SERVER",
    "SERVICES",
    "TWINS",
    "Cassette",
    "CassetteError",
    "Library",
    "Normaliser",
    "NotSaved",
    "Origin",
    "Provenance",
    "Recorder",
    "Secrets",
    "Service",
    "Tape",
    "differences",
    "exchange_of",
    "file_name",
    "parse_cassette",
    "read_cassette",
    "replacing",
    "target_kind",
]
