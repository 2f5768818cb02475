"""A target that cannot be tested is told before anything is tested."""

from __future__ import annotations

import pytest

from tests.run.checkout import TOKEN, Checkout
from tests.run.results import COULD_NOT_RUN, assert_one_sentence, told
from tests.servers.sockets import always, http, serving

TARGETS = {
    "closes": (None, ["does not answer"]),
    "no-http": (b"SSH-2.0-OpenSSH_9.9\r\n\r\n", ["does not answer"]),
    "401": (http(401, b'{"error_code": "UNAUTHENTICATED", "message": "no"}'), ["401", "token"]),
    "403": (http(403, b'{"error_code": "PERMISSION_DENIED", "message": "Invalid access token."}'), ["403", "token"]),
    "403-scope": (http(403, b'{"message": "lacks the scope ai-gateway"}'), ["403", "scope"]),
    "429": (http(429, b'{"message": "too many"}'), ["429"]),
    "404-route": (http(404, b'{"error_code": "FEATURE_DISABLED", "message": "no"}'), ["404", "preview"]),
    "404-empty": (http(404, b"", None), ["404", "base URL"]),
    "404-html": (http(404, b"<html>nginx</html>", "text/html"), ["404", "base URL"]),
    "404-no-such-path": (http(404, b'{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No such path"}'), ["404"]),
}


@pytest.mark.parametrize(("answer", "words"), TARGETS.values(), ids=TARGETS)
def test_target_that_cannot_be_tested(unchanged: Checkout, answer: bytes | None, words: list[str]) -> None:
    """A target that no test could use is told once, by at most two requests, and the run could not run."""
    with serving(always(answer)) as server:
        result = unchanged.quick("--live", "--base-url", server.url, "--models", "gpt-5-4", RESPONSES_API_KEY=TOKEN)
    assert_one_sentence(result, COULD_NOT_RUN, *words)
    assert len(server.requests) <= 2
    assert TOKEN not in "\n".join(told(result))


def test_dead_port(checkout: Checkout) -> None:
    """A port where nobody listens is told once, with and without xdist."""
    with serving(always(None)) as server:
        pass
    for more in ([], ["-n", "2"]):
        result = checkout.live(server.url, *more)
        assert_one_sentence(result, COULD_NOT_RUN, server.url, "does not answer", "check the base URL")


def test_wrong_path_of_the_base_url(unchanged: Checkout, endpoint: str) -> None:
    """A base URL whose path leads nowhere is told once, not by every test."""
    for url in (endpoint.replace("mlflow", "wrong"), endpoint.removesuffix("/ai-gateway/mlflow/v1")):
        result = unchanged.quick("--live", "--base-url", url, "--models", "gpt-5-4", RESPONSES_API_KEY=TOKEN)
        assert_one_sentence(result, COULD_NOT_RUN, "404", "base URL")


def test_wrong_token(unchanged: Checkout, endpoint: str) -> None:
    """A wrong token is told once, and not shown."""
    wrong = "wrong-" + TOKEN
    result = unchanged.quick("--live", "--base-url", endpoint, RESPONSES_API_KEY=wrong)
    assert_one_sentence(result, COULD_NOT_RUN, "403", "token")
    assert wrong not in "\n".join(told(result))
