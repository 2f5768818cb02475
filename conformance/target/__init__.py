"""The target: who is asked, with which credential, under which names, and how a request is sent."""

from conformance.target.address import REPLAY, Target, TargetError, from_options
from conformance.target.client import Client, Limits, Unreachable
from conformance.target.preflight import probe

__all__ = ["REPLAY", "Client", "Limits", "Target", "TargetError", "Unreachable", "from_options", "probe"]
