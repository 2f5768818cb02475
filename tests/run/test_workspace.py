"""A workspace is verified with the credential that databricks-sdk finds, on each of its routes."""

from __future__ import annotations

import itertools
import socket
import time
from pathlib import Path

import pytest

from conformance.reference.refusal import Refusal
from conformance.reference.workspace import OWN_SERVICE, Workspace
from conformance.target import ROUTES, Client, Given, TargetError, from_options
from tests.run.checkout import TOKEN, Checkout
from tests.run.results import COULD_NOT_RUN, USAGE, assert_one_sentence, told
from tests.run.workspaces import PLAIN, reached

ONE = "--models=gpt-5-4"
BODY = b'{"model": "system.ai.gpt-5-4", "input": "Say yes.", "max_output_tokens": 64}'


@pytest.mark.parametrize("profile", ["ref", "oauth"])
def test_profile(unchanged: Checkout, tmp_path: Path, profile: str) -> None:
    """A profile is all that is needed, with a token and with the credentials of a client; no token is shown."""
    with reached(tmp_path) as to:
        result = to.verify(unchanged, ONE, PLAIN, "conformance/test_credentials.py", profile=profile)
        assert result.ret == 0
        assert bool(to.workspace.issued) is (profile == "oauth")
        text = "\n".join(told(result))
        assert not [token for token in to.workspace.used if token in text]


def test_profile_of_the_environment(unchanged: Checkout, tmp_path: Path) -> None:
    """DATABRICKS_CONFIG_PROFILE names a profile as the option does."""
    with reached(tmp_path) as to:
        assert to.verify(unchanged, ONE, PLAIN, profile=None, DATABRICKS_CONFIG_PROFILE="oauth").ret == 0


@pytest.mark.parametrize("route", ROUTES)
def test_routes(unchanged: Checkout, tmp_path: Path, route: str) -> None:
    """Each route is asked with the names that it knows, here by the address that a browser shows."""
    with reached(tmp_path) as to:
        args = (f"--workspace={to.address}/?o=4242#job", f"--route={route}", ONE, PLAIN)
        result = to.verify(unchanged, *args, profile=None, DATABRICKS_TOKEN=TOKEN)
    assert result.ret == 0
    result.stdout.fnmatch_lines([f"target: {to.address}{ROUTES[route].path}"])


def test_name_of_a_model(unchanged: Checkout, tmp_path: Path) -> None:
    """A model can have a name of the customer's own."""
    with reached(tmp_path, Workspace(TOKEN, missing=("gpt-5-4",))) as to:
        args = (ONE, PLAIN, "-k", "test_string_input")
        assert to.verify(unchanged, *args).ret == COULD_NOT_RUN
        assert to.verify(unchanged, *args, f"--model-name=gpt-5-4={OWN_SERVICE}").ret == 0


def test_tokens_are_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request has a token that is good then, and none is asked for that is not needed."""
    with reached(tmp_path, Workspace(TOKEN, lifetime=43)) as to:
        monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(to.profiles))
        for name in ("DATABRICKS_HOST", "DATABRICKS_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        environ = {"DATABRICKS_CONFIG_FILE": str(to.profiles)}
        target = from_options(Given(profile="oauth"), "databricks", environ)
        end = time.monotonic() + 5
        with Client(target) as client:
            while time.monotonic() < end:
                assert client.send(BODY).status == 200
                time.sleep(0.05)
        issued = to.workspace.issued
        assert len([token for token in to.workspace.used if token != TOKEN]) >= 2
        assert all(later - before >= 1 for before, later in itertools.pairwise(issued))
        assert to.workspace.refused == 0
        assert target.token not in repr(target)
        assert set(target.secrets) == set(to.workspace.used)


def test_an_expired_token_is_refused() -> None:
    """The control plane takes no token behind its time."""
    workspace = Workspace(TOKEN)
    workspace._tokens["old"] = time.monotonic() - 1
    with pytest.raises(Refusal) as caught:
        workspace.check(b"Bearer old")
    assert (caught.value.status, workspace.refused) == (401, 1)


NO_CREDENTIAL = {
    "no-such-profile": (["--databricks-profile=nobody"], ["has no profile nobody", "ref, oauth"]),
    "wrong-secret": (["--databricks-profile=stranger"], ["databricks-sdk has no credential", "invalid_client"]),
    "dead": (["--databricks-profile=dead"], ["http://127.0.0.1:9 does not answer", "check the address"]),
}


@pytest.mark.parametrize(("args", "words"), NO_CREDENTIAL.values(), ids=NO_CREDENTIAL)
def test_no_credential(unchanged: Checkout, tmp_path: Path, args: list[str], words: list[str]) -> None:
    """What keeps a workspace from being asked is one sentence, soon, without a secret."""
    began = time.monotonic()
    with reached(tmp_path) as to:
        result = to.verify(unchanged, *args, profile=None)
    assert_one_sentence(result, COULD_NOT_RUN, *words)
    assert TOKEN not in "\n".join(told(result))
    assert time.monotonic() - began < 15


WRONG = {
    "two-targets": (["--base-url=http://h.example/v1", "--workspace=h.example"], ["--workspace and --base-url"]),
    "profile-and-base-url": (["--base-url=http://h.example/v1", "--databricks-profile=x"], ["exclude each other"]),
    "route-misspelt": (["--workspace=h.example", "--route=opneai"], ["--route", "gateway, openai"]),
    "workspace-with-a-password": (["--workspace=https://a:b@h.example"], ["--workspace", "password"]),
    "header-with-a-value": (["--header=x-key=s3cret-value"], ["--header", "x-key", "variable"]),
    "header-like-a-variable": (["--header=x-key=s3cretvalue"], ["--header", "x-key", "variable"]),
    "header-set-anyway": (["--header=content-type=HOME"], ["--header"]),
    "model-name-of-one-part": (["--model-name=gpt-5-4"], ["--model-name", "main.prod.my_gpt"]),
    "recorded-under-own-names": (["--record-mode=all", "--model-name=gpt-5-4=a.b.c"], ["--model-name"]),
}


@pytest.mark.parametrize(("args", "words"), WRONG.values(), ids=WRONG)
def test_wrong_options(unchanged: Checkout, args: list[str], words: list[str]) -> None:
    """Options that do not go together are told at once; what may be a secret is not shown."""
    result = unchanged.quick("--live", *args)
    assert_one_sentence(result, USAGE, *words)
    assert "s3cret" not in "\n".join(told(result))


def test_options_of_a_target_need_live(unchanged: Checkout) -> None:
    """A replay asks nobody."""
    for option in ("--workspace=h", "--databricks-profile=p", "--route=codex", "--header=a=B", "--model-name=a=b"):
        assert_one_sentence(unchanged.quick(option), USAGE, option.partition("=")[0], "--live")


def test_header(unchanged: Checkout, endpoint: str) -> None:
    """A header carries a credential from a variable, which is not shown; wrong credentials are sent without it."""
    args = ("--live", f"--base-url={endpoint}", ONE, "--header=Authorization=MY_KEY")
    files = (PLAIN, "conformance/test_credentials.py")
    result = unchanged.quick(*args, *files, MY_KEY=f"Bearer {TOKEN}")
    assert result.ret == 0
    assert TOKEN not in "\n".join(told(result))
    result = unchanged.quick(*args, PLAIN, MY_KEY=f"Bearer wrong-{TOKEN}")
    assert_one_sentence(result, COULD_NOT_RUN, "403")


def test_without_the_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where databricks-sdk is missing, what to install is said."""
    monkeypatch.setitem(__import__("sys").modules, "databricks.sdk", None)
    with pytest.raises(TargetError, match="databricks-sdk is missing") as caught:
        from_options(Given(workspace="http://127.0.0.1:9"), "databricks", {})
    assert caught.value.missing


def test_a_control_plane_that_is_silent(unchanged: Checkout, tmp_path: Path) -> None:
    """One that takes connections and says nothing is one sentence within 15 seconds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = "http://{}:{}".format(*listener.getsockname())
        began = time.monotonic()
        result = unchanged.quick("--live", f"--workspace={address}")
        assert time.monotonic() - began < 15
    assert_one_sentence(result, COULD_NOT_RUN, address, "does not answer", "silence")
