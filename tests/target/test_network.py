"""Proxies and certificates: which are used, and the one sentence that says what to do where they cannot be."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from conformance.target import REPLAY, Client, Limits, Unreachable, certificates, network
from tests.run.checkout import FROM_THE_MACHINE, TOKEN, Checkout
from tests.run.results import COULD_NOT_RUN, assert_one_sentence, told
from tests.servers.small_proxy import EXPIRED, SELF_SIGNED, proxying, with_tls
from tests.servers.sockets import always, http, serving
from tests.target.targets import ENCODED, IN_URL, SECRET, assert_hidden, dribbling, end_of, target

ONLY = ("--models=gpt-5-4", "-k=string_input")


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine counts."""
    for name in FROM_THE_MACHINE:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def dead() -> str:
    """Host and port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return "{}:{}".format(*listener.getsockname())


def run(checkout: Checkout, url: str, **variables: str) -> pytest.RunResult:
    """Runs one test against a target."""
    return checkout.quick("--live", f"--base-url={url}", *ONLY, RESPONSES_API_KEY=TOKEN, **variables)


def gateway(scheme: str, place: str) -> str:
    """The base URL of a server."""
    return f"{scheme}://{place}/ai-gateway/mlflow/v1"


def place_of(endpoint: str) -> str:
    """Host and port of a base URL."""
    return urlsplit(endpoint).netloc


@pytest.mark.parametrize("no_proxy", ["[::1]", "fd00::/8", "127.0.0.1", "*"])
def test_run_past_a_proxy(unchanged: Checkout, endpoint: str, no_proxy: str) -> None:
    """A run goes past the proxy to a host in NO_PROXY and through it to any other, whatever else stands there."""
    with proxying(place_of(endpoint)) as proxy:
        result = run(unchanged, endpoint, HTTP_PROXY=f"http://{proxy.place}", NO_PROXY=no_proxy)
    assert result.ret == 0
    assert bool(proxy.heads) is (no_proxy in ("[::1]", "fd00::/8"))


def test_run_through_a_tunnel(unchanged: Checkout, endpoint: str) -> None:
    """A target of https behind a proxy with a password is tested, and nothing that is shown holds the password."""
    with with_tls(place_of(endpoint), SELF_SIGNED) as place, proxying(place) as proxy:
        through = f"me:{IN_URL}@{proxy.place}"
        url = gateway("https", place)
        result = run(unchanged, url, HTTPS_PROXY=through, REQUESTS_CA_BUNDLE=str(SELF_SIGNED))
    assert result.ret == 0
    assert proxy.heads
    assert all(head.startswith(b"CONNECT ") and f"Basic {ENCODED}".encode() in head for head in proxy.heads)
    assert all(b"uthorization: Bearer" not in head for head in proxy.heads)
    assert_hidden("\n".join(told(result)))


def test_the_log_holds_no_password(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """What httpx logs at its most talkative holds nothing of a proxy's password."""
    for name in ("", "httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, logger=name)
    with serving(always(http(200, b"{}"))) as server, proxying(server.host) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://me:{IN_URL}@{proxy.place}")
        with Client(target(server.url)) as client:
            assert client.send(b"{}").status == 200
    assert b"Basic " + ENCODED.encode() in proxy.heads[0]
    assert caplog.records
    assert_hidden(caplog.text)


def test_dead_proxy(unchanged: Checkout, dead: str) -> None:
    """A proxy that does not run, or has no address, is told with its variable, for targets of http and https."""
    for scheme, variable, place in (
        ("http", "HTTP_PROXY", dead),
        ("https", "https_proxy", dead),
        ("https", "ALL_PROXY", "a..b:1"),
        ("https", "HTTPS_PROXY", "no-such-host.invalid:3128"),
    ):
        result = run(unchanged, gateway(scheme, "h.invalid"), **{variable: f"http://me:{IN_URL}@{place}"})
        assert_one_sentence(result, COULD_NOT_RUN, f"the proxy {place} of {variable} cannot be", f"check {variable}")
        assert_hidden("\n".join(told(result)))
        assert "check the base URL" not in "\n".join(told(result))


REFUSALS = {
    407: "put the user name and the password",
    403: "ask for h.invalid to be let through",
    502: "check the base URL",
}


@pytest.mark.parametrize("status", REFUSALS)
def test_proxy_that_refuses(unchanged: Checkout, status: int) -> None:
    """A proxy that refuses is told with its status and what to do about it, whatever it repeats."""
    answer = http(status, SECRET.encode(), "text/html", reason=f"{SECRET} {IN_URL} {ENCODED}")
    with proxying("", answer) as proxy:
        for scheme in ("https", "http"):
            through = f"http://me:{IN_URL}@{proxy.place}"
            result = run(unchanged, gateway(scheme, "h.invalid"), **{f"{scheme.upper()}_PROXY": through})
            words = REFUSALS[status] if scheme == "https" or status == 407 else "in place of the target"
            assert_one_sentence(result, COULD_NOT_RUN, f"the proxy {proxy.place} of", str(status), words)
            assert_hidden("\n".join(told(result)))


def test_proxy_of_another_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that speaks no HTTP, no TLS, or that nobody vouches for is told as the proxy's fault."""
    for scheme in ("http", "https"):
        url = gateway(scheme, "h.invalid")
        with proxying("", f"{SECRET}\r\n\r\n".encode()) as proxy:
            monkeypatch.setenv("ALL_PROXY", proxy.place)
            assert_trouble(url, f"the proxy {proxy.place} of ALL_PROXY", "no HTTP", "check ALL_PROXY")
            monkeypatch.setenv("ALL_PROXY", f"https://{proxy.place}")
            assert_trouble(url, "the proxy", "it speaks no TLS", "in ALL_PROXY")
        with proxying("", b"", SELF_SIGNED) as proxy:
            monkeypatch.setenv("ALL_PROXY", f"https://{proxy.place}")
            assert_trouble(url, "the proxy", "unknown authority", "SSL_CERT_FILE")


def assert_trouble(url: str, *words: str) -> None:
    """The client says these words where it reaches nobody, and no password."""
    with pytest.raises(Unreachable) as raised, Client(target(url), Limits(silence=5)) as client:
        client.send(b"{}")
    sentence = f"{raised.value}; {raised.value.step}"
    assert [word for word in words if word not in sentence] == [], sentence
    assert sentence.isprintable()
    assert_hidden(sentence)


def test_proxy_over_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy can be spoken to over TLS, for targets of http and, TLS within TLS, of https."""
    monkeypatch.setenv("SSL_CERT_FILE", str(SELF_SIGNED))
    with serving(always(http(200, b"{}"))) as server, with_tls(server.host, SELF_SIGNED) as place:
        for scheme, host in (("http", server.host), ("https", place)):
            with proxying(host, pem=SELF_SIGNED) as proxy:
                monkeypatch.setenv("ALL_PROXY", f"https://{proxy.place}")
                with Client(target(gateway(scheme, host))) as client:
                    assert client.send(b"{}").status == 200
            assert len(proxy.heads) == 1


def test_socks(unchanged: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    """A SOCKS proxy needs a package that is not installed, which is told."""
    monkeypatch.setitem(sys.modules, "socksio", None)
    result = run(unchanged, gateway("https", "h.invalid"), ALL_PROXY=f"socks5://me:{IN_URL}@127.0.0.1:9")
    assert_one_sentence(result, COULD_NOT_RUN, "ALL_PROXY", "socksio", "pip install")
    assert_hidden("\n".join(told(result)))


def test_bounded_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer without an end is cut in time and in bytes, of a target behind a proxy and of the proxy itself."""
    endless = (b"HTTP/1.1 200 OK\r\n", b"x: y\r\n" * 50)
    for limits, seconds, end in (
        (Limits(seconds=0.4), 0.01, "no end after 0.4 seconds"),
        (Limits(bytes=50_000), 0.0, "more than 50000 bytes"),
    ):
        with dribbling(*endless, seconds) as url, proxying(place_of(url)) as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.place)
            begun = time.monotonic()
            with Client(target(gateway("http", "h.invalid")), limits) as client:
                assert end_of(client) == end
            assert time.monotonic() - begun < 3
        with dribbling(*endless, seconds) as url:
            monkeypatch.setenv("HTTPS_PROXY", place_of(url))
            with Client(target(gateway("https", "h.invalid")), limits) as client:
                assert end_of(client) == end


def test_slow_target_behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A target that says nothing is not taken for a proxy that cannot be used."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = "{}:{}".format(*silent.getsockname())
        with proxying(place) as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.place)
            client = Client(target(gateway("http", "h.invalid")), Limits(silence=0.2))
            with client, pytest.raises(Unreachable, match="does not answer: silence") as raised:
                client.send(b"{}")
    assert raised.value.step == ""


def test_certificates(unchanged: Checkout, endpoint: str, tmp_path: Path) -> None:
    """Each of the variables names the certificates that are trusted; the first counts, and an empty one does not."""
    empty = tmp_path / "empty.pem"
    empty.touch()
    folder = tmp_path / "folder"
    folder.mkdir()
    shutil.copy(SELF_SIGNED, folder / "88d0bdcb.0")  # what `openssl x509 -hash` says of it
    file, nowhere = str(SELF_SIGNED), str(tmp_path / "nowhere")
    with with_tls(place_of(endpoint), SELF_SIGNED) as place:
        url = gateway("https", place)
        for variables in (
            {"SSL_CERT_FILE": file, "SSL_CERT_DIR": nowhere, "REQUESTS_CA_BUNDLE": nowhere, "CURL_CA_BUNDLE": nowhere},
            {"SSL_CERT_FILE": "", "REQUESTS_CA_BUNDLE": file, "CURL_CA_BUNDLE": str(empty)},
            {"SSL_CERT_FILE": " ", "SSL_CERT_DIR": "", "REQUESTS_CA_BUNDLE": "", "CURL_CA_BUNDLE": file},
        ):
            assert run(unchanged, url, **variables).ret == 0
        in_folders = run(unchanged, url, SSL_CERT_DIR=os.pathsep.join((nowhere, str(folder))))
        assert in_folders.ret == 0


def test_untrusted_certificates(unchanged: Checkout, endpoint: str) -> None:
    """An unknown authority, an expired certificate and a wrong host are told, each with its next step."""
    unknown = ("unknown authority", "name a PEM file", "SSL_CERT_FILE")
    with with_tls(place_of(endpoint), SELF_SIGNED) as place:
        url = gateway("https", place)
        assert_one_sentence(run(unchanged, url), COULD_NOT_RUN, *unknown)
        other = run(unchanged, url, REQUESTS_CA_BUNDLE=str(EXPIRED))
        assert_one_sentence(other, COULD_NOT_RUN, "unknown authority", "to what REQUESTS_CA_BUNDLE names")
        with proxying(place) as proxy:
            through = run(unchanged, url, HTTPS_PROXY=proxy.place)
            assert_one_sentence(through, COULD_NOT_RUN, "does not answer: its certificate", *unknown)
            named = {"HTTPS_PROXY": proxy.place, "CURL_CA_BUNDLE": str(SELF_SIGNED)}
            wrong = run(unchanged, gateway("https", "h.invalid"), **named)
        assert_one_sentence(
            wrong, COULD_NOT_RUN, "its certificate is for another host", "check the host in the base URL"
        )
    with with_tls(place_of(endpoint), EXPIRED) as place:
        result = run(unchanged, gateway("https", place), SSL_CERT_FILE=str(EXPIRED))
        assert_one_sentence(result, COULD_NOT_RUN, "its certificate has expired", "have it renewed")


def test_other_side_of_tls(unchanged: Checkout, endpoint: str) -> None:
    """https to a server that speaks no TLS is told with the scheme to write; http to one that does is no answer."""
    no_tls = run(unchanged, gateway("https", place_of(endpoint)))
    assert_one_sentence(no_tls, COULD_NOT_RUN, "it speaks no TLS", "write http://")
    with with_tls(place_of(endpoint), SELF_SIGNED) as place:
        tls = run(unchanged, gateway("http", place))
    assert_one_sentence(tls, COULD_NOT_RUN, "does not answer")


def wrong_files(folder: Path) -> Iterator[tuple[str, str]]:
    """Paths that name no file of certificates, and what is said of them."""
    contents = {
        "empty": b"",
        "blank": b"\n \n",
        "der": b"\x30\x82\x01\x00" * 99,
        "half": SELF_SIGNED.read_bytes()[:-100],
        "key": SELF_SIGNED.read_bytes().partition(b"-----BEGIN CERT")[0],
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
        yield str(folder / name), "holds no certificate in PEM form"
    with (folder / "huge").open("wb") as file:
        file.truncate(certificates.MAX_BYTES + 1)
    os.mkfifo(folder / "fifo")
    for name in ("huge", "fifo"):
        yield str(folder / name), "holds no certificate in PEM form"
    yield "/dev/zero", "holds no certificate in PEM form"
    yield str(folder), "is a folder"
    yield str(folder / "nowhere"), "No such file"
    yield str(folder / "empty" / "x"), "Not a directory"
    yield "x" * 100_000, "File name too long"
    yield "\x1b[31m\udcff", "No such file"


def test_wrong_files_of_certificates(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is no file with certificates is told with its variable in one printable sentence."""
    for path, words in wrong_files(tmp_path):
        for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            with monkeypatch.context() as patch:
                patch.setenv(variable, path)
                assert_trouble("https://h.invalid/v1", variable, words, "name a file")
    for path in (str(tmp_path), str(tmp_path / "nowhere"), str(tmp_path / "empty"), os.pathsep):
        with monkeypatch.context() as patch:
            patch.setenv("SSL_CERT_DIR", path)
            assert_trouble("https://h.invalid/v1", "SSL_CERT_DIR")
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path))
    assert_trouble("https://h.invalid/v1", "SSLKEYLOGFILE", "a file that can be written")


BROKEN = {
    "HTTP_PROXY": "http://proxy:80a",
    "HTTPS_PROXY": "http://proxy:80a",
    "ALL_PROXY": "socks9://proxy",
    "NO_PROXY": "[::1]",
    "SSL_CERT_FILE": "/nowhere",
}


def test_exit_status_of_broken_variables(unchanged: Checkout) -> None:
    """A variable that cannot be used ends a run in one sentence with exit status 6."""
    for name, value in BROKEN.items():
        if name != "NO_PROXY":
            result = run(unchanged, "https://h.invalid/v1", **{name: value, "NO_PROXY": "[::1], fd00::/8"})
            if name == "HTTP_PROXY":
                assert_one_sentence(result, COULD_NOT_RUN, "does not answer", "check the base URL")
            else:
                assert_one_sentence(result, COULD_NOT_RUN, name)


def test_replay_looks_at_no_variable(unchanged: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replay runs whatever the variables hold, and reads no certificate."""
    monkeypatch.setattr(network, "trusted", lambda: pytest.fail("certificates were read"))
    for name, value in BROKEN.items():
        monkeypatch.setenv(name, value)
    with Client(REPLAY, live=False):
        pass
    for name in BROKEN:
        monkeypatch.delenv(name)
    assert unchanged.quick(*ONLY, **BROKEN).ret == 0


def test_http_reads_no_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a target of http no certificate is read, whatever the variables name; for one of https they are read once."""
    read_by: list[str] = []
    monkeypatch.setattr(network, "trusted", lambda: read_by.append("") or certificates.trusted())
    with serving(always(http(200, b"{}"))) as server:
        with monkeypatch.context() as patch:
            patch.setenv("SSL_CERT_FILE", "/nowhere")
            with Client(target(server.url)) as client:
                assert client.send(b"{}").status == 200
        assert read_by == []
        with with_tls(server.host, SELF_SIGNED) as place:
            monkeypatch.setenv("SSL_CERT_FILE", str(SELF_SIGNED))
            with Client(target(gateway("https", place))) as client:
                assert [client.send(b"{}").status for _ in range(2)] == [200, 200]
        assert read_by == [""]
