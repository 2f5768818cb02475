"""The response object: what the endpoint answers to a request, finished. Streams are made from the same object."""

import base64
import hashlib
import json
import string
from typing import Any, Final

from conformance.reference.generate import NoInstance, instance
from conformance.reference.models import snapshot
from conformance.reference.refusal import invalid
from conformance.reference.request import Request
from conformance.reference.text import pieces, sentences
from conformance.reference.tools import echoed

START_OF_2026: Final = 1_767_225_600
SECONDS_OF_2026: Final = 365 * 24 * 60 * 60
ALPHANUMERIC: Final = string.ascii_letters + string.digits
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
# What each effort spends on reasoning, in tokens.
REASONING_TOKENS: Final = {"none": 0, "minimal": 4, "low": 8, "medium": 24, "high": 64, "xhigh": 128, "max": 192}
SUMMARY: Final = (
    "**Reading the request**\n\nThe request is read from its first input item to its last.",
    "**Settling the answer**\n\nThe answer says what was received, in the form that was asked for.",
)


def answer(request: Request) -> dict[str, Any]:
    """The finished response object. Raises Refusal (400) if nothing can satisfy the schema that it has to follow."""
    created_at = START_OF_2026 + int(request.digest[:8], 16) % (SECONDS_OF_2026 - 1)
    cap: Any = request.setting("max_output_tokens")
    reasoning_tokens = REASONING_TOKENS.get(request.effort, 0)
    budget: int | None = None if cap is None else max(0, cap - reasoning_tokens)
    items, tokens, whole = _calls(request, budget) if request.calls else _message(request, budget)
    if budget == 0:
        # The reasoning has eaten everything.
        items, tokens, reasoning_tokens = [], 0, cap
    return {
        "id": f"resp_{_hex(request, 'response')}",
        "object": "response",
        "created_at": created_at,
        "status": "completed" if whole else "incomplete",
        **_echo(request),
        "completed_at": created_at + 1 if whole else None,
        "error": None,
        "incomplete_details": None if whole else {"reason": "max_output_tokens"},
        "model": snapshot(request.model),
        "output": [_reasoning_item(request), *items],
        "tool_usage": _tool_usage(),
        "usage": {
            "input_tokens": request.input_tokens,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": reasoning_tokens + tokens,
            "output_tokens_details": {"reasoning_tokens": reasoning_tokens},
            "total_tokens": request.input_tokens + reasoning_tokens + tokens,
        },
    }


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


def _reasoning_item(request: Request) -> dict[str, Any]:
    reasoning = request.setting("reasoning", {})
    asked = reasoning.get("summary") or reasoning.get("generate_summary")
    count = {None: 0, "concise": 1}.get(asked, len(SUMMARY))
    summary = [{"type": "summary_text", "text": text} for text in SUMMARY[:count]]
    item: dict[str, Any] = {"id": f"rs_{_hex(request, 'reasoning')}", "type": "reasoning", "summary": summary}
    if request.includes("reasoning.encrypted_content"):
        hidden = b"".join(_hash(request, f"encrypted {number}") for number in range(6))
        item |= {"content": [], "encrypted_content": f"gAAAAAB{base64.urlsafe_b64encode(hidden).decode()}"}
    return item


def _message(request: Request, budget: int | None) -> tuple[list[dict[str, Any]], int, bool]:
    """The message, its tokens, and whether all of it fitted into the budget."""
    wanted = pieces(_text(request))
    said = wanted if budget is None else wanted[:budget]
    whole = len(said) == len(wanted)
    alternatives = request.setting("top_logprobs", 0)
    logprobs = [_logprob(piece, number, alternatives) for number, piece in enumerate(said)]
    if not request.includes("message.output_text.logprobs"):
        logprobs = []
    message = {
        "id": f"msg_{_hex(request, 'message')}",
        "type": "message",
        "status": "completed" if whole else "incomplete",
        "role": "assistant",
        "phase": "final_answer",
        "content": [{"type": "output_text", "text": "".join(said), "annotations": [], "logprobs": logprobs}],
    }
    return [message], len(said), whole


def _text(request: Request) -> str:
    form = request.text["format"]
    sentence = sentences(request.body, request.text["verbosity"])
    if form["type"] == "json_object":
        return _json({"answer": sentence})
    if form["type"] != "json_schema":
        return sentence
    try:
        return _json(instance(form["schema"]))
    except NoInstance as error:
        raise invalid("text.format.schema", f"{error}.") from None


def _calls(request: Request, budget: int | None) -> tuple[list[dict[str, Any]], int, bool]:
    """The function calls, the tokens of their arguments, and whether all of them fitted into the budget."""
    items: list[dict[str, Any]] = []
    tokens = 0
    for number, call in enumerate(request.calls):
        wanted = pieces(call.arguments)
        said = wanted if budget is None else wanted[: budget - tokens]
        if said:
            items.append(
                {
                    "id": f"fc_{_hex(request, f'call {number}')}",
                    "type": "function_call",
                    "status": "completed" if len(said) == len(wanted) else "incomplete",
                    "call_id": f"call_{_alphanumeric(request, f'call {number}')}",
                    "name": call.name,
                    "arguments": "".join(said),
                }
            )
        tokens += len(said)
        if len(said) < len(wanted):
            return items, tokens, False
    return items, tokens, True


def _logprob(piece: str, number: int, alternatives: int) -> dict[str, Any]:
    """What a model would say of how sure it was: the piece itself first, then less likely ones."""

    def entry(token: str, logprob: float) -> dict[str, Any]:
        return {"token": token, "logprob": logprob, "bytes": list(token.encode())}

    likely = -round((number % 7 + 1) / 100, 2)
    top = [entry(piece, likely)]
    top += [entry(f"{piece.strip() or 'x'}{rank}", round(likely - 4.0 - rank, 2)) for rank in range(1, alternatives)]
    return {**entry(piece, likely), "top_logprobs": top[:alternatives]}


def _tool_usage() -> dict[str, Any]:
    def details() -> dict[str, int]:
        return {"image_tokens": 0, "text_tokens": 0}

    image_gen = {
        "input_tokens": 0,
        "input_tokens_details": details(),
        "output_tokens": 0,
        "output_tokens_details": details(),
        "total_tokens": 0,
    }
    return {"image_gen": image_gen, "web_search": {"num_requests": 0}}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _hash(request: Request, label: str) -> bytes:
    return hashlib.sha256(f"{request.digest} {label}".encode()).digest()


def _hex(request: Request, label: str) -> str:
    return _hash(request, label).hex()[:50]


def _alphanumeric(request: Request, label: str) -> str:
    return "".join(ALPHANUMERIC[byte % len(ALPHANUMERIC)] for byte in _hash(request, label)[:24])
