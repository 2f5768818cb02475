"""Defects in what the tools of each kind bring."""

from __future__ import annotations

import base64
import itertools
from typing import Any

from conformance.wire.edit import Edit, put
from conformance.wire.exchange import Exchange
from tests.defects.calls import CALLED_ROWS
from tests.defects.lib.answers import JSON, Changes, Copies, is_answer, items_of, of_bodies, of_exchanges
from tests.right.changed import asked, changed, sent_of

CUT_AT = 1024
"""Characters of images that the makers of captures have cut."""


def tool_of(body: JSON, sent: JSON, type_: str) -> JSON:
    """The first declared tool of a type, as it was sent or else as the answer repeats it."""
    declared = [*(sent.get("tools") or ()), *body["tools"]]
    return next((tool for tool in declared if tool.get("type") == type_), {})


@of_bodies(*CALLED_ROWS)
def _forced_call_missing(body: JSON, sent: JSON) -> Changes:
    types = {tool["type"] for tool in sent.get("tools") or body["tools"]}
    if body["tool_choice"] == "required" and body["status"] == "completed" and len(types) == 1:
        kept = [item for _, item in items_of(body, "message", "reasoning")]
        calls = [item for _, item in items_of(body) if item not in kept and not item.get("error")]
        if calls and types & {"function", "custom", "apply_patch", "shell", "image_generation", "mcp", "web_search"}:
            yield "left out", put("/output", kept)


@of_bodies("custom_tools.lark_grammar", "custom_tools.regex_grammar")
def _input_outside_the_grammar(body: JSON, sent: JSON) -> Changes:
    for index, item in items_of(body, "custom_tool_call"):
        form = tool_of(body, sent, "custom").get("format") or {}
        if form.get("type") == "grammar":
            for label, text in (("more", item["input"] + "\u00a7"), ("less", ""), ("other", "\u00a7" + item["input"])):
                yield label, put(f"/output/{index}/input", text)


@of_bodies("apply_patch.diff")
def _diff_of_another_form(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, "apply_patch_call"):
        path = f"/output/{index}/operation/diff"
        kind, diff = item["operation"]["type"], item["operation"].get("diff") or ""
        if kind == "delete_file":
            yield "with a diff", put(f"{path}", "-all of it\n")
        if kind == "create_file":
            yield "without +", put(f"{path}", diff.replace("\n+", "\n") + "end\n")
            yield "as a change", put(f"{path}", f"@@\n{diff}")
        if kind == "update_file":
            yield "numbered", put(f"{path}", diff.replace("@@", "@@ -1,3 +1,4 @@", 1))
            yield "named", put(f"{path}", f"--- a/lib/a.py\n+++ b/lib/a.py\n{diff}")
            yield "enveloped", put(f"{path}", f"*** Begin Patch\n*** Update File: lib/a.py\n{diff}")
            yield "no newline", put(f"{path}", f"{diff}\\ No newline at end of file\n")


@of_bodies("apply_patch.path", "apply_patch.change")
def _operation_of_another_file(body: JSON, sent: JSON) -> Changes:
    for index, item in items_of(body, "apply_patch_call"):
        path = f"/output/{index}/operation"
        # Who keeps no request does not tell which files it names.
        for value in ("", "a\nb", *(("/no_such/a.py", "../no_such/a.py") if sent else ())):
            yield repr(value), put(f"{path}/path", value)
        if item["operation"]["type"] == "update_file":
            yield "no change", put(f"{path}/diff", "@@\n the same\n")


@of_exchanges("shell.environment")
def _local_shell_in_a_container(exchange: Exchange) -> Copies:
    local = {"type": "shell", "environment": {"type": "local"}}
    calls = [*items_of(exchange.json, "shell_call")] if is_answer(exchange) else []
    for index, _item in calls:
        container = {"type": "container_reference", "container_id": "cntr_0"}
        declared = put("/tools", [local])
        wrong = changed(exchange, declared, put(f"/output/{index}/environment", container))
        yield "", asked(wrong, declared) if sent_of(exchange) else wrong


@of_bodies("shell.commands")
def _commands_missing(body: JSON, _: JSON) -> Changes:
    for index, _item in items_of(body, "shell_call"):
        path = f"/output/{index}/action"
        yield "none", put(f"{path}/commands", [])
        yield "empty", put(f"{path}/commands", [" "])
        yield "no time", put(f"{path}/timeout_ms", 0)
        yield "no output", put(f"{path}/max_output_length", -1)
        yield "NUL", put(f"{path}/commands", ["ls\0"])


@of_bodies("image_generation.decodable")
def _image_broken(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, "image_generation_call"):
        path, text = f"/output/{index}/result", item["result"]
        if text and len(text) != CUT_AT and "..." not in text:
            yield "cut", put(f"{path}", text[: len(text) // 8 * 4])
            yield "an address", put(f"{path}", f"data:image/png;base64,{text}")
            yield "a text", put(f"{path}", base64.b64encode(b"a cat").decode())


@of_bodies("image_generation.format")
def _image_of_another_format(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, "image_generation_call"):
        if item.get("output_format") and len(item["result"]) != CUT_AT and "..." not in item["result"]:
            other = "jpeg" if item["output_format"] != "jpeg" else "webp"
            yield other, put(f"/output/{index}/output_format", other)


@of_bodies("image_generation.size")
def _image_of_another_size(body: JSON, sent: JSON) -> Changes:
    for index, item in items_of(body, "image_generation_call"):
        if sent and item.get("size") and len(item["result"]) != CUT_AT:
            yield "", put(f"/output/{index}/size", "1536x1024")


@of_bodies("image_generation.settings")
def _image_of_other_settings(body: JSON, sent: JSON) -> Changes:
    for index, item in items_of(body, "image_generation_call"):
        tool = next((each for each in (sent or body)["tools"] if each["type"] == "image_generation"), {})
        for member in ("quality", "background"):
            if item.get(member) and tool.get(member) not in (None, "auto"):
                yield member, put(f"/output/{index}/{member}", "other")


def _shows_all(sent: JSON) -> bool:
    return bool(sent) and not any(sent.get(name) for name in ("previous_response_id", "conversation", "prompt"))


@of_bodies("mcp.listed")
def _list_of_tools_missing(body: JSON, sent: JSON) -> Changes:
    given = sent.get("input")
    listed = [item for item in (given if isinstance(given, list) else ()) if item.get("type") == "mcp_list_tools"]
    calls = [*items_of(body, "mcp_call", "mcp_approval_request")]
    if calls and _shows_all(sent) and not listed:
        others = [item for _, item in items_of(body) if item["type"] != "mcp_list_tools"]
        lists = [item for _, item in items_of(body, "mcp_list_tools")]
        yield "missing", put("/output", others)
        yield "too late", put("/output", [*others, *lists])


@of_bodies("mcp.listed_again")
def _tools_listed_twice(body: JSON, _: JSON) -> Changes:
    for _, item in items_of(body, "mcp_list_tools"):
        if not item.get("error"):
            yield "", put("/output", [*body["output"], {**item, "id": "mcpl_0"}])


@of_bodies("calls.mcp_arguments")
def _arguments_that_the_server_does_not_take(body: JSON, _: JSON) -> Changes:
    called = [item for _, item in items_of(body, "mcp_call", "mcp_approval_request")]
    calls = {item["name"] for item in called if item.get("status") != "failed"}
    for index, item in items_of(body, "mcp_list_tools"):
        for number, tool in enumerate(item["tools"]):
            if tool["name"] in calls:
                path = f"/output/{index}/tools/{number}/input_schema"
                yield tool["name"], put(f"{path}", {"type": "object", "required": ["no_such"]})


@of_bodies("calls.argument_names")
def _arguments_given_twice(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, "function_call", "mcp_call", "mcp_approval_request"):
        whole = body["status"] == "completed" and item.get("status") not in ("incomplete", "failed")
        if whole and item["arguments"].startswith("{"):
            rest = item["arguments"].removeprefix("{").strip()
            text = '{"a": 1, "a": 2' + (rest if rest == "}" else f", {rest}")
            yield item["type"], put(f"/output/{index}/arguments", text)


def _of_servers(**members: Any) -> Edit:
    """Puts members into the tools that are MCP servers."""
    return put("/tools/*", lambda tool: tool | members if tool["type"] == "mcp" else tool)


def _with_approval(exchange: Exchange, approval: Any) -> Exchange:
    """The exchange, with servers that ask for approval in another way."""
    edit = _of_servers(require_approval=approval)
    return changed(asked(exchange, edit) if sent_of(exchange) else exchange, edit)


@of_exchanges("mcp.approval")
def _call_without_approval(exchange: Exchange) -> Copies:
    if is_answer(exchange):
        calls = [item for _, item in items_of(exchange.json, "mcp_call") if not item.get("approval_request_id")]
        for approval in ("always", {"always": {"tool_names": [calls[0]["name"]]}}) if calls else ():
            yield str(approval)[:10], _with_approval(exchange, approval)


@of_exchanges("mcp.needless_approval")
def _approval_that_nobody_needs(exchange: Exchange) -> Copies:
    if is_answer(exchange) and any(items_of(exchange.json, "mcp_approval_request")):
        yield "never", _with_approval(exchange, "never")


@of_bodies("mcp.approval")
def _approval_invented(body: JSON, sent: JSON) -> Changes:
    given = sent.get("input")
    referred = any(item.get("type") == "item_reference" for item in (given if isinstance(given, list) else ()))
    for index, _item in items_of(body, "mcp_call") if _shows_all(sent) and not referred else ():
        yield "", put(f"/output/{index}/approval_request_id", "mcpr_invented")


@of_bodies("mcp.approval")
def _id_of_approval_missing(body: JSON, sent: JSON) -> Changes:
    for index, item in items_of(body, "mcp_call"):
        asks = tool_of(body, sent, "mcp").get("require_approval") == "always"
        if item.get("approval_request_id") and asks:
            yield "", put(f"/output/{index}/approval_request_id", None)


def _responses(exchange: Exchange) -> list[JSON]:
    given = sent_of(exchange).get("input")
    items = reversed(given if isinstance(given, list) else [])
    return list(itertools.takewhile(lambda item: item.get("type") == "mcp_approval_response", items))


@of_exchanges("mcp.approved")
def _approved_call_changed(exchange: Exchange) -> Copies:
    approved = [item["approval_request_id"] for item in _responses(exchange) if item["approve"]]
    for index, item in items_of(exchange.json, "mcp_call") if approved and is_answer(exchange) else ():
        if item.get("approval_request_id") in approved:
            yield "twice", changed(exchange, put("/output", [*exchange.json["output"], item]))
            if any(each.get("type") == "mcp_approval_request" for each in sent_of(exchange)["input"]):
                yield "arguments", changed(exchange, put(f"/output/{index}/arguments", '{"other": 1}'))
                yield "name", changed(exchange, put(f"/output/{index}/name", "other"))


@of_exchanges("mcp.approved")
def _approved_call_missing(exchange: Exchange) -> Copies:
    if is_answer(exchange) and any(item["approve"] for item in _responses(exchange)):
        kept = [item for _, item in items_of(exchange.json) if item["type"] != "mcp_call"]
        other = {"id": "msg_0", "type": "message", "status": "completed", "role": "assistant", "content": []}
        yield "left out", changed(exchange, put("/output", kept or [other]))
        for index, _item in items_of(exchange.json, "mcp_call"):
            yield "another", changed(exchange, put(f"/output/{index}/approval_request_id", "mcpr_other"))


@of_exchanges("mcp.refused")
def _refused_call_made(exchange: Exchange) -> Copies:
    calls = items_of(exchange.json, "mcp_call") if is_answer(exchange) else ()
    made = [item.get("approval_request_id") for _, item in calls]
    for index, item in enumerate(sent_of(exchange)["input"] if _responses(exchange) and any(made) else ()):
        if item.get("approval_request_id") in made:
            yield "", asked(exchange, put(f"/input/{index}/approve", False))


@of_exchanges("mcp.unreachable")
def _server_reached_that_is_none(exchange: Exchange) -> Copies:
    tools = sent_of(exchange).get("tools") or ()
    servers = [tool for tool in tools if tool.get("type") == "mcp" and "server_url" in tool]
    listed = is_answer(exchange) and not any(item.get("error") for _, item in items_of(exchange.json, "mcp_list_tools"))
    if len(servers) == 1 and listed:
        yield "", asked(exchange, _of_servers(server_url="https://mcp.invalid/mcp"))


@of_bodies("web_search.action")
def _search_for_nothing(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, "web_search_call"):
        if (item.get("action") or {}).get("type") == "search":
            path = f"/output/{index}/action"
            yield "no query", put(f"{path}/query", "")
            yield "no queries", put(f"{path}/queries", [""])
            yield "no address", put(f"{path}/sources", [{"type": "url", "url": ""}])


@of_exchanges("echo.tool_secrets")
def _secret_comes_back(exchange: Exchange) -> Copies:
    if is_answer(exchange):
        declared = (sent_of(exchange).get("tools") or (), exchange.json["tools"])
        if all([tool["type"] for tool in tools].count("mcp") == 1 for tools in declared):
            edit = _of_servers(headers={"authorization": "Bearer t0ken"})
            yield "", changed(asked(exchange, edit), edit)


@of_exchanges("round_trips.new_items")
def _ids_of_the_input(exchange: Exchange) -> Copies:
    sent = sent_of(exchange)
    for item in exchange.json["output"] if sent and is_answer(exchange) else ():
        before = sent["input"] if isinstance(sent.get("input"), list) else []
        yield item["type"], asked(exchange, put("/input", [*before, {"id": item["id"], "type": item["type"]}]))


@of_bodies("web_search.citations")
def _citation_of_nothing(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, "message"):
        for number, part in enumerate(item["content"]):
            for place, annotation in enumerate(part.get("annotations") or ()):
                if annotation["type"] == "url_citation":
                    path = f"/output/{index}/content/{number}/annotations/{place}"
                    yield "no title", put(f"{path}/title", "")
                    yield "no address", put(f"{path}/url", "")
                    yield "no http", put(f"{path}/url", "turn0search1")
