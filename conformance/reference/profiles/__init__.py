"""Profiles: named sets of behaviours that public reports tell of real endpoints.

A behaviour is a switch: a row in the ``SWITCHES`` of a file of this folder. A profile of several is a row in
``PROFILES`` there, and each switch is a profile of its own.
"""

import difflib
import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from conformance.reference.profiles.switch import Profile, Switch

__all__ = ["PROFILES", "Profile", "Switch", "UnknownProfile", "combined", "find"]


class UnknownProfile(LookupError):
    """No profile has this name; the message is one sentence with the closest one."""


def _found() -> Iterator[Profile]:
    """All profiles, those of several switches first."""
    names = [module.name for module in pkgutil.iter_modules(__path__, f"{__name__}.")]
    modules = [importlib.import_module(name) for name in names]
    for module in modules:
        yield from getattr(module, "PROFILES", ())
    for module in modules:
        yield from (Profile(one.name, one.sentence, (one,)) for one in getattr(module, "SWITCHES", ()))


PROFILES: Final[Mapping[str, Profile]] = {profile.name: profile for profile in _found()}
"""The profiles by name."""


def find(name: str) -> Profile:
    """The profile of a name. Raises UnknownProfile."""
    if name in PROFILES:
        return PROFILES[name]
    close = difflib.get_close_matches(name, PROFILES, 1, 0.0)
    raise UnknownProfile(f"there is no profile {name!r}; did you mean {close[0]}?")


def combined(profiles: Sequence[Profile]) -> Profile:
    """Several profiles as one: the switches of all, each once, in the order in which they were given."""
    if len(profiles) == 1:
        return profiles[0]
    switches = dict.fromkeys(switch for profile in profiles for switch in profile.switches)
    return Profile(" + ".join(profile.name for profile in profiles), "Several profiles.", tuple(switches))
