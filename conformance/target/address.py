"""Base URL, credential and model names of a target, from options and environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from conformance.contract import DATABRICKS, GATEWAY, SERVING
from conformance.wire.json_values import show

GATEWAY_PATH: Final = "/ai-gateway/mlflow/v1"

WHOLE: Final = 2
"""Dots in the name of a model service: ``catalog.schema.name``."""

PERSONAL: Final = "dapi"
"""How a personal access token of Databricks begins."""


class TargetError(Exception):
    """The target is not told well enough: what is wrong and what to do.

    ``missing`` is True where a prerequisite lacks (a variable is not set), False where what was given is wrong.
    """

    def __init__(self, message: str, *, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Target:
    """Who is asked. ``base_url`` has no slash at its end; ``token`` never shows in a repr."""

    base_url: str
    token: str = field(repr=False)
    contract: str = "databricks"
    token_variable: str = "DATABRICKS_TOKEN"  # noqa: S105  (the name of a variable)

    def model_name(self, model: str) -> str:
        """The name under which this target knows a model. One of a customer's own service is whole already."""
        is_whole = model.count(".") == WHOLE or model.startswith(SERVING)
        return model if is_whole or self.contract != DATABRICKS else GATEWAY + model

    @property
    def host(self) -> str:
        """Host, and port if there is one, as in the base URL."""
        return urlsplit(self.base_url).netloc

    @property
    def path(self) -> str:
        """The path of the base URL, which requests begin with."""
        return urlsplit(self.base_url).path


REPLAY: Final = Target(f"https://target.invalid{GATEWAY_PATH}", token="replay")  # noqa: S106  (a placeholder)
"""Stands for the target in a replay: no such host exists, and nothing is sent."""


def is_personal(target: Target) -> bool:
    """True for a token that by its form is one of a person; in a replay, as what it was is not kept."""
    return target is REPLAY or target.token.startswith(PERSONAL)


def from_options(base_url: str | None, contract: str, environ: Mapping[str, str]) -> Target:
    """The target of a live run: ``--base-url`` with RESPONSES_API_KEY, or DATABRICKS_HOST with DATABRICKS_TOKEN.

    Raises TargetError.
    """
    if base_url is not None:
        variable = "RESPONSES_API_KEY"
        url = _checked(base_url, "--base-url")
    else:
        variable = "DATABRICKS_TOKEN"
        host = environ.get("DATABRICKS_HOST", "").strip()
        if not host:
            raise TargetError(
                "no target: set DATABRICKS_HOST and DATABRICKS_TOKEN, or give --base-url URL and set RESPONSES_API_KEY",
                missing=True,
            )
        url = _checked(host if "://" in host else f"https://{host}", "DATABRICKS_HOST")
        url = url if urlsplit(url).path else url + GATEWAY_PATH
    return Target(url, _token(variable, environ), contract, variable)


def _checked(url: str, source: str) -> str:
    """A base URL without a slash at its end. Raises TargetError."""
    url = url.strip().rstrip("/")
    check_url(url, source, "https://<workspace-url>/ai-gateway/mlflow/v1")
    if urlsplit(url).path.endswith("/responses"):
        raise TargetError(f"{source}: {url!r} is the route itself; leave out /responses at its end")
    return url


def check_url(url: str, source: str, example: str) -> None:
    """Raises TargetError for what is no URL of a server, or holds a user name, a password, a query or a fragment."""
    # What may hold a secret is refused first, and not shown.
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise TargetError(
            f"{source}: a URL with a user name or password in it; a credential does not belong into a command"
        )
    if "?" in url or "#" in url:
        shown = show(url.partition("?")[0].partition("#")[0])
        raise TargetError(f"{source}: {shown} has a query or a fragment, expected a URL like {example}")
    if not all("!" <= character <= "~" for character in url) or "\\" in url:
        raise TargetError(
            f"{source}: a URL with a blank, a backslash, a control character or one outside ASCII: {show(url)}"
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise TargetError(f"{source}: {url!r} is not a URL ({error}), expected one like {example}") from error
    if not url.startswith(("http://", "https://")):
        raise TargetError(f"{source}: {url!r} does not begin with https:// or http://, expected a URL like {example}")
    if not parts.hostname or port == 0:
        raise TargetError(f"{source}: {url!r} names no host, expected a URL like {example}")


def _token(variable: str, environ: Mapping[str, str]) -> str:
    token = environ.get(variable, "")
    if not token.strip():
        state = "is empty" if variable in environ else "is not set"
        raise TargetError(f"no credential: the variable {variable} {state}", missing=True)
    if not all("!" <= character <= "~" for character in token):
        raise TargetError(f"the variable {variable} holds a blank, a line break or a character outside ASCII")
    return token
