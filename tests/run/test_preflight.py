"""What is in the way at a workspace is one sentence with the next step, and the doctor says it without a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.reference.causes import CAUSES
from conformance.reference.workspace import Workspace
from conformance.target.environment import OBSTACLES
from tests.run.checkout import TOKEN, Checkout
from tests.run.results import COULD_NOT_RUN, assert_one_sentence, told
from tests.run.workspaces import PLAIN, reached

SENTENCES = {
    "gated-route": ["the route is not enabled", "(404)", "preview"],
    "no-preview": ["the route is not enabled", "(404)", "preview"],
    "no-gateway": ["no gateway at this address", "404 without a content type"],
    "gateway-only": ["serves models on the gateway only", "(501)"],
    "scope": ["scope ai-gateway", "(403)"],
    "other-workspace": ["belongs to another workspace", "(400)"],
    "bad-token": ["refuses the credential", "(403)", "check the token"],
    "unmanaged-path": ["does not know this path", "(400"],
    "permission": ["may not use this model", "(403"],
    "masked": ["does not offer this model", "(404)"],
    "switched-off": ["switched off", "(404"],
    "region": ["region of this workspace", "(500)"],
    "compliance": ["compliance profile", "(400)"],
    "adi-services": ["ADI Services", "(403"],
    "free-edition": ["rate limit of 0", "(403"],
    "rate-limit": ["limits the rate of requests", "(429)"],
}


@pytest.mark.parametrize("name", SENTENCES)
def test_causes(unchanged: Checkout, tmp_path: Path, name: str) -> None:
    """Each cause ends a run at its beginning with its own sentence, and status 6, in the JUnit file too."""
    route = ("--route=serving-endpoints",) if name == "gateway-only" else ()
    file = tmp_path / "junit.xml"
    with reached(tmp_path, Workspace(TOKEN, causes=((CAUSES[name], ""),))) as to:
        result = to.verify(unchanged, "--models=gpt-5-4", PLAIN, *route, f"--junitxml={file}")
    assert_one_sentence(result, COULD_NOT_RUN, *SENTENCES[name])
    assert SENTENCES[name][0] in file.read_text(encoding="utf-8")


def test_every_cause_has_a_sentence() -> None:
    """All that the control plane can play of a route is tried here; strengths are two."""
    listings = {"no-listing", "no-listings"}
    assert set(SENTENCES) == set(CAUSES) - listings - {"unknown"}
    assert {row.strength for row in OBSTACLES} == {"D", "O"}


def test_doctor(unchanged: Checkout, tmp_path: Path) -> None:
    """The doctor names credential, route, list and each model, and what was not given; all is well, or status 6."""
    with reached(tmp_path, Workspace(TOKEN, missing=("gpt-5-1",))) as to:
        result = to.verify(unchanged, "--preflight-only", "--models=gpt-5-1,gpt-5-4", profile="oauth")
        assert result.ret == 0
        lines = "\n".join(told(result))
        for part in ("credential: databricks-sdk, oauth-m2m", "route: http://", "documented, not offered: gpt-5-1"):
            assert part in lines
        assert "gpt-5-4: answers" in lines
        assert " passed" not in lines
        to.workspace.causes = ((CAUSES["permission"], "gpt-5-5"), (CAUSES["unknown"], "gpt-5-2"))
        result = to.verify(unchanged, "--preflight-only", "--models=gpt-5-4,gpt-5-5,gpt-5-2")
    assert result.ret == COULD_NOT_RUN
    result.stdout.fnmatch_lines(
        ["ok *gpt-5-4: answers", "MISS gpt-5-5: the token may not*", "MISS gpt-5-2: 418 *TEAPOT*"]
    )
