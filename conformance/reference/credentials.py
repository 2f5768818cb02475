"""Who is asking: the Authorization header."""

import base64
import binascii
import hmac
from typing import Final

from conformance.reference.refusal import Refusal

BASIC_USER: Final = b"token"


def check_credential(header: bytes | None, token: str | None) -> None:
    """Let a request pass whose Authorization header carries the token, or any credential if ``token`` is None.

    Raises Refusal: 401 for no credential or one of an unsupported type, 403 for a wrong one. It never repeats either.
    """
    token_given = given(header)
    if not token_given:
        problem = "Credential was not sent or was of an unsupported type for this endpoint."
        raise Refusal(401, problem, "invalid_api_key")
    if token is not None and not hmac.compare_digest(token_given, token.encode()):
        raise Refusal(403, "Invalid access token.", "invalid_api_key")


def given(header: bytes | None) -> bytes | None:
    """The token in the header, None where there is none."""
    try:
        scheme, credential = (header or b"").split()
    except ValueError:
        return None
    match scheme.lower():
        case b"bearer":
            return credential
        case b"basic":
            try:
                user, _, password = base64.b64decode(credential, validate=True).partition(b":")
            except binascii.Error:
                return None
            return password if user == BASIC_USER else None
        case _:
            return None
