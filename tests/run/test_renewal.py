"""A run that lasts for longer than a token is verified with tokens that are good, and asks for few of them."""

from __future__ import annotations

import itertools
from pathlib import Path

from conformance.reference.workspace import Workspace
from tests.run.checkout import TOKEN, Checkout
from tests.run.workspaces import Reached, reached

LIFETIME = 43.0
STREAMS = "conformance/test_streams.py"
AFTERWARDS = "conformance/test_function_tools.py"


def assert_renewed(to: Reached) -> None:
    """Several tokens were used, none that had ended, and no two were asked for within a second."""
    issued = to.workspace.issued
    assert len([token for token in to.workspace.used if token != TOKEN]) >= 2
    assert min(later - before for before, later in itertools.pairwise(issued)) >= 1
    assert to.workspace.refused == 0


def test_a_run_outlives_a_token(unchanged: Checkout, tmp_path: Path) -> None:
    """By client credentials, on a workspace that takes its time: some 50 seconds."""
    with reached(tmp_path, Workspace(TOKEN, lifetime=LIFETIME), delay=0.2) as to:
        result = to.verify(unchanged, "--models=gpt-5-4", STREAMS, AFTERWARDS, profile="oauth")
        assert result.ret == 0
        assert to.workspace.latest - to.workspace.issued[0] > LIFETIME
        assert_renewed(to)


def test_workers_take_turns(checkout: Checkout, tmp_path: Path) -> None:
    """Each worker of pytest-xdist logs in itself; all of them together keep to one login a second."""
    with reached(tmp_path, Workspace(TOKEN, lifetime=LIFETIME), delay=0.05) as to:
        result = to.verify(checkout, "--models=gpt-5-4", STREAMS, "-n", "2", profile="oauth")
        assert result.ret == 0
        assert len(to.workspace.issued) >= 3
        assert_renewed(to)
