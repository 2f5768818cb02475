"""Defects in what the tools of each kind bring."""

from __future__ import annotations

import base64
import copy
from collections.abc import Iterator
from typing import Any

from mutants_json_calls import CALLED_ROWS
from mutants_json_core import Change, is_answer, items_of, of_bodies, of_exchanges, put, sent_of, with_body, with_sent
from mutation import JSON

from conformance.exchange import Exchange

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


@of_bodies("shell.commands")
def _commands_missing(body: JSON, _: JSON) -> Iterator[Change]:
    for index, _item in items_of(body, "shell_call"):
        path = ("output", index, "action")
        yield "none", put(body, *path, "commands", to=[])
        yield "empty", put(body, *path, "commands", to=[" "])
        yield "no time", put(body, *path, "timeout_ms", to=0)
        yield "no output", put(body, *path, "max_output_length", to=-1)


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


@of_bodies("mcp.approval")
def _id_of_approval_missing(body: JSON, sent: JSON) -> Iterator[Change]:
    for index, item in items_of(body, "mcp_call"):
        asks = tool_of(body, sent, "mcp").get("require_approval") == "always"
        if item.get("approval_request_id") and asks:
            yield "", put(body, "output", index, "approval_request_id", to=None)


def _responses(exchange: Exchange) -> list[JSON]:
    given = sent_of(exchange).get("input")
    items = given if isinstance(given, list) else []
    used = [item.get("approval_request_id") for item in items if item.get("type") == "mcp_call"]
    found = [item for item in items if item.get("type") == "mcp_approval_response"]
    return [item for item in found if item["approval_request_id"] not in used]


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
