"""The checks of the echo: what keeps each, what breaks it and nothing else, and the exceptions."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks import judge
from conformance.checks.echo import CHOSEN, VERBATIM
from conformance.contract import load
from conformance.wire.exchange import Exchange
from tests.checks.rules import broken_by, judged_by, rows
from tests.defects.OLD import put, with_body, without
from tests.right import answers as samples
from tests.right.answers import ASKED, echoing, exchange, good

GOOD = good()


def changed(name: str, *path: str | int, to: Any) -> Exchange:
    return with_body(GOOD[name], put(GOOD[name].json, *path, to=to))


OTHERS = {
    "background": False,
    "instructions": "Be long.",
    "max_output_tokens": 3000,
    "max_tool_calls": 4,
    "metadata": {"team": "tests", "more": "x"},
    "parallel_tool_calls": True,
    "previous_response_id": "resp_9",
    "prompt_cache_key": "other",
    "prompt_cache_retention": "24h",
    "reasoning_effort": "low",
    "safety_identifier": "other",
    "store": True,
    "temperature": 1.0,
    "top_logprobs": 3,
    "top_p": 0.98,
    "truncation": "disabled",
    "user": "other",
    "verbosity": "high",
}


def trusting(headers: Any, **told: Any) -> Exchange:
    """An answer to a request that sends secrets for a server, and what it tells of them."""
    server = {**samples.MCP, "authorization": "t0ken", "headers": {"x-key": "k3y \u00e9", "x-none": ""}}
    found = samples.with_items([server])
    members = {name: value for name, value in found.json["tools"][0].items() if name != "authorization"}
    return with_body(found, {**found.json, "tools": [{**members, "headers": headers, **told}]})


BREAKS = {
    f"echo.{name}": changed("settings" if f"echo.{name}" in judged_by(GOOD["settings"]) else "stored", *path, to=value)
    for name, path in VERBATIM.items()
    if (value := OTHERS.get(name)) is not None
}
BREAKS |= {
    "echo.tool_choice": changed("none", "tool_choice", to="auto"),
    "echo.reasoning_context": echoing(
        {"reasoning": {"context": "all_turns"}}, reasoning={**GOOD["text"].json["reasoning"]}
    ),
    "echo.reasoning_summary": changed("settings", "reasoning", "summary", to="concise"),
    "echo.defaults": changed("text", "user", to="somebody"),
    "echo.text_format": changed("json_schema", "text", "format", "name", to="other"),
    "echo.prompt": changed("prompt", "prompt", "version", to="3"),
    "echo.conversation": changed("conversation", "conversation", "id", to="conv_2"),
    "echo.model": changed("text", "model", to="gpt-5.4-nano-2026-03-17"),
    "echo.tools": with_body(GOOD["none"], {**GOOD["none"].json, "tools": []}),
    "echo.function_tools": changed("none", "tools", 0, "description", to="Another."),
    "echo.hosted_tools": changed("search", "tools", 0, "search_context_size", to="high"),
    "echo.tool_secrets": trusting({"x-key": "<redacted>"}, authorization="t0ken"),
}


def test_every_rule_is_broken_here() -> None:
    assert BREAKS.keys() == rows("echo")


@pytest.mark.parametrize("requirement", BREAKS)
def test_a_rule_is_broken_alone(requirement: str) -> None:
    assert broken_by(BREAKS[requirement]) == {requirement}


@pytest.mark.parametrize("requirement", BREAKS)
def test_a_rule_is_judged_and_kept_by_some_sample(requirement: str) -> None:
    whole = GOOD["text"].json["reasoning"] | {"context": "all_turns"}
    kept = echoing({"reasoning": {"context": "all_turns"}}, reasoning=whole)
    assert not broken_by(kept)
    assert any(requirement in judged_by(sample) for sample in [*GOOD.values(), kept, trusting(None)])


@pytest.mark.parametrize("name", sorted(CHOSEN))
def test_auto_comes_back_as_what_was_chosen(name: str) -> None:
    member = name.removeprefix("reasoning_")
    whole = GOOD["text"].json["reasoning"]
    for value, good_enough in (("detailed", True), ("all_turns", True), (None, False)):
        found = echoing({"reasoning": {member: "auto"}}, reasoning={**whole, member: value})
        assert (f"echo.{name}" not in broken_by(found)) is good_enough


@pytest.mark.parametrize("value", [None, "missing"])
def test_null_and_nothing_ask_for_the_default(value: Any) -> None:
    sent = ASKED if value == "missing" else {**ASKED, "temperature": None, "user": None, "tools": None}
    assert not broken_by(exchange(sent, GOOD["text"].json))


def test_what_a_capture_has_masked_is_not_judged() -> None:
    found = echoing({"prompt_cache_key": "[REDACTED]"}, prompt_cache_key="0198-abc")
    assert "echo.prompt_cache_key" not in judged_by(found)
    found = echoing({"user": "somebody"}, user="<redacted>")
    assert not broken_by(found)


def test_true_is_not_one() -> None:
    assert "echo.top_logprobs" in broken_by(echoing({"top_logprobs": 1}, top_logprobs=True))


def test_no_service_tier_and_no_model_of_an_unknown_name_is_judged() -> None:
    assert not broken_by(echoing({"service_tier": "priority"}, service_tier="default"))
    found = exchange({**ASKED, "model": "main.default.my-service"}, GOOD["text"].json)
    assert "echo.model" not in judged_by(found)


@pytest.mark.parametrize(
    ("asked", "received", "right"),
    [
        ("gpt-5", "gpt-5-2025-08-07", True),
        ("gpt-5.6", "gpt-5.6-sol", True),
        ("system.ai.gpt-5-4", "gpt-5.4-2026-03-05", True),
        ("databricks-gpt-5-mini", "gpt-5-mini-2025-08-07", True),
        ("gpt-4o-mini", "gpt-4o-mini-2024-07-18", True),
        ("o3-pro", "o3-pro-2025-06-10", True),
        ("gpt-5", "gpt-5.4-2026-03-05", False),
        ("gpt-5", "gpt-5-mini-2025-08-07", False),
        ("gpt-5-pro", "gpt-5-2025-08-07", False),
        ("o3", "o4-mini", False),
    ],
)
def test_families_of_models(asked: str, received: str, *, right: bool) -> None:
    found = exchange({**ASKED, "model": asked}, {**GOOD["text"].json, "model": received})
    assert ("echo.model" not in broken_by(found)) is right


def test_a_form_that_becomes_strict_comes_back_completed() -> None:
    loose = {"type": "object", "properties": {"a": {"type": "string"}}}
    form = {"type": "json_schema", "name": "place", "schema": loose}
    found = samples.answered(text={"format": form})
    assert found.json["text"]["format"]["strict"] is True
    assert found.json["text"]["format"]["schema"] != loose
    assert not broken_by(found)


# --- tools


def test_tools_come_back_in_any_order() -> None:
    tools = GOOD["calls"].json["tools"]
    assert not broken_by(with_body(GOOD["calls"], {**GOOD["calls"].json, "tools": tools[::-1]}))


def test_a_tool_that_nobody_declared_and_one_that_comes_twice() -> None:
    tools = GOOD["calls"].json["tools"]
    for more in ({**tools[0], "name": "extra"}, tools[0]):
        assert broken_by(with_body(GOOD["calls"], {**GOOD["calls"].json, "tools": [*tools, more]})) == {"echo.tools"}


def test_tools_that_are_loaded_late_come_back_in_a_namespace() -> None:
    deferred = {**samples.STRICT, "defer_loading": True}
    group = {"type": "namespace", "name": "get_weather", "description": "", "tools": [samples.STRICT]}
    assert not broken_by(exchange({**ASKED, "tools": [deferred]}, {**GOOD["text"].json, "tools": [group]}))


def test_tools_that_items_bring_may_come_back() -> None:
    sent = {**ASKED, "input": [{"type": "additional_tools", "tools": [samples.STRICT]}]}
    assert not broken_by(exchange(sent, {**GOOD["text"].json, "tools": GOOD["none"].json["tools"]}))


def test_a_secret_comes_back_hidden_and_a_setting_not_at_all() -> None:
    sent = {**ASKED, "tools": [{**samples.MCP, "headers": {"key": "secret"}, "authorization": "secret"}]}
    tool = {
        **GOOD["mcp"].json["tools"][0],
        "server_url": "https://dice.example/<redacted>",
        "headers": {"key": "<redacted>"},
    }
    assert not broken_by(exchange(sent, {**GOOD["mcp"].json, "tools": [tool]}))
    sent = {**ASKED, "tools": [{"type": "image_generation", "quality": "low", "partial_images": 0}]}
    assert not broken_by(exchange(sent, GOOD["image"].json))


@pytest.mark.parametrize(
    ("sent", "received"),
    [("never", {"never": None}), ({"always": {"tool_names": ["a"]}}, {"always": {"tool_names": ["b"]}})],
)
def test_an_approval_that_was_not_asked_for(sent: Any, received: Any) -> None:
    tool = {**GOOD["mcp"].json["tools"][0], "require_approval": received}
    found = exchange(
        {**ASKED, "tools": [{**samples.MCP, "require_approval": sent}]}, {**GOOD["mcp"].json, "tools": [tool]}
    )
    assert "echo.hosted_tools" in broken_by(found)


def test_an_empty_description_is_none() -> None:
    sent = {**ASKED, "tools": [{**samples.STRICT, "description": ""}]}
    assert not broken_by(
        exchange(
            sent,
            with_body(GOOD["none"], put(GOOD["none"].json, "tools", 0, "description", to=None)).json
            | {"tool_choice": "auto"},
        )
    )


def test_strict_that_was_sent_comes_back() -> None:
    assert broken_by(changed("none", "tools", 0, "strict", to=False)) == {"echo.function_tools"}
    assert broken_by(with_body(GOOD["none"], without(GOOD["none"].json, "tools", 0, "parameters"))) >= {
        "echo.function_tools"
    }


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        (["computer_use"], ["computer"]),
        (["computer-use-preview"], ["computer_use_preview"]),
        (["web_search"], ["web_search_preview_2025_03_11"]),
        (["web_search", "web_search"], ["web_search"]),
    ],
)
def test_hosted_tools_have_several_names_and_count_once(sent: list[str], received: list[str]) -> None:
    body = {**GOOD["text"].json, "tools": [{"type": kind} for kind in received]}
    found = broken_by(exchange({**ASKED, "tools": [{"type": kind} for kind in sent]}, body))
    assert "echo.tools" not in found


def test_a_choice_of_a_hosted_tool_comes_back_by_another_name() -> None:
    assert "echo.tool_choice" not in broken_by(changed("chosen_search", "tool_choice", to={"type": "web_search"}))
    assert "echo.tool_choice" in broken_by(changed("chosen_search", "tool_choice", to={"type": "file_search"}))


@pytest.mark.parametrize("name", ["instructions", "user"])
@pytest.mark.parametrize("received", ["", None])
def test_an_empty_text_is_none(name: str, received: str | None) -> None:
    assert not broken_by(exchange({**ASKED, name: ""}, {**GOOD["text"].json, name: received}))
    assert broken_by(exchange({**ASKED, name: ""}, {**GOOD["text"].json, name: "x"})) == {"echo.defaults"}


@pytest.mark.parametrize(
    ("headers", "authorization", "kept"),
    [
        (None, None, True),
        ({"x-key": "<redacted>", "x-none": ""}, "[REDACTED]", True),
        ({"x-key": "k3y é"}, None, False),
        (None, "Bearer t0ken", False),
        ({"authorization": "t0ken"}, None, False),
    ],
)
def test_a_secret_of_a_server_stays_one(headers: Any, authorization: Any, *, kept: bool) -> None:
    found = trusting(headers, authorization=authorization)
    assert ("echo.tool_secrets" not in broken_by(found)) is kept
    assert not [r for r in judge(found, load("openai")) if r.finding and "k3y" in r.finding.received]


def test_a_secret_that_a_capture_has_masked_is_not_judged() -> None:
    found = samples.with_items([{**samples.MCP, "authorization": "[REDACTED]", "headers": None}])
    assert "echo.tool_secrets" not in judged_by(found)
