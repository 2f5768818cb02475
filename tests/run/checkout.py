"""A copy of the checkout to run pytest in."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import httpcore  # noqa: F401  (a run inside this process forgets what it has loaded; httpx would miss its exceptions)
import pytest

import conformance

TOKEN = "a-token-of-the-tests"

OWN_VARIABLES = (
    *("DATABRICKS_HOST", "DATABRICKS_TOKEN", "RESPONSES_API_KEY"),
    *("DATABRICKS_CONFIG_FILE", "DATABRICKS_CONFIG_PROFILE", "DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET"),
    *("DATABRICKS_AUTH_TYPE", "DATABRICKS_RUNTIME_VERSION", "DATABRICKS_AZURE_RESOURCE_ID"),
)

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSLKEYLOGFILE")

FROM_THE_MACHINE = (*PROXIES, *map(str.lower, PROXIES), *CERTIFICATES)

FROM_OUTSIDE = (
    *("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_XDIST_WORKER", "PYTHONDONTWRITEBYTECODE", "COLUMNS"),
    *("CI", "BUILD_NUMBER", "FORCE_COLOR", "PY_COLORS"),  # they make pytest say more, or paint it
)


@dataclass
class Checkout:
    """A copy of the checkout, in which a test may change what it likes."""

    path: Path
    pytester: pytest.Pytester
    monkeypatch: pytest.MonkeyPatch

    def run(self, *args: str, cwd: Path | None = None, **variables: str) -> pytest.RunResult:
        """Runs pytest in the copy, or in another folder, as a process of its own."""
        with self.monkeypatch.context() as patch:
            for name, value in {"PYTHONPATH": str(self.path), **variables}.items():
                patch.setenv(name, value)
            patch.chdir(cwd or self.path)
            options = ["-p", "no:cacheprovider"]
            return self.pytester.run(sys.executable, "-m", "pytest", *options, *args, timeout=100)

    def quick(self, *args: str, fresh: bool = False, **variables: str) -> pytest.RunResult:
        """Runs pytest in the copy inside this process, which takes a fifth of the time.

        The tests and cassettes are those of the copy, the rest of the package is what is loaded already; ``fresh``
        loads all of it from the copy.
        """
        with self.monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            patch.chdir(self.path)
            patch.syspath_prepend(self.path)
            patch.setattr(conformance, "__path__", [str(self.path / "conformance")])
            for name in list(sys.modules):
                if (
                    name == "conftest"
                    or name.startswith("conformance.test_")
                    or (fresh and name.partition(".")[0] == "conformance")
                ):
                    patch.delitem(sys.modules, name)
            return self.pytester.runpytest_inprocess("-p", "no:cacheprovider", *args)

    def live(self, base_url: str, *args: str, token: str = TOKEN, **variables: str) -> pytest.RunResult:
        """Runs the tests of one model against a target, inside this process if no workers are asked for.

        A target that is busy is not waited for unless the arguments say so.
        """
        models = () if "--models" in args else ("--models", "gpt-5-4")
        waits = any(argument.startswith("--max-wait") for argument in args)
        models = models if waits else (*models, "--max-wait=0")
        run = self.run if "-n" in args else self.quick
        return run("--live", "--base-url", base_url, *models, *args, RESPONSES_API_KEY=token, **variables)

    def record(self, base_url: str, *args: str, token: str = TOKEN, **variables: str) -> pytest.RunResult:
        """Records the tests of one model."""
        return self.live(base_url, "--record-mode=all", *args, token=token, **variables)

    @property
    def cassettes(self) -> Path:
        """The folder of the set `reference`."""
        return self.path / "cassettes" / "reference"

    def files(self, folder: Path | None = None) -> dict[str, bytes]:
        """The bytes of each file of a set, by its path."""
        folder = folder or self.cassettes
        return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    def cassette(self, case: str = "supported_models/string_input/gpt-5-4") -> Path:
        """The file of a case."""
        return self.cassettes / f"{case}.json"
