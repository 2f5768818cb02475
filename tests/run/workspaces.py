"""A workspace to verify: the control plane of the reference endpoint, and a file of profiles that leads there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance.reference.app import BASE_PATH, create_app
from conformance.reference.serve import running
from conformance.reference.workspace import CLIENT, Workspace
from tests.run.checkout import TOKEN, Checkout

PLAIN = "conformance/test_supported_models.py"


@dataclass
class Reached:
    """A control plane that runs, and how a run of pytest reaches it."""

    workspace: Workspace
    address: str
    profiles: Path

    def verify(self, checkout: Checkout, *args: str, profile: str | None = "ref", **variables: str) -> pytest.RunResult:
        """Verifies the workspace with a profile."""
        run = checkout.run if "-n" in args else checkout.quick
        named = (f"--databricks-profile={profile}",) if profile else ()
        return run("--live", *named, *args, DATABRICKS_CONFIG_FILE=str(self.profiles), **variables)


@contextlib.contextmanager
def reached(folder: Path, workspace: Workspace | None = None, **app: Any) -> Iterator[Reached]:
    """Runs a control plane, that of a workspace without any trouble by default."""
    workspace = workspace or Workspace(TOKEN)
    with running(create_app(workspace=workspace, **app)) as url:
        address = url.removesuffix(BASE_PATH)
        profiles = folder / "profiles"
        profiles.write_text(
            f"[ref]\nhost = {address}\ntoken = {TOKEN}\n\n"
            f"[oauth]\nhost = {address}/\nclient_id = {CLIENT}\nclient_secret = {TOKEN}\n\n"
            f"[stranger]\nhost = {address}\nclient_id = {CLIENT}\nclient_secret = wrong-{TOKEN}\n\n"
            "[dead]\nhost = http://127.0.0.1:9\ntoken = any\n",
            encoding="utf-8",
        )
        yield Reached(workspace, address, profiles)
