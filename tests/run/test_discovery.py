"""What a workspace offers is asked for, and met with what is documented."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.reference.causes import CAUSES
from conformance.reference.workspace import Workspace
from tests.right.exchanges import DATABRICKS
from tests.run.checkout import TOKEN, Checkout
from tests.run.results import COULD_NOT_RUN, USAGE, assert_one_sentence, told
from tests.run.workspaces import PLAIN, reached

QUICK = (PLAIN, "-k", "test_string_input")


@pytest.mark.parametrize("more", [(), ("-n", "2")], ids=["here", "workers"])
def test_documented_and_not_offered(checkout: Checkout, tmp_path: Path, more: tuple[str, ...]) -> None:
    """A model that is not listed is one warning and is not tried; all others are."""
    with reached(tmp_path, Workspace(TOKEN, missing=("gpt-5-1", "gpt-5-2"))) as to:
        result = to.verify(checkout, *QUICK, *more)
    assert result.ret == 0
    assert f"{len(DATABRICKS.documented_models()) - 2} passed" in result.stdout.str()
    result.stdout.fnmatch_lines(["supported_models.offered  in 2 cases of gpt-5-1, gpt-5-2*not listed*"])


def test_offered_and_not_documented(unchanged: Checkout, tmp_path: Path) -> None:
    """What is offered besides is told in one line, and tried where that is asked for; other makers' models are not."""
    with reached(tmp_path, Workspace(TOKEN, missing=("gpt-5-1",))) as to:
        first = to.verify(unchanged, *QUICK)
        first.stdout.fnmatch_lines(["offered, not documented (tried with --models=offered): *gpt-6-sol*"])
        for word, inside, outside in (("offered", "gpt-6-sol", "gpt-5-1 "), ("all", "gpt-6-sol", "claude")):
            lines = told(to.verify(unchanged, f"--models={word}", *QUICK))
            tried = next(line for line in lines if line.startswith("models: "))
            assert inside in tried
            assert outside not in tried.replace(",", " ")


def test_patterns(unchanged: Checkout, tmp_path: Path) -> None:
    """Names, names with what Databricks puts before them, and patterns go together."""
    with reached(tmp_path) as to:
        result = to.verify(unchanged, "--models=system.ai.gpt-5-4*,databricks-gpt-5-1", *QUICK)
    result.stdout.fnmatch_lines(["models: gpt-5-4, gpt-5-4-mini, gpt-5-4-nano, gpt-5-1 *"])
    assert_one_sentence(unchanged.quick("--models=gpt-9*"), USAGE, "gpt-9*", "fits no model")
    assert_one_sentence(unchanged.quick("--models=offered"), USAGE, "--models=offered", "--live")


@pytest.mark.parametrize(
    ("cause", "line"),
    [("no-listing", "offered: *serving endpoints"), ("no-listings", "what the workspace offers is not known*")],
)
def test_lists_that_cannot_be_had(unchanged: Checkout, tmp_path: Path, cause: str, line: str) -> None:
    """The other list is asked for; where there is none, the run goes on with what is documented."""
    with reached(tmp_path, Workspace(TOKEN, causes=((CAUSES[cause], ""),))) as to:
        result = to.verify(unchanged, "--models=gpt-5-4", *QUICK)
        assert result.ret == 0
        result.stdout.fnmatch_lines([line])
        if cause == "no-listings":
            assert_one_sentence(to.verify(unchanged, "--models=offered"), COULD_NOT_RUN, "--models=offered")


def test_listed_is_not_answered(unchanged: Checkout, tmp_path: Path) -> None:
    """A model that is listed and may not be used is one sentence, and none of its cases is tried."""
    with reached(tmp_path, Workspace(TOKEN, causes=((CAUSES["permission"], "gpt-5-1"),))) as to:
        result = to.verify(unchanged, "--models=gpt-5-1,gpt-5-4", PLAIN)
    assert result.ret == COULD_NOT_RUN
    result.stdout.fnmatch_lines(["1 cases: gpt-5-1: the token may not use this model (403 PERMISSION_DENIED)*"])
    assert "4 passed" in result.stdout.str()


def test_much_at_once(unchanged: Checkout, tmp_path: Path) -> None:
    """Missing models, a missing grant, a service that is switched off and a gated route take few lines.

    A route that is gated for some models leaves the others to be tried; one that is gated for all is one sentence.
    """
    workspace = Workspace(
        TOKEN,
        missing=("gpt-5", "gpt-5-mini", "gpt-5-nano", "gpt-5-1"),
        causes=(
            (CAUSES["permission"], "gpt-5-5"),
            (CAUSES["switched-off"], "gpt-5-2"),
            (CAUSES["gated-route"], "gpt-5-4-nano"),
        ),
    )
    with reached(tmp_path, workspace) as to:
        result = to.verify(unchanged, PLAIN)
        assert result.ret == COULD_NOT_RUN
        assert len(told(result)) < 40
        result.stdout.fnmatch_lines(["documented, not offered: gpt-5, gpt-5-mini, gpt-5-nano, gpt-5-1"])
        for line in ("gpt-5-5: the token may not*", "gpt-5-2: this model service*", "gpt-5-4-nano: the route is not*"):
            result.stdout.fnmatch_lines([f"1 cases: {line}"])
        result.stdout.fnmatch_lines(["*(exit status 6)"])
        workspace.causes = (*workspace.causes, (CAUSES["gated-route"], ""))
        result = to.verify(unchanged, PLAIN)
        assert_one_sentence(result, COULD_NOT_RUN, "the route is not enabled", "preview")
        assert told(result)[-1] == "could not run (exit status 6)"
        assert len(told(result)) == 2
