"""From the bytes of a request to a JSON object, and to the digest that ids and times are made from."""

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any, Final

from conformance.reference.refusal import Refusal
from conformance.wire.json_values import TooDeep, parse_json

MAX_BYTES: Final = 20_000_000
MAX_DEPTH: Final = 100
MAX_VALUES: Final = 20_000
# The beginning of an address on this machine.
ON_LOOPBACK: Final = re.compile(
    r"^(https?://(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]))(?::\d+)?(?=[/?#]|$)", re.ASCII | re.IGNORECASE
)
# The members of a request in which addresses of services stand, and the name that these have in there.
ADDRESSES: Final = {"tools": "server_url", "input": "image_url"}


def too_large() -> Refusal:
    """What is said of a body over MAX_BYTES."""
    return Refusal(413, f"The body is larger than {MAX_BYTES} bytes.")


def read_object(content_type: str | None, content: bytes) -> dict[str, Any]:
    """The JSON object in a body. Of a member that is given twice the last one counts.

    Raises Refusal (400) for another content type and for anything that is not one JSON object in UTF-8.
    """
    if (content_type or "").partition(";")[0].strip().lower() != "application/json":
        raise _malformed("The header Content-Type has to be application/json.")
    try:
        value = parse_json(content.decode("utf-8"), levels=MAX_DEPTH, fraction=_finite)
        _check_size(value)
        # A string with half of a surrogate pair is JSON, but no text that could be sent back.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        raise _malformed("The body is not valid UTF-8.") from None
    except TooDeep as error:
        raise _malformed(f"The body is {error}.") from None
    except ValueError as error:
        raise _malformed(f"The body is not valid JSON: {error}.") from None
    if not isinstance(value, dict):
        raise _malformed("The body has to be a JSON object.")
    return value


def canonical(value: Any) -> str:
    """One JSON text for equal values."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def compact(value: Any) -> str:
    """The JSON text of a value on one line, its members in the order that they have."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def portless(body: dict[str, Any]) -> dict[str, Any]:
    """The body without the ports of MCP servers and images on this machine: nothing but the echo may depend on them.

    It is the same object where there are none.
    """
    stripped = {name: _portless(body[name], member) for name, member in ADDRESSES.items() if name in body}
    return body if all(stripped[name] == body[name] for name in stripped) else {**body, **stripped}


def without_port(url: str) -> str:
    """An address, without the port if it is on this machine."""
    return ON_LOOPBACK.sub(r"\1", url)


def _portless(value: Any, member: str) -> Any:
    """The value without the ports in members of a name, at any depth."""
    if isinstance(value, list):
        return [_portless(inner, member) for inner in value]
    if isinstance(value, dict):
        return {
            name: without_port(inner) if name == member and isinstance(inner, str) else _portless(inner, member)
            for name, inner in value.items()
        }
    return value


def digest(value: Any) -> str:
    """SHA-256 of a JSON value in its canonical form, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _malformed(problem: str) -> Refusal:
    return Refusal(400, problem)


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"the number {text[:20]} is out of range")
    return number


def _check_size(value: Any) -> None:
    """Refuse so many values that it would take long to look at each."""
    level, count = [value], 0
    while level:
        level = [child for container in level for child in _children(container)]
        count += len(level)
        if count > MAX_VALUES:
            raise _malformed(f"The body holds more than {MAX_VALUES} values.")


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
