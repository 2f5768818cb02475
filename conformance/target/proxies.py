"""Through which proxy a live run asks its target, if any: from the variables that curl and Python's library read."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from conformance.target.unreachable import Unreachable
from conformance.wire.json_values import shorten

PORTS: Final = {"http": 80, "https": 443}
SCHEMES: Final = ("http", "https", "socks5", "socks5h")
SYSTEM: Final = "the system's settings"
EXAMPLE: Final = "http://host:port"

BRACKETED: Final = re.compile(r"\[([^\]]*)\](/\d+)?(?::(\d+))?")
"""An IPv6 address as it stands in a URL, with what can follow it in NO_PROXY."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy: its URL without a credential, the credential, and the variable that names it."""

    url: str
    source: str
    credential: tuple[str, str] | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"the proxy {shorten(urlsplit(self.url).netloc, 100)} of {self.source}"

    @property
    def secure(self) -> bool:
        """True where the proxy itself is spoken to over TLS."""
        return self.url.startswith("https://")

    @property
    def forwards(self) -> bool:
        """True for a proxy that reads what it hands on, unless it is asked for a tunnel."""
        return self.url.startswith("http")


def proxy_for(base_url: str) -> Proxy | None:
    """The proxy that the machine's variables name for a target, or None. Raises Unreachable.

    As in Python's own library, a variable in small letters counts before its twin in capitals, even an empty one.
    Only the variable that counts is looked at.
    """
    target = urlsplit(base_url)
    proxies = getproxies()
    for scheme in (target.scheme, "all"):
        given = proxies.get(scheme, "").strip()
        if not given:
            continue
        variable = _variable(scheme)
        # Where no variable names it, the system does, which also knows for what it is not used.
        direct = bypassed(target, proxies.get("no", "")) if variable else proxy_bypass(target.netloc)
        return None if direct else read(given, variable or SYSTEM)
    return None


def _variable(scheme: str) -> str:
    """The variable that `getproxies` takes the proxy for a scheme from, or an empty text."""
    names = [name for name, value in os.environ.items() if value and name.lower() == f"{scheme}_proxy"]
    return max(reversed(names), key=lambda name: name.endswith("_proxy"), default="")


def read(given: str, source: str) -> Proxy:
    """A proxy from its URL, of which the scheme may be left out. Raises Unreachable, which repeats nothing of it.

    What is wrong with a URL can be that its password holds a character that ends the host.
    """
    url = given if "://" in given else f"http://{given}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        credential = None
        if parts.username is not None:
            credential = (_plain(parts.username), _plain(parts.password or ""))
    except ValueError as error:
        raise _unusable(source) from error
    ascii_only = all("!" <= character <= "~" for character in parts.netloc)
    if not host or port == 0 or not ascii_only or "@" in url.partition(parts.netloc)[2]:
        raise _unusable(source)
    if parts.scheme not in SCHEMES:
        schemes = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        raise Unreachable(f"{source} names a proxy of a kind that is not known", f"begin it with one of {schemes}")
    plain = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{'' if port is None else f':{port}'}"
    try:
        httpx.URL(plain)
    except httpx.InvalidURL as error:
        raise _unusable(source) from error
    return Proxy(plain, source, credential)


def _plain(text: str) -> str:
    """What is percent-encoded in a text. Raises UnicodeError for bytes that are not UTF-8."""
    plain = unquote(text, errors="strict")
    plain.encode()
    return plain


def _unusable(source: str) -> Unreachable:
    step = f"write it as {EXAMPLE} or http://user:password@host:port, with /, @, : and # in a password percent-encoded"
    return Unreachable(f"what {source} holds is not the URL of a proxy", step)


def bypassed(target: SplitResult, no_proxy: str) -> bool:
    """True if one of the entries of NO_PROXY stands for the target. Entries that mean nothing are passed over.

    An entry is `*`, a host (which stands for all hosts below it, with or without a dot before it), an address, or a
    network as fd00::/8; hosts and addresses may have a port, and IPv6 addresses brackets.
    """
    host = (target.hostname or "").rstrip(".")
    port = target.port or PORTS[target.scheme]
    return any(
        entry_port in ("", str(port)) and (entry == "*" or _stands_for(entry, host))
        for entry, entry_port in _entries(no_proxy.lower(), target.scheme)
    )


def _entries(no_proxy: str, scheme: str) -> Iterator[tuple[str, str]]:
    """Each entry for a scheme, without brackets, and its port, which is empty if it has none."""
    for given in re.split(r"[,\s]+", no_proxy):
        its_scheme, separator, rest = given.rpartition("://")
        if separator and its_scheme not in (scheme, "all"):
            continue
        entry = rest.rstrip("/")
        if bracketed := BRACKETED.fullmatch(entry):
            yield bracketed[1] + (bracketed[2] or ""), bracketed[3] or ""
            continue
        name, colon, port = entry.rpartition(":")
        with_port = colon and ":" not in name and port.isdecimal()
        yield (name, port.lstrip("0") or "0") if with_port else (entry, "")


def _stands_for(entry: str, host: str) -> bool:
    """True if an entry is the host, a network that holds it, or a domain above it."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = entry.removeprefix("*").strip(".")
        return bool(name) and (host == name or host.endswith(f".{name}"))
    with contextlib.suppress(ValueError):
        network = ipaddress.ip_network(entry, strict=False)
        return address in network or (getattr(address, "ipv4_mapped", None) or address) in network
    return False
