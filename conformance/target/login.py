"""A credential of a workspace by databricks-sdk's unified authentication, which is imported where it is asked for only.

The SDK's own waiting has no end that suits a person: each call of it is given a deadline here.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

import httpx

from conformance.target.certificates import chosen
from conformance.target.network import Network
from conformance.target.profiles import Profiles, host_of, overruled
from conformance.target.spacing import turn
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

RENEWED: Final = datetime.timedelta(seconds=40.1)
"""How long before its end databricks-sdk takes another token in the place of one: 40 seconds, and a little more."""

OF_REQUESTS: Final = "REQUESTS_CA_BUNDLE"
"""The variable in which requests, with which the SDK asks, looks for certificates."""

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

    A ``profile`` goes before the variables of the environment. Raises Unreachable for a workspace that gives no
    credential, ModuleNotFoundError where databricks-sdk is missing.
    """

    def __init__(self, host: str | None, profile: str | None, environ: Mapping[str, str], **known: str) -> None:
        from databricks.sdk import WorkspaceClient
        from databricks.sdk.core import Config

        logging.getLogger("databricks.sdk").setLevel(logging.ERROR)
        began = time.monotonic()
        name = profile or environ.get("DATABRICKS_CONFIG_PROFILE")
        values = Profiles.read(environ).named(name) if name else {}
        hidden = overruled(values, Config.attributes()) if profile else frozenset()
        stated = host or host_of(values)
        if stated is not None:
            answers(stated)
        told: dict[str, Any] = {
            "retry_timeout_seconds": int(CONNECT),
            "http_timeout_seconds": CONNECT,
            # Tokens are renewed where they are needed, in `headers`, and nowhere else.
            "disable_async_token_refresh": True,
        }
        given = {"host": host, "profile": profile, **known}
        told |= {key: value for key, value in given.items() if value}
        self.tokens: list[str] = []
        self._expiry: datetime.datetime | None = None
        left = PATIENCE - (time.monotonic() - began)
        with turn() as was_made:
            end = time.monotonic() + left
            try:
                self._client: WorkspaceClient = within(
                    left,
                    stated or "the workspace",
                    lambda: WorkspaceClient(config=Config(**told)),
                    hidden,
                )
                self.host = str(self._client.config.host or "").rstrip("/")
                self.kind = str(self._client.config.auth_type)
                self._authenticate(end - time.monotonic())
            except Unreachable:
                was_made()
                raise
            if self._expiry is not None:
                was_made()

    @property
    def client(self) -> WorkspaceClient:
        """The SDK's client, for what else the workspace can be asked."""
        return self._client

    def headers(self) -> dict[str, str]:
        """The headers that carry the credential now, names in small letters. Raises Unreachable."""
        if not self._is_due():
            return self._authenticate(PATIENCE)
        with turn() as was_made:
            before = self.tokens[-1:]
            headers = self._authenticate(PATIENCE)
            if self.tokens[-1:] != before:
                was_made()
        return headers

    def token(self) -> str:
        """The token that is good now. Raises Unreachable."""
        return self.headers().get("authorization", "").partition(" ")[2]

    def _authenticate(self, seconds: float) -> dict[str, str]:
        made = within(seconds, self.host, self._client.config.authenticate)
        headers = {name.lower(): value for name, value in made.items()}
        token = headers.get("authorization", "").partition(" ")[2]
        if token not in self.tokens:
            self.tokens[:] = [*self.tokens, token][-KEPT:]
            self._expiry = within(seconds, self.host, self._known_expiry)
        return headers

    def _known_expiry(self) -> datetime.datetime | None:
        """When the token ends, None for one that does not, or of which the SDK does not say it."""
        try:
            return self._client.config.oauth_token().expiry
        except ValueError:
            return None

    def _is_due(self) -> bool:
        """True if the SDK is about to ask for another token."""
        if self._expiry is None:
            return False
        return datetime.datetime.now(tz=self._expiry.tzinfo) >= self._expiry - RENEWED


def within(seconds: float, who: str, call: Callable[[], Value], hidden: Collection[str] = ()) -> Value:
    """What a call of the SDK gives, if it does so in time. ``hidden`` are variables that it does not see.

    Raises Unreachable, also for any error of the SDK's.
    """
    done: list[Value] = []
    failed: list[Exception] = []

    def work() -> None:
        try:
            done.append(call())
        except Exception as error:  # the SDK raises of all kinds
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    with _environment(hidden):
        thread.start()
        thread.join(max(seconds, 0.1))
    if done:
        return done[0]
    if failed:
        raise _told(who, failed[0]) from failed[0]
    step = "check the address, and that this machine reaches it"
    raise Unreachable(f"{who} did not answer databricks-sdk within {PATIENCE:.0f} seconds", step)


@contextlib.contextmanager
def _environment(hidden: Collection[str]) -> Iterator[None]:
    """The variables as the SDK is to see them: without those that are hidden, with the certificates of the suite."""
    before = dict(os.environ)
    for name in hidden:
        os.environ.pop(name, None)
    if certificates := chosen():
        os.environ[OF_REQUESTS] = certificates
    try:
        yield
    finally:
        for name in (*hidden, OF_REQUESTS):
            os.environ.pop(name, None)
            os.environ.update({name: before[name]} if name in before else {})


def _told(who: str, error: Exception) -> Unreachable:
    """The first sentence of an error of the SDK's, without the settings that it lists behind it."""
    text = printable(str(error)).partition(". Config:")[0].partition("Config:")[0].partition(", please check http")[0]
    step = (
        "check the profile and the variables that it reads, set DATABRICKS_TOKEN, or log in again with "
        "databricks auth login"
    )
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
