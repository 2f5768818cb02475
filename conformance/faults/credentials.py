"""Faults of credentials: which are taken, which are refused, and what is said of them."""

from dataclasses import replace
from typing import Final

from conformance.faults.lib.fault import ELSEWHERE, Fault
from conformance.reference.edits.asked import Test, all_of, is_question
from conformance.reference.edits.replies import answering, ending_in, is_unauthorized, only_if, refusing, refusing_after
from conformance.reference.reply import Reply
from conformance.wire.edit import put


def _brings(start: str = "") -> Test:
    """True where the header Authorization is there, and begins with this."""

    def test(reply: Reply) -> bool:
        credential = reply.received.headers.get("authorization")
        return credential is not None and credential.startswith(start)

    return test


def _brings_nothing(reply: Reply) -> bool:
    """True where there is no credential, wherever it is looked for."""
    received = reply.received
    return not received.query and received.headers.keys().isdisjoint({"authorization", "api-key"})


def _repeating(reply: Reply) -> Reply:
    """Repeats the credential in the message of an error."""
    problem = f"The credential {reply.received.headers['authorization']} is not valid."
    return replace(reply, content=put("/error/message", problem)(reply.content))


def _in_a_header(reply: Reply) -> Reply:
    return replace(reply, headers={**reply.headers, "x-user": reply.received.headers["authorization"]})


FAULTS: Final = (
    Fault(
        "no-credential-answered",
        "A request without a credential is answered.",
        ("credentials.refused",),
        answering(all_of(is_unauthorized, _brings_nothing)),
    ),
    Fault(
        "no-credential-ends-in-500",
        "A request without a credential ends in an internal error.",
        ("credentials.refused",),
        ending_in(500, all_of(is_unauthorized, _brings_nothing)),
        seen=ELSEWHERE,
    ),
    Fault(
        "any-token-answered",
        "Any token is taken.",
        ("credentials.refused",),
        answering(lambda reply: reply.status == 403),
    ),
    Fault(
        "bare-token-answered",
        "A token is taken without the name of a scheme, and so is an empty one.",
        ("credentials.refused",),
        answering(lambda reply: reply.status == 401 and "authorization" in reply.received.headers),
    ),
    Fault(
        "refused-credential-with-400",
        "A credential that is not taken is refused as if the request was wrong.",
        ("credentials.refused", "credentials.api_key", "credentials.query"),
        ending_in(400, is_unauthorized),
    ),
    Fault(
        "api-key-answered",
        "A token in the header api-key is taken.",
        ("credentials.api_key",),
        answering(lambda reply: "api-key" in reply.received.headers),
    ),
    Fault(
        "api-key-ends-in-500",
        "A token in the header api-key ends in an internal error.",
        ("credentials.api_key",),
        ending_in(500, lambda reply: "api-key" in reply.received.headers),
    ),
    Fault(
        "basic-refused", "A token is not taken as a password.", ("credentials.basic",), refusing(_brings("Basic "), 401)
    ),
    Fault(
        "lower-case-refused",
        "The name of the scheme is not taken in small letters.",
        ("credentials.lower_case",),
        refusing(_brings("bearer "), 401),
    ),
    Fault(
        "query-answered",
        "A token in the query string is taken.",
        ("credentials.query",),
        answering(lambda reply: bool(reply.received.query)),
    ),
    Fault(
        "dies-without-a-credential",
        "The process dies of a request without a credential, and the next two get a 502.",
        ("credentials.answers_afterwards",),
        refusing_after(all_of(is_unauthorized, _brings_nothing), status=502, lasting=2),
        seen=ELSEWHERE,
    ),
    Fault(
        "token-repeated",
        "A refusal repeats the credential.",
        ("credentials.not_repeated",),
        only_if(all_of(is_unauthorized, _brings()), _repeating),
    ),
    Fault(
        "token-in-a-header",
        "An answer carries the token in a header.",
        ("credentials.not_repeated",),
        only_if(all_of(_brings("Basic "), is_question), _in_a_header),
    ),
)
