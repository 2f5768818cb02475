"""The list of cases: what is counted, and that nothing is sent for it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from conformance.reference.app import create_app
from conformance.reference.serve import running
from conformance.target.lacking import used
from tests.run.checkout import TOKEN, Checkout
from tests.run.results import URL, told


def test_list_sends_nothing(unchanged: Checkout) -> None:
    """--list shows requirements, cases and requests a model for any mode, and asks for no credential and no server."""
    for args in ([], ["--live"], ["--live", "--base-url", "http://127.0.0.1:9/v1"], ["--base-url", URL]):
        result = unchanged.quick("--list", "-v", "--models", "gpt-5-4", *args)
        assert result.ret == 0
        result.stdout.fnmatch_lines(
            [
                "* cases, * requests, 0 cases not applicable; nothing was sent",
                "requirements of the contract databricks *",
                "requests by model (ceiling 80)",
                "  gpt-5-4: *",
                "    supported_models 4: string_input 1, *",
                "requests by chapter",
                "cases and requests by test",
                "  supported_models  string_input: 1 cases, 1 requests",
                "requirements, their sources and their tests",
                "  image_input.size * excluded *",
                "    not tested: the table with the sizes was lost *",
                "  supported_models.string_input * must *",
                "    source: documentation page, *",
                "    tests: supported_models::test_string_input (1)",
                "  usage.total * must *",
                "    source: genuine recordings, *",
                "    judged where an exchange says something of it",
            ]
        )


def test_list_fits_a_screen(unchanged: Checkout) -> None:
    """Without -v the list is its numbers, in at most 40 lines of 100 columns for all models."""
    lines = unchanged.quick("--list").outlines
    start = next(number for number, line in enumerate(lines) if line.startswith("collected "))
    assert len(lines) - start <= 40
    assert max(map(len, lines[start:])) <= 120
    assert lines[start + 2].endswith("; nothing was sent")
    alone = unchanged.quick("--list", "conformance/test_mcp.py")
    alone.stdout.fnmatch_lines(["put to the test by cases: *; by none of these cases: *; never: 2"])


def test_list_obeys_the_options(checkout: Checkout) -> None:
    """--list counts what --models, --contract and --every-model ask for, and xdist does not hide it."""
    all_models = "\n".join(told(checkout.quick("--list", "-v")))
    every_model = "\n".join(told(checkout.quick("--list", "-v", "--every-model")))
    of = [re.search(r"boundary_value: (\d+) cases", text) for text in (all_models, every_model)]
    assert all(of)
    few, many = (int(match[1]) for match in of if match)
    assert many == 12 * few
    openai = checkout.quick("--list", "-v", "--contract", "openai", "--models", "demo")
    openai.stdout.fnmatch_lines(["  demo: *", "  unsupported_parameters.store*not applicable*"])
    workers = checkout.run("--list", "-v", "-n", "2", "--models", "gpt-5-4")
    assert workers.ret == 0
    workers.stdout.fnmatch_lines(["*nothing was sent*"])


def test_list_of_a_broken_suite_is_not_green(checkout: Checkout) -> None:
    """--list with a test that cannot be collected fails."""
    (checkout.path / "conformance" / "test_broken.py").write_text("import nothing_of_this_name\n")
    assert checkout.run("--list").ret == pytest.ExitCode.INTERRUPTED


@pytest.mark.parametrize("given", ["", "image", "long-text", "reasoning", "image,long-text,reasoning"])
def test_list_is_what_is_sent(unchanged: Checkout, given: str) -> None:
    """--list counts the requests that a run then sends, and what --without names is in none of them."""
    sent: list[dict[str, Any]] = []

    def seen(body: dict[str, Any]) -> dict[str, Any]:
        sent.append(body)
        return body

    only = [f"conformance/test_{name}.py" for name in ("image_input", "reasoning", "round_trips", "text_input")]
    args = ["--models=gpt-5-4", *only, "-k", "not http_url", *([f"--without={given}"] if given else [])]
    listed = next(line for line in told(unchanged.quick("--list", *args)) if "nothing was sent" in line)
    with running(create_app(token=TOKEN, request_edit=seen, delay=0.0)) as url:
        del sent[:]
        result = unchanged.live(url, *args)
    assert result.ret == 0
    count = re.search(r", (\d+) requests, ", listed)
    told_of = re.search(r"judgements of requirements on (\d+) requests", "\n".join(told(result)))
    assert count
    assert told_of
    # The first one is that of the preflight.
    assert int(count[1]) == int(told_of[1]) == len(sent) - 1
    assert not {feature.name for body in sent for feature in used(body)} & set(given.split(","))
