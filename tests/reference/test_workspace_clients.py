"""The control plane is one for Databricks' own clients: what they send to find their way is answered."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import util
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient

from tests.run.workspaces import reached

PROGRAM = """
from databricks.sdk import WorkspaceClient
from databricks_openai import DatabricksOpenAI

workspace = WorkspaceClient(profile="oauth")
for how, model in (
    ({}, "databricks-gpt-5-4"),
    ({"use_ai_gateway": True}, "system.ai.gpt-5-4"),
    ({"use_ai_gateway_native_api": True}, "system.ai.gpt-5-4"),
):
    client = DatabricksOpenAI(workspace_client=workspace, **how)
    print(client.responses.create(model=model, input="Say yes.", max_output_tokens=64).status)
"""


def test_sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """databricks-sdk finds its token, the services behind an empty page, the endpoints and who it is."""
    with reached(tmp_path) as to:
        monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(to.profiles))
        client = WorkspaceClient(profile="oauth")
        services = list(client.ai_gateway.list_model_services(parent="schemas/system.ai", page_size=5))
        assert len(services) == len(to.workspace.offered()) == len(list(client.serving_endpoints.list()))
        assert client.current_user.me().user_name == "reference"


@pytest.mark.skipif(
    util.find_spec("databricks_openai") is None,
    reason="databricks-openai wants an openai below 3 and an mcp below 2, so it is in no group",
)
def test_openai_client(tmp_path: Path) -> None:
    """databricks-openai is answered on each route that it takes."""
    with reached(tmp_path) as to:
        environ = {**os.environ, "DATABRICKS_CONFIG_FILE": str(to.profiles)}
        command = [sys.executable, "-c", PROGRAM]
        done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=100, check=False)
    assert done.stdout.split() == ["completed"] * 3, done.stderr
