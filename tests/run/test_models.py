"""Models: which names a run takes, what it says of them, and what the table of models makes of a case."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from conformance.faults import FAULTS
from conformance.reference.app import create_app
from conformance.reference.refusal import Refusal
from conformance.reference.reply import Reply, refused
from conformance.reference.serve import running
from tests.conftest import TOKEN, Checkout
from tests.right.exchanges import DATABRICKS


def counted(checkout: Checkout, *args: str) -> tuple[str, ...]:
    """Cases, requests and inapplicable cases that a run with these options would have."""
    text = checkout.quick("--list", *args).stdout.str()
    found = re.search(r"(\d+) cases, (\d+) requests, (\d+) cases not applicable", text)
    assert found is not None, text
    return found.groups()


def test_names_of_the_gateway_are_taken(unchanged: Checkout) -> None:
    """A model has one name, whatever Databricks puts before it; others of OpenAI's and a customer's own are taken."""
    result = unchanged.quick("--list", "--models=system.ai.gpt-5-4,databricks-gpt-5-4,gpt-7,main.prod.my_gpt")
    assert result.ret == 0
    listed = [line for line in result.outlines if re.fullmatch(r"  [\w.-]+: \d+( .*)?", line)]
    assert [line.split(":")[0].strip() for line in listed] == ["gpt-5-4", "gpt-7", "main.prod.my_gpt"]


def test_models_that_are_tried_unasked(unchanged: Checkout) -> None:
    """Those that a workspace is expected to answer with; one that is listed or announced is tried where it is named."""
    text = unchanged.quick("--list").stdout.str()
    assert all(f"  {name}: " in text for name in DATABRICKS.documented_models())
    assert not any(f"  {name}: " in text for name in ("gpt-6-sol", "gpt-6-2-sol", "gpt-5-2-codex", "gpt-oss-120b"))
    assert int(counted(unchanged, "--models=gpt-6-2-sol")[0]) > 100


def test_a_run_says_what_is_not_listed(unchanged: Checkout) -> None:
    """The head of a run tells which models the page does not list, and which of those may be misspelt."""
    result = unchanged.quick("--models=gpt-5-44,gpt-6-sol,gpt-5-1,gpt-5", "-k", "nothing")
    lines = "\n".join(line for line in result.outlines if line.startswith("warning: "))
    assert "gpt-5-44 is not listed on the page (did you mean gpt-5-4?)" in lines
    assert "gpt-6-sol is not listed on the page: " in lines
    assert "to be shut down on 2026-12-11: gpt-5" in lines
    # A day far off is no warning.
    assert "gpt-5-1 " not in lines


def test_external_models_support_everything(unchanged: Checkout) -> None:
    """With --external no case remains that demands a refusal of what Databricks refuses for its own models."""
    args = ("--models=main.prod.my_gpt", "conformance/test_unsupported_parameters.py")
    assert counted(unchanged, *args)[2] == "0"
    assert counted(unchanged, *args, "--external")[0] == "0"
    result = unchanged.quick("--models=gpt-5-4", "--external", "-rs", args[1])
    result.stdout.fnmatch_lines(["external models: *--external", "*not applicable under *external models: *"])


def test_the_table_of_models_is_databricks_own(unchanged: Checkout) -> None:
    """Under the contract openai a name says nothing: the same cases are tried on any."""
    counts = {counted(unchanged, "--contract=openai", f"--models={name}") for name in ("demo", "gpt-oss-120b", "gpt-5")}
    assert len(counts) == 1


PATCHES = "conformance/test_apply_patch.py"


def without_patches(reply: Reply) -> Reply:
    """Refuses apply_patch, as OpenAI does on some models."""
    tools = [tool for tool in reply.asked.get("tools", ()) if tool["type"] == "apply_patch"]
    if not tools:
        return reply
    return replace(refused(Refusal(400, "Tool 'apply_patch' is not supported with this model.")), headers=reply.headers)


@pytest.mark.parametrize(("model", "status"), [("gpt-5-nano", 0), ("gpt-5-4", 1)])
def test_a_tool_that_openai_refuses_is_one_warning(checkout: Checkout, model: str, status: int) -> None:
    """On a model of the table the refusal of a tool is one should finding; on any other each case fails."""
    with running(create_app(token=TOKEN, reply_edit=without_patches)) as url:
        args = ("--live", "--base-url", url, f"--models={model}", "-rs", PATCHES)
        result = checkout.quick(*args, RESPONSES_API_KEY=TOKEN)
    assert result.ret == status
    if status == 0:
        result.assert_outcomes(passed=1, skipped=6)
        result.stdout.fnmatch_lines(
            ["*OpenAI refuses apply_patch *", "apply_patch.accepted  in 1 case of gpt-5-nano: *200*400*"]
        )


def test_a_tool_of_the_table_that_is_answered_passes(checkout: Checkout, endpoint: str) -> None:
    """Where a pass-through does otherwise, nothing is to be warned of."""
    args = ("--live", "--base-url", endpoint, "--models=gpt-5-nano", PATCHES)
    result = checkout.quick(*args, RESPONSES_API_KEY=TOKEN)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["7 cases: 1 pass, 6 not applicable"])


def test_the_page_promises_nothing_of_an_own_service(checkout: Checkout) -> None:
    """A customer's own service that takes a parameter which the page refuses breaks a should."""

    fault = FAULTS["store-accepted"]

    def request_edit(body: dict[str, Any]) -> dict[str, Any]:
        return fault.request_edit({**body, "model": "system.ai.gpt-5-4"})

    with running(create_app(token=TOKEN, request_edit=request_edit, reply_edit=fault.reply_edit)) as url:
        args = ("--live", "--base-url", url, "--models=main.prod.my_gpt", "-k", "test_refused and store")
        result = checkout.quick(*args, "conformance/test_unsupported_parameters.py", RESPONSES_API_KEY=TOKEN)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["unsupported_parameters.store  in 2 cases of main.prod.my_gpt: *400*200*"])
