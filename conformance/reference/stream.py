"""The events of a streamed answer, made from the finished response object, so that both ways of asking agree."""

import hashlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any, Final

from conformance.reference.text import pieces

Event = dict[str, Any]
# The length that obfuscation brings each delta to, so that its size does not tell what it says.
PADDED: Final = 16
TERMINAL: Final = {"completed": "response.completed", "incomplete": "response.incomplete"}


def events(response: dict[str, Any], *, obfuscated: bool = True) -> list[Event]:
    """The events that say the same as the response, numbered from 0, the terminal one last."""
    told = [
        *_opening(response),
        *itertools.chain.from_iterable(_item(index, item) for index, item in enumerate(response["output"])),
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


def _item(index: int, item: dict[str, Any]) -> Iterator[Event]:
    """An item from its announcement to its end, with what its type has in between."""
    begin, inside = INSIDE[item["type"]]
    yield {"type": "response.output_item.added", "output_index": index, "item": item | begin}
    for event in inside(item):
        yield event | {"item_id": item["id"], "output_index": index}
    yield {"type": "response.output_item.done", "output_index": index, "item": item}


def _message(item: dict[str, Any]) -> Iterator[Event]:
    for number, part in enumerate(item["content"]):
        at = {"content_index": number}
        yield {
            "type": "response.content_part.added",
            **at,
            "part": part | {"text": "", "annotations": [], "logprobs": []},
        }
        said = pieces(part["text"])
        for place, piece in enumerate(said):
            logprobs = part["logprobs"][place : place + 1]
            yield {"type": "response.output_text.delta", **at, "delta": piece, "logprobs": logprobs}
        yield {"type": "response.output_text.done", **at, "text": part["text"], "logprobs": part["logprobs"]}
        yield {"type": "response.content_part.done", **at, "part": part}


def _reasoning(item: dict[str, Any]) -> Iterator[Event]:
    for number, part in enumerate(item["summary"]):
        at = {"summary_index": number}
        yield {"type": "response.reasoning_summary_part.added", **at, "part": part | {"text": ""}}
        for piece in pieces(part["text"]):
            yield {"type": "response.reasoning_summary_text.delta", **at, "delta": piece}
        yield {"type": "response.reasoning_summary_text.done", **at, "text": part["text"]}
        yield {"type": "response.reasoning_summary_part.done", **at, "part": part}


def _function_call(item: dict[str, Any]) -> Iterator[Event]:
    for piece in pieces(item["arguments"]):
        yield {"type": "response.function_call_arguments.delta", "delta": piece}
    yield {"type": "response.function_call_arguments.done", "arguments": item["arguments"]}


# For each type of item: what of it is different when it is announced, and the events between announcement and end.
INSIDE: Final[dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], Iterator[Event]]]]] = {
    "message": ({"status": "in_progress", "content": []}, _message),
    "reasoning": ({"summary": []}, _reasoning),
    "function_call": ({"status": "in_progress", "arguments": ""}, _function_call),
}


def _padding(seed: str, delta: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()[: max(1, PADDED - len(delta))]
