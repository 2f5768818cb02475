"""Which certificates a live run trusts."""

from __future__ import annotations

import os
import re
import ssl
from pathlib import Path
from typing import Final

import httpx

from conformance.target.unreachable import Unreachable
from conformance.wire.json_values import printable, shorten, show

FOLDERS: Final = "SSL_CERT_DIR"
VARIABLES: Final = ("SSL_CERT_FILE", FOLDERS, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""What can name the certificates, in the order in which they count. Each but `FOLDERS` names a file."""

MAX_BYTES: Final = 16 * 1024 * 1024
"""No list of certificates is larger: that of all browsers takes 300 kilobytes."""

SHOWN: Final = 100
"""Characters of a path that are shown."""

HASHED: Final = re.compile(r"[0-9a-f]{8}\.\d+")
"""The names under which OpenSSL looks for certificates in a folder."""


def trusting_nobody() -> ssl.SSLContext:
    """A context for connections that do without TLS, which takes no time to build. Any TLS with it fails."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def trusted() -> tuple[ssl.SSLContext, str]:
    """A context with the certificates that the first of `VARIABLES` names, and its name; else with httpx's own, and "".

    An empty variable counts as one that is not set. Raises Unreachable.
    """
    variable = next((name for name in VARIABLES if os.environ.get(name, "").strip()), "")
    file, folders = _where(variable, os.environ[variable]) if variable else (None, None)
    try:
        context = (
            ssl.create_default_context(cafile=file, capath=folders)
            if variable
            else httpx.create_ssl_context(trust_env=False)
        )
    except ssl.SSLError as error:
        raise _no_certificate(variable) from error
    except OSError as error:
        # The certificates could be read, so it is the other file that Python opens for a context.
        raise _unusable("SSLKEYLOGFILE", _why(error), "name a file that can be written, or unset it") from error
    if file and not context.cert_store_stats()["x509"]:
        raise _no_certificate(variable)
    return context, variable


def chosen() -> str | None:
    """The file or folder that the first of `VARIABLES` names, None where none does. It may be unusable."""
    given = (os.environ.get(name, "").strip() for name in VARIABLES)
    return next(filter(None, given), None)


def _where(variable: str, given: str) -> tuple[str | None, str | None]:
    """The file, or the folders, in which the certificates are. Raises Unreachable."""
    try:
        return (None, _folders(given)) if variable == FOLDERS else (_file(variable, given), None)
    except (OSError, ValueError) as error:
        kind = "a folder" if variable == FOLDERS else "a file"
        step = f"name {kind} with certificates in PEM form, or unset it"
        raise _unusable(variable, f"{show(given, SHOWN)}: {_why(error)}", step) from error


def _file(variable: str, given: str) -> str:
    """The path of a file that can be read. Raises Unreachable, OSError and ValueError."""
    path = Path(given)
    if path.is_dir():
        step = f"name a file with certificates in PEM form, or name the folder in {FOLDERS}"
        raise _unusable(variable, f"{show(given, SHOWN)} is a folder", step)
    size = path.stat().st_size
    if not path.is_file() or size > MAX_BYTES:
        raise _no_certificate(variable)
    with path.open("rb") as file:
        file.read(1)
    return given


def _folders(given: str) -> str:
    """Folders, separated as in PATH, of which one holds a certificate as OpenSSL finds it. Raises OSError."""
    folders = [Path(folder) for folder in given.split(os.pathsep) if folder]
    there = [folder for folder in folders if folder.is_dir()] or folders[:1]
    if not any(HASHED.fullmatch(name) for folder in there for name in os.listdir(folder)):  # noqa: PTH208  (names only)
        step = "run `openssl rehash` on it, or name a PEM file in SSL_CERT_FILE"
        raise _unusable(FOLDERS, f"{show(given, SHOWN)} holds no certificate under a hashed name", step)
    return given


def _no_certificate(variable: str) -> Unreachable:
    path = show(os.environ.get(variable, ""), SHOWN)
    return _unusable(variable, f"{path} holds no certificate in PEM form", "name a file that does, or unset it")


def _unusable(variable: str, why: str, step: str) -> Unreachable:
    return Unreachable(f"the variable {variable} cannot be used ({why})", step)


def _why(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) else str(error)
    return shorten(printable(said or type(error).__name__), SHOWN)
