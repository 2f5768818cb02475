"""What a fault is: a named way to break the contract, and what it breaks."""

from dataclasses import dataclass
from typing import Final

from conformance.reference.reply import Change, Reading, as_sent, unchanged

ELSEWHERE: Final = "seen on other servers of this API"
DATABRICKS: Final = "seen on Databricks"
CHECKERS: Final = "passed by today's public checkers"


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the catalogue.

    ``breaks`` are the ids of exactly those requirements that an endpoint with this fault breaks. ``seen`` says where it
    was met in the wild, empty where it was not. ``reading`` changes what the endpoint takes a request to be, ``change``
    what it sends. ``needs`` says what a request has to hold for the fault to show, where no test sends that yet.
    """

    name: str
    sentence: str
    breaks: tuple[str, ...]
    change: Change = unchanged
    reading: Reading = as_sent
    seen: str = ""
    needs: str = ""
