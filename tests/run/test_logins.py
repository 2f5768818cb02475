"""Where databricks-sdk finds a credential, and what is said where there is none: one sentence, status 6."""

from __future__ import annotations

import base64
import json
import os
import sys
import time
from pathlib import Path

import pytest

from conformance.reference.workspace import CLIENT, Workspace
from tests.run.checkout import TOKEN, Checkout
from tests.run.results import COULD_NOT_RUN, USAGE, assert_one_sentence, told
from tests.run.workspaces import PLAIN, reached
from tests.servers.small_proxy import SELF_SIGNED, proxying, with_tls

ONE = ("--models=gpt-5-4", PLAIN, "-k", "test_string_input")
DOCTOR = ("--models=gpt-5-4", "--preflight-only")


def test_host_and_client(unchanged: Checkout, tmp_path: Path) -> None:
    """An address and the credentials of a client in variables are enough, without a file of profiles."""
    with reached(tmp_path) as to:
        nowhere = str(tmp_path / "nowhere")
        args = ("--live", *DOCTOR)
        variables = {"DATABRICKS_HOST": to.address, "DATABRICKS_CONFIG_FILE": nowhere}
        client = {"DATABRICKS_CLIENT_ID": CLIENT, "DATABRICKS_CLIENT_SECRET": TOKEN}
        result = unchanged.quick(*args, **variables, **client)
        assert result.ret == 0
        result.stdout.fnmatch_lines(["ok * credential: databricks-sdk, oauth-m2m"])
        # Without any of them the SDK looks everywhere, and says that there is nothing.
        result = unchanged.quick(*args, **variables)
    assert_one_sentence(result, COULD_NOT_RUN, "databricks-sdk has no credential", to.address, "DATABRICKS_TOKEN")


def test_a_profile_goes_before_variables(unchanged: Checkout, tmp_path: Path) -> None:
    """A profile that is named is not mixed with the credential of another workspace that a shell still has."""
    with reached(tmp_path) as to:
        others = {"DATABRICKS_HOST": "http://127.0.0.1:9", "DATABRICKS_TOKEN": "of-another-workspace"}
        for profile in ("ref", "oauth"):
            result = to.verify(unchanged, *DOCTOR, profile=profile, **others)
            assert result.ret == 0
            result.stdout.fnmatch_lines([f"ok * route: {to.address}/*"])
        assert "of-another-workspace" not in to.workspace.used
    assert os.environ.get("DATABRICKS_TOKEN") is None


def test_default(unchanged: Checkout, tmp_path: Path) -> None:
    """The profile DEFAULT is not taken unasked; the sentence says how to ask for it, and what else there is."""
    with reached(tmp_path) as to:
        more = f"[DEFAULT]\nhost = {to.address}\ntoken = {TOKEN}\n\n"
        to.profiles.write_text(more + to.profiles.read_text(encoding="utf-8"), encoding="utf-8")
        result = to.verify(unchanged, *ONE, profile=None)
        assert_one_sentence(result, COULD_NOT_RUN, "no target", "--databricks-profile=DEFAULT", "oauth")
        assert to.verify(unchanged, *ONE, profile="DEFAULT").ret == 0
        # Where there is no such profile another one is named.
        to.profiles.write_text("[__settings__]\ndefault_profile = a\n[dev]\nhost = h\n", encoding="utf-8")
        assert_one_sentence(to.verify(unchanged, profile=None), COULD_NOT_RUN, "--databricks-profile=dev")


FILES = {
    "missing": (None, ["there is no file", "profiles", "databricks configure"]),
    "binary": (b"\xff\xfe\x00\x01", ["cannot be read", "UnicodeDecodeError"]),
    "no-sections": (b"host = https://h.example\n", ["cannot be read", "MissingSectionHeaderError"]),
    "twice": (b"[ref]\nhost = a\n[ref]\nhost = b\n", ["cannot be read", "DuplicateSectionError"]),
    "without-the-profile": (b"[other]\nhost = https://h.example\n", ["has no profile ref", "other"]),
    "empty": (b"", ["has no profile ref", "none"]),
    "without-a-host": (
        b"[ref]\ntoken = t\n",
        ["databricks-sdk has no credential for the workspace", "check the profile"],
    ),
}


@pytest.mark.parametrize(("content", "words"), FILES.values(), ids=FILES)
@pytest.mark.parametrize("named", ["option", "variable"])
def test_files(unchanged: Checkout, tmp_path: Path, content: bytes | None, words: list[str], named: str) -> None:
    """A file of profiles that cannot be used is one sentence, whoever names the profile."""
    file = tmp_path / "profiles"
    if content is not None:
        file.write_bytes(content)
    args = ("--databricks-profile=ref",) if named == "option" else ()
    variables = {} if args else {"DATABRICKS_CONFIG_PROFILE": "ref"}
    result = unchanged.quick("--live", *args, *ONE, DATABRICKS_CONFIG_FILE=str(file), **variables)
    assert_one_sentence(result, COULD_NOT_RUN, *words)


def test_a_folder_in_place_of_a_file(unchanged: Checkout, tmp_path: Path) -> None:
    """What cannot be opened is told apart from what is not there, also where no profile is named."""
    for args in (("--databricks-profile=ref",), ()):
        result = unchanged.quick("--live", *args, DATABRICKS_CONFIG_FILE=str(tmp_path))
        assert_one_sentence(result, COULD_NOT_RUN, "cannot be read as a file of profiles", "directory")


def test_a_token_that_has_ended(unchanged: Checkout, tmp_path: Path) -> None:
    """A personal token that has expired is told once: the list is refused too, which is not worth a line of its own."""
    with reached(tmp_path) as to:
        to.workspace._tokens["old"] = time.monotonic() - 1
        to.profiles.write_text(f"[ref]\nhost = {to.address}\ntoken = old\n", encoding="utf-8")
        result = to.verify(unchanged, *ONE)
    assert_one_sentence(result, COULD_NOT_RUN, "refuses the credential (401)", "check the token")
    assert to.workspace.refused >= 2


def test_without_the_sdk(unchanged: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the extra is not installed, a profile is one sentence; two variables do all the same."""
    with reached(tmp_path) as to:
        for name in [name for name in sys.modules if name.partition(".")[0] == "databricks"]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, "databricks.sdk", None)
        result = to.verify(unchanged, *ONE)
        assert_one_sentence(result, COULD_NOT_RUN, "databricks-sdk is missing", "responses-conformance[databricks]")
        result = to.verify(unchanged, *ONE, profile=None, DATABRICKS_HOST=to.address, DATABRICKS_TOKEN=TOKEN)
        assert result.ret == 0
        result.stdout.fnmatch_lines(["*was not asked: that needs the extra databricks"])


def test_certificates(unchanged: Checkout, tmp_path: Path) -> None:
    """The certificates that the suite trusts are those that the SDK trusts, which looks into one variable only."""
    with reached(tmp_path) as to, with_tls(to.address.removeprefix("http://"), SELF_SIGNED) as place:
        to.profiles.write_text(f"[ref]\nhost = https://{place}\ntoken = {TOKEN}\n", encoding="utf-8")
        for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            result = to.verify(unchanged, *DOCTOR, **{variable: str(SELF_SIGNED)})
            assert result.ret == 0
            result.stdout.fnmatch_lines(["ok * offered: * by the list of model services"])
        assert_one_sentence(to.verify(unchanged, *DOCTOR), COULD_NOT_RUN, "unknown authority", "SSL_CERT_FILE")


NAMESPACE = """
class UserNamespaceInitializer:
    @classmethod
    def getOrCreate(cls):
        return cls()

    def get_namespace_globals(self):
        return {}
"""

RUNTIME = """
def init_runtime_native_auth():
    return {host!r}, lambda: {{"Authorization": "Bearer {token}"}}
"""


def test_in_a_notebook(unchanged: Checkout, tmp_path: Path) -> None:
    """In a job or a notebook the package dbruntime has a credential, which databricks-sdk takes; none other is given.

    The package here is a stand-in for what the SDK imports, as no other machine has it.
    """
    with reached(tmp_path) as to:
        package = tmp_path / "machine" / "dbruntime"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(NAMESPACE, encoding="utf-8")
        told_by = RUNTIME.format(host=to.address, token=TOKEN)
        (package / "sdk_credential_provider.py").write_text(told_by, encoding="utf-8")
        path = os.pathsep.join((str(unchanged.path), str(package.parent)))
        machine = {"PYTHONPATH": path, "DATABRICKS_RUNTIME_VERSION": "16.4"}
        result = unchanged.run("--live", *DOCTOR, **machine)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["ok * credential: databricks-sdk, runtime", "ok * offered: *", "ok * gpt-5-4: answers"]
    )


AZ = """#!{python}
import json
print(json.dumps({{"accessToken": {token!r}, "tokenType": "Bearer", "expiresOn": "2099-01-01 00:00:00.000000"}}))
"""


def test_azure_cli(unchanged: Checkout, tmp_path: Path) -> None:
    """Whoever is logged in by the Azure CLI needs the address only.

    The command here is a stand-in that prints a token. Whether a workspace is one on Azure the SDK tells by its domain,
    so a proxy leads from there to the control plane.
    """
    claims = base64.urlsafe_b64encode(json.dumps({"upn": "me@h.example"}).encode()).decode().rstrip("=")
    token = f"eyJhbGciOiJub25lIn0.{claims}.c2ln"
    command = tmp_path / "bin" / "az"
    command.parent.mkdir()
    command.write_text(AZ.format(python=sys.executable, token=token), encoding="utf-8")
    command.chmod(0o755)
    with reached(tmp_path, Workspace(token)) as to, proxying(to.address.removeprefix("http://")) as proxy:
        azure = {
            "DATABRICKS_HOST": "http://adb-4242.2.azuredatabricks.net",
            "HTTP_PROXY": f"http://{proxy.place}",
            "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
        }
        result = to.verify(unchanged, *DOCTOR, profile=None, **azure)
    # The small proxy understands one request of a connection; the SDK's list is a later one.
    assert token in to.workspace.used
    assert token not in "\n".join(told(result))
    result.stdout.fnmatch_lines(["ok * credential: databricks-sdk, azure-cli", "ok * gpt-5-4: answers"])


AT_ODDS = {
    "no-profile": (["--databricks-profile="], ["--databricks-profile", "name of a profile"]),
    "no-workspace": (["--workspace="], ["--workspace", "names no host"]),
    "no-route": (["--workspace=h.example", "--route="], ["--route", "gateway, openai"]),
    "no-header": (["--header="], ["--header", "NAME=VARIABLE"]),
    "no-variable": (["--header=x-key="], ["--header", "x-key", "variable"]),
    "header-twice": (["--header=x-key=HOME", "--header=X-Key=HOME"], ["--header", "twice"]),
    "header-of-the-connection": (["--header=accept-encoding=HOME"], ["--header"]),
    "no-model-name": (["--model-name="], ["--model-name", "main.prod.my_gpt"]),
    "model-name-twice": (["--model-name=gpt-5-4=a.b.c", "--model-name=system.ai.gpt-5-4=d.e.f"], ["two names"]),
    "workspace-with-a-route": (["--workspace=https://h.example/ai-gateway/openai/v1/"], ["--route=openai"]),
    "workspace-with-the-route-itself": (["--workspace=h.example/serving-endpoints/responses"], ["--route=serving"]),
    "workspace-of-no-web": (["--workspace=ftp://h.example"], ["--workspace", "https://"]),
    "base-url-and-route": (["--base-url=http://h.example/v1", "--route=openai"], ["--route and --base-url"]),
    "two-credentials": (["--base-url=http://h.example/v1", "--header=Authorization=HOME"], ["exclude each other"]),
    "header-of-a-workspace": (["--workspace=h.example", "--header=authorization=HOME"], ["--header"]),
    "no-models": (["--base-url=http://h.example/v1", "--models="], ["--models"]),
    "word-misspelt": (["--base-url=http://h.example/v1", "--models=documneted"], ["--models", "documneted"]),
    "offered-misspelt": (["--base-url=http://h.example/v1", "--models=gpt-5-4,ofered"], ["--models", "ofered"]),
    "pattern-of-nothing": (["--base-url=http://h.example/v1", "--models=GPT-5*"], ["--models", "GPT-5*"]),
}


@pytest.mark.parametrize(("args", "words"), AT_ODDS.values(), ids=AT_ODDS)
def test_options_at_odds(unchanged: Checkout, args: list[str], words: list[str]) -> None:
    """What is empty, misspelt, given twice or at odds is told before anybody is asked."""
    assert_one_sentence(unchanged.quick("--live", *args, RESPONSES_API_KEY=TOKEN), USAGE, *words)


SHOWN = ["{}", "{}/", "{}/?o=4242", "{}/ml/endpoints?o=4242", "{}/ml/playground#x", "{}//"]


@pytest.mark.parametrize("form", SHOWN)
def test_addresses_as_a_browser_shows_them(unchanged: Checkout, tmp_path: Path, form: str) -> None:
    """Pages, numbers and slashes behind an address are left out."""
    with reached(tmp_path) as to:
        address = f"--workspace={form.format(to.address)}"
        result = to.verify(unchanged, address, *DOCTOR, profile=None, DATABRICKS_TOKEN=TOKEN)
        assert result.ret == 0
        result.stdout.fnmatch_lines([f"ok * route: {to.address}/ai-gateway/mlflow/v1"])
