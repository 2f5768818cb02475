"""The target: who is asked, with which credential, under which names, and how a request is sent."""

from conformance.target.address import REPLAY, Given, Target, TargetError, check_url, from_options, is_personal
from conformance.target.budget import Limits
from conformance.target.client import Client
from conformance.target.credential import DEFAULT_CREDENTIAL
from conformance.target.preflight import probe
from conformance.target.routes import ROUTES
from conformance.target.unreachable import Unreachable

__all__ = [
    "DEFAULT_CREDENTIAL",
    "REPLAY",
    "ROUTES",
    "Client",
    "Given",
    "Limits",
    "Target",
    "TargetError",
    "Unreachable",
    "check_url",
    "from_options",
    "is_personal",
    "probe",
]
