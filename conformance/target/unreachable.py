"""Why no answer came, and what to do about it, from the exception that says so. Pure."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Final

import httpx

from conformance.wire.json_values import printable, shorten


class Unreachable(Exception):
    """No answer came: one sentence that says why. ``step`` is the next step, empty where there is no special one."""

    def __init__(self, why: str, step: str = "") -> None:
        super().__init__(why)
        self.step = step


OUTDATED: Final = {9: "is not valid yet", 10: "has expired"}
WRONG_HOST: Final = (62, 64)
NOBODY_KNOWN: Final = (2, 18, 19, 20, 21)
"""Numbers that OpenSSL gives to what is wrong with a certificate (x509_vfy.h)."""

NO_TLS: Final = (
    *("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "RECORD_LAYER_FAILURE"),
    *("PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL"),
)
"""What OpenSSL says of bytes that are no TLS, by its versions."""


def tls_trouble(error: Exception, trusted: str, url: str) -> tuple[str, str] | None:
    """What is wrong between TLS and whoever was asked, and the next step; None for an error that is not of TLS.

    ``trusted`` is the variable that names the certificates which are trusted, or empty. ``url`` tells where the URL
    stands that says https.
    """
    found = next((cause for cause in _causes(error) if isinstance(cause, ssl.SSLError)), None)
    if isinstance(found, ssl.SSLCertVerificationError):
        return _certificate_trouble(found, trusted, url)
    if found is None:
        return None
    said = printable(found.reason or type(found).__name__)
    if said in NO_TLS:
        return "it speaks no TLS", f"check the port in {url}, or write http:// in place of https:// there"
    if isinstance(found, ssl.SSLEOFError):
        return "it ended the connection in place of TLS", f"check the host and the port in {url}"
    return f"TLS fails ({shorten(said, 100)})", f"check the host and the port in {url}"


def _certificate_trouble(error: ssl.SSLCertVerificationError, trusted: str, url: str) -> tuple[str, str]:
    message = shorten(printable(str(error.verify_message)), 150)
    if error.verify_code in OUTDATED:
        return (
            f"its certificate {OUTDATED[error.verify_code]}",
            "have it renewed, and check the clock of this machine",
        )
    if error.verify_code in WRONG_HOST:
        return f"its certificate is for another host ({message})", f"check the host in {url}"
    if error.verify_code in NOBODY_KNOWN:
        step = (
            f"add the certificate of its authority to what {trusted} names"
            if trusted
            else "name a PEM file with the certificate of its authority in the variable SSL_CERT_FILE"
        )
        return f"its certificate comes from an unknown authority ({message})", step
    return f"its certificate is not accepted ({message})", "have another one issued for it"


def reason(error: Exception) -> str:
    """Why there is no answer, in a few words."""
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection within the time allowed"
    if isinstance(error, httpx.TimeoutException):
        return "silence for longer than allowed"
    return shorten(printable(str(error)), 200) or type(error).__name__


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An exception, and what led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
