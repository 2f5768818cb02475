"""Defects in what the tools of each kind bring."""

from __future__ import annotations

import base64
import copy
import itertools
from collections.abc import Iterator
from typing import Any

from conformance.wire.exchange import Exchange
from tests.defects.answers import (
    Change,
    is_answer,
    items_of,
    of_bodies,
    of_exchanges,
    put,
    sent_of,
    with_body,
    with_sent,
)
from tests.defects.calls import CALLED_ROWS
from tests.defects.mutation import JSON

CUT_AT = 1024
"""Characters of images that the makers of captures have cut."""

Asked = Iterator[tuple[str, Exchange]]


def tool_of(body: JSON, sent: JSON, type_: str) -> JSON:
    """The first declared tool of a type, as it was sent or else as the answer repeats it."""
    declared = [*(sent.get("tools") or ()), *body["tools"]]
    return next((tool for tool in declared if tool.get("type") == type_), {})


@of_bodies(*CALLED_ROWS)
def _forced_call_missing(body: JSON, sent: JSON) -> Iterator[Change]:
    types = {tool["type"] for tool in sent.get("tools") or body["tools"]}
    if body["tool_choice"] == "required" and body["status"] == "completed" and len(types) == 1:
        kept = [item for _, item in items_of(body, "message", "reasoning")]
        calls = [item for _, item in items_of(body) if item not in kept and not item.get("error")]
        if calls and types & {"function", "custom", "apply_patch", "shell", "image_generation", "mcp", "web_search"}:
            yield "left out", put(body, "output", to=kept)


@of_bodies("custom_tools.lark_grammar", "custom_tools.regex_grammar")
def _input_outside_the_grammar(body: JSON, sent: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "custom_tool_call"):
        form = tool_of(body, sent, "custom").get("format") or {}
        if form.get("type") == "grammar":
            for label, text in (("more", item["input"] + "\u00a7"), ("less", ""), ("other", "\u00a7" + item["input"])):
                yield label, put(body, "output", index, "input", to=text)


@of_bodies("apply_patch.diff")
def _diff_of_another_form(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "apply_patch_call"):
        path = ("output", index, "operation", "diff")
        kind, diff = item["operation"]["type"], item["operation"].get("diff") or ""
        if kind == "delete_file":
            yield "with a diff", put(body, *path, to="-all of it\n")
        if kind == "create_file":
            yield "without +", put(body, *path, to=diff.replace("\n+", "\n") + "end\n")
            yield "as a change", put(body, *path, to=f"@@\n{diff}")
        if kind == "update_file":
            yield "numbered", put(body, *path, to=diff.replace("@@", "@@ -1,3 +1,4 @@", 1))
            yield "named", put(body, *path, to=f"--- a/lib/a.py\n+++ b/lib/a.py\n{diff}")
            yield "enveloped", put(body, *path, to=f"*** Begin Patch\n*** Update File: lib/a.py\n{diff}")
            yield "no newline", put(body, *path, to=f"{diff}\\ No newline at end of file\n")


@of_bodies("apply_patch.path", "apply_patch.change")
def _operation_of_another_file(body: JSON, sent: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "apply_patch_call"):
        path = ("output", index, "operation")
        # Who keeps no request does not tell which files it names.
        for value in ("", "a\nb", *(("/no_such/a.py", "../no_such/a.py") if sent else ())):
            yield repr(value), put(body, *path, "path", to=value)
        if item["operation"]["type"] == "update_file":
            yield "no change", put(body, *path, "diff", to="@@\n the same\n")


@of_exchanges("shell.environment")
def _local_shell_in_a_container(exchange: Exchange) -> Asked:
    local = {"type": "shell", "environment": {"type": "local"}}
    calls = [*items_of(exchange.json, "shell_call")] if is_answer(exchange) else []
    for index, _item in calls:
        container = {"type": "container_reference", "container_id": "cntr_0"}
        body = put({**exchange.json, "tools": [local]}, "output", index, "environment", to=container)
        sent = sent_of(exchange)
        yield "", with_body(with_sent(exchange, {**sent, "tools": [local]}) if sent else exchange, body)


@of_bodies("shell.commands")
def _commands_missing(body: JSON, _: JSON) -> Iterator[Change]:
    for index, _item in items_of(body, "shell_call"):
        path = ("output", index, "action")
        yield "none", put(body, *path, "commands", to=[])
        yield "empty", put(body, *path, "commands", to=[" "])
        yield "no time", put(body, *path, "timeout_ms", to=0)
        yield "no output", put(body, *path, "max_output_length", to=-1)
        yield "NUL", put(body, *path, "commands", to=["ls\0"])


@of_bodies("image_generation.decodable")
def _image_broken(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "image_generation_call"):
        path, text = ("output", index, "result"), item["result"]
        if text and len(text) != CUT_AT and "..." not in text:
            yield "cut", put(body, *path, to=text[: len(text) // 8 * 4])
            yield "an address", put(body, *path, to=f"data:image/png;base64,{text}")
            yield "a text", put(body, *path, to=base64.b64encode(b"a cat").decode())


@of_bodies("image_generation.format")
def _image_of_another_format(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "image_generation_call"):
        if item.get("output_format") and len(item["result"]) != CUT_AT and "..." not in item["result"]:
            other = "jpeg" if item["output_format"] != "jpeg" else "webp"
            yield other, put(body, "output", index, "output_format", to=other)


@of_bodies("image_generation.size")
def _image_of_another_size(body: JSON, sent: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "image_generation_call"):
        if sent and item.get("size") and len(item["result"]) != CUT_AT:
            yield "", put(body, "output", index, "size", to="1536x1024")


@of_bodies("image_generation.settings")
def _image_of_other_settings(body: JSON, sent: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "image_generation_call"):
        tool = next((each for each in (sent or body)["tools"] if each["type"] == "image_generation"), {})
        for member in ("quality", "background"):
            if item.get(member) and tool.get(member) not in (None, "auto"):
                yield member, put(body, "output", index, member, to="other")


def _shows_all(sent: JSON) -> bool:
    return bool(sent) and not any(sent.get(name) for name in ("previous_response_id", "conversation", "prompt"))


@of_bodies("mcp.listed")
def _list_of_tools_missing(body: JSON, sent: JSON) -> Iterator[Change]:
    given = sent.get("input")
    listed = [item for item in (given if isinstance(given, list) else ()) if item.get("type") == "mcp_list_tools"]
    calls = [*items_of(body, "mcp_call", "mcp_approval_request")]
    if calls and _shows_all(sent) and not listed:
        others = [item for _, item in items_of(body) if item["type"] != "mcp_list_tools"]
        lists = [item for _, item in items_of(body, "mcp_list_tools")]
        yield "missing", put(body, "output", to=others)
        yield "too late", put(body, "output", to=[*others, *lists])


@of_bodies("mcp.listed_again")
def _tools_listed_twice(body: JSON, _: JSON) -> Iterator[Change]:
    for _, item in items_of(body, "mcp_list_tools"):
        if not item.get("error"):
            yield "", put(body, "output", to=[*body["output"], {**item, "id": "mcpl_0"}])


@of_bodies("calls.mcp_arguments")
def _arguments_that_the_server_does_not_take(body: JSON, _: JSON) -> Iterator[Change]:
    called = [item for _, item in items_of(body, "mcp_call", "mcp_approval_request")]
    calls = {item["name"] for item in called if item.get("status") != "failed"}
    for index, item in items_of(body, "mcp_list_tools"):
        for number, tool in enumerate(item["tools"]):
            if tool["name"] in calls:
                path = ("output", index, "tools", number, "input_schema")
                yield tool["name"], put(body, *path, to={"type": "object", "required": ["no_such"]})


@of_bodies("calls.argument_names")
def _arguments_given_twice(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "function_call", "mcp_call", "mcp_approval_request"):
        whole = body["status"] == "completed" and item.get("status") not in ("incomplete", "failed")
        if whole and item["arguments"].startswith("{"):
            rest = item["arguments"].removeprefix("{").strip()
            text = '{"a": 1, "a": 2' + (rest if rest == "}" else f", {rest}")
            yield item["type"], put(body, "output", index, "arguments", to=text)


def _with_approval(exchange: Exchange, approval: Any) -> Exchange:
    """The exchange, with servers that ask for approval in another way."""
    body, sent = copy.deepcopy(exchange.json), copy.deepcopy(sent_of(exchange))
    for tool in [*body["tools"], *(sent.get("tools") or ())]:
        if tool["type"] == "mcp":
            tool["require_approval"] = approval
    return with_body(with_sent(exchange, sent) if sent else exchange, body)


@of_exchanges("mcp.approval")
def _call_without_approval(exchange: Exchange) -> Asked:
    if is_answer(exchange):
        calls = [item for _, item in items_of(exchange.json, "mcp_call") if not item.get("approval_request_id")]
        for approval in ("always", {"always": {"tool_names": [calls[0]["name"]]}}) if calls else ():
            yield str(approval)[:10], _with_approval(exchange, approval)


@of_exchanges("mcp.needless_approval")
def _approval_that_nobody_needs(exchange: Exchange) -> Asked:
    if is_answer(exchange) and any(items_of(exchange.json, "mcp_approval_request")):
        yield "never", _with_approval(exchange, "never")


@of_bodies("mcp.approval")
def _approval_invented(body: JSON, sent: JSON) -> Iterator[Change]:
    given = sent.get("input")
    referred = any(item.get("type") == "item_reference" for item in (given if isinstance(given, list) else ()))
    for index, _item in items_of(body, "mcp_call") if _shows_all(sent) and not referred else ():
        yield "", put(body, "output", index, "approval_request_id", to="mcpr_invented")


@of_bodies("mcp.approval")
def _id_of_approval_missing(body: JSON, sent: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "mcp_call"):
        asks = tool_of(body, sent, "mcp").get("require_approval") == "always"
        if item.get("approval_request_id") and asks:
            yield "", put(body, "output", index, "approval_request_id", to=None)


def _responses(exchange: Exchange) -> list[JSON]:
    given = sent_of(exchange).get("input")
    items = reversed(given if isinstance(given, list) else [])
    return list(itertools.takewhile(lambda item: item.get("type") == "mcp_approval_response", items))


@of_exchanges("mcp.approved")
def _approved_call_changed(exchange: Exchange) -> Asked:
    approved = [item["approval_request_id"] for item in _responses(exchange) if item["approve"]]
    for index, item in items_of(exchange.json, "mcp_call") if approved and is_answer(exchange) else ():
        if item.get("approval_request_id") in approved:
            yield "twice", with_body(exchange, {**exchange.json, "output": [*exchange.json["output"], item]})
            if any(each.get("type") == "mcp_approval_request" for each in sent_of(exchange)["input"]):
                path = ("output", index)
                yield "arguments", with_body(exchange, put(exchange.json, *path, "arguments", to='{"other": 1}'))
                yield "name", with_body(exchange, put(exchange.json, *path, "name", to="other"))


@of_exchanges("mcp.approved")
def _approved_call_missing(exchange: Exchange) -> Asked:
    if is_answer(exchange) and any(item["approve"] for item in _responses(exchange)):
        kept = [item for _, item in items_of(exchange.json) if item["type"] != "mcp_call"]
        other = {"id": "msg_0", "type": "message", "status": "completed", "role": "assistant", "content": []}
        yield "left out", with_body(exchange, {**exchange.json, "output": kept or [other]})
        for index, _item in items_of(exchange.json, "mcp_call"):
            yield (
                "another",
                with_body(exchange, put(exchange.json, "output", index, "approval_request_id", to="mcpr_other")),
            )


@of_exchanges("mcp.refused")
def _refused_call_made(exchange: Exchange) -> Asked:
    made = (
        [item.get("approval_request_id") for _, item in items_of(exchange.json, "mcp_call")]
        if is_answer(exchange)
        else []
    )
    given = copy.deepcopy(sent_of(exchange))
    for item in given["input"] if _responses(exchange) and any(made) else ():
        if item.get("approval_request_id") in made:
            item["approve"] = False
            yield "", with_sent(exchange, given)


@of_exchanges("mcp.unreachable")
def _server_reached_that_is_none(exchange: Exchange) -> Asked:
    sent = copy.deepcopy(sent_of(exchange))
    servers = [tool for tool in sent.get("tools") or () if tool.get("type") == "mcp" and "server_url" in tool]
    listed = is_answer(exchange) and not any(item.get("error") for _, item in items_of(exchange.json, "mcp_list_tools"))
    if len(servers) == 1 and listed:
        servers[0]["server_url"] = "https://mcp.invalid/mcp"
        yield "", with_sent(exchange, sent)


@of_bodies("web_search.action")
def _search_for_nothing(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "web_search_call"):
        if (item.get("action") or {}).get("type") == "search":
            path = ("output", index, "action")
            yield "no query", put(body, *path, "query", to="")
            yield "no queries", put(body, *path, "queries", to=[""])
            yield "no address", put(body, *path, "sources", to=[{"type": "url", "url": ""}])


@of_exchanges("echo.tool_secrets")
def _secret_comes_back(exchange: Exchange) -> Asked:
    body, sent = (copy.deepcopy(value) for value in (exchange.json, sent_of(exchange)))
    servers = [tool for tool in sent.get("tools") or () if tool["type"] == "mcp"] if is_answer(exchange) else []
    if len(servers) == 1 and [tool["type"] for tool in body["tools"]].count("mcp") == 1:
        told = next(tool for tool in body["tools"] if tool["type"] == "mcp")
        for tool in (servers[0], told):
            tool["headers"] = {"authorization": "Bearer t0ken"}
        yield "", with_body(with_sent(exchange, sent), body)


@of_exchanges("round_trips.new_items")
def _ids_of_the_input(exchange: Exchange) -> Asked:
    sent = sent_of(exchange)
    for item in exchange.json["output"] if sent and is_answer(exchange) else ():
        given = sent.get("input")
        before = given if isinstance(given, list) else []
        yield item["type"], with_sent(exchange, {**sent, "input": [*before, {"id": item["id"], "type": item["type"]}]})


@of_bodies("web_search.citations")
def _citation_of_nothing(body: JSON, _: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "message"):
        for number, part in enumerate(item["content"]):
            for place, annotation in enumerate(part.get("annotations") or ()):
                if annotation["type"] == "url_citation":
                    path = ("output", index, "content", number, "annotations", place)
                    yield "no title", put(body, *path, "title", to="")
                    yield "no address", put(body, *path, "url", to="")
                    yield "no http", put(body, *path, "url", to="turn0search1")
