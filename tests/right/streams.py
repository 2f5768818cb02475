"""Streams that keep every rule, for the tests of the checks: written here, not recorded."""

from __future__ import annotations

import copy
import json
from typing import Any

from conformance.wire.exchange import Exchange, Request
from conformance.wire.sse import Event

JSON = dict[str, Any]

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGOIAgAAXABb2LRWWgAAAABJRU5ErkJggg=="
"""An image of one pixel."""

TOOLS: list[JSON] = [
    {"type": "function", "name": "get_weather", "description": None, "parameters": {"type": "object"}, "strict": True},
    {"type": "custom", "name": "code_exec", "description": "Runs Python.", "format": {"type": "text"}},
    {"type": "code_interpreter", "container": {"type": "auto"}},
    {"type": "shell", "environment": {"type": "container_auto"}},
    {"type": "web_search", "search_context_size": "medium", "user_location": None},
    {"type": "image_generation", "partial_images": 2},
    {"type": "apply_patch"},
    *(
        {"type": "mcp", "server_label": label, "server_url": "https://example.org/", "require_approval": "never"}
        | dict.fromkeys(("allowed_tools", "headers", "server_description"))
        for label in ("wiki", "news")
    ),
]
RESPONSE: JSON = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1790000000,
    "status": "in_progress",
    "background": False,
    "error": None,
    "incomplete_details": None,
    "instructions": "Be brief.",
    "max_output_tokens": 256,
    "max_tool_calls": None,
    "metadata": {"team": "tests"},
    "model": "gpt-5.4-2026-03-05",
    "output": [],
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "reasoning": {"effort": "low", "summary": None},
    "safety_identifier": None,
    "service_tier": "auto",
    "store": False,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}, "verbosity": "medium"},
    "tool_choice": "auto",
    "tools": TOOLS,
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "usage": None,
    "user": None,
}
USAGE: JSON = {
    "input_tokens": 12,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 30,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 42,
}
SPENT: JSON = USAGE | {"output_tokens": 256, "total_tokens": 268}
"""What an answer costs that is cut off."""


class Stream:
    """Builds a stream item by item. Each method adds one whole output item; `events` ends the stream."""

    def __init__(self) -> None:
        self.sent: list[JSON] = []
        self.output: list[JSON] = []
        for kind in ("created", "in_progress"):
            self.say(f"response.{kind}", response=copy.deepcopy(RESPONSE))

    def say(self, type_: str, **members: Any) -> Stream:
        """Adds an event as it is."""
        self.sent.append({"type": type_, "sequence_number": len(self.sent), **members})
        return self

    def item(self, added: JSON, done: JSON, *between: tuple[str, JSON]) -> Stream:
        """Adds an item: opened as ``added``, closed with what ``done`` changes, and the events between."""
        index = len(self.output)
        whole = added | done
        self.say("response.output_item.added", output_index=index, item=added)
        for type_, members in between:
            self.say(f"response.{type_}", output_index=index, item_id=added["id"], **members)
        self.say("response.output_item.done", output_index=index, item=whole)
        self.output.append(copy.deepcopy(whole))
        return self

    def text(self, *pieces: str, notes: tuple[JSON, ...] = (), id_: str = "msg_1") -> Stream:
        """A message with one text in pieces."""
        return self.message([(pieces, notes)], id_)

    def message(self, texts: list[tuple[tuple[str, ...], tuple[JSON, ...]]], id_: str = "msg_1") -> Stream:
        """A message with several texts, each with its pieces and its annotations."""
        content: list[JSON] = []
        between: list[tuple[str, JSON]] = []
        for number, (pieces, notes) in enumerate(texts):
            place = {"content_index": number}
            empty: JSON = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
            part = empty | {"text": "".join(pieces), "annotations": list(notes)}
            between += [("content_part.added", place | {"part": empty})]
            between += [("output_text.delta", place | {"delta": piece, "logprobs": []}) for piece in pieces]
            between += [
                ("output_text.annotation.added", place | {"annotation_index": n, "annotation": annotation})
                for n, annotation in enumerate(notes)
            ]
            between += [("output_text.done", place | {"text": part["text"], "logprobs": []})]
            between += [("content_part.done", place | {"part": part})]
            content.append(part)
        added = {"id": id_, "type": "message", "status": "in_progress", "role": "assistant", "content": []}
        return self.item(added, {"status": "completed", "content": content}, *between)

    def refusal(self, *pieces: str) -> Stream:
        """A message that refuses."""
        place = {"content_index": 0}
        part = {"type": "refusal", "refusal": "".join(pieces)}
        added = {"id": "msg_r", "type": "message", "status": "in_progress", "role": "assistant", "content": []}
        return self.item(
            added,
            {"status": "completed", "content": [part]},
            ("content_part.added", place | {"part": {"type": "refusal", "refusal": ""}}),
            *(("refusal.delta", place | {"delta": piece}) for piece in pieces),
            ("refusal.done", place | {"refusal": part["refusal"]}),
            ("content_part.done", place | {"part": part}),
        )

    def reasoning(self, *summaries: tuple[str, ...], encrypted: str | None = None) -> Stream:
        """A reasoning item with summaries, each in its pieces."""
        between: list[tuple[str, JSON]] = []
        summary = []
        for number, pieces in enumerate(summaries):
            place = {"summary_index": number}
            part = {"type": "summary_text", "text": "".join(pieces)}
            between += [("reasoning_summary_part.added", place | {"part": part | {"text": ""}})]
            between += [("reasoning_summary_text.delta", place | {"delta": piece}) for piece in pieces]
            between += [("reasoning_summary_text.done", place | {"text": part["text"]})]
            between += [("reasoning_summary_part.done", place | {"part": part})]
            summary.append(part)
        added = {"id": "rs_1", "type": "reasoning", "summary": []}
        self.item(added, {"summary": summary} | ({"encrypted_content": encrypted} if encrypted else {}), *between)
        if encrypted:
            self.output[-1]["encrypted_content"] = encrypted[::-1]
        return self

    def reasoning_text(self, *pieces: str) -> Stream:
        """A reasoning item with its text in the open."""
        place = {"content_index": 0}
        part = {"type": "reasoning_text", "text": "".join(pieces)}
        return self.item(
            {"id": "rs_2", "type": "reasoning", "summary": [], "content": []},
            {"content": [part]},
            ("content_part.added", place | {"part": part | {"text": ""}}),
            *(("reasoning_text.delta", place | {"delta": piece}) for piece in pieces),
            ("reasoning_text.done", place | {"text": part["text"]}),
            ("content_part.done", place | {"part": part}),
        )

    def pieced(
        self, name: str, member: str, pieces: tuple[str, ...], added: JSON, done: JSON, *states: str, **place: Any
    ) -> Stream:
        """An item with one text in pieces. Of its states the first comes before them, the others behind."""
        told: list[tuple[str, JSON]] = [(f"{added['type']}.{state}", {}) for state in states]
        return self.item(
            added,
            done,
            *told[:1],
            *((f"{name}.delta", place | {"delta": piece}) for piece in pieces),
            (f"{name}.done", place | {member: "".join(pieces)}),
            *told[1:],
        )

    def function_call(self, *pieces: str, id_: str = "fc_1", status: str = "completed") -> Stream:
        """A call of a function with its arguments in pieces."""
        added = {"id": id_, "type": "function_call", "status": "in_progress", "call_id": f"call_{id_}"}
        added |= {"name": "get_weather", "arguments": ""}
        done = {"status": status, "arguments": "".join(pieces)}
        return self.pieced("function_call_arguments", "arguments", pieces, added, done)

    def custom_call(self, *pieces: str) -> Stream:
        """A call of a custom tool with its input in pieces."""
        added = {"id": "ctc_1", "type": "custom_tool_call", "status": "in_progress", "call_id": "call_c"}
        added |= {"name": "code_exec", "input": ""}
        done = {"status": "completed", "input": "".join(pieces)}
        return self.pieced("custom_tool_call_input", "input", pieces, added, done)

    def code(self, *pieces: str) -> Stream:
        """A run of the code interpreter."""
        added = {"id": "ci_1", "type": "code_interpreter_call", "status": "in_progress", "code": ""}
        added |= {"container_id": "cntr_1", "outputs": []}
        done = {"status": "completed", "code": "".join(pieces)}
        states = ("in_progress", "interpreting", "completed")
        return self.pieced("code_interpreter_call_code", "code", pieces, added, done, *states)

    def patch(self, *pieces: str) -> Stream:
        """A file to create."""
        operation = {"type": "create_file", "path": "a.txt", "diff": ""}
        added = {"id": "apc_1", "type": "apply_patch_call", "status": "in_progress", "call_id": "call_p"}
        added |= {"operation": operation}
        done = {"status": "completed", "operation": operation | {"diff": "".join(pieces)}}
        return self.pieced("apply_patch_call_operation_diff", "diff", pieces, added, done)

    def shell(self, *commands: tuple[str, ...]) -> Stream:
        """Shell commands, each in its pieces; their events carry no item_id."""
        whole = ["".join(pieces) for pieces in commands]
        between: list[tuple[str, JSON]] = []
        for number, pieces in enumerate(commands):
            place = {"command_index": number}
            between += [("shell_call_command.added", place | {"command": ""})]
            between += [("shell_call_command.delta", place | {"delta": piece}) for piece in pieces]
            between += [("shell_call_command.done", place | {"command": whole[number]})]
        action = {"commands": [], "timeout_ms": None, "max_output_length": None}
        added = {"id": "sh_1", "type": "shell_call", "status": "in_progress", "call_id": "call_s"}
        start = len(self.sent)
        self.item(added | {"action": action}, {"status": "completed", "action": action | {"commands": whole}}, *between)
        for event in self.sent[start:]:
            event.pop("item_id", None)
        return self

    def shell_output(self, *pieces: str) -> Stream:
        """What a command printed."""
        output = {"stdout": "".join(pieces), "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}
        added = {"id": "sho_1", "type": "shell_call_output", "status": "completed", "call_id": "call_s", "output": []}
        return self.item(
            added | {"max_output_length": None},
            {"output": [output]},
            *(("shell_call_output_content.delta", {"command_index": 0, "delta": {"stdout": p}}) for p in pieces),
            ("shell_call_output_content.done", {"command_index": 0, "output": [output]}),
        )

    def mcp_list(self, id_: str = "mcpl_1") -> Stream:
        """A list of the tools of an MCP server."""
        added = {"id": id_, "type": "mcp_list_tools", "server_label": "wiki", "tools": []}
        tool = {"name": "ask", "description": None, "input_schema": {"type": "object"}, "annotations": None}
        return self.item(added, {"tools": [tool]}, ("mcp_list_tools.in_progress", {}), ("mcp_list_tools.completed", {}))

    def mcp_call(self, *pieces: str) -> Stream:
        """A call of a tool of an MCP server."""
        added = {"id": "mcp_1", "type": "mcp_call", "status": "in_progress", "approval_request_id": None}
        added |= {"arguments": "", "error": None, "name": "ask", "output": None, "server_label": "wiki"}
        done = {"status": "completed", "arguments": "".join(pieces), "output": "An answer."}
        return self.pieced("mcp_call_arguments", "arguments", pieces, added, done, "in_progress", "completed")

    def search(self) -> Stream:
        """A web search with all its progress."""
        added = {"id": "ws_1", "type": "web_search_call", "status": "in_progress"}
        done = {"status": "completed", "action": {"type": "search", "query": "weather"}}
        steps = [(f"web_search_call.{step}", {}) for step in ("in_progress", "searching", "completed")]
        return self.item(added, done, *steps)

    def image(self) -> Stream:
        """An image with two partial ones."""
        added = {"id": "ig_1", "type": "image_generation_call", "status": "in_progress"}
        partial = [
            ("image_generation_call.partial_image", {"partial_image_b64": PNG, "partial_image_index": number})
            for number in range(2)
        ]
        done = {"status": "completed", "result": PNG}
        states = ("in_progress", "generating", "completed")
        begun, drawing, ended = ((f"image_generation_call.{state}", {}) for state in states)
        return self.item(added, done, begun, drawing, *partial, ended)

    def end(self, status: str = "completed", **members: Any) -> Stream:
        """Ends the response. One that is cut off has used what it might."""
        usage = SPENT if status == "incomplete" else USAGE
        response = copy.deepcopy(RESPONSE) | {"status": status, "output": self.output, "usage": usage} | members
        response["service_tier"] = "default"
        return self.say(f"response.{status}", response=response)

    def exchange(self, **members: Any) -> Exchange:
        """The stream as an answer to a request."""
        return captured(self.sent, **members)


SETTINGS = ("instructions", "max_output_tokens", "metadata", "store", "temperature", "tools", "top_p")
ASKED: JSON = {"model": "gpt-5.4", "input": "Hi", "stream": True, "reasoning": {"effort": "low"}}
ASKED |= {name: RESPONSE[name] for name in SETTINGS}
REQUEST = Request("POST", "/v1/responses", json.dumps(ASKED).encode())
HEADERS = {"content-type": "text/event-stream"}


def captured(events: list[JSON], **members: Any) -> Exchange:
    """Events as a capture would give them."""
    types = (event.get("type") for event in events)
    named = tuple(
        Event(type_ if isinstance(type_, str) else None, json.dumps(event))
        for type_, event in zip(types, events, strict=True)
    )
    return Exchange(**{"request": REQUEST, "status": 200, "headers": HEADERS, "captured_events": named} | members)


def wire(events: list[JSON], line_end: str = "\n") -> bytes:
    """Events as the bytes of a stream."""
    lines = (f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events)
    return "".join(lines).replace("\n", line_end).encode()


def raw(content: bytes, **members: Any) -> Exchange:
    """Bytes as the answer to a request for a stream."""
    return Exchange(**{"request": REQUEST, "status": 200, "headers": HEADERS, "content": content} | members)


CITATION: JSON = {"type": "url_citation", "url": "https://example.org/", "title": "É", "start_index": 0, "end_index": 5}


def good() -> dict[str, Stream]:
    """Streams that no rule finds fault with, by a name."""
    parallel = Stream()
    for number, label in enumerate(("wiki", "news")):
        item = {"id": f"mcpl_{number}", "type": "mcp_list_tools", "server_label": label, "tools": []}
        parallel.say("response.output_item.added", output_index=number, item=item)
        parallel.output.append(item)
    for number in (1, 0):
        place = {"output_index": number, "item_id": f"mcpl_{number}"}
        parallel.say("response.mcp_list_tools.in_progress", **place)
        parallel.say("response.mcp_list_tools.completed", **place)
    parallel.say("response.output_item.done", output_index=1, item=parallel.output[1])

    waiting = Stream()
    waiting.sent.clear()
    for kind in ("created", "queued", "in_progress"):
        queued = {} if kind == "in_progress" else {"status": "queued"}
        waiting.say(f"response.{kind}", response=copy.deepcopy(RESPONSE) | queued)

    error = {"error": {"type": "server_error", "code": "server_error", "message": "Oh.", "param": None}}
    failed = {"output": [], "error": {"code": "server_error", "message": "Oh."}, "usage": None}
    cut = {"incomplete_details": {"reason": "max_output_tokens"}}
    return {
        "text": Stream().text("Hel", "lo, ", "wörld 🌍").end(),
        "empty_text": Stream().text().end(),
        "two_parts": Stream().message([(("One", "."), ()), (("Two", " ok."), (CITATION,))]).end(),
        "annotations": Stream().text("See", " here", notes=(CITATION, CITATION | {"start_index": 2})).end(),
        "refusal": Stream().refusal("I ", "will not.").end(),
        "reasoning": Stream().reasoning(("I ", "think"), ("More ", "thought"), encrypted="abc").text("So", "!").end(),
        "reasoning_text": Stream().reasoning_text("In ", "the open").text("Yes", ".").end(),
        "function_call": Stream().reasoning().function_call('{"city":', '"Rome"}').end(),
        "two_calls": Stream().function_call('{"a":', "1}").function_call("{", "}", id_="fc_2").end(),
        "cut_call": Stream().function_call('{"city":', '"Ro', status="incomplete").end("incomplete", **cut),
        "custom_call": Stream().custom_call("print(", "42)").end(),
        "hosted": Stream().search().image().code("6", " * 7").text("42", "!", id_="msg_h").end(),
        "patch": Stream().patch("+a\n", "+b\n").end(),
        "shell": Stream().shell(("ls", " -l"), ("pwd", "")).shell_output("a\n", "b\n").text("Two", " files.").end(),
        "mcp": Stream().mcp_list().mcp_call('{"q":', '"x"}').text("An", " answer.").end(),
        "mcp_parallel": parallel.text("Go", " on.").end(),
        "queued": waiting.text("At", " last.").end(),
        "keepalive": Stream().say("keepalive").text("Still", " here").end(),
        "unknown_event": Stream().say("response.dream.delta", delta="z").text("A", " dream").end(),
        "failed": Stream().say("error", **error).end("failed", **failed),
        "error_last": Stream().say("error", **error),
        "failed_midway": Stream()
        .say(
            "response.output_item.added",
            output_index=0,
            item={"id": "msg_1", "type": "message", "status": "in_progress", "role": "assistant", "content": []},
        )
        .end("failed", **failed),
        "only_reasoning": Stream().reasoning().end("incomplete", **cut),
    }
