"""The reference endpoint and requests that nobody wrote by hand: answered as promised or refused, never a 500."""

import copy
import json
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.contract import load
from conformance.reference import models
from conformance.reference.generate import NoInstance, instance
from conformance.reference.strict import is_instance
from conformance.samples import image_input
from conformance.wire.schema import violations
from conformance.wire.sse import decode
from tests.reference.client import accepted

MODELS = [m for m in load().models.values() if m.lifecycle in models.SERVED]
few = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

# --- the vocabulary of the API ---------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
names = st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True)
numbers = st.integers(-(10**6), 10**6) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | texts
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)


def described(kind: str, **keywords: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just(kind)}, optional={"description": texts, **keywords})


def objects_of(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    def with_required(properties: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
        required = st.lists(st.sampled_from(sorted(properties)), unique=True) if properties else st.just([])
        schema = {"type": st.just("object"), "properties": st.just(properties)}
        return st.fixed_dictionaries(schema, optional={"required": required, "additionalProperties": st.booleans()})

    return st.dictionaries(names, inner, max_size=4).flatmap(with_required)


leaf_schemas = st.one_of(
    described("string", minLength=st.integers(0, 5), maxLength=st.integers(5, 40)),
    described("string", format=st.sampled_from(["date", "date-time", "uuid", "email", "ipv4", "unheard-of"])),
    described("string", pattern=st.sampled_from(["^[A-Z]{2}-\\d+$", "^(yes|no)$", "[^a]+", "^\\w*\\.txt$"])),
    described("integer", minimum=st.integers(-9, 9), maximum=st.integers(10, 99)),
    described("number", exclusiveMinimum=st.integers(-9, 0), multipleOf=st.sampled_from([1, 0.5, 3])),
    described("boolean"),
    described("null"),
    st.fixed_dictionaries({"enum": st.lists(scalars, min_size=1, max_size=4)}),
    st.fixed_dictionaries({"const": scalars}),
    st.just({"type": ["string", "null"]}),
    st.just({}),
)
schemas = st.recursive(
    leaf_schemas,
    lambda inner: st.one_of(
        objects_of(inner),
        described("array", items=inner, minItems=st.integers(0, 3)),
        st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)}),
    ),
    max_leaves=8,
)
object_schemas = objects_of(schemas)

images = st.fixed_dictionaries(
    {
        "type": st.just("input_image"),
        "image_url": st.sampled_from([image_input.picture(form) for form in image_input.IMAGE_FORMATS]),
        "detail": st.sampled_from(["auto", "low", "high"]),
    }
)
parts = st.fixed_dictionaries({"type": st.just("input_text"), "text": texts}) | images
messages = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "system", "developer"]), "content": texts | st.lists(parts, max_size=3)},
    optional={"type": st.just("message")},
)
said = st.fixed_dictionaries({"role": st.just("assistant"), "content": texts})
call_ids = st.from_regex(r"call_[a-zA-Z0-9]{24}", fullmatch=True)
round_trips = st.builds(
    lambda call_id, name, output: [
        {"type": "function_call", "call_id": call_id, "name": name, "arguments": "{}"},
        {"type": "function_call_output", "call_id": call_id, "output": output},
    ],
    call_ids,
    names,
    texts,
)
turns = st.lists((messages | said).map(lambda item: [item]) | round_trips, min_size=1, max_size=5)
inputs = texts | turns.map(lambda groups: [item for group in groups for item in group])

functions: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"type": st.just("function"), "name": names},
    optional={"description": texts, "parameters": object_schemas, "strict": st.sampled_from([False, None])},
)
other_tools: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"type": "custom", "name": "code_exec"},
        {"type": "apply_patch"},
        {"type": "shell", "environment": {"type": "local"}},
        {"type": "image_generation", "size": "256x128", "partial_images": 2},
        {"type": "web_search"},
    ]
)
formats = st.one_of(
    st.just({"type": "text"}),
    st.just({"type": "json_object"}),
    st.fixed_dictionaries(
        {"type": st.just("json_schema"), "name": names, "schema": object_schemas}, optional={"description": texts}
    ),
)
optional_settings: dict[str, st.SearchStrategy[Any]] = {
    "include": st.lists(st.sampled_from(["reasoning.encrypted_content", "message.output_text.logprobs"]), max_size=2),
    "instructions": texts | st.none(),
    "max_output_tokens": st.integers(16, 5000) | st.none(),
    "metadata": st.dictionaries(texts.filter(lambda text: len(text) <= 64), texts, max_size=3),
    "parallel_tool_calls": st.booleans(),
    "service_tier": st.sampled_from(["auto", "default", None]),
    "store": st.sampled_from([False, None]),
    "stream_options": st.fixed_dictionaries({"include_obfuscation": st.booleans()}),
    "temperature": st.floats(0, 2) | st.none(),
    "text": st.fixed_dictionaries(
        {}, optional={"format": formats, "verbosity": st.sampled_from(["low", "medium", "high"])}
    ),
    "top_logprobs": st.integers(0, 20),
    "top_p": st.floats(0, 1),
    "truncation": st.sampled_from(["auto", "disabled"]),
    "user": texts,
}


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """A create request that is right in every part."""
    model = draw(st.sampled_from(MODELS))
    reasoning: dict[str, st.SearchStrategy[Any]] = {
        "effort": st.sampled_from(model.efforts or ("low",)),
        "summary": st.sampled_from(["auto", "concise", None]),
    }
    body: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {"model": st.just(f"system.ai.{model.name}"), "input": inputs},
            optional={**optional_settings, "reasoning": st.fixed_dictionaries({}, optional=reasoning)},
        )
    )
    tools = draw(st.lists(functions | other_tools, max_size=3, unique_by=lambda tool: tool.get("name", tool["type"])))
    if tools:
        named = [{key: tool[key] for key in ("type", "name") if key in tool} for tool in tools]
        chosen = [one for one in named if one["type"] != "web_search"]
        body |= {"tools": tools, "tool_choice": draw(st.sampled_from(["auto", "none", "required", *chosen]))}
    return body


@st.composite
def broken_requests(draw: st.DrawFn) -> dict[str, Any]:
    """A right request of which one to three places were replaced or removed, at any depth."""
    body = copy.deepcopy(draw(requests()))
    for _ in range(draw(st.integers(1, 3))):
        place: Any = body
        while True:
            steps = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not steps:
                break
            step = draw(st.sampled_from(steps))
            if isinstance(place[step], (dict, list)) and draw(st.booleans()):
                place = place[step]
                continue
            if isinstance(place, dict) and draw(st.booleans()):
                del place[step]
            else:
                place[step] = draw(anything)
            break
    return body


# --- what has to hold ------------------------------------------------------------------------------------------------


def is_answer(response: dict[str, Any]) -> None:
    assert list(violations("response", response)) == []
    usage = response["usage"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert 0 <= usage["output_tokens_details"]["reasoning_tokens"] <= usage["output_tokens"]
    cap = response["max_output_tokens"]
    assert cap is None or usage["output_tokens"] <= cap
    assert response["status"] == ("completed" if response["incomplete_details"] is None else "incomplete")
    ids = [response["id"]] + [item[key] for item in response["output"] for key in ("id", "call_id") if key in item]
    assert len(ids) == len(set(ids))
    assert all(len(one) <= 64 for one in ids)


def is_refusal(reply: httpx.Response) -> None:
    assert 400 <= reply.status_code < 500, reply.text
    assert list(violations("errors#/$defs/openai", reply.json())) == []


def obeys(body: dict[str, Any], response: dict[str, Any]) -> None:
    """What was asked for is what came, where it came whole."""
    for name in (
        "instructions",
        "metadata",
        "temperature",
        "top_p",
        "parallel_tool_calls",
        "user",
        "truncation",
        "tool_choice",
    ):
        if body.get(name) is not None:
            assert response[name] == body[name]
    every = [item for item in response["output"] if item["type"] not in ("message", "reasoning")]
    calls = [item for item in every if item["type"] == "function_call"]
    tools = {tool["name"]: tool for tool in response["tools"] if tool["type"] == "function"}
    for call in calls:
        assert call["name"] in tools
        if call["status"] == "completed":
            assert is_instance(json.loads(call["arguments"]), tools[call["name"]]["parameters"] or {})
    assert len(every) <= 1 or body.get("parallel_tool_calls", True)
    form = response["text"]["format"]
    if response["status"] == "completed" and not any("call_id" in item for item in every) and form["type"] != "text":
        assert is_instance(
            json.loads(response["output"][-1]["content"][0]["text"]), form.get("schema", {"type": "object"})
        )


@few
@given(body=requests())
def test_right_requests_are_answered(client: httpx.Client, body: dict[str, Any]) -> None:
    """A right request is answered, and the answer keeps schema and settings."""
    reply = client.post("/responses", json=body)
    accepted(reply)
    if reply.status_code != 200:
        # The only thing that a drawn request can ask for in vain: an instance of a schema that has none.
        is_refusal(reply)
        assert "no instance" in reply.json()["error"]["message"], reply.text
        return
    response = reply.json()
    is_answer(response)
    obeys(body, response)
    assert client.post("/responses", json=body).content == reply.content


@few
@given(body=requests())
def test_right_requests_are_streamed(client: httpx.Client, body: dict[str, Any]) -> None:
    """A right request is streamed in events that keep schema and order."""
    reply = client.post("/responses", json=body | {"stream": True})
    accepted(reply)
    if reply.status_code != 200:
        is_refusal(reply)
        return
    events = [event.json for event in decode(reply.content)[0]]
    for number, event in enumerate(events):
        assert event["sequence_number"] == number
        assert list(violations(f"events#/$defs/{event['type']}", event)) == []
    is_answer(events[-1]["response"])
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    assert done == events[-1]["response"]["output"]
    for item in done:
        deltas = "".join(e["delta"] for e in events if "delta" in e and e["output_index"] == done.index(item))
        assert deltas == told(item)


def told(item: dict[str, Any]) -> str:
    """What of an item comes in pieces."""
    match item["type"]:
        case "apply_patch_call":
            return str(item["operation"].get("diff", ""))
        case "shell_call":
            return "".join(item["action"]["commands"])
        case "message" | "reasoning":
            return "".join(part["text"] for part in item.get("summary", item.get("content", ())))
        case _:
            return str(item.get("arguments", item.get("input", "")))


@few
@given(body=broken_requests())
def test_broken_requests_are_answered_or_refused(client: httpx.Client, body: dict[str, Any]) -> None:
    """A broken request is answered or refused, and refused alike when streamed."""
    plain = client.post("/responses", json=body)
    accepted(plain)
    if plain.status_code == 200 and plain.headers["content-type"] == "application/json":
        is_answer(plain.json())
    elif plain.status_code != 200:
        is_refusal(plain)
        if isinstance(body, dict) and "stream" not in body:
            streamed = client.post("/responses", json=body | {"stream": True})
            assert (streamed.status_code, streamed.json()) == (plain.status_code, plain.json())


@few
@given(
    value=anything,
    key=st.sampled_from(["input", "tools", "text", "reasoning", "tool_choice", "metadata", "include", "x"]),
)
def test_any_value_in_any_place(client: httpx.Client, value: Any, key: str) -> None:
    """Any value of any member is answered or refused."""
    reply = client.post("/responses", json={"model": "system.ai.gpt-5-4", "input": "hi", key: value})
    if reply.status_code == 200:
        is_answer(reply.json())
    else:
        is_refusal(reply)


@few
@given(content=st.binary(max_size=200) | anything.map(lambda value: json.dumps(value).encode()))
def test_bodies_that_are_no_request(client: httpx.Client, content: bytes) -> None:
    """Any bytes that are no request are refused."""
    is_refusal(client.post("/responses", content=content, headers={"content-type": "application/json"}))


@few
@given(
    schema=anything | st.dictionaries(st.sampled_from(["type", "enum", "$ref", "anyOf", "items", "pattern"]), anything)
)
def test_any_value_as_a_schema(client: httpx.Client, schema: Any) -> None:
    """Any value as a schema is answered or refused."""
    form = {"type": "json_schema", "name": "it", "schema": schema}
    reply = client.post("/responses", json={"model": "system.ai.gpt-5-4", "input": "hi", "text": {"format": form}})
    if reply.status_code == 200:
        is_answer(reply.json())
    else:
        is_refusal(reply)


# --- what answers are made of ----------------------------------------------------------------------------------------


@few
@given(schema=schemas)
def test_instances_are_valid_and_always_the_same(schema: dict[str, Any]) -> None:
    """An instance fits its schema and never changes."""
    try:
        made = instance(schema)
    except NoInstance:
        return
    assert is_instance(made, schema)
    assert made == instance(schema)
