"""Faults: named ways to break the contract, for tests of the suite and for a look at what a broken endpoint gets.

A fault is a row in the ``FAULTS`` of the file that is called like the chapter of the first requirement that it breaks.
What the rows are made of is in ``lib``.
"""

import difflib
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Final

from conformance.faults.lib.fault import Fault

__all__ = ["FAULTS", "Fault", "TwoOfOneName", "UnknownFault", "catalogue", "find"]

LIB: Final = "lib"


class TwoOfOneName(ValueError):
    """Two faults have the same name; the message says which, and where they stand."""


class UnknownFault(LookupError):
    """No fault has this name; the message is one sentence with the closest one."""


def catalogue(package: ModuleType) -> dict[str, Fault]:
    """The faults of all chapters in a package, by name, in the order of the chapters. Raises TwoOfOneName."""
    found: dict[str, Fault] = {}
    places: dict[str, str] = {}
    for module in _chapters(package):
        for fault in module.FAULTS:
            if fault.name in found:
                where = f"in {places[fault.name]} and in {module.__name__}"
                raise TwoOfOneName(f"two faults have the name {fault.name!r}, {where}")
            found[fault.name], places[fault.name] = fault, module.__name__
    return found


def _chapters(package: ModuleType) -> Iterator[ModuleType]:
    """The modules of a package and of the packages in it, but not its lib."""
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if module.name == f"{__name__}.{LIB}":
            continue
        found = importlib.import_module(module.name)
        if module.ispkg:
            yield from _chapters(found)
        else:
            yield found


def find(name: str) -> Fault:
    """The fault of a name. Raises UnknownFault."""
    if name in FAULTS:
        return FAULTS[name]
    close = difflib.get_close_matches(name, FAULTS, 1, 0.0)
    raise UnknownFault(f"there is no fault {name!r}; did you mean {close[0]}?")


FAULTS: Final[Mapping[str, Fault]] = catalogue(importlib.import_module(__name__))
"""The catalogue, by name."""
