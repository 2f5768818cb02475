"""The checks of what the server's tools bring: images, the tools of MCP servers, citations."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from conformance.checks.lib import images
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import MISSING
from tests.checks.rules import broken_by, judged_by
from tests.defects.OLD import put, with_body, with_sent
from tests.right import answers as samples
from tests.right import tool_answers as tools
from tests.right.answers import PNG, exchange, mcp_call, with_items
from tests.right.tool_answers import drawing, drawn, image

GOOD = tools.tools()
MESSAGE = GOOD["function"].json["output"][-1]
DICE = mcp_call(approval_request_id="mcpr_1")


def changed(name: str, *path: str | int, to: Any) -> Exchange:
    return with_body(GOOD[name], put(GOOD[name].json, *path, to=to))


def sent(name: str, **members: Any) -> Exchange:
    return with_sent(GOOD[name], {**GOOD[name].request.json, **members})


# --- images


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_an_image_that_ends_early_is_broken(form: str, share: float) -> None:
    text = drawn(form)
    assert images.Pictures().read(text) == images.Picture(form.lower(), (1024, 1024))
    picture = images.Pictures().read(text[: int(len(text) * share) // 4 * 4])
    assert picture is not None
    assert picture.problem


@pytest.mark.parametrize("text", ["", "=", "AA", "é", "data:image/png;base64,AAAA", "R0lGODlhAQABAAAAACw=", "AAAA" * 9])
def test_what_is_no_image(text: str) -> None:
    picture = images.Pictures().read(text)
    assert picture is not None
    assert picture.problem


def test_an_image_of_too_many_pixels_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 99)
    picture = images.Pictures().read(drawn("PNG", (10, 10)))
    assert picture is not None
    assert picture.problem == "10x10 pixels"


@pytest.mark.parametrize("limit", ["MAX_IMAGES", "MAX_PIXELS_IN_ALL"])
def test_there_is_an_end_to_the_images_of_an_answer(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, limit, {"MAX_IMAGES": 2, "MAX_PIXELS_IN_ALL": 250}[limit])
    pictures = images.Pictures()
    read = [pictures.read(drawn("PNG", (10, 10 + number))) for number in (0, 1, 0, 2, 1)]
    assert [picture is not None for picture in read] == [True, True, True, False, True]


@pytest.mark.parametrize("text", [drawn()[:1024], drawn("JPEG")[:1024], f"{drawn('WEBP')[:200]}...{drawn()[-20:]}"])
def test_an_image_that_a_capture_has_shortened_is_not_judged(text: str) -> None:
    found = changed("drawn", "output", 0, "result", to=text)
    mine = {"image_generation.decodable", "image_generation.format", "image_generation.size"}
    assert not mine & judged_by(found)
    live = dataclasses.replace(found, content=json.dumps(found.json).encode(), captured_json=MISSING)
    assert broken_by(live) == {"image_generation.decodable"}


@pytest.mark.parametrize("asked", [{}, {"size": "auto", "output_format": "webp"}, {"size": "512x512"}])
def test_the_model_may_choose_what_was_not_asked(asked: dict[str, Any]) -> None:
    found = with_items([{"type": "image_generation", **asked}], image(drawn("WEBP"), output_format="webp"))
    assert broken_by(found) == ({"image_generation.size"} if asked.get("size") == "512x512" else set())


def test_a_format_has_two_names() -> None:
    tool = {"type": "image_generation", "output_format": "jpeg"}
    assert not broken_by(with_items([tool], image(drawn("JPEG"), output_format="jpg")))


@pytest.mark.parametrize(
    ("partial", "asked", "is_right"),
    [
        ([], 3, True),
        ([PNG] * 3, 3, True),
        ([PNG] * 4, 3, False),
        ([PNG], None, True),
        ([PNG], 0, True),
        ([PNG] * 2, None, False),
        (["AAAA"], 1, False),
        ([f"{PNG[:40]}..."], 1, True),
    ],
)
def test_partial_images(partial: list[str], asked: Any, *, is_right: bool) -> None:
    found = drawing(*partial, asked=asked)
    assert "image_generation.partial_images" in judged_by(found)
    assert ("image_generation.partial_images" not in broken_by(found)) is is_right


@pytest.mark.parametrize(("member", "told"), [("quality", "high"), ("background", "opaque")])
def test_a_call_tells_what_was_asked(member: str, told: str) -> None:
    for asked, is_right in ((told, True), ("auto", True), ("other", False)):
        found = with_items([{"type": "image_generation", member: asked}], image(drawn(), **{member: told}))
        assert ("image_generation.settings" not in broken_by(found)) is is_right


# --- MCP


@pytest.mark.parametrize(
    ("approval", "needs"),
    [
        ("never", False),
        ("always", True),
        (None, True),
        ({"never": {"tool_names": ["roll"]}}, False),
        ({"never": {"tool_names": ["other"]}}, True),
        ({"never": {"read_only": True}}, False),
        ({"never": {}}, False),
        ({"never": {"tool_names": None}, "always": None}, False),
        ({"always": None, "never": None}, False),
        ({"always": {"tool_names": "roll"}}, False),
        ({"always": {"tool_names": ["roll"]}}, True),
        ({"always": {"tool_names": ["other"]}}, False),
        ({"always": {"read_only": False}}, False),
        ({}, False),
        (["roll"], False),
    ],
)
def test_which_calls_need_approval(approval: Any, *, needs: bool) -> None:
    found = sent("rolled", tools=[{**samples.MCP, "require_approval": approval}])
    assert ("mcp.approval" in broken_by(found)) is needs
    assert ("mcp.approval" in judged_by(found)) is needs


@pytest.mark.parametrize("behind", [DICE, tools.USER])
@pytest.mark.parametrize("name", ["approved", "not_approved"])
def test_what_was_decided_before_is_settled(name: str, behind: Any) -> None:
    request = GOOD[name].request.json
    used = with_sent(changed(name, "output", to=[MESSAGE]), {**request, "input": [*request["input"], behind]})
    assert not {"mcp.approved", "mcp.refused"} & judged_by(used)


@pytest.mark.parametrize(
    ("output", "is_right"),
    [
        ([mcp_call(approval_request_id="mcpr_1", arguments='{ "sides":6 }')], True),
        ([mcp_call(approval_request_id="mcpr_1", arguments='{"sides": 7}')], False),
        ([mcp_call(approval_request_id="mcpr_1", name="other")], False),
        ([mcp_call(approval_request_id="mcpr_1", server_label="other")], False),
        ([DICE, {**DICE, "id": "mcp_2"}], False),
        ([DICE, mcp_call(id="mcp_2", approval_request_id="mcpr_2")], True),
    ],
)
def test_an_approved_call_is_made_once_and_as_it_was_approved(output: list[Any], *, is_right: bool) -> None:
    found = changed("approved", "output", to=[*output, MESSAGE])
    assert ("mcp.approved" not in broken_by(found)) is is_right


def test_an_approval_was_given() -> None:
    invented = mcp_call(approval_request_id="mcpr_2")
    for name in ("rolled", "asked"):
        wrong = changed(name, "output", to=[samples.MCP_LIST, invented, MESSAGE])
        assert "mcp.approval" in broken_by(wrong)
        hidden = with_sent(wrong, {**wrong.request.json, "previous_response_id": "resp_0"})
        assert "mcp.approval" not in broken_by(hidden)
    request = GOOD["approved"].request.json
    later = with_sent(GOOD["approved"], {**request, "input": [*request["input"], tools.USER]})
    assert "mcp.approval" not in broken_by(later)


@pytest.mark.parametrize(
    ("approval", "is_free"),
    [
        ("never", True),
        ("always", False),
        (None, False),
        ({"never": {"tool_names": ["roll"]}}, True),
        ({"never": {"tool_names": ["roll"], "read_only": True}}, False),
        ({"never": {"tool_names": ["roll"]}, "always": {"tool_names": ["roll"]}}, False),
        ({"never": {"tool_names": "roll"}}, False),
        ({"never": {}}, False),
    ],
)
def test_which_calls_need_no_approval(approval: Any, *, is_free: bool) -> None:
    found = sent("asked", tools=[{**samples.MCP, "require_approval": approval}])
    assert ("mcp.needless_approval" in broken_by(found)) is is_free


@pytest.mark.parametrize("output", [[mcp_call(), MESSAGE], [DICE], [DICE, DICE]])
def test_a_refused_call_is_made_in_no_way(output: list[Any]) -> None:
    assert "mcp.refused" in broken_by(changed("not_approved", "output", to=output))


@pytest.mark.parametrize("output", [[MESSAGE], [mcp_call(name="other"), MESSAGE], [mcp_call(approval_request_id="x")]])
def test_a_refusal_is_of_one_call(output: list[Any]) -> None:
    assert "mcp.refused" not in broken_by(changed("not_approved", "output", to=output))


def test_tools_can_be_listed_in_the_request_or_out_of_sight() -> None:
    bare = changed("rolled", "output", to=[mcp_call(), MESSAGE])
    request = bare.request.json
    for members in (
        {"input": [samples.MCP_LIST, tools.USER]},
        {"previous_response_id": "resp_0"},
        {"conversation": "conv_0"},
        {"input": [{"type": "item_reference", "id": "mcpl_1"}]},
    ):
        assert "mcp.listed" not in broken_by(with_sent(bare, {**request, **members}))
    late = changed("rolled", "output", to=[mcp_call(), samples.MCP_LIST, MESSAGE])
    assert "mcp.listed" in broken_by(late)
    searched = with_sent(late, {**request, "tools": [samples.MCP, {"type": "tool_search"}]})
    assert "mcp.listed" not in judged_by(searched)


def test_tools_are_listed_again_only_where_they_were_not() -> None:
    request = GOOD["rolled"].request.json
    for before, is_right in ((samples.MCP_LIST, False), ({**samples.MCP_LIST, "server_label": "other"}, True)):
        found = with_sent(GOOD["rolled"], {**request, "input": [{**before, "id": "mcpl_0"}, tools.USER]})
        assert ("mcp.listed_again" not in broken_by(found)) is is_right
    failed = with_sent(GOOD["rolled"], {**request, "input": [{**tools.UNREACHED, "id": "mcpl_0"}, tools.USER]})
    assert "mcp.listed_again" not in broken_by(failed)


@pytest.mark.parametrize("status", [400, 404, 424])
def test_a_refusal_tells_that_a_server_was_not_reached(status: int) -> None:
    told = exchange(GOOD["unreachable"].request.json, {"error": samples.ERROR}, status=status)
    assert "mcp.unreachable" in judged_by(told)
    assert "mcp.unreachable" not in broken_by(told)


def test_a_server_that_was_not_reached_is_told_otherwise_too() -> None:
    failed = {"status": "failed", "output": [], "error": {"code": "server_error", "message": "not reached"}}
    assert "mcp.unreachable" not in broken_by(with_body(GOOD["unreachable"], {**GOOD["unreachable"].json, **failed}))
    wrong = exchange(GOOD["unreachable"].request.json, {"error": samples.ERROR}, status=500)
    assert "mcp.unreachable" in broken_by(wrong)


@pytest.mark.parametrize(
    "servers",
    [
        [samples.MCP],
        [{**samples.MCP, "server_url": "https://invalid.example/mcp"}],
        [{**samples.MCP, "server_url": "http://[invalid"}],
        [{**samples.MCP, "server_url": None}],
        [tools.NOWHERE, {**samples.MCP, "server_label": "other"}],
    ],
)
def test_only_a_name_that_nobody_can_have_is_judged(servers: list[Any]) -> None:
    assert "mcp.unreachable" not in judged_by(sent("rolled", tools=servers))


# --- searches and citations


@pytest.mark.parametrize(
    ("action", "is_right"),
    [
        ({"type": "search"}, True),
        ({"type": "search", "query": "a", "queries": ["a"], "sources": [{"type": "api", "name": "time"}]}, True),
        ({"type": "search", "query": "", "queries": ["a"]}, False),
        ({"type": "search", "query": "a", "queries": [""]}, False),
        ({"type": "search", "query": "a", "sources": [{"type": "url", "url": ""}]}, False),
        ({"type": "search", "query": "a", "sources": [{"type": "url"}]}, False),
        ({"type": "open_page", "url": ""}, True),
    ],
)
def test_what_a_search_tells(action: Any, *, is_right: bool) -> None:
    found = changed("searched", "output", 0, "action", to=action)
    assert ("web_search.action" not in broken_by(found)) is is_right


@pytest.mark.parametrize("url", ["", "a.example", "turn0search1", "ftp://a.example", "https://", "https://[", None, 7])
def test_a_citation_without_an_address(url: Any) -> None:
    found = changed("searched", "output", -1, "content", 0, "annotations", 0, "url", to=url)
    assert "web_search.citations" in broken_by(found)
