"""Twins: a refusal counts only beside the right request that was answered."""

from __future__ import annotations

import json

import pytest

from conformance.contract import load
from conformance.samples.twins import RAW, SENT_BY, TWINS
from conformance.wire.schema import violations
from tests.run.checkout import TOKEN, Checkout
from tests.servers.sockets import http, serving

REFUSAL = http(400, b'{"error": {"message": "no", "type": "invalid_request_error", "param": null, "code": null}}')
ONE = ("--models=gpt-5-4", "conformance/test_unsupported_parameters.py", "-k", "test_refused and background")


@pytest.mark.parametrize("shape", TWINS)
def test_twins_are_right(shape: str) -> None:
    """Each twin is a right request by its schema."""
    assert list(violations("request", {"model": "gpt-5-4", **TWINS[shape]})) == []


def test_raw_twins_are_right() -> None:
    """So is each that is sent as it stands."""
    for content in RAW.values():
        assert list(violations("request", json.loads(content))) == []


def test_an_endpoint_that_refuses_everything_passes_nothing(checkout: Checkout) -> None:
    """Where nothing is answered, no refusal passes: it could not run, and one sentence says why."""
    with serving(lambda number, request: REFUSAL) as server:
        result = checkout.live(server.url, "conformance/test_unsupported_parameters.py")
    assert result.ret == 6
    assert not any("pass" in line for line in result.outlines if " cases: " in line)
    result.stdout.fnmatch_lines(["* cases: nothing of this kind is answered here: *"])


def test_a_twin_is_sent_once(checkout: Checkout, endpoint: str) -> None:
    """Many refusals share one twin, and a right request of a test serves as it."""
    refused = ["conformance/test_unsupported_parameters.py", "-k", "test_refused or string_input"]
    counts = []
    for tests in (refused, ["conformance/test_supported_models.py", *refused]):
        result = checkout.live(endpoint, *tests)
        assert result.ret == 0
        line = next(line for line in result.outlines if "judgements of requirements on" in line)
        counts.append(int(line.partition(" on ")[2].split()[0]))
    # One twin as JSON and one streamed; then the test of the plain question stands in for the first of them.
    assert counts[1] == counts[0]


def test_the_list_counts_twins(unchanged: Checkout) -> None:
    """--list counts a twin once a model, and none that a test of the run sends anyway."""
    alone = unchanged.quick("--list", "-v", "--models=gpt-5-4", "conformance/test_unsupported_parameters.py")
    alone.stdout.fnmatch_lines(["  twins  plain: 1 cases, 1 requests", "  twins  streamed: 1 cases, 1 requests"])
    whole = "\n".join(unchanged.quick("--list", "-v", "--models=gpt-5-4").outlines)
    assert "twins  plain" not in whole
    assert "twins  function" in whole


def test_a_twin_that_was_not_recorded(checkout: Checkout) -> None:
    """A replay without the twin's cassette could not run, and says which file is missing."""
    (checkout.cassettes / "twins" / "plain" / "gpt-5-4.json").unlink()
    result = checkout.quick(
        "--models=gpt-5-4", "conformance/test_unsupported_parameters.py", "-k", "test_refused and background"
    )
    assert result.ret == 6
    result.stdout.fnmatch_lines(["*was not recorded: there is no *twins/plain/gpt-5-4.json*"])


def test_a_twin_that_was_recorded_otherwise(checkout: Checkout) -> None:
    """A cassette of another twin is told as that."""
    file = checkout.cassettes / "twins" / "plain" / "gpt-5-4.json"
    file.write_text(file.read_text().replace("What is a mixture", "What was a mixture"))
    result = checkout.quick(
        "--models=gpt-5-4", "conformance/test_unsupported_parameters.py", "-k", "test_refused and background"
    )
    assert result.ret == 6
    result.stdout.fnmatch_lines(["*is not the one in *twins/plain/gpt-5-4.json: record it again*"])


def test_tests_that_send_twins_exist() -> None:
    """The tests that are said to send a twin are there."""
    chapters = load("databricks").chapters
    for chapter, _ in SENT_BY.values():
        assert not chapters[chapter].universal


def test_recorded_twins_do_not_depend_on_the_order(checkout: Checkout, endpoint: str) -> None:
    """Recording with workers writes the same twins as recording one after the other."""
    files = []
    for more in ([], ["-n", "2"]):
        folder = f"set{len(more)}"
        args = [f"--cassettes={folder}", "conformance/test_unsupported_parameters.py", *more]
        result = checkout.record(endpoint, *args, token=TOKEN)
        assert result.ret == 0
        files.append(checkout.files(checkout.path / folder))
    assert files[0] == files[1]
    assert "twins/plain/gpt-5-4.json" in files[0]
