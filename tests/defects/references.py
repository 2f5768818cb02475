"""Defects in what an answer points to, and in values that a client only sends back."""

from __future__ import annotations

from typing import Any

from conformance.checks.references import CLIENT_SIDE, LINK
from conformance.wire.edit import put
from tests.defects.lib.answers import JSON, Changes, is_operation, items_of, of_bodies, parts_of


def _places(body: JSON) -> Any:
    """Path, text, start and end of each citation that covers a link."""
    for index, number, part in parts_of(body):
        for place, annotation in enumerate(part["annotations"]):
            start, end = annotation.get("start_index"), annotation.get("end_index")
            if isinstance(start, int) and isinstance(end, int) and LINK.fullmatch(part["text"][start:end]):
                yield f"/output/{index}/content/{number}/annotations/{place}", part["text"], start, end


@of_bodies("references.citation_place", "consistency.annotation_place")
def _citation_in_bytes(body: JSON, _: JSON) -> Changes:
    for path, text, start, end in _places(body):
        in_bytes = {"start_index": len(text[:start].encode()), "end_index": len(text[:end].encode())}
        if in_bytes["end_index"] != end:
            yield path, put(path, lambda annotation, more=in_bytes: annotation | more)


@of_bodies("references.citation_place", "consistency.annotation_place")
def _citation_beside(body: JSON, _: JSON) -> Changes:
    for path, text, start, end in _places(body):
        length = end - start
        for label, to in (("at the beginning", 0), ("before", max(0, start - length)), ("behind", len(text) - 1)):
            if abs(to - start) >= length:
                place = {"start_index": to, "end_index": min(to + length, len(text))}
                yield f"{path} {label}", put(path, lambda annotation, more=place: annotation | more)


@of_bodies("references.sources")
def _citation_of_what_was_not_found(body: JSON, _: JSON) -> Changes:
    searches = [item["action"] for _, item in items_of(body, "web_search_call") if item.get("action")]
    told = searches and all(action.get("sources") for action in searches if action["type"] == "search")
    for index, number, part in parts_of(body) if told else ():
        for place, annotation in enumerate(part["annotations"]):
            path = f"/output/{index}/content/{number}/annotations/{place}/url"
            if annotation["type"] == "url_citation":
                yield path, put(path, "https://nowhere.example/page")


@of_bodies("references.encrypted_content")
def _encrypted_content_wrong(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, "reasoning", "compaction"):
        if text := item.get("encrypted_content"):
            path = f"/output/{index}/encrypted_content"
            yield f"{index} words", put(path, "The model thought about it.")
            yield f"{index} JSON", put(path, '{"thought": "much"}')
            yield f"{index} other alphabet", put(path, f"+/{text[2:]}")
            yield f"{index} lines", put(path, f"{text[:76]}\n{text[76:]}")


@of_bodies("references.reasoning")
def _counted_reasoning_dropped(body: JSON, _: JSON) -> Changes:
    rest = [item for _, item in items_of(body) if item["type"] != "reasoning"]
    used = ((body.get("usage") or {}).get("output_tokens_details") or {}).get("reasoning_tokens")
    alone = all(item["type"] in CLIENT_SIDE for item in rest)
    if used and alone and rest and len(rest) < len(body["output"]) and body["status"] == "completed":
        yield "dropped", put("/output", rest)


@of_bodies("references.logprobs")
def _logprobs_wrong(body: JSON, _: JSON) -> Changes:
    for index, number, part in parts_of(body):
        if part.get("logprobs") and body["status"] == "completed":
            path = f"/output/{index}/content/{number}/logprobs"
            first = part["logprobs"][0]
            more = [{"token": "x", "bytes": [120], "logprob": -9.0}] * 21
            yield f"{path} positive", put(f"{path}/0/logprob", 0.7)
            yield f"{path} one missing", put(path, part["logprobs"][1:] or [first, first])
            yield f"{path} other", put(f"{path}/0", first | {"token": "zzz", "bytes": [122, 122, 122]})
            yield f"{path} alternatives", put(f"{path}/0/top_logprobs", more)


@of_bodies("references.container")
def _container_wrong(body: JSON, _: JSON) -> Changes:
    for index, item in items_of(body, "code_interpreter_call"):
        if item.get("container_id"):
            yield f"{index} call", put(f"/output/{index}/container_id", "container-7")
    calls = [item.get("container_id") for _, item in items_of(body, "code_interpreter_call")]
    for index, number, part in parts_of(body):
        for place, annotation in enumerate(part["annotations"]):
            path = f"/output/{index}/content/{number}/annotations/{place}"
            if annotation["type"] == "container_file_citation":
                yield f"{path} file", put(f"{path}/file_id", "file-7")
                if any(calls):
                    yield f"{path} other", put(f"{path}/container_id", "cntr_other")


@of_bodies("references.request_items")
def _item_of_a_request(body: JSON, _: JSON) -> Changes:
    if body["output"]:
        for kind in ("item_reference", "function_call_output", "mcp_approval_response"):
            yield (
                kind,
                put("/output", [*body["output"], {"id": "x_1", "type": kind, "call_id": "call_1", "output": ""}]),
            )


@of_bodies("operations.compacted", when=is_operation)
def _nothing_compacted(body: JSON, _: JSON) -> Changes:
    if body["object"] == "response.compaction":
        rest = [item for item in body["output"] if item["type"] != "compaction"]
        yield "left out", put("/output", rest or [{"id": "msg_1", "type": "message", "role": "user", "content": []}])
        for index, item in enumerate(body["output"]):
            if item["type"] == "compaction":
                yield "in words", put(f"/output/{index}/encrypted_content", "What was said.")
