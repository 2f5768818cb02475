"""The few ways in which an answer is spoiled, and which answers these are. Nothing is changed in place."""

from dataclasses import replace
from typing import Any

from conformance.contract import load
from conformance.reference.answer import answer
from conformance.reference.edits.asked import Test, includes_nothing, is_question, sent, tools
from conformance.reference.edits.events import BEGINNING, END, each, on_events
from conformance.reference.refusal import Refusal
from conformance.reference.reply import Reply, ReplyEdit, RequestEdit, as_sent, streamed
from conformance.reference.request import read_request
from conformance.reference.stream import events
from conformance.reference.tools import DOCUMENTED, echoed
from conformance.wire.edit import Edit, edited, put

# --- which answers


def is_json(reply: Reply) -> bool:
    """True for an answer that is no stream."""
    return reply.status == 200 and reply.frames is None


def is_unauthorized(reply: Reply) -> bool:
    """True for the answer to a credential that is not taken."""
    return reply.status in (401, 403)


def is_stream(reply: Reply) -> bool:
    """True for an answer that is a stream."""
    return reply.frames is not None


def is_cut_off_stream(reply: Reply) -> bool:
    """True for a stream that ends before the answer is whole."""
    return reply.frames is not None and reply.frames[-1].name == "response.incomplete"


def is_whole(reply: Reply) -> bool:
    """True for an answer that is completed."""
    if reply.status != 200:
        return False
    response = reply.content if reply.frames is None else reply.frames[-1].data["response"]
    return bool(response["status"] == "completed")


def is_cut_off(reply: Reply) -> bool:
    """True for an answer that ends before it is whole, streamed or not."""
    return is_cut_off_stream(reply) or (is_json(reply) and reply.content.get("status") == "incomplete")


def is_plain(reply: Reply) -> bool:
    """True for a whole answer to a request that asks for nothing but text: no tools, no form, nothing to include."""
    particular = any(reply.asked.get(name) is not None for name in ("tools", "tool_choice", "text"))
    return is_whole(reply) and includes_nothing(reply) and not particular


def answers_question(reply: Reply) -> bool:
    """True for a whole answer to a short question."""
    return is_whole(reply) and is_question(reply)


def only_if(test: Test, reply_edit: ReplyEdit) -> ReplyEdit:
    """An edit of some replies only."""
    return lambda reply: reply_edit(reply) if test(reply) else reply


def where_sent(path: str, reply_edit: ReplyEdit) -> ReplyEdit:
    """An edit of the answers to requests that hold a setting."""
    return only_if(lambda reply: reply.status == 200 and sent(reply, path) is not None, reply_edit)


def both(*reply_edits: ReplyEdit) -> ReplyEdit:
    """Several edits, one after the other."""
    return lambda reply: edited(reply, reply_edits)


# --- the response object


def on_response(*edits: Edit) -> ReplyEdit:
    """Edits the response object, in a JSON answer and in each event that carries it."""
    return both(on_final(*edits), on_begun(*edits))


def on_final(*edits: Edit) -> ReplyEdit:
    """Edits the response object in a JSON answer and in the last event of a stream."""
    return both(
        in_json(*edits), on_events(each(END, put("/response", lambda value: edited(value, edits))), numbered=False)
    )


def on_begun(*edits: Edit) -> ReplyEdit:
    """Edits the response object in the first two events of a stream, before there is any output."""
    return on_events(each(BEGINNING, put("/response", lambda value: edited(value, edits))), numbered=False)


def in_json(*edits: Edit) -> ReplyEdit:
    """Edits the response object in a JSON answer only."""
    return only_if(is_json, lambda reply: replace(reply, content=edited(reply.content, edits)))


def on_answer(*edits: Edit) -> ReplyEdit:
    """Edits the finished response object and tells it again, so that a stream says the same from its beginning."""

    def reply_edit(reply: Reply) -> Reply:
        if reply.frames is None:
            return in_json(*edits)(reply)
        options = reply.asked.get("stream_options") or {}
        response = edited(reply.frames[-1].data["response"], edits)
        again = events(response, obfuscated=options.get("include_obfuscation") is not False)
        return replace(reply, frames=streamed(again).frames)

    return reply_edit


def on_items(kind: str, path: str, made: Any, *, asked: Test = lambda _: True) -> ReplyEdit:
    """Edits the items of a type, in answers to some requests, and tells them again."""
    return only_if(asked, on_answer(put("/output/*", of_type(kind, put(path, made)))))


def of_type(kind: str, *edits: Edit) -> Edit:
    """Edits an item that is of a type."""
    return lambda item: edited(item, edits) if item.get("type") == kind else item


def on_plain_answer(edit: Edit) -> ReplyEdit:
    """Edits the answer to a request that asks for nothing but text, and tells it again."""
    return only_if(is_plain, on_answer(edit))


def left_as(status: str, **members: Any) -> ReplyEdit:
    """Leaves the JSON answer to a short question in another state."""
    return only_if(
        answers_question, in_json(lambda response: {**response, "status": status, "completed_at": None, **members})
    )


def echoing(name: str) -> ReplyEdit:
    """Repeats a setting in the response object, such as ``reasoning/effort``, as if it had been obeyed."""

    def reply_edit(reply: Reply) -> Reply:
        value = sent(reply, f"/{name}")
        return reply if value is None else on_response(put(f"/{name}", value))(reply)

    return reply_edit


def echoing_tools(reply: Reply) -> Reply:
    """Repeats the tools that were declared, whatever they were read as."""
    declared = [echoed({**tool}) if tool.get("type") in DOCUMENTED else tool for tool in tools(reply)]
    return on_response(put("/tools", declared))(reply) if declared else reply


# --- refusals


def ending_in(status: int, test: Test) -> ReplyEdit:
    """Ends some of the requests that are refused in another status."""
    return only_if(lambda reply: reply.status >= 400 and test(reply), lambda reply: replace(reply, status=status))


def bad_gateway(reply: Reply) -> Reply:
    """Ends a request that is refused with 400 in a bare 502."""
    headers = {**reply.headers, "content-type": "text/html"}
    return replace(reply, status=502, content=b"Bad Gateway", headers=headers) if reply.status == 400 else reply


def refusing(test: Test, status: int = 400) -> ReplyEdit:
    """Refuses some of the requests that are answered."""
    instead = refused_with(Refusal(status, "This endpoint does not take such a request."))
    return only_if(lambda reply: reply.status == 200 and test(reply), instead)


def refused_with(refusal: Refusal) -> ReplyEdit:
    """Refuses whatever was asked."""
    return lambda reply: replace(reply, status=refusal.status, frames=None, content=refusal.body)


def refusing_after(test: Test, times: int = 1, status: int = 400, lasting: int = 1) -> ReplyEdit:
    """Refuses the request that comes right after one, or so many in a row, whose answer is of some kind.

    It lasts for so many requests. The application that serves the fault keeps the count.
    """

    def reply_edit(reply: Reply) -> Reply:
        count, left = reply.memory.get(reply_edit, (0, 0))
        is_refused = left > 0
        count = count + 1 if test(reply) else 0
        reply.memory[reply_edit] = count, lasting if count >= times else max(left - 1, 0)
        return refusing(lambda _: is_refused, status)(reply)

    return reply_edit


def answering(test: Test, request_edit: RequestEdit = as_sent) -> ReplyEdit:
    """Answers some of the requests that are refused, for what is wrong with the credential or the body."""

    def reply_edit(reply: Reply) -> Reply:
        request = read_request(load("databricks"), request_edit({**reply.asked}))
        response = answer(request)
        frames = streamed(events(response)).frames if request.streamed else None
        return replace(reply, status=200, content=response, frames=frames)

    return only_if(lambda reply: reply.status >= 400 and test(reply), reply_edit)
