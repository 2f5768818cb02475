"""Which proxy the variables name for a target, and what is said of one that is none. Nothing is sent."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from conformance.target import Unreachable
from conformance.target.proxies import Proxy, bypassed, proxy_for, read
from tests.run.checkout import FROM_THE_MACHINE
from tests.target.targets import IN_URL, SECRET, assert_hidden


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine counts."""
    for name in FROM_THE_MACHINE:
        monkeypatch.delenv(name, raising=False)


# NO_PROXY: the target, the entries, and whether they stand for it.
BYPASSED = [
    ("http://h.example/v1", "*", True),
    ("http://h.example/v1", "other, *", True),
    ("http://h.example/v1", "h.example", True),
    ("http://h.example/v1", "H.EXAMPLE.", True),
    ("http://h.example/v1", "example", True),
    ("http://h.example/v1", ".example", True),
    ("http://h.example/v1", "*.example", True),
    ("http://h.example/v1", ".h.example", True),
    ("http://xh.example/v1", "h.example", False),
    ("http://h.example/v1", "h.example:80", True),
    ("https://h.example/v1", "h.example:443", True),
    ("https://h.example/v1", "h.example:0443", True),
    ("http://h.example/v1", "h.example:0", False),
    ("https://h.example/v1", "h.example:80", False),
    ("http://h.example:8080/v1", "h.example:8080", True),
    ("http://h.example/v1", "*:81", False),
    ("http://h.example/v1", "https://h.example", False),
    ("http://h.example/v1", "http://h.example/", True),
    ("http://h.example/v1", "all://h.example", True),
    ("http://h.example/v1", "a b,\th.example", True),
    ("http://[::1]/v1", "[::1]", True),
    ("http://[::1]/v1", "::1", True),
    ("http://[::1]:81/v1", "[::1]:81", True),
    ("http://[::1]:81/v1", "[::1]:82", False),
    ("http://[fd00::2]/v1", "fd00::/8", True),
    ("http://[fd00::2]/v1", "[fd00::]/8", True),
    ("http://[fd00::2]/v1", "10.0.0.0/8", False),
    ("http://[::ffff:10.1.2.3]/v1", "10.0.0.0/8", True),
    ("http://10.1.2.3/v1", "10.0.0.0/8", True),
    ("http://10.1.2.3/v1", "10.9.9.9/8", True),
    ("http://10.1.2.3/v1", "fd00::/8", False),
    ("http://10.1.2.3/v1", "10.1.2.3:80", True),
    ("http://10.1.2.3/v1", "2.3", False),
    ("http://127.0.0.1/v1", "localhost", False),
    ("http://h.example/v1", "", False),
    ("http://h.example/v1", ",, ,", False),
    ("http://h.example/v1", "h.example:x, h.example/v1, h.exam, h*", False),
    (
        "http://h.example/v1",
        "., *., [, ], [], [::1, 10.0.0.0/99, fd00::/999, :80, ://, http://, \udcff",
        False,
    ),
    ("http://10.1.2.3/v1", "., *., [, ], [], 10.0.0.0/99, /8, :80, 1e9, \udcff", False),
    ("http://h.example/v1", f"h.example:{'9' * 9000}", False),
    ("http://h.example/v1", "x.example," * 20_000 + "h.example", True),
]


@pytest.mark.parametrize(("url", "no_proxy", "expected"), BYPASSED, ids=range(len(BYPASSED)))
def test_no_proxy(url: str, no_proxy: str, expected: bool) -> None:
    """An entry of NO_PROXY stands for a host and those below it, or a network; one without meaning is passed over."""
    assert bypassed(urlsplit(url), no_proxy) is expected


# The variables, and the proxy for http://h.example with what named it.
CHOSEN = [
    ({}, None),
    ({"HTTP_PROXY": "http://a:1"}, "the proxy a:1 of HTTP_PROXY"),
    ({"HTTP_PROXY": "a:1"}, "the proxy a:1 of HTTP_PROXY"),
    ({"HTTP_PROXY": " http://a:1/ \n"}, "the proxy a:1 of HTTP_PROXY"),
    ({"HTTP_PROXY": "http://[::1]:1"}, "the proxy [::1]:1 of HTTP_PROXY"),
    ({"HTTP_PROXY": "http://a:1", "http_proxy": "http://b:1"}, "the proxy b:1 of http_proxy"),
    ({"HTTP_PROXY": "http://a:1", "http_proxy": ""}, None),
    ({"HTTP_PROXY": "", "ALL_PROXY": "b:1"}, "the proxy b:1 of ALL_PROXY"),
    ({"HTTP_PROXY": "  ", "all_proxy": "b:1"}, "the proxy b:1 of all_proxy"),
    ({"HTTP_PROXY": "a:1", "ALL_PROXY": "socks9://b:1"}, "the proxy a:1 of HTTP_PROXY"),
    ({"HTTPS_PROXY": "http://a:80a"}, None),
    ({"HTTP_PROXI": "a:1", "PROXY": "a:1", "FTP_PROXY": "a:1"}, None),
    ({"HTTP_PROXY": "http://a:80a", "NO_PROXY": "h.example"}, None),
    ({"HTTP_PROXY": "a:1", "NO_PROXY": "h.example", "no_proxy": "other"}, "the proxy a:1 of HTTP_PROXY"),
    ({"HTTP_PROXY": "a:1", "no_proxy": "other,h.example"}, None),
]


@pytest.mark.parametrize(("variables", "expected"), CHOSEN, ids=range(len(CHOSEN)))
def test_which_proxy(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str | None) -> None:
    """The variable of the scheme counts before ALL_PROXY, small letters before capitals; the others are not read."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = proxy_for("http://h.example/v1")
    assert (None if found is None else str(found)) == expected


def test_credential_of_a_proxy() -> None:
    """The user name and password in a proxy's URL are decoded, and do not stand in its URL, its name or its repr."""
    proxy = read(f"me:{IN_URL}@a:1", "HTTP_PROXY")
    assert proxy == Proxy("http://a:1", "HTTP_PROXY", ("me", SECRET))
    assert_hidden(f"{proxy} {proxy!r}")


WRONG = [
    "http://proxy:80a",
    "http://proxy:99999",
    "http://proxy:0",
    "http://",
    "://",
    "/",
    "@",
    ":3128",
    "http://[::1",
    "http://pro xy:1",
    "http://pröxy:1",
    "http://me:S3cret/x@proxy:1",
    "http://S3cret/x@proxy:1",
    "http://S3cret#x@proxy:1",
    "http://me:S3cret?x@proxy:1",
    "http://me:S3cret%ff@proxy:1",
    "http://me:S3cret\udcff@proxy:1",
    "http://me:S3cret\x1b[31m@proxy:1",
    "S3cret://proxy:1",
    "S3cret:pa://proxy",
    '"http://me:S3cret@proxy:1"',
    "http://" + "S3cret" * 20_000,
    "socks4://me:S3cret@proxy:1",
]


@pytest.mark.parametrize("value", WRONG, ids=range(len(WRONG)))
def test_wrong_proxy(value: str) -> None:
    """What is no URL of a proxy is told with its variable, and none of it is repeated."""
    with pytest.raises(Unreachable) as raised:
        read(value, "HTTPS_PROXY")
    sentence = f"{raised.value}; {raised.value.step}"
    assert "HTTPS_PROXY" in sentence
    assert raised.value.step
    assert sentence.isprintable()
    assert len(sentence) < 300
    assert_hidden(sentence)
