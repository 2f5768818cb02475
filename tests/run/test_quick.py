"""``--quick``: few requests, chosen for what they prove, and a verdict that says so."""

from __future__ import annotations

import re

from conformance.contract import load
from tests.run.checkout import Checkout

MOST = 15


def test_few_requests_a_model(unchanged: Checkout) -> None:
    """No model gets so many in a quick run, whether all models are tried or one."""
    for models in (None, *load("databricks").documented_models()):
        listed = unchanged.quick("--list", "--quick", *((f"--models={models}",) if models else ()))
        counts = [int(found[1]) for line in listed.outlines if (found := re.fullmatch(r"  gpt-[\w-]+: (\d+)", line))]
        assert counts
        assert max(counts) < MOST


def test_a_quick_run(checkout: Checkout, endpoint: str) -> None:
    """It passes at a right endpoint, and its verdict says what it left out; the replay too."""
    live = checkout.live(endpoint, "--quick")
    replay = checkout.quick("--quick", "--models=gpt-5-4")
    for result in (live, replay):
        assert result.ret == 0
        result.stdout.fnmatch_lines(["left out: all but what proves most for its requests, by --quick*"])
        assert result.parseoutcomes()["deselected"] > 100


def test_a_quick_run_finds_what_is_wrong(checkout: Checkout) -> None:
    """An endpoint that refuses everything fails, and one command repeats a failure with the option."""
    from conformance.reference.app import create_app
    from conformance.reference.edits.replies import refusing
    from conformance.reference.serve import running
    from tests.run.checkout import TOKEN

    with running(create_app(token=TOKEN, reply_edit=refusing(lambda reply: "tools" in reply.asked))) as url:
        result = checkout.live(url, "--quick")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*function_tools.accepted*", "*again: *--quick*"])
