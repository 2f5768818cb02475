"""What is in the way at a workspace is one sentence with the next step, and the doctor says it without a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.reference.causes import CAUSES
from conformance.reference.workspace import Workspace
from conformance.target.obstacles import OBSTACLES
from tests.run.checkout import TOKEN, Checkout
from tests.run.results import COULD_NOT_RUN, assert_one_sentence, told
from tests.run.workspaces import PLAIN, reached

IMAGE = "http://images.example/square.png"

AT_ONCE = {
    "quota": ["quota of the account", "(429)", "have it raised"],
    "free-edition-limit": ["rate limit of 0", "(429", "another edition"],
    "rate-limit": ["limits the rate of requests", "(429)", "--max-wait"],
    "busy": ["too much to do", "(503)", "--max-wait"],
    "overloaded": ["too much to do", "(529)", "--max-wait"],
    "no-credential": ["refuses the credential", "(401)", "check the token"],
    "bad-token": ["refuses the credential", "(403)", "check the token"],
    "scope": ["lacks the scope", "(403)", "scope ai-gateway"],
    "free-edition": ["rate limit of 0", "(403", "another edition"],
    "adi-services": ["ADI Services", "not set up (403)", "have them set up"],
    "permission": ["may not use this model", "(403 PERMISSION_DENIED)", "ask for the grant"],
    "switched-off": ["switched off", "(404", "have it enabled"],
    "masked": ["does not offer this model", "(404)", "--models"],
    "no-preview": ["gateway is not available on this workspace", "(404)", "--route=serving-endpoints"],
    "gated-route": ["the route is not enabled", "(404)", "preview"],
    "no-gateway": ["no gateway at this address", "404 without a content type", "check the host"],
    "gateway-only": ["serves models on the gateway only", "(501)", "--route=gateway"],
    "other-workspace": ["belongs to another workspace", "(400)", "log in to this one"],
    "unmanaged-path": ["does not know this path", "(400", "--route"],
    "region": ["region of this workspace", "(500)", "cross-geography"],
    "compliance": ["compliance profile", "(400)", "test without it"],
}
"""Words of the sentence, the status and the next step of each row that ends a run of one model before it begins."""

IN_CASES = {
    "guardrail": ["guardrail", "200 with databricks_service_policy", "a service that has none"],
    "image": ["cannot reach the image", "(400)", "--image-url"],
}
"""The same of rows that say something of a single request only."""

UNKNOWN = {"forbidden", "unknown"}
LISTINGS = {"no-listing", "no-listings"}


def test_each_row_is_played() -> None:
    """A row has a cause of its name with its status, words here, and one of two strengths; no row is left out."""
    rows = {row.name: row for row in OBSTACLES}
    assert len(rows) == len(OBSTACLES)
    assert set(rows) == set(AT_ONCE) | set(IN_CASES) == set(CAUSES) - LISTINGS - UNKNOWN
    for name, row in rows.items():
        assert CAUSES[name].status == row.status
        assert row.strength in ("D", "O")
        words = (AT_ONCE | IN_CASES)[name]
        assert words[-1] in row.step
        assert all(word in row.why for word in words[:-1])


@pytest.mark.parametrize("name", AT_ONCE)
def test_causes(unchanged: Checkout, tmp_path: Path, name: str) -> None:
    """Each cause ends a run at its beginning with its own sentence, and status 6, in the JUnit file too."""
    route = ("--route=serving-endpoints",) if name == "gateway-only" else ()
    file = tmp_path / "junit.xml"
    with reached(tmp_path, Workspace(TOKEN, causes=((CAUSES[name], ""),))) as to:
        result = to.verify(unchanged, "--models=gpt-5-4", "--max-wait=0", PLAIN, *route, f"--junitxml={file}")
    assert_one_sentence(result, COULD_NOT_RUN, *AT_ONCE[name])
    assert all(word in file.read_text(encoding="utf-8") for word in AT_ONCE[name])


@pytest.mark.parametrize("name", IN_CASES)
def test_causes_in_cases(unchanged: Checkout, tmp_path: Path, name: str) -> None:
    """A request that something is in the way of could not run; so says the run at its end, and the JUnit file."""
    args = {
        "image": ("conformance/test_image_input.py", "-k", "test_http_url", f"--image-url={IMAGE}"),
        "guardrail": (PLAIN, "-k", "test_string_input"),
    }
    file = tmp_path / "junit.xml"
    with reached(tmp_path, Workspace(TOKEN, causes=((CAUSES[name], ""),))) as to:
        result = to.verify(unchanged, "--models=gpt-5-4", *args[name], f"--junitxml={file}")
    assert result.ret == COULD_NOT_RUN
    for text in (" ".join(told(result)), file.read_text(encoding="utf-8")):
        assert all(word in text for word in IN_CASES[name])


def test_what_no_row_fits_is_quoted(unchanged: Checkout, tmp_path: Path) -> None:
    """A 403 of which no report tells ends the run in its own words, and nothing is guessed of it."""
    with reached(tmp_path, Workspace(TOKEN, causes=((CAUSES["forbidden"], ""),))) as to:
        result = to.verify(unchanged, "--models=gpt-5-4", PLAIN)
    assert_one_sentence(result, COULD_NOT_RUN, "(403)", "CUSTOMER_UNAUTHORIZED", "No report tells of this one.")
    assert "credential" not in "\n".join(told(result))


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
