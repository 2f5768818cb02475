"""A credential of a workspace by databricks-sdk's unified authentication, which is imported where it is asked for only.

The SDK's own waiting has no end that suits a person: each call of it is given a deadline here.
"""

from __future__ import annotations

import configparser
import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx

from conformance.target.network import Network
from conformance.target.unreachable import Unreachable
from conformance.wire.json_values import printable, shorten

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

PATIENCE: Final = 12.0
"""Seconds after which a control plane that has not answered is given up."""

CONNECT: Final = 8.0
"""Seconds that a connection to it may take."""

KEPT: Final = 8
"""Tokens that are remembered, so that none of them is shown."""

AMBIENT: Final = (
    "DATABRICKS_CONFIG_PROFILE",
    "DATABRICKS_RUNTIME_VERSION",
    "DATABRICKS_CLIENT_ID",
    "DATABRICKS_AUTH_TYPE",
    "DATABRICKS_AZURE_RESOURCE_ID",
)
"""Variables by which a machine says that databricks-sdk finds a credential there; the second is that of a job."""

INSTALL: Final = "the package databricks-sdk is missing: pip install 'responses-conformance[databricks]', or set "
INSTALL_OR: Final = INSTALL + "DATABRICKS_HOST and DATABRICKS_TOKEN"

Value = TypeVar("Value")


class Login:
    """Who asks a workspace. ``host`` is its address; ``tokens`` are the last that were used, the newest at the end.

    Raises Unreachable for a workspace that gives no credential, ModuleNotFoundError where databricks-sdk is missing.
    """

    def __init__(self, host: str | None, profile: str | None, environ: Mapping[str, str], **known: str) -> None:
        from databricks.sdk import WorkspaceClient
        from databricks.sdk.core import Config

        logging.getLogger("databricks.sdk").setLevel(logging.ERROR)
        began = time.monotonic()
        stated = host or _host_of(profile, environ)
        if stated is not None:
            answers(stated)
        told: dict[str, Any] = {"retry_timeout_seconds": int(CONNECT), "http_timeout_seconds": CONNECT}
        given = {"host": host, "profile": profile, **known}
        told |= {name: value for name, value in given.items() if value}
        self.tokens: list[str] = []
        self._client: WorkspaceClient = within(
            began + PATIENCE - time.monotonic(),
            stated or "the workspace",
            lambda: WorkspaceClient(config=Config(**told)),
        )
        self.host = str(self._client.config.host or "").rstrip("/")
        self.kind = str(self._client.config.auth_type)
        self.headers(began + PATIENCE - time.monotonic())

    @property
    def client(self) -> WorkspaceClient:
        """The SDK's client, for what else the workspace can be asked."""
        return self._client

    def headers(self, seconds: float = PATIENCE) -> dict[str, str]:
        """The headers that carry the credential now, names in small letters. Raises Unreachable."""
        made = within(seconds, self.host, self._client.config.authenticate)
        headers = {name.lower(): value for name, value in made.items()}
        token = headers.get("authorization", "").partition(" ")[2]
        if token not in self.tokens:
            self.tokens[:] = [*self.tokens, token][-KEPT:]
        return headers

    def token(self) -> str:
        """The token that is good now. Raises Unreachable."""
        return self.headers().get("authorization", "").partition(" ")[2]


def within(seconds: float, who: str, call: Callable[[], Value]) -> Value:
    """What a call of the SDK gives, if it does so in time. Raises Unreachable, also for any error of the SDK's."""
    done: list[Value] = []
    failed: list[Exception] = []

    def work() -> None:
        try:
            done.append(call())
        except Exception as error:  # the SDK raises of all kinds
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(max(seconds, 0.1))
    if done:
        return done[0]
    if failed:
        raise _told(who, failed[0]) from failed[0]
    step = "check the address, and that this machine reaches it"
    raise Unreachable(f"{who} did not answer databricks-sdk within {PATIENCE:.0f} seconds", step)


def _told(who: str, error: Exception) -> Unreachable:
    """The first sentence of an error of the SDK's, without the settings that it lists behind it."""
    text = printable(str(error)).partition(". Config:")[0].partition("Config:")[0]
    step = "check the profile and the variables that it reads, or log in again with databricks auth login"
    return Unreachable(f"databricks-sdk has no credential for {who}: {shorten(text, 200).rstrip(' .')}", step)


def answers(host: str) -> None:
    """Asks the control plane whether it is there, in a way that can say what is in between. Raises Unreachable."""
    network = Network.of(host)
    progress = network.progress()
    extensions: dict[str, Any] = {"trace": progress} if network.proxy else {}
    try:
        with network.client(httpx.Timeout(CONNECT), {}) as http:
            http.get(f"{host}/.well-known/databricks-config", extensions=extensions)
    except (httpx.TransportError, httpx.InvalidURL, UnicodeError, OSError) as error:
        found = network.unreachable(error, progress)
        step = found.step or "check the address of the workspace, and that this machine reaches it"
        raise Unreachable(str(found), step) from error


def _host_of(profile: str | None, environ: Mapping[str, str]) -> str | None:
    """The address that a profile names, None where none can be told. Raises Unreachable if there is no such profile."""
    name = profile or environ.get("DATABRICKS_CONFIG_PROFILE")
    if not name:
        return None
    file = Path(environ.get("DATABRICKS_CONFIG_FILE") or "~/.databrickscfg").expanduser()
    parser = configparser.ConfigParser(interpolation=None)
    try:
        if not parser.read(file, encoding="utf-8"):
            raise Unreachable(f"there is no file {file}, which would hold the profile {name}", "databricks configure")
    except (configparser.Error, UnicodeError, OSError) as error:
        step = "mend it, or make a new one with databricks configure"
        raise Unreachable(f"{file} cannot be read as a file of profiles ({type(error).__name__})", step) from error
    profiles = [*parser.sections(), *(["DEFAULT"] if parser.defaults() else [])]
    if name not in profiles:
        known = ", ".join(profiles) or "none"
        raise Unreachable(f"{file} has no profile {printable(name)}", f"take one of those that it has: {known}")
    host = parser[name].get("host", "").strip().rstrip("/")
    if not host:
        return None
    parts = urlsplit(host if "://" in host else f"https://{host}")
    return f"{parts.scheme}://{parts.netloc}"
