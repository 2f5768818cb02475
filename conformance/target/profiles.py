"""The file of profiles that databricks-sdk reads, as far as has to be known of it before the SDK is asked."""

from __future__ import annotations

import configparser
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from conformance.target.unreachable import Unreachable
from conformance.wire.json_values import printable, shorten

USUAL: Final = "~/.databrickscfg"
DEFAULT: Final = "DEFAULT"
"""The profile that databricks-sdk takes where none is named."""

OWN: Final = "__settings__"
"""A section of the SDK's own, which is no profile."""


@dataclass(frozen=True, slots=True)
class Profiles:
    """A file of profiles; ``values`` are those of each profile by its name, and hold secrets."""

    file: Path
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    is_there: bool = True

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Profiles:
        """The file that DATABRICKS_CONFIG_FILE names, or the usual one. Raises Unreachable if it cannot be read."""
        given = environ.get("DATABRICKS_CONFIG_FILE", "").strip() or USUAL
        try:
            file = Path(given).expanduser()
            text = file.read_text(encoding="utf-8")
        except (FileNotFoundError, RuntimeError):  # the second one where nobody knows of a home
            return cls(Path(given), is_there=False)
        except (OSError, ValueError) as error:
            raise _unreadable(given, error) from error
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read_string(text)
        except configparser.Error as error:
            raise _unreadable(given, error) from error
        values = {name: dict(parser[name]) for name in parser.sections() if name != OWN}
        if parser.defaults():
            values[DEFAULT] = dict(parser.defaults())
        return cls(file, values)

    def named(self, name: str) -> Mapping[str, str]:
        """The values of a profile. Raises Unreachable if there is none of this name."""
        shown = printable(str(self.file))
        if not self.is_there:
            step = "make it with databricks configure, or name another file in DATABRICKS_CONFIG_FILE"
            raise Unreachable(f"there is no file {shown}, which would hold the profile {printable(name)}", step)
        if name not in self.values:
            step = f"take one of those that it has: {self.names()}"
            raise Unreachable(f"{shown} has no profile {printable(shorten(name, 80))}", step)
        return self.values[name]

    def names(self) -> str:
        """The names of all profiles, in words."""
        return shorten(printable(", ".join(self.values)), 200) or "none"


def host_of(values: Mapping[str, str]) -> str | None:
    """The address that a profile has, None where the SDK has to find it."""
    host = values.get("host", "").strip().rstrip("/")
    if not host:
        return None
    parts = urlsplit(host if "://" in host else f"https://{host}")
    return f"{parts.scheme}://{parts.netloc}"


def overruled(values: Mapping[str, str], attributes: Iterable[Any]) -> frozenset[str]:
    """The variables that must not be seen beside a profile that was named.

    ``attributes`` are the settings of databricks-sdk: ``name`` in a profile, ``env``, the variable, ``auth``, the kind
    of credential that one belongs to. The SDK lets a variable go before the profile: the credential of one workspace
    would be sent to another one.
    """
    known = list(attributes)
    has_credential = any(one.auth and values.get(one.name, "").strip() for one in known)
    return frozenset(
        one.env for one in known if one.env and (values.get(one.name, "").strip() or (one.auth and has_credential))
    )


def _unreadable(given: str, error: Exception) -> Unreachable:
    why = error.strerror if isinstance(error, OSError) else type(error).__name__
    step = "mend it, or make a new one with databricks configure"
    return Unreachable(f"{printable(given)} cannot be read as a file of profiles ({why})", step)
