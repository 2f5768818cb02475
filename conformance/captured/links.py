"""Judging a captured exchange by those before it in the same capture.

What is judged live too stands in `conformance.checks.links`. Here are the rules that only a capture can show, as the
suite does not ask for it or states the outcome beforehand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from conformance.checks import Finding, Memory, Result, View, judge_links, message
from conformance.checks.echo import DEFAULTS, VERBATIM
from conformance.checks.lib.declared import CLIENT_CALLS
from conformance.checks.lib.ids import call_ids
from conformance.checks.lib.memory import Given, digest, known_ids, last_step, sent_input
from conformance.checks.lib.sent_items import is_self_contained
from conformance.contract import Contract, Level
from conformance.target.environment import obstacle
from conformance.wire.exchange import Exchange
from conformance.wire.json_values import MISSING, at, show
from conformance.wire.schema import violations

REFUSED: Final = "capture.refused"
GIVEN_BACK: Final = "capture.given_back"
CALL_IDS: Final = "capture.call_ids"
SENT_CALLS: Final = "capture.sent_calls"
SETTINGS: Final = "capture.settings"
RETRIEVED: Final = "capture.retrieved"

REFUSALS: Final = (400, 404, 409, 413, 415, 422)
"""Statuses by which the API refuses a request. Others are about the credential, or about who may ask how often."""

TOO_MUCH: Final = ("context_length_exceeded", "string_above_max_length", "insufficient_quota")
"""Codes of errors that are about how much was sent, which nobody can tell beforehand."""

UNSUPPORTED: Final = "unsupported_parameters"
"""The chapter of the parameters that a contract lets refuse."""

ADDITIONS: Final = ("input_file", "input_image", "input_audio")

PLACE: Final = re.compile(r"input\W*\d+")
"""How a message names an item of the input."""

PROMISED: Final = {
    "function_call": "function_tools.round_trip",
    "custom_tool_call": "custom_tools.round_trip",
    "apply_patch_call": "apply_patch.round_trip",
    "shell_call": "shell.round_trip",
    "reasoning": "round_trips.reasoning",
}
"""By the type of an item that an answer gave: the promise that it can be sent back."""

RECENT: Final = 100
"""Of how many earlier requests the settings are compared with what came back."""

ANCESTORS: Final = 1000
"""How many turns a conversation is followed back."""


def linked(
    exchange: Exchange,
    contract: Contract,
    memory: Memory,
    results: list[Result],
    *,
    name: str,
    model: str | None = None,
) -> list[Result]:
    """All results of an exchange: those that it has alone, and those that it has beside the ones before it.

    The exchange is remembered under its name. Where a finding here names the cause of others they are left out.
    """
    view = View.of(exchange, contract)
    found: list[Result] = []
    if _follows(view, memory) and call_ids(view):
        found += _judged(contract, model, CALL_IDS, _call_ids(view, memory))
    if view.is_create and any(at(item, "type") in CLIENT_CALLS for item in sent_input(view)):
        found += _judged(contract, model, SENT_CALLS, _sent_calls(view, memory))
    if view.exchange.request.method == "GET" and _stored(view, memory) is not None:
        found += _judged(contract, model, RETRIEVED, _retrieved(view, memory))
    found += _refusal(view, memory, model)
    other = [*_other_settings(view, memory, results)]
    if view.response and len(memory.settings):
        found += _judged(contract, model, SETTINGS, other)
    _keep_settings(view, memory, name)
    found += judge_links(exchange, contract, memory, name=name, model=model)
    return [one for one in results if not (other and one.finding and one.requirement.startswith("echo."))] + found


def _judged(contract: Contract, model: str | None, requirement: str, findings: Iterable[Finding]) -> list[Result]:
    """One result for each finding, or one that is ok."""
    level = contract.level(requirement, model)
    found: list[Finding | None] = [*findings]
    return [] if level is None else [Result(requirement, level, finding) for finding in found or [None]]


# --- what is kept


def _stored(view: View, memory: Memory) -> Given | None:
    """The answer that is asked for by its id, if the capture shows that it was to be kept and is not gone."""
    id_ = last_step(view)
    return None if memory.gone.get(id_) else memory.stored.get(id_)


def _retrieved(view: View, memory: Memory) -> Iterator[Finding]:
    """An answer that is kept is found."""
    kept = _stored(view, memory)
    if kept is not None and view.exchange.status == 404:
        expected = f"the response of {kept.name}, as it said that it is kept"
        yield Finding("status", expected, f"404: {message(view)}")


# --- calls


def _before(view: View, memory: Memory) -> set[str]:
    """The ids of the answers that a request goes on from, as far as they are remembered."""
    found: set[str] = set()
    last = view.asked("previous_response_id")
    while isinstance(last, str) and last not in found and len(found) < ANCESTORS:
        if (answer := memory.answers.get(last)) is None:
            break
        found.add(last)
        last = answer.previous
    return found


def _conversation(view: View) -> str | None:
    """The id of the conversation that a request goes on with, None where it names none."""
    named = view.asked("conversation")
    id_ = at(named, "id") if isinstance(named, dict) else named
    return id_ if isinstance(id_, str) else None


def _follows(view: View, memory: Memory) -> bool:
    """True for a request that goes on from what it does not show."""
    return view.is_create and (bool(_before(view, memory)) or _conversation(view) is not None)


def _call_ids(view: View, memory: Memory) -> Iterator[Finding]:
    """No new call has the call_id of an earlier turn of the conversation, which the request does not show."""
    before, conversation, known = _before(view, memory), _conversation(view), known_ids(view)
    for pointer, value in call_ids(view):
        call = memory.calls.get(value)
        turn = memory.answers.get(call.response) if call else None
        if call is None or turn is None or value in known or call.response == view.response.get("id"):
            continue
        if call.response in before or (conversation is not None and turn.conversation == conversation):
            received = f"{show(value, 80)}, that of a {call.type} in {call.name}, of the same conversation"
            yield Finding(view.where(pointer), "a call_id that no earlier call of the conversation has", received)


def _sent_calls(view: View, memory: Memory) -> Iterator[Finding]:
    """No two calls of the history have the same call_id: an endpoint gave it twice, in turns that are not here."""
    seen: dict[str, tuple[int, Any]] = {}
    for index, item in enumerate(sent_input(view)) if view.is_create else ():
        id_ = at(item, "call_id")
        if at(item, "type") not in CLIENT_CALLS or not isinstance(id_, str) or memory.calls.get(id_):
            continue
        said = [at(item, name) or None for name in ("type", "name", "arguments", "input", "action", "operation")]
        place, before = seen.setdefault(id_, (index, said))
        if before != said:
            expected = f"a call_id of its own, not that of /input/{place}"
            yield Finding(f"request /input/{index}/call_id", expected, show(id_, 80))


# --- refusals


OUTPUTS: Final = tuple(f"{call}_output" for call in CLIENT_CALLS)


def _named(items: Iterable[Any], *members: str) -> set[str]:
    """What some items say in some members, or in ``call_id``, as far as these are texts."""
    values = (at(item, member) for item in items for member in members or ("call_id",))
    return {value for value in values if isinstance(value, str) and value}


def _is_complete(view: View) -> bool:
    """True if the input is a whole conversation: calls beside their outputs, reasoning before what it led to."""
    items = sent_input(view)
    called = _named(item for item in items if at(item, "type") in CLIENT_CALLS)
    answered = _named(item for item in items if at(item, "type") in OUTPUTS)
    # Other calls can have the output of a function, too.
    others = _named(item for item in items if str(at(item, "type")).endswith("_call"))
    if called - answered or (is_self_contained(view) and answered - called - others):
        return False
    is_thought = False
    for item in items:
        is_of_model = at(item, "type") not in OUTPUTS and at(item, "role") in (MISSING, "assistant")
        if is_thought and not is_of_model:
            return False
        is_thought = at(item, "type") == "reasoning"
    return not is_thought


def _fits(view: View) -> bool:
    """True if a request is right as far as it shows: by the schema, by the contract, and as a conversation."""
    unsupported = [
        name for name in view.contract.parameters if view.contract.level(f"{UNSUPPORTED}.{name}") is not None
    ]
    asks_for_other = any(view.asked(name) is not MISSING for name in unsupported)
    return bool(view.body) and not asks_for_other and not any(violations("request", view.body)) and _is_complete(view)


def _own_items(view: View, memory: Memory) -> list[tuple[str, Given]]:
    """Where the request holds what an earlier answer gave, and what that is: items by their ids, calls by call_ids."""
    found = []
    for index, item in enumerate(sent_input(view)):
        if (given := _given(item, memory)) is not None:
            found.append((f"input[{index}]", given))
    previous = view.asked("previous_response_id")
    if isinstance(previous, str) and (answer := memory.answers.get(previous)) is not None:
        found.append(("previous_response_id", Given(answer.name, previous, "response")))
    return found


def _given(item: Any, memory: Memory) -> Given | None:
    """The item of an earlier answer that an item of an input is, None where it is none that is known."""
    secret, is_call = at(item, "encrypted_content"), at(item, "type") in CLIENT_CALLS
    found = memory.items.get(at(item, "id")) or (memory.calls.get(at(item, "call_id")) if is_call else None)
    return found or (memory.items.get(digest(secret)) if isinstance(secret, str) and secret else None)


def _is_as_given(view: View, memory: Memory) -> bool:
    """True unless the client put something else behind reasoning than what it led to."""
    thought: Given | None = None
    for item in sent_input(view):
        given = _given(item, memory)
        if thought is not None and (given is None or given.response != thought.response):
            return False
        thought = given if at(item, "type") == "reasoning" else None
    return True


def _needs_a_store(view: View) -> bool:
    """True for what only an endpoint that stores responses can take: references, and reasoning without its content."""
    stores = view.contract.level(f"{UNSUPPORTED}.store") is None and view.asked("store") is not False
    return not stores and any(
        at(item, "type") == "item_reference"
        or (at(item, "type") == "reasoning" and not isinstance(at(item, "encrypted_content"), str))
        for item in sent_input(view)
    )


def _is_about(view: View, own: list[tuple[str, Given]]) -> bool:
    """True unless an error is about something else than the items that an earlier answer gave, or may be."""
    error = at(view.exchange.json, "error")
    param, code = at(error, "param"), at(error, "code")
    said = show(view.exchange.json, 4096)
    if code in TOO_MUCH or (
        isinstance(param, str) and param and not param.startswith(("input", "previous_response_id"))
    ):
        return False
    ids = _named(sent_input(view), "id", "call_id")
    if any(id_ in said for id_ in ids) or any(place in said for place, _ in own):
        return True
    # Of files and pictures that the client adds nobody can tell whether they are right.
    sent = json.dumps(sent_input(view))
    return PLACE.search(said) is None and not any(f'"{kind}"' in sent for kind in ADDITIONS)


def _refusal(view: View, memory: Memory, model: str | None) -> list[Result]:
    """The judgement of a request that is right, as it was answered or refused; nothing of one that may be wrong."""
    # Where ids were replaced nobody can tell what the endpoint gave, and the row does not apply.
    is_known = view.is_create and view.contract.level(GIVEN_BACK, model) is not None
    own = _own_items(view, memory) if is_known else []
    is_refused = view.exchange.status in REFUSALS and obstacle(view.exchange) is None
    # Whether a request is right costs most to find out, and is asked last.
    if not view.is_create or not (is_refused or (own and view.response)) or not _fits(view):
        return []
    if not is_refused:
        return _judged(view.contract, model, GIVEN_BACK, [])
    said = f"{view.exchange.status}: {message(view)}"
    if not own or not _is_about(view, own) or not _is_as_given(view, memory) or _needs_a_store(view):
        return _judged(view.contract, model, REFUSED, [Finding("status", "200, as the request fits the schema", said)])
    level = _promised_level(view.contract, [given for _, given in own], model)
    _, first = own[-1]
    expected = f"200, as the request is right and gives back what {first.name} gave (a {first.type})"
    return [Result(GIVEN_BACK, level, Finding("status", expected, said))]


def _promised_level(contract: Contract, own: list[Given], model: str | None) -> Level:
    """How binding it is that items are taken back: as the row that promises it of one of them, or a should."""
    rows = {PROMISED[given.type] for given in own if given.type in PROMISED}
    levels = {contract.level(row, model) for row in rows if row in contract.requirements}
    own_level = contract.level(GIVEN_BACK, model) or Level.SHOULD
    return Level.MUST if Level.MUST in levels else own_level


# --- settings


def _values(view: View) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings that were sent, and those that came back, by their names; what is absent or null is left out."""
    sent = {name: view.asked(*path) for name, path in VERBATIM.items()}
    received = {name: at(view.response, *path) for name, path in VERBATIM.items()}
    del sent["previous_response_id"], received["previous_response_id"]
    return _present(sent), _present(received)


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not MISSING and value is not None}


def _keep_settings(view: View, memory: Memory, name: str) -> None:
    sent, _ = _values(view)
    if view.is_create and sent:
        memory.settings.keep(name, (name, {one: digest(value) for one, value in sent.items()}))


def _other_settings(view: View, memory: Memory, results: list[Result]) -> Iterator[Finding]:
    """The settings that come back are not those of another request."""
    if not view.is_create or not view.response or not is_self_contained(view):
        return
    sent, received = _values(view)
    broken = {one.requirement.removeprefix("echo.") for one in results if one.finding}
    wrong = {name for name in sent if name in broken and name in received}
    wrong |= {name for name in DEFAULTS if name not in sent and received.get(name, DEFAULTS[name]) != DEFAULTS[name]}
    # A value that many send, or that is sent by default, does not tell whose it is.
    telling = {name for name in wrong if not isinstance(received[name], bool) and received[name] != DEFAULTS.get(name)}
    known = {name: digest(value) for name, value in received.items()} if telling else {}
    for other, asked in memory.settings.latest(RECENT) if telling else ():
        if telling & asked.keys() and all(known.get(name) == value for name, value in asked.items()):
            names = ", ".join(sorted(wrong & asked.keys()))
            one = min(telling & asked.keys())
            expected = "the settings of this request" + (f": {one} {show(sent[one])}" if one in sent else "")
            received_ = f"those of {other} ({names}): {one} {show(received[one])}"
            yield Finding(view.where("".join(f"/{step}" for step in VERBATIM[one])), expected, received_)
            return
