"""How a live run reaches its target: through which proxy, trusting whom, and what is said where that fails."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpx

from conformance.target.budget import Exceeded
from conformance.target.certificates import trusted, trusting_nobody
from conformance.target.proxies import Proxy, proxy_for
from conformance.target.unreachable import Unreachable, reason, tls_trouble

BASE_URL: Final = "the base URL"
TOWARDS_PROXY: Final = ("connection.connect_tcp.started", "socks.connect_tcp.started")
BEYOND_PROXY: Final = ("proxy.start_tls.started", "socks.setup_socks5_connection.complete")
"""What httpcore tells when it turns to a proxy, and when the proxy has let it through."""


@dataclass(frozen=True, slots=True)
class Network:
    """The way to one target. ``certificates`` is the variable that names those that are trusted, or empty."""

    base_url: str
    proxy: Proxy | None
    tls: ssl.SSLContext
    certificates: str = ""

    @classmethod
    def of(cls, base_url: str) -> Self:
        """The way that the machine's variables say. Raises Unreachable."""
        proxy = proxy_for(base_url)
        if not base_url.startswith("https://") and not (proxy and proxy.secure):
            return cls(base_url, proxy, trusting_nobody())
        return cls(base_url, proxy, *trusted())

    @classmethod
    def blocked(cls, base_url: str) -> Self:
        """No way at all, for a replay: no variable is looked at."""
        return cls(base_url, None, trusting_nobody())

    def client(self, timeout: httpx.Timeout, headers: Mapping[str, str]) -> httpx.Client:
        """A client that goes this way and follows no redirect. Raises Unreachable."""
        proxy = self.proxy
        through = None
        if proxy:
            through = httpx.Proxy(proxy.url, auth=proxy.credential, ssl_context=self.tls if proxy.secure else None)
        try:
            return httpx.Client(
                timeout=timeout,
                headers=headers,
                follow_redirects=False,
                trust_env=False,
                verify=self.tls,
                proxy=through,
            )
        except ImportError as error:
            step = "install it with pip install 'httpx[socks]', or name an http:// proxy"
            raise Unreachable(f"{proxy} speaks SOCKS, for which the package socksio is missing", step) from error

    @property
    def forwarding(self) -> Proxy | None:
        """The proxy that answers in the target's place where it likes to: one without a tunnel through it."""
        return self.proxy if self.proxy and self.proxy.forwards and self.base_url.startswith("http://") else None

    def progress(self) -> Progress:
        """To be told how far a request comes."""
        return Progress(at_proxy=self.forwarding is not None)

    def refused(self, status: int) -> Unreachable:
        """What to say where the proxy answered with a status that is not the target's."""
        proxy = self.proxy
        assert proxy is not None
        host = urlsplit(self.base_url).hostname
        around = f"name {host} in NO_PROXY if it can be reached without"
        if status == 407:
            step = f"put the user name and the password for it into {proxy.source}, as http://user:password@host:port"
        elif status in (502, 503, 504):
            step = f"check {BASE_URL}, or {around}"
        else:
            step = f"ask for {host} to be let through, or {around}"
        told = f" ({status})" if status else ""
        return Unreachable(f"{self.base_url} does not answer: {proxy} refuses the connection{told}", step)

    def unreachable(self, error: Exception, progress: Progress) -> Unreachable:
        """What to say where a request ended with an exception before an answer."""
        if isinstance(error, httpx.ProxyError) and self.proxy:
            # Not the words that the proxy chose, which can repeat the password.
            status = str(error)[:3]
            return self.refused(int(status) if status.isdecimal() else 0)
        # Where a proxy hands on what it reads, silence and an answer without an end are the target's.
        slow = isinstance(error, (httpx.ReadTimeout, Exceeded))
        proxy = self.proxy if progress.at_proxy and not (self.forwarding and slow) else None
        trouble = tls_trouble(error, self.certificates, proxy.source if proxy else BASE_URL)
        why, step = trouble or (reason(error), "")
        if proxy:
            shown = why if trouble or not isinstance(error, httpx.ProtocolError) else "what it says is no HTTP"
            why = f"{proxy} cannot be used: {shown}"
            step = step or f"check {proxy.source}, and that the proxy runs"
        return Unreachable(f"{self.base_url} does not answer: {why}", step)


class Progress:
    """How far a request has come. ``at_proxy`` is True until the proxy has let it through."""

    def __init__(self, *, at_proxy: bool) -> None:
        self.at_proxy = at_proxy

    def __call__(self, event: str, _: Mapping[str, Any]) -> None:
        """Takes an event of httpcore's."""
        if event in TOWARDS_PROXY:
            self.at_proxy = True
        elif event in BEYOND_PROXY:
            self.at_proxy = False
