"""The few ways in which an answer is spoiled. Nothing is changed in place, as events share what they hold."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, Final

from conformance.reference.faults.asked import Test, includes_nothing, is_question, sent, tools
from conformance.reference.faults.fault import Fault
from conformance.reference.refusal import Refusal
from conformance.reference.reply import Change, Frame, Reading, Reply, streamed
from conformance.reference.stream import events
from conformance.reference.tools import DOCUMENTED, echoed

Edit = Callable[[Any], Any]
Event = dict[str, Any]
Step = Callable[[list[Event]], Iterable[Event]]

GONE: Final = object()
"""What an edit makes of a member or an element that is left out."""

UNPREFIXED: Final = ("error", "keepalive")
BEGINNING: Final = ("created", "in_progress")
END: Final = ("completed", "incomplete")


# --- JSON values


def put(path: str, made: Any) -> Edit:
    """Puts a value at a path such as ``/output/*/id``, or what a function makes of the value that stands there.

    A path that leads nowhere changes nothing; only the last member of it is added.
    """
    steps = path.split("/")[1:]
    return lambda value: _put(value, steps, made)


def drop(path: str) -> Edit:
    """Leaves out what stands at a path."""
    return put(path, lambda _: GONE)


def _put(value: Any, steps: Sequence[str], made: Any) -> Any:
    if not steps:
        return made(value) if callable(made) else made
    step, *rest = steps
    if isinstance(value, list):
        chosen = range(len(value)) if step == "*" else [int(step)]
        edited = [_put(one, rest, made) if index in chosen else one for index, one in enumerate(value)]
        return [one for one in edited if one is not GONE]
    if not isinstance(value, dict) or (step not in value and (rest or callable(made))):
        return value
    changed = {**value, step: _put(value.get(step), rest, made)}
    return {name: member for name, member in changed.items() if member is not GONE}


def _edited(value: Any, edits: Iterable[Edit]) -> Any:
    for edit in edits:
        value = edit(value)
    return value


# --- the response object


def on_response(*edits: Edit) -> Change:
    """Edits the response object, in a JSON answer and in each event that carries it."""
    return both(on_final(*edits), on_begun(*edits))


def on_final(*edits: Edit) -> Change:
    """Edits the response object in a JSON answer and in the last event of a stream."""
    return both(
        in_json(*edits), on_events(each(END, put("/response", lambda value: _edited(value, edits))), numbered=False)
    )


def on_begun(*edits: Edit) -> Change:
    """Edits the response object in the first two events of a stream, before there is any output."""
    return on_events(each(BEGINNING, put("/response", lambda value: _edited(value, edits))), numbered=False)


def in_json(*edits: Edit) -> Change:
    """Edits the response object in a JSON answer only."""
    return only_if(is_json, lambda reply: replace(reply, content=_edited(reply.content, edits)))


def is_json(reply: Reply) -> bool:
    """True for an answer that is no stream."""
    return reply.status == 200 and reply.frames is None


def is_stream(reply: Reply) -> bool:
    """True for an answer that is a stream."""
    return reply.frames is not None


def is_whole(reply: Reply) -> bool:
    """True for an answer that is completed."""
    if reply.status != 200:
        return False
    response = reply.content if reply.frames is None else reply.frames[-1].data["response"]
    return bool(response["status"] == "completed")


def is_plain(reply: Reply) -> bool:
    """True for a whole answer to a request that asks for nothing but text: no tools, no form, nothing to include."""
    particular = any(reply.asked.get(name) is not None for name in ("tools", "tool_choice", "text"))
    return is_whole(reply) and includes_nothing(reply) and not particular


def on_answer(*edits: Edit) -> Change:
    """Edits the finished response object and tells it again, so that a stream says the same from its beginning."""

    def change(reply: Reply) -> Reply:
        if reply.frames is None:
            return in_json(*edits)(reply)
        options = reply.asked.get("stream_options") or {}
        response = _edited(reply.frames[-1].data["response"], edits)
        told = events(response, obfuscated=options.get("include_obfuscation") is not False)
        return replace(reply, frames=streamed(told).frames)

    return change


def answers_question(reply: Reply) -> bool:
    """True for a whole answer to a short question."""
    return is_whole(reply) and is_question(reply)


def instead(content: Any, status: int = 200) -> Change:
    """Sends another value in place of a JSON answer that was given."""
    return only_if(is_json, lambda reply: replace(reply, status=status, content=content))


def typed(media_type: str, *, stream: bool) -> Change:
    """Sends an answer, or a stream, under another content type."""

    def change(reply: Reply) -> Reply:
        if reply.status != 200 or (reply.frames is not None) is not stream:
            return reply
        return replace(reply, headers={**reply.headers, "content-type": media_type})

    return change


# --- refusals


def on_refusal(*edits: Edit, media_type: str | None = None) -> Change:
    """Edits the body of a refusal, and its content type."""

    def change(reply: Reply) -> Reply:
        headers = reply.headers if media_type is None else {**reply.headers, "content-type": media_type}
        return replace(reply, content=_edited(reply.content, edits), headers=headers) if reply.status >= 400 else reply

    return change


def ending_in(status: int, test: Test) -> Change:
    """Ends some of the requests that are refused in another status."""
    return only_if(lambda reply: reply.status >= 400 and test(reply), lambda reply: replace(reply, status=status))


def bad_gateway(reply: Reply) -> Reply:
    """Ends a request that is refused with 400 in a bare 502."""
    headers = {**reply.headers, "content-type": "text/html"}
    return replace(reply, status=502, content=b"Bad Gateway", headers=headers) if reply.status == 400 else reply


def refusing(test: Test, status: int = 400) -> Change:
    """Refuses some of the requests that are answered."""
    content = Refusal(status, "This endpoint does not take such a request.").body
    return only_if(
        lambda reply: reply.status == 200 and test(reply),
        lambda reply: replace(reply, status=status, frames=None, content=content),
    )


def shaken(test: Test, times: int = 1, status: int = 400) -> Change:
    """Refuses the request that comes right after one, or so many in a row, whose answer is of some kind."""
    before = 0

    def change(reply: Reply) -> Reply:
        nonlocal before
        count, before = before, before + 1 if test(reply) else 0
        return refusing(lambda _: count >= times, status)(reply)

    return change


def refused(name: str, what: str, broken: str, test: Test) -> Fault:
    """A fault that refuses something which else is answered, and breaks one promise with that."""
    return Fault(f"{name}-refused", f"{what} is refused.", (broken,), refusing(test))


def without(*names: str) -> Reading:
    """Reads a request as if it did not hold some members."""
    return lambda body: {name: value for name, value in body.items() if name not in names}


def with_member(*, made: Any, of: str) -> Reading:
    """Reads a request as if a member was another one, or what a function makes of it."""

    def reading(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, of: made(body.get(of)) if callable(made) else made}

    return reading


def retooled(edit: Edit) -> Reading:
    """Reads a request as if its tools were others; an edit that gives GONE leaves a tool out."""
    return lambda body: put("/tools/*", edit)(body) if body.get("tools") else body


def tools_as_declared(reply: Reply) -> Reply:
    """Repeats the tools that were declared, whatever they were read as."""
    declared = [echoed({**tool}) if tool.get("type") in DOCUMENTED else tool for tool in tools(reply)]
    return on_response(put("/tools", declared))(reply) if declared else reply


def echoing(name: str) -> Change:
    """Repeats a setting in the response object, such as ``reasoning/effort``, as if it had been obeyed."""

    def change(reply: Reply) -> Reply:
        value = sent(reply, f"/{name}")
        return reply if value is None else on_response(put(f"/{name}", value))(reply)

    return change


def only_if(test: Test, change: Change) -> Change:
    """A change of some replies only."""
    return lambda reply: change(reply) if test(reply) else reply


def both(*changes: Change) -> Change:
    """Several changes, one after the other."""

    def change(reply: Reply) -> Reply:
        for one in changes:
            reply = one(reply)
        return reply

    return change


# --- events


def on_events(*steps: Step, numbered: bool = True) -> Change:
    """Changes the list of the events of a stream, and numbers what comes of it anew."""

    def change(reply: Reply) -> Reply:
        if reply.frames is None:
            return reply
        told = [frame.data for frame in reply.frames]
        for step in steps:
            told = list(step(told))
        if numbered:
            told = [event | {"sequence_number": number} for number, event in enumerate(told)]
        return replace(reply, frames=tuple(Frame(event["type"], event) for event in told))

    return change


def each(types: str | Sequence[str], *edits: Edit, which: int | None = None) -> Step:
    """Edits the events of some types: all of them, or the one at an index, from the end where it is negative."""

    def step(told: list[Event]) -> Iterable[Event]:
        places = _places(told, types, which)
        return [_edited(event, edits) if place in places else event for place, event in enumerate(told)]

    return step


def left_out(types: str | Sequence[str], which: int | None = None) -> Step:
    """Leaves out the events of some types, or one of them."""

    def step(told: list[Event]) -> Iterable[Event]:
        places = _places(told, types, which)
        return [event for place, event in enumerate(told) if place not in places]

    return step


def twice(types: str | Sequence[str], which: int | None = None) -> Step:
    """Sends the events of some types, or one of them, twice in a row."""

    def step(told: list[Event]) -> Iterable[Event]:
        places = _places(told, types, which)
        return [one for place, event in enumerate(told) for one in ([event] * (2 if place in places else 1))]

    return step


def inserted(event: Event, *, after: str | Sequence[str], which: int = -1) -> Step:
    """Sends another event after the one of some type."""

    def step(told: list[Event]) -> Iterable[Event]:
        for place in _places(told, after, which):
            return [*told[: place + 1], event, *told[place + 1 :]]
        return told

    return step


def moved(types: str | Sequence[str], *, after: str | Sequence[str], which: int = 0, to: int = 0) -> Step:
    """Sends an event later or earlier: right after another one."""

    def step(told: list[Event]) -> Iterable[Event]:
        for source in _places(told, types, which):
            for target in _places(told, after, to):
                event = told[source]
                rest = [one if place != source else None for place, one in enumerate(told)]
                rest.insert(target + 1, event)
                return [one for one in rest if one is not None]
        return told

    return step


def swapped(types: str | Sequence[str], member: str) -> Step:
    """Lets the first two events of some type change what they hold in a member."""

    def step(told: list[Event]) -> Iterable[Event]:
        places = sorted(_places(told, types, None))[:2]
        if len(places) < 2:
            return told
        one, other = (told[place] for place in places)
        changed = {places[0]: one | {member: other[member]}, places[1]: other | {member: one[member]}}
        return [changed.get(place, event) for place, event in enumerate(told)]

    return step


def _places(told: Sequence[Event], types: str | Sequence[str], which: int | None) -> set[int]:
    wanted = _types((types,) if isinstance(types, str) else types)
    found = [place for place, event in enumerate(told) if event["type"] in wanted]
    if which is None:
        return set(found)
    return {found[which]} if -len(found) <= which < len(found) else set()


def _types(names: Iterable[str]) -> set[str]:
    return {name if name in UNPREFIXED else f"response.{name}" for name in names}


def counting(start: int, step: int = 1) -> Step:
    """Numbers the events in another way."""

    def renumber(told: list[Event]) -> Iterable[Event]:
        return [event | {"sequence_number": number} for event, number in zip(told, count(start, step), strict=False)]

    return renumber


# --- bytes of a stream


def on_frames(edit: Callable[[Frame], Frame], which: int | None = None) -> Change:
    """Changes how events are framed: all of them, or the one at an index."""

    def change(reply: Reply) -> Reply:
        if reply.frames is None:
            return reply
        chosen = None if which is None else range(len(reply.frames))[which]
        frames = (edit(frame) if chosen in (None, place) else frame for place, frame in enumerate(reply.frames))
        return replace(reply, frames=tuple(frames))

    return change


def one_more(frame: Frame) -> Change:
    """Sends something after the last event."""
    return lambda reply: reply if reply.frames is None else replace(reply, frames=(*reply.frames, frame))
