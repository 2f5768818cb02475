"""The events of a streamed answer, made from the finished response object, so that both ways of asking agree."""

import hashlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.reference.text import pieces

Event = dict[str, Any]
Item = dict[str, Any]
NOWHERE: Final[Mapping[str, Any]] = {}
# The length that obfuscation brings each delta to, so that its size does not tell what it says.
PADDED: Final = 16
TERMINAL: Final = {"completed": "response.completed", "incomplete": "response.incomplete"}


def events(response: dict[str, Any], *, obfuscated: bool = True) -> list[Event]:
    """The events that say the same as the response, numbered from 0, the terminal one last."""
    told = [
        *_opening(response),
        *itertools.chain.from_iterable(_item(index, item, response) for index, item in enumerate(response["output"])),
        {"type": TERMINAL[response["status"]], "response": response},
    ]
    for number, event in enumerate(told):
        event["sequence_number"] = number
        if obfuscated and "delta" in event:
            event["obfuscation"] = _padding(f"{response['id']} {number}", event["delta"])
    return told


def _opening(response: dict[str, Any]) -> Iterator[Event]:
    begun = response | {
        "status": "in_progress",
        "completed_at": None,
        "incomplete_details": None,
        "output": [],
        "service_tier": "auto",
        "usage": None,
    }
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}


def _item(index: int, item: Item, response: dict[str, Any]) -> Iterator[Event]:
    """An item from its announcement to its end, with what its type has in between."""
    life = LIVES[item["type"]]
    yield {"type": "response.output_item.added", "output_index": index, "item": life.announced(item)}
    # The events of a shell's commands name no item.
    place = {"output_index": index} if item["type"] == "shell_call" else {"item_id": item["id"], "output_index": index}
    for event in life.inside(item, response):
        yield event | place
    yield {"type": "response.output_item.done", "output_index": index, "item": item}


# --- what happens between the two


def _message(item: Item, _: Any) -> Iterator[Event]:
    for number, part in enumerate(item["content"]):
        at = {"content_index": number}
        yield {
            "type": "response.content_part.added",
            **at,
            "part": part | {"text": "", "annotations": [], "logprobs": []},
        }
        announced = [
            {"type": "response.output_text.annotation.added", **at, "annotation_index": index, "annotation": annotation}
            for index, annotation in enumerate(part["annotations"])
        ]
        length = 0
        for place, piece in enumerate(pieces(part["text"])):
            logprobs = part["logprobs"][place : place + 1]
            yield {"type": "response.output_text.delta", **at, "delta": piece, "logprobs": logprobs}
            length += len(piece)
            # What is cited is announced as soon as it has been said.
            while announced and announced[0]["annotation"]["end_index"] <= length:
                yield announced.pop(0)
        yield from announced
        yield {"type": "response.output_text.done", **at, "text": part["text"], "logprobs": part["logprobs"]}
        yield {"type": "response.content_part.done", **at, "part": part}


def _reasoning(item: Item, _: Any) -> Iterator[Event]:
    for number, part in enumerate(item["summary"]):
        at = {"summary_index": number}
        yield {"type": "response.reasoning_summary_part.added", **at, "part": part | {"text": ""}}
        yield from _text("reasoning_summary_text", "text", part["text"], at)
        yield {"type": "response.reasoning_summary_part.done", **at, "part": part}


def _function_call(item: Item, _: Any) -> Iterator[Event]:
    return _text("function_call_arguments", "arguments", item["arguments"])


def _custom_tool_call(item: Item, _: Any) -> Iterator[Event]:
    return _text("custom_tool_call_input", "input", item["input"])


def _apply_patch_call(item: Item, _: Any) -> Iterator[Event]:
    if "diff" in item["operation"]:
        yield from _text("apply_patch_call_operation_diff", "diff", item["operation"]["diff"])


def _shell_call(item: Item, _: Any) -> Iterator[Event]:
    for number, command in enumerate(item["action"]["commands"]):
        at = {"command_index": number}
        yield {"type": "response.shell_call_command.added", **at, "command": ""}
        yield from _text("shell_call_command", "command", command, at)


def _image_generation_call(item: Item, response: dict[str, Any]) -> Iterator[Event]:
    yield from _states(item, "in_progress", "generating")
    tool = next(tool for tool in response["tools"] if tool["type"] == "image_generation")
    # There are no drafts: what is shown on the way is the image itself.
    shown = {name: item[name] for name in ("background", "output_format", "quality", "size")}
    for number in range(tool.get("partial_images") or 0 if item["result"] else 0):
        image = {"partial_image_index": number, "partial_image_b64": item["result"]}
        yield {"type": "response.image_generation_call.partial_image", **image, **shown}
    yield from _states(item, *_end(item))


def _web_search_call(item: Item, _: Any) -> Iterator[Event]:
    return _states(item, "in_progress", "searching", *_end(item))


def _mcp_list_tools(item: Item, _: Any) -> Iterator[Event]:
    return _states(item, "in_progress", "completed")


def _mcp_call(item: Item, _: Any) -> Iterator[Event]:
    yield from _states(item, "in_progress")
    # They come in one piece.
    yield {"type": "response.mcp_call_arguments.delta", "delta": item["arguments"]}
    yield {"type": "response.mcp_call_arguments.done", "arguments": item["arguments"]}
    yield from _states(item, item["status"])


def _nothing(_: Item, __: Any) -> Iterator[Event]:
    return iter(())


def _end(item: Item) -> list[str]:
    """The last state of a hosted call; there is none for one that has failed."""
    return ["completed"] if item["status"] == "completed" else []


def _states(item: Item, *states: str) -> Iterator[Event]:
    for state in states:
        yield {"type": f"response.{item['type']}.{state}"}


def _text(name: str, member: str, text: str, at: Mapping[str, Any] = NOWHERE) -> Iterator[Event]:
    """A text in pieces, and then as a whole."""
    for piece in pieces(text):
        yield {"type": f"response.{name}.delta", **at, "delta": piece}
    yield {"type": f"response.{name}.done", **at, member: text}


# --- how an item is announced


def _with(**members: Any) -> Callable[[Item], Item]:
    return lambda item: item | members


def _bare(item: Item) -> Item:
    """What a hosted tool does is not known before it has done it."""
    return {"id": item["id"], "type": item["type"], "status": "in_progress"}


def _unpatched(item: Item) -> Item:
    operation = item["operation"] | ({"diff": ""} if "diff" in item["operation"] else {})
    return item | {"status": "in_progress", "operation": operation}


@dataclass(frozen=True, slots=True)
class Life:
    """How an item of a type is announced, and the events between that and its end."""

    announced: Callable[[Item], Item]
    inside: Callable[[Item, dict[str, Any]], Iterator[Event]]


BEGUN: Final = {"status": "in_progress"}
NO_ACTION: Final[Item] = {"commands": [], "max_output_length": None, "timeout_ms": None}
LIVES: Final[Mapping[str, Life]] = {
    "apply_patch_call": Life(_unpatched, _apply_patch_call),
    "custom_tool_call": Life(_with(**BEGUN, input=""), _custom_tool_call),
    "function_call": Life(_with(**BEGUN, arguments=""), _function_call),
    "image_generation_call": Life(_bare, _image_generation_call),
    "mcp_approval_request": Life(_with(), _nothing),
    "mcp_call": Life(_with(**BEGUN, arguments="", error=None, output=None), _mcp_call),
    "mcp_list_tools": Life(_with(tools=[]), _mcp_list_tools),
    "message": Life(_with(**BEGUN, content=[]), _message),
    "reasoning": Life(_with(summary=[]), _reasoning),
    "shell_call": Life(_with(**BEGUN, action=NO_ACTION), _shell_call),
    "web_search_call": Life(_bare, _web_search_call),
}


def _padding(seed: str, delta: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()[: max(1, PADDED - len(delta))]
