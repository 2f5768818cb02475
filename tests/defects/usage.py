"""Defects in what an answer costs, weighed against what was sent and what was written; and in who answered."""

from __future__ import annotations

from conformance.wire.edit import edited, put
from tests.defects.lib.answers import JSON, Changes, items_of, of_bodies, parts_of


def _spent(body: JSON, *, read: int | None = None, written: int | None = None, thought: int | None = None) -> JSON:
    """The usage of an answer with other counts, which add up."""
    usage = dict(body["usage"])
    usage["input_tokens"] = usage["input_tokens"] if read is None else read
    usage["output_tokens"] = usage["output_tokens"] if written is None else written
    usage["total_tokens"] = usage["input_tokens"] + usage["output_tokens"]
    if thought is not None:
        usage["output_tokens_details"] = {"reasoning_tokens": thought}
    return usage


def _said(body: JSON) -> int:
    return sum(len(part["text"]) for _, _, part in parts_of(body))


@of_bodies("usage.written")
def _text_for_nothing(body: JSON, _: JSON) -> Changes:
    """The output is not counted, or counted as if it were one word, or as reasoning alone."""
    if body["usage"] and _said(body) > 40 and not any("caller" in item for _, item in items_of(body)):
        yield "0", put("/usage", _spent(body, written=0, thought=0))
        yield "1", put("/usage", _spent(body, written=1, thought=0))
        tokens = body["usage"]["output_tokens"]
        yield "reasoning", put("/usage", _spent(body, thought=tokens))


@of_bodies("usage.not_written")
def _usage_of_a_longer_answer(body: JSON, sent: JSON) -> Changes:
    plain = all(item["type"] in ("message", "reasoning", "function_call") for _, item in items_of(body))
    if body["usage"] and body["status"] == "completed" and body["output"] and plain and "max_output_tokens" not in sent:
        most = 2 * len(str(body["output"]).encode())
        yield "", put("/usage", _spent(body, written=most + 5_000, thought=0))


@of_bodies("usage.not_sent")
def _usage_of_a_longer_request(body: JSON, sent: JSON) -> Changes:
    tools = all(tool["type"] in ("function", "custom") for tool in sent.get("tools") or ())
    elsewhere = any(sent.get(name) for name in ("previous_response_id", "conversation", "prompt"))
    if body["usage"] and isinstance(sent.get("input"), str) and tools and not elsewhere:
        yield "", put("/usage", _spent(body, read=4 * len(str(sent).encode()) + 20_000))


@of_bodies("usage.cut_at_limit", "response", "consistency")
def _cut_text_called_completed(body: JSON, sent: JSON) -> Changes:
    """All tokens were used, the text breaks off, and the status says completed."""
    limit = sent.get("max_output_tokens")
    if body["status"] != "completed" or not body["usage"] or not isinstance(limit, int) or limit < 16:
        return
    last = len(body["output"]) - 1
    for index, number, part in parts_of(body):
        if index == last and number == len(body["output"][index]["content"]) - 1 and len(part["text"]) < 3 * limit:
            cut = put(f"/output/{index}/content/{number}/text", "It is not the case that the")
            yield (
                "",
                edited(body, [cut, put("/usage", _spent(body, written=limit, thought=0))]),
                ("usage.cut_at_limit",),
            )


@of_bodies("usage.cut_early")
def _cut_long_before_the_limit(body: JSON, _: JSON) -> Changes:
    limit = body["max_output_tokens"]
    if (body["incomplete_details"] or {}).get("reason") == "max_output_tokens" and body["usage"] and limit:
        yield "limit", edited(body, [put("/max_output_tokens", limit)]) | {"usage": _spent(body, written=1, thought=0)}


OTHERS = ("claude-sonnet-4-6", "gemini-2.5-pro", "meta-llama/llama-3.3-70b-instruct", "qwen3-32b", "unknown")


@of_bodies("echo.model")
def _another_maker(body: JSON, sent: JSON) -> Changes:
    """The model of another maker answers."""
    if str(sent.get("model")).rpartition(".")[2].startswith(("gpt-", "o3", "o4")):
        for name in OTHERS:
            yield name, put("/model", name)
        for name in ("gpt-4o-2024-08-06", "gpt-3.5-turbo-0125", "o1-2024-12-17"):
            if not name.startswith(str(sent["model"])):
                yield name, put("/model", name)
