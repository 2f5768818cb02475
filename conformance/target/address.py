"""Base URL, credential and model names of a target, from options and environment variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from conformance.contract import DATABRICKS, GATEWAY, SERVING, bare
from conformance.target.login import AMBIENT, INSTALL_OR, Login
from conformance.target.profiles import DEFAULT, Profiles
from conformance.target.routes import DEFAULT_ROUTE, ROUTES
from conformance.wire.json_values import show

GATEWAY_PATH: Final = ROUTES[DEFAULT_ROUTE].path

VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
HEADER: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

AUTHORIZATION: Final = "authorization"
SET_ANYWAY: Final = ("host", "content-length", "content-type", "accept-encoding", "transfer-encoding", "connection")

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
    """Who is asked. ``base_url`` has no slash at its end; no secret shows in a repr.

    ``token`` is the one at the beginning of the run, empty where ``headers`` carry the credential. With a ``login`` it
    is renewed, and `current` is the one to send. ``prefix`` is what the route puts before the name of a model, and
    ``names`` are those that some have instead. ``workspace`` is the address of the control plane, if there is one.
    """

    base_url: str
    token: str = field(repr=False)
    contract: str = "databricks"
    token_variable: str = "DATABRICKS_TOKEN"  # noqa: S105  (the name of a variable)
    prefix: str = GATEWAY
    names: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    login: Login | None = field(default=None, repr=False, compare=False)
    workspace: str = ""

    def model_name(self, model: str) -> str:
        """The name under which this target knows a model. One of a customer's own service is whole already."""
        if self.contract == DATABRICKS and not model.startswith(SERVING) and bare(model) in self.names:
            return self.names[bare(model)]
        is_whole = model.count(".") == WHOLE or model.startswith(SERVING)
        return model if is_whole or self.contract != DATABRICKS else self.prefix + model

    def current(self) -> tuple[str, Mapping[str, str]]:
        """The token that is good now, and the headers that go with it. Raises Unreachable."""
        if self.login is None:
            return self.token, self.headers
        headers = self.login.headers()
        token = headers.pop("authorization", "").partition(" ")[2]
        return token, {**headers, **self.headers}

    @property
    def secrets(self) -> tuple[str, ...]:
        """What else than ``token`` must not be shown: tokens that took its place, and the values of headers."""
        renewed = tuple(self.login.tokens) if self.login else ()
        return (*renewed, *self.headers.values())

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


@dataclass(frozen=True, slots=True)
class Given:
    """The options that say who is asked, as they were given: None, or nothing, for one that was not."""

    base_url: str | None = None
    workspace: str | None = None
    profile: str | None = None
    route: str | None = None
    headers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def from_options(given: Given, contract: str, environ: Mapping[str, str]) -> Target:
    """The target of a live run: a base URL with RESPONSES_API_KEY, or a workspace with a credential of its own.

    That is DATABRICKS_TOKEN, or what databricks-sdk finds. Raises TargetError and Unreachable.
    """
    names = _renamed(given.names)
    headers = _headers(given.headers, environ)
    if given.profile is not None and not given.profile.strip():
        raise TargetError("--databricks-profile: expected the name of a profile of ~/.databrickscfg")
    if given.base_url is None:
        return _of_workspace(given, contract, environ, names, headers)
    for option, value in (
        ("--workspace", given.workspace),
        ("--databricks-profile", given.profile),
        ("--route", given.route),
    ):
        if value is not None:
            raise TargetError(f"{option} and --base-url exclude each other: one names a workspace, one any server")
    variable = "RESPONSES_API_KEY"
    url = _checked(given.base_url, "--base-url")
    token = "" if headers and not environ.get(variable, "").strip() else _token(variable, environ)
    if token and AUTHORIZATION in headers:
        raise TargetError(
            f"--header: {AUTHORIZATION} and the variable {variable} exclude each other, unset one of them"
        )
    return Target(url, token, contract, variable, names=names, headers=headers)


def _of_workspace(
    given: Given, contract: str, environ: Mapping[str, str], names: Mapping[str, str], headers: Mapping[str, str]
) -> Target:
    if given.route is not None and given.route not in ROUTES:
        raise TargetError(f"--route: {show(given.route)} is not one of {', '.join(ROUTES)}")
    route = ROUTES[given.route or DEFAULT_ROUTE]
    if AUTHORIZATION in headers:
        raise TargetError(f"--header: {AUTHORIZATION} is what the credential of a workspace goes with")
    variable = "DATABRICKS_TOKEN"
    host = environ.get("DATABRICKS_HOST", "").strip()
    if given.workspace is not None:
        url = workspace_url(given.workspace, "--workspace")
    elif given.profile is not None or not host:
        url = ""
    else:
        url = _checked(host if "://" in host else f"https://{host}", "DATABRICKS_HOST")
    path = urlsplit(url).path if given.route is None else ""
    address = url.removesuffix(urlsplit(url).path)
    by_token = given.profile is None and bool(environ.get(variable, "").strip()) and bool(url)
    ambient = any(environ.get(name, "").strip() for name in AMBIENT)
    if not (by_token or url or given.profile is not None or ambient):
        raise TargetError(_no_target(environ), missing=True)
    if url and variable in environ and not by_token and not (given.profile is not None or ambient):
        _token(variable, environ)  # set to nothing: rather a slip than the wish to have databricks-sdk look elsewhere
    login = None
    if by_token:
        token = _token(variable, environ)
    else:
        try:
            login = Login(address or None, given.profile, environ)
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "databricks":
                raise
            raise TargetError(INSTALL_OR, missing=True) from error
        token, address = login.token(), login.host
        if not token:
            raise TargetError(f"databricks-sdk ({login.kind}) sends no bearer token to {address}", missing=True)
        check_url(address, "the profile", "https://<workspace-url>")
    base = address + (path or route.path)
    return Target(base, token, contract, variable, route.prefix, names, headers, login, address)


def _no_target(environ: Mapping[str, str]) -> str:
    """What to give where nothing was. Raises Unreachable for a file of profiles that cannot be read."""
    known = Profiles.read(environ)
    # The SDK would take this one unasked. Whoever has several workspaces should say which one is meant.
    name = DEFAULT if DEFAULT in known.values or not known.values else next(iter(known.values))
    there = f" ({known.file} has {known.names()})" if known.values else ""
    profile = f"--databricks-profile={name}{there}" if known.values else "--databricks-profile=NAME"
    return (
        "no target: set DATABRICKS_HOST and DATABRICKS_TOKEN, or name a profile of ~/.databrickscfg with "
        f"{profile}, or give --base-url=URL and set RESPONSES_API_KEY"
    )


def workspace_url(url: str, source: str) -> str:
    """The address of a workspace, from what a browser shows: no path, no query. Raises TargetError."""
    url = url.strip()
    url = url if "://" in url else f"https://{url}"
    parts = url.partition("://")
    bare_host = re.split(r"[/?#]", parts[2], maxsplit=1)[0]
    address = f"{parts[0]}://{bare_host}"
    check_url(address, source, "https://<workspace-url>")
    path = urlsplit(url).path.rstrip("/")
    for name, route in ROUTES.items():
        if path.removesuffix("/responses") == route.path:
            raise TargetError(f"{source}: the path of a route is in it; give {address} alone, with --route={name}")
    return address


def _renamed(given: tuple[str, ...]) -> dict[str, str]:
    """What ``--model-name`` maps. Raises TargetError."""
    names = {}
    for pair in given:
        name, sign, other = (part.strip() for part in pair.partition("="))
        if not (name and sign and other) or not all("!" <= character <= "~" for character in name + other):
            raise TargetError(f"--model-name: {show(pair)} is not of the form gpt-5-4=main.prod.my_gpt")
        if bare(name) in names:
            raise TargetError(f"--model-name: {show(name)} has two names, expected one")
        names[bare(name)] = other
    return names


def _headers(given: tuple[str, ...], environ: Mapping[str, str]) -> dict[str, str]:
    """The headers of ``--header``, their values from variables. Raises TargetError, which shows no value."""
    headers = {}
    for pair in given:
        name, _, variable = (part.strip() for part in pair.partition("="))
        if not HEADER.fullmatch(name) or name.lower() in SET_ANYWAY:
            raise TargetError("--header: expected NAME=VARIABLE, with the name of a header that is not set anyway")
        if not VARIABLE.fullmatch(variable) or variable not in environ:
            raise TargetError(
                f"--header: what stands behind {name}= is not the name of a variable that is set; a value itself would "
                "stand in the list of processes and in logs, so put it into a variable and give the name of that"
            )
        value = environ[variable]
        if not value.strip() or not all(" " <= character <= "~" for character in value) or value != value.strip():
            raise TargetError(f"--header: the variable for {name} is empty, or holds what no header can")
        if name.lower() in headers:
            raise TargetError(f"--header: {name} is given twice")
        headers[name.lower()] = value
    return headers


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
