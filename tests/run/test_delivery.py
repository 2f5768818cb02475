"""A stream that is held back is told from a model that thinks long and writes fast, and only if it comes so twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.faults import FAULTS
from conformance.reference.app import create_app
from conformance.reference.reply import Reply, ReplyEdit, unchanged
from conformance.reference.serve import running
from tests.run.checkout import TOKEN, Checkout

TEST = "conformance/test_streams.py::test_incremental"


def _held_once(reply: Reply) -> Reply:
    """Holds back the first long stream only."""
    if len(reply.frames or ()) < 50 or reply.memory.setdefault("held", False):
        return reply
    reply.memory["held"] = True
    return replace(reply, held=0.3)


def _late(reply: Reply) -> Reply:
    return replace(reply, late=0.5)


@pytest.mark.parametrize(
    ("delay", "thinking", "edit", "is_found"),
    [
        (0.001, 0.0, unchanged, False),
        (0.0, 0.5, unchanged, False),
        (0.0005, 0.0, _late, False),
        (0.001, 0.0, _held_once, False),
        (0.001, 0.0, FAULTS["held-back"].reply_edit, True),
        (0.0, 0.5, FAULTS["held-back"].reply_edit, True),
    ],
    ids=["as-it-is-made", "thinks-and-writes-fast", "begins-late", "held-once", "held", "held-with-thoughts"],
)
def test_held_back(unchanged: Checkout, delay: float, thinking: float, edit: ReplyEdit, is_found: bool) -> None:
    """Only what is held back each time is warned of."""
    with running(create_app(TOKEN, delay=delay, thinking=thinking, reply_edit=edit)) as url:
        result = unchanged.live(url, "--fail-on=should", TEST)
    assert result.ret == int(is_found), result.stdout.str()
    assert not is_found or "streams.incremental" in result.stdout.str()
