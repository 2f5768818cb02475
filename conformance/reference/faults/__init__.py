"""Faults: named ways to break the contract, for tests of the suite and for a look at what a broken endpoint gets.

A fault is a row in one of the lists of this package. They share a few mechanisms (``edits``).
"""

import difflib
from collections.abc import Mapping
from itertools import chain
from typing import Final

from conformance.reference.faults import (
    answers,
    called,
    calls,
    controls,
    hardened,
    inputs,
    items,
    requests,
    settings,
    streams,
    tools,
    turns,
    wrong,
)
from conformance.reference.faults.fault import Fault

__all__ = ["FAULTS", "Fault", "UnknownFault", "find"]

LISTS: Final = (
    answers.MEMBERS,
    answers.STATE,
    answers.IDS,
    requests.ACCEPTED,
    requests.REFUSED,
    requests.ERRORS,
    settings.ECHO,
    settings.OBEDIENCE,
    calls.NAMES,
    requests.STREAMED,
    streams.BYTES,
    streams.NUMBERS,
    streams.ORDER,
    streams.RESPONSE,
    items.PLACES,
    items.PARTS,
    items.TEXT,
    calls.PIECES,
    tools.REFUSED,
    tools.ACCEPTED,
    called.CALLED,
    called.HOSTED,
    turns.SENT_BACK,
    inputs.REFUSED,
    inputs.ACCEPTED,
    inputs.IGNORED,
    controls.REFUSED,
    controls.ACCEPTED,
    controls.ENDED,
    wrong.REQUESTS,
    wrong.MODELS,
    wrong.CREDENTIALS,
    hardened.CALLS,
    hardened.SERVERS,
    hardened.RESULTS,
)
FAULTS: Final[Mapping[str, Fault]] = {fault.name: fault for fault in chain.from_iterable(LISTS)}
"""The catalogue, by name."""


class UnknownFault(LookupError):
    """No fault has this name; the message is one sentence with the closest one."""


def find(name: str) -> Fault:
    """The fault of a name. Raises UnknownFault."""
    if name in FAULTS:
        return FAULTS[name]
    close = difflib.get_close_matches(name, FAULTS, 1, 0.0)
    raise UnknownFault(f"there is no fault {name!r}; did you mean {close[0]}?")
