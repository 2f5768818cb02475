"""The response object: what the endpoint answers to a request, finished. Streams are made from the same object."""

import base64
from typing import Any, Final

from conformance.reference.body import compact
from conformance.reference.calls import MAKERS
from conformance.reference.calls.image_generation import image_usage
from conformance.reference.calls.made import Made, fitting
from conformance.reference.calls.web_search import cited
from conformance.reference.generate import NoInstance, instance
from conformance.reference.models import snapshot
from conformance.reference.refusal import invalid
from conformance.reference.request import Request
from conformance.reference.servers import NOTHING, Heard
from conformance.reference.text import pieces, sentences
from conformance.reference.tools import echoed

START_OF_2026: Final = 1_767_225_600
SECONDS_OF_2026: Final = 365 * 24 * 60 * 60
# Settings that are repeated as they were sent, and what stands there if they were not.
SETTINGS: Final = {
    "background": False,
    "frequency_penalty": 0.0,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "parallel_tool_calls": True,
    "presence_penalty": 0.0,
    "prompt_cache_key": None,
    "prompt_cache_retention": "24h",
    "safety_identifier": None,
    "store": False,
    "temperature": 1.0,
    "tool_choice": "auto",
    "top_logprobs": 0,
    "top_p": 0.98,
    "truncation": "disabled",
    "user": None,
}
# What each effort spends on reasoning, in tokens. The first two spend none, but one of them has an item to show for it.
REASONING_TOKENS: Final = {"none": 0, "minimal": 0, "low": 10, "medium": 26, "high": 64, "xhigh": 128, "max": 192}
# Calls that the server answers itself, so that the model has something to think about before it goes on.
ANSWERED_HERE: Final = ("mcp_call", "web_search_call")
ANNOUNCEMENT: Final = "The request names a tool, so that one is called first."
SUMMARY: Final = (
    "**Reading the request**\n\nThe request is read from its first input item to its last.",
    "**Settling the answer**\n\nThe answer says what was received, in the form that was asked for.",
)


def answer(request: Request, heard: Heard = NOTHING) -> dict[str, Any]:
    """The finished response object. Raises Refusal (400) if nothing can satisfy what it has to follow."""
    created_at = START_OF_2026 + int(request.digest[:8], 16) % (SECONDS_OF_2026 - 1)
    cap: Any = request.setting("max_output_tokens")
    reasoning_tokens = REASONING_TOKENS.get(request.effort, 0)
    budget: int | None = None if cap is None else max(0, cap - reasoning_tokens)
    items, tokens, whole = fitting(_calls(request, heard), budget)
    if whole and not any(_waits(item) for item in items):
        message, spent, whole = _message(request, None if budget is None else budget - tokens, items)
        items, tokens = [*items, *message], tokens + spent
    if budget == 0:
        # The reasoning has eaten everything.
        items, tokens, whole, reasoning_tokens = [], 0, False, cap
    made_before = [made.item for made in heard.approved]
    output = [*heard.listed, *made_before, *_with_reasoning(request, items)]
    return {
        "id": f"resp_{request.hex('response')}",
        "object": "response",
        "created_at": created_at,
        "status": "completed" if whole else "incomplete",
        **_echo(request),
        "completed_at": created_at + 1 if whole else None,
        "error": None,
        "incomplete_details": None if whole else {"reason": "max_output_tokens"},
        "model": snapshot(request.model),
        "output": output,
        "tool_usage": {
            "image_gen": image_usage(output),
            "web_search": {"num_requests": sum(item["type"] == "web_search_call" for item in output)},
        },
        "usage": {
            "input_tokens": request.input_tokens,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": reasoning_tokens + tokens,
            "output_tokens_details": {"reasoning_tokens": reasoning_tokens},
            "total_tokens": request.input_tokens + reasoning_tokens + tokens,
        },
    }


def _calls(request: Request, heard: Heard) -> list[Made]:
    """What the choice of tools makes the answer call, announced by a message where nobody forced it."""
    made: list[Made] = []
    for number, tool in enumerate(request.choice.tools):
        if number == 0 and not request.choice.forced:
            made.append(_announcement(request))
        if number in heard.called:
            made.append(heard.called[number])
        elif tool["type"] in MAKERS:
            made.append(MAKERS[tool["type"]](request, tool, f"call {number}"))
    return made


def _waits(item: dict[str, Any]) -> bool:
    """True for a call that somebody has to answer before the model can go on."""
    return item.get("call_id") is not None or item["type"] == "mcp_approval_request"


def _announcement(request: Request) -> Made:
    said = pieces(ANNOUNCEMENT)
    return Made(_message_item(request, "announcement", said, "commentary", whole=True), ANNOUNCEMENT)


def _echo(request: Request) -> dict[str, Any]:
    """The settings, as the answer repeats them: what was sent, else the defaults."""
    reasoning = request.setting("reasoning", {})
    summary = reasoning.get("summary") or reasoning.get("generate_summary")
    return {
        **{name: request.setting(name, default) for name, default in SETTINGS.items()},
        "metadata": request.setting("metadata", {}),
        "moderation": None,
        "previous_response_id": None,
        "reasoning": {
            "context": "all_turns" if reasoning.get("context") == "all_turns" else "current_turn",
            "effort": request.effort,
            "mode": reasoning.get("mode") or "standard",
            "summary": "detailed" if summary == "auto" else summary,
        },
        "service_tier": "default",
        "text": request.text,
        "tools": [echoed(tool) for tool in request.setting("tools", ())],
    }


def _with_reasoning(request: Request, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items with what was thought before them, and again behind each call whose outcome the server knows."""
    if request.effort == "none":
        return items
    reasoning = request.setting("reasoning", {})
    asked = reasoning.get("summary") or reasoning.get("generate_summary")
    # Nothing can be summed up where nothing was spent.
    count = {None: 0, "concise": 1}.get(asked, len(SUMMARY)) if REASONING_TOKENS.get(request.effort) else 0
    told = [_reasoning_item(request, "reasoning", SUMMARY[:count])]
    for number, item in enumerate(items, 1):
        told.append(item)
        if item["type"] in ANSWERED_HERE and number < len(items):
            told.append(_reasoning_item(request, f"reasoning {number}"))
    return told


def _reasoning_item(request: Request, label: str, summary: tuple[str, ...] = ()) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": f"rs_{request.hex(label)}",
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": text} for text in summary],
    }
    if request.includes("reasoning.encrypted_content"):
        hidden = b"".join(request.hash(f"{label}, encrypted {number}") for number in range(6))
        item |= {"content": [], "encrypted_content": f"gAAAAAB{base64.urlsafe_b64encode(hidden).decode()}"}
    return item


def _message(
    request: Request, budget: int | None, items: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], int, bool]:
    """The message behind the items, its tokens, and whether all of it fitted into the budget."""
    text = _text(request)
    annotations: list[dict[str, Any]] = []
    if request.text["format"]["type"] == "text":
        # An image speaks for itself.
        alone = bool(items) and all(item["type"] == "image_generation_call" for item in items)
        text, annotations = ("", []) if alone else cited(text, items)
    wanted = pieces(text)
    said = wanted if budget is None else wanted[:budget]
    whole = len(said) == len(wanted)
    message = _message_item(request, "message", said, "final_answer", whole=whole)
    message["content"][0]["annotations"] = annotations if whole else []
    return [message], len(said), whole


def _message_item(request: Request, label: str, said: list[str], phase: str, *, whole: bool) -> dict[str, Any]:
    alternatives = request.setting("top_logprobs", 0)
    logprobs = [_logprob(piece, number, alternatives) for number, piece in enumerate(said)]
    if not request.includes("message.output_text.logprobs"):
        logprobs = []
    return {
        "id": f"msg_{request.hex(label)}",
        "type": "message",
        "status": "completed" if whole else "incomplete",
        "role": "assistant",
        "phase": phase,
        "content": [{"type": "output_text", "text": "".join(said), "annotations": [], "logprobs": logprobs}],
    }


def _text(request: Request) -> str:
    form = request.text["format"]
    sentence = sentences(request.body, request.text["verbosity"])
    if form["type"] == "json_object":
        return compact({"answer": sentence})
    if form["type"] != "json_schema":
        return sentence
    try:
        return compact(instance(form["schema"]))
    except NoInstance as error:
        raise invalid("text.format.schema", f"{error}.") from None


def _logprob(piece: str, number: int, alternatives: int) -> dict[str, Any]:
    """What a model would say of how sure it was: the piece itself first, then less likely ones."""

    def entry(token: str, logprob: float) -> dict[str, Any]:
        return {"token": token, "logprob": logprob, "bytes": list(token.encode())}

    likely = -round((number % 7 + 1) / 100, 2)
    top = [entry(piece, likely)]
    top += [entry(f"{piece.strip() or 'x'}{rank}", round(likely - 4.0 - rank, 2)) for rank in range(1, alternatives)]
    return {**entry(piece, likely), "top_logprobs": top[:alternatives]}
