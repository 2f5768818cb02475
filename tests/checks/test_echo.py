"""The checks of the echo: what is the same and what is not, and the exceptions."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks import judge
from conformance.checks.echo import ALWAYS_THERE, CHOSEN, VERBATIM
from conformance.checks.lib.demanded import may_lack
from conformance.contract import Level, load
from conformance.wire.edit import put, without
from tests.checks.rules import broken_by, found_in, judged_by, judged_in
from tests.right import answers as samples
from tests.right import exchanges as recorded
from tests.right.answers import ASKED, echoing, exchange, trusting
from tests.right.changed import asked, changed, with_sent
from tests.right.exchanges import DATABRICKS, body, refusal, response
from tests.right.samples import SAMPLES, with_answer

OTHER: dict[str, tuple[Any, Any]] = {
    "background": (False, True),
    "instructions": ("Be short.", "Be long."),
    "max_output_tokens": (300, 301),
    "metadata": ({"a": "1"}, {}),
    "parallel_tool_calls": (False, True),
    "previous_response_id": ("resp_1", "resp_2"),
    "prompt_cache_retention": ("24h", "in_memory"),
    "reasoning_effort": ("low", "high"),
    "store": (False, True),
    "temperature": (0.5, 1.0),
    "tool_choice": ("none", "auto"),
    "top_logprobs": (2, 0),
    "top_p": (0.5, 0.98),
    "truncation": ("auto", "disabled"),
    "user": ("me", "you"),
    "max_tool_calls": (3, None),
    "prompt_cache_key": ("key", None),
    "safety_identifier": ("id", None),
    "verbosity": ("low", "medium"),
}


def test_every_echo_is_tried() -> None:
    """No setting that has to come back as it was sent is left out here."""
    assert set(OTHER) == set(VERBATIM)


@pytest.mark.parametrize("name", OTHER)
def test_echo(name: str) -> None:
    """A setting that comes back as it was sent is ok, one that comes back otherwise or not at all is a finding."""
    path, requirement = "/" + "/".join(VERBATIM[name]), f"echo.{name}"
    sent, other = OTHER[name]
    outer, *inner = VERBATIM[name]
    request = body(**{outer: {inner[0]: sent} if inner else sent})
    same = recorded.exchange(put(path, sent)(response()), sent=request)
    assert requirement in judged_in(same)
    assert requirement not in found_in(same)
    assert found_in(changed(same, put(path, other))).get(requirement) == {path}
    absent = found_in(changed(same, without(path)))
    is_spared = may_lack(*VERBATIM[name]) and DATABRICKS.level(requirement) is Level.MUST
    if inner or outer not in ALWAYS_THERE:
        assert ("echo.optional_members" if is_spared else requirement) in absent
    else:
        # That it is not there at all is said once, whatever was sent.
        assert requirement not in absent
        assert absent.keys() & {"response.schema", "response.optional_members", "response.current_members"}
    assert requirement not in judged_in(recorded.exchange(refusal(), status=400, sent=request))
    if is_spared:
        lost = changed(same, put(path, None))
        assert found_in(lost).get("echo.optional_members") == {path}
        assert requirement not in found_in(lost)


def test_a_setting_that_clients_can_do_without() -> None:
    """What is lost in a member that the SDK types as optional is a should of OpenAI's contract, and a must here."""
    lost = echoing({"instructions": "Be short."}, instructions=None)
    for name, level in (("openai", Level.SHOULD), ("databricks", Level.MUST)):
        found = [one for one in judge(lost, load(name)) if one.finding and one.requirement.startswith("echo.")]
        assert [(one.requirement, one.level) for one in found] == [("echo.optional_members", level)]


def test_true_is_not_one() -> None:
    """A setting that comes back as 1 for true, or false for 0, is not as it was sent."""
    assert "echo.parallel_tool_calls" in broken_by(echoing({"parallel_tool_calls": True}, parallel_tool_calls=1))
    assert "echo.top_logprobs" in broken_by(echoing({"top_logprobs": 0}, top_logprobs=False))
    assert "echo.top_logprobs" in broken_by(echoing({"top_logprobs": 1}, top_logprobs=True))
    assert "echo.metadata" in broken_by(echoing({"metadata": {"a": True}}, metadata={"a": 1}))


def test_a_schema_in_other_words() -> None:
    """A schema that accepts other values is a must, one that accepts the same in other words a should, or nothing."""
    sent = {"type": "object", "properties": {"a": {"type": ["string", "null"], "description": "A."}}, "required": ["a"]}
    form = {"type": "json_schema", "name": "x", "strict": True, "schema": sent}
    words: dict[str, dict[str, Any]] = {
        "": put("/properties/a", {"type": ["null", "string"]})(sent),
        "echo.schema_words": put("/properties/a", {"anyOf": [{"type": "string"}, {"type": "null"}]})(sent),
        "echo.text_format": put("/properties/a", {"type": "string"})(sent),
    }
    for requirement, schema in words.items():
        found = broken_by(echoing({"text": {"format": form}}, text={"format": {**form, "schema": schema}}))
        assert {name for name in found if name.startswith("echo.")} == ({requirement} if requirement else set())


@pytest.mark.parametrize("name", sorted(CHOSEN))
def test_auto_comes_back_as_what_was_chosen(name: str) -> None:
    """A setting that was left to the model comes back as what it chose, and not as null."""
    member = name.removeprefix("reasoning_")
    whole = SAMPLES["text"].json["reasoning"]
    for value, good_enough in (("detailed", True), ("all_turns", True), (None, False)):
        found = echoing({"reasoning": {member: "auto"}}, reasoning={**whole, member: value})
        assert (f"echo.{name}" not in broken_by(found)) is good_enough


@pytest.mark.parametrize("value", [None, "missing"])
def test_null_and_nothing_ask_for_the_default(value: Any) -> None:
    """Null, and a setting that was not sent, are answered with the default."""
    sent = ASKED if value == "missing" else {**ASKED, "temperature": None, "user": None, "tools": None}
    assert not broken_by(exchange(sent, SAMPLES["text"].json))


def test_what_a_capture_has_masked_is_not_judged() -> None:
    """A value that a capture has hidden is compared with nothing."""
    found = echoing({"prompt_cache_key": "[REDACTED]"}, prompt_cache_key="0198-abc")
    assert "echo.prompt_cache_key" not in judged_by(found)
    found = echoing({"user": "somebody"}, user="<redacted>")
    assert not broken_by(found)


def test_no_service_tier_and_no_model_of_an_unknown_name_is_judged() -> None:
    """What the server may choose, and a name that nobody knows, are not compared."""
    assert not broken_by(echoing({"service_tier": "priority"}, service_tier="default"))
    found = exchange({**ASKED, "model": "main.default.my-service"}, SAMPLES["text"].json)
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
        ("gpt-4o", "gpt-4-0613", False),
        ("gpt-4o", "claude-sonnet-4-6", False),
        ("gpt-5", "llama3", False),
        ("gpt-5.6-luna", "gpt-5.6-sol", False),
        ("gpt-35-turbo", "gpt-3.5-turbo-0125", True),
        ("openai/gpt-4o-mini", "gpt-4o-mini-2024-07-18", True),
        ("gpt-oss-120b", "gpt-oss-20b", False),
        ("gpt-oss-20b", "/models/gpt-oss-20b.gguf", True),
        ("claude-sonnet-4", "gpt-5.5", False),
        ("claude-sonnet-4", "claude-haiku-4", False),
        ("google/gemini-3-flash-preview", "google/gemini-3-flash-preview-20251217", True),
        ("deepseek-r1-distill-qwen-32b", "DeepSeek-R1-Distill-Qwen-32B", True),
    ],
)
def test_families_of_models(asked: str, received: str, *, right: bool) -> None:
    """A snapshot of the model that was asked is right, and another model is not."""
    found = exchange({**ASKED, "model": asked}, {**SAMPLES["text"].json, "model": received})
    assert ("echo.model" not in broken_by(found)) is right


def test_a_form_that_becomes_strict_comes_back_completed() -> None:
    """A schema that the server completes is the same by its meaning."""
    loose = {"type": "object", "properties": {"a": {"type": "string"}}}
    form = {"type": "json_schema", "name": "place", "schema": loose}
    found = samples.answered(text={"format": form})
    assert found.json["text"]["format"]["strict"] is True
    assert found.json["text"]["format"]["schema"] != loose
    assert not broken_by(found)


# --- tools


def test_tools_come_back_in_any_order() -> None:
    """The order of tools means nothing."""
    tools = SAMPLES["calls"].json["tools"]
    assert not broken_by(with_answer("calls", put("/tools", tools[::-1])))


def test_a_tool_that_nobody_declared_and_one_that_comes_twice() -> None:
    """A tool more than was declared is found."""
    tools = SAMPLES["calls"].json["tools"]
    for more in ({**tools[0], "name": "extra"}, tools[0]):
        assert broken_by(with_answer("calls", put("/tools", [*tools, more]))) == {"echo.tools"}


def test_tools_that_are_loaded_late_come_back_in_a_namespace() -> None:
    """A deferred tool may come back inside a namespace of its name."""
    deferred = {**samples.STRICT, "defer_loading": True}
    group = {"type": "namespace", "name": "get_weather", "description": "", "tools": [samples.STRICT]}
    assert not broken_by(exchange({**ASKED, "tools": [deferred]}, {**SAMPLES["text"].json, "tools": [group]}))


def test_tools_that_items_bring_may_come_back() -> None:
    """A tool that came with an item of the input is no surprise."""
    sent = {**ASKED, "input": [{"type": "additional_tools", "tools": [samples.STRICT]}]}
    assert not broken_by(exchange(sent, {**SAMPLES["text"].json, "tools": SAMPLES["none"].json["tools"]}))


def test_a_secret_comes_back_hidden_and_a_setting_not_at_all() -> None:
    """A secret that is hidden, and a setting that is left out, are no fault."""
    secrets = {"headers": {"key": "secret"}, "authorization": "secret"}
    hidden = {"server_url": "https://dice.example/<redacted>", "headers": {"key": "<redacted>"}}
    told = with_answer("mcp", put("/tools/0", lambda tool: tool | hidden))
    assert not broken_by(asked(told, put("/tools/0", lambda tool: tool | secrets)))
    sent = {**ASKED, "tools": [{"type": "image_generation", "quality": "low", "partial_images": 0}]}
    assert not broken_by(exchange(sent, SAMPLES["image"].json))


@pytest.mark.parametrize(
    ("sent", "received"),
    [("never", {"never": None}), ({"always": {"tool_names": ["a"]}}, {"always": {"tool_names": ["b"]}})],
)
def test_an_approval_that_was_not_asked_for(sent: Any, received: Any) -> None:
    """Another approval than was asked for is found."""
    found = with_answer("mcp", put("/tools/0/require_approval", received))
    assert "echo.hosted_tools" in broken_by(asked(found, put("/tools/0/require_approval", sent)))


def test_an_empty_description_is_none() -> None:
    """An empty description may come back as null."""
    sent = {**ASKED, "tools": [{**samples.STRICT, "description": ""}]}
    none = with_answer("none", put("/tools/0/description", None), put("/tool_choice", "auto"))
    assert not broken_by(with_sent(none, sent))


def test_strict_that_was_sent_comes_back() -> None:
    """Another strict, or parameters that are gone, are found."""
    assert broken_by(with_answer("none", put("/tools/0/strict", False))) == {"echo.function_tools"}
    assert "echo.function_tools" in broken_by(with_answer("none", without("/tools/0/parameters")))


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
    """Names of the same hosted tool are equal, and two of them count as one."""
    body = {**SAMPLES["text"].json, "tools": [{"type": kind} for kind in received]}
    found = broken_by(exchange({**ASKED, "tools": [{"type": kind} for kind in sent]}, body))
    assert "echo.tools" not in found


def test_a_choice_of_a_hosted_tool_comes_back_by_another_name() -> None:
    """A choice may come back by another name of the same tool only."""
    assert "echo.tool_choice" not in broken_by(
        with_answer("chosen_search", put("/tool_choice", {"type": "web_search"}))
    )
    assert "echo.tool_choice" in broken_by(with_answer("chosen_search", put("/tool_choice", {"type": "file_search"})))


@pytest.mark.parametrize("name", ["instructions", "user"])
@pytest.mark.parametrize("received", ["", None])
def test_an_empty_text_is_none(name: str, received: str | None) -> None:
    """An empty text may come back as null, and as no other text."""
    assert not broken_by(exchange({**ASKED, name: ""}, {**SAMPLES["text"].json, name: received}))
    assert broken_by(exchange({**ASKED, name: ""}, {**SAMPLES["text"].json, name: "x"})) == {"echo.defaults"}


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
    """A secret that comes back in clear is found, and the finding does not repeat it."""
    found = trusting(headers, authorization=authorization)
    assert ("echo.tool_secrets" not in broken_by(found)) is kept
    assert not [r for r in judge(found, load("openai")) if r.finding and "k3y" in r.finding.received]


def test_a_secret_that_a_capture_has_masked_is_not_judged() -> None:
    """A secret that a capture has hidden cannot be looked for."""
    found = samples.with_items([{**samples.MCP, "authorization": "[REDACTED]", "headers": None}])
    assert "echo.tool_secrets" not in judged_by(found)
