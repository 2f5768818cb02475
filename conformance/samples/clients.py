"""Clients as they come out of the box: what each sends first, and how it sends the answer back with the next request.

Written after requests that the released packages sent in November 2026; the versions stand with each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.samples.client_requests import Body, Item, Written, shapes_of
from conformance.samples.tools import LARK, WEATHER

Back = Callable[[list[Body]], list[Body]]
"""How a client writes the items of an answer into its next request."""

QUESTION: Final = "Use get_weather: what is the weather in Paris?"
REPORT: Final = "18 degrees, light rain"

OUTPUTS: Final = {"function_call": "function_call_output", "custom_tool_call": "custom_tool_call_output"}
"""What a client sends for each type of call that it answers itself."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client and its tool loop. ``name`` is what its makers call it.

    ``settings`` are all that it sends beside the model and the ``input``. ``back`` writes the output of an answer into
    the next request, behind the input of the one before, and ``output`` holds what is sent with the output of a call
    beside its type, its ``call_id`` and its text. ``advice`` says how to set it where its way is not taken.
    """

    name: str
    settings: Mapping[str, Any]
    back: Back
    input: tuple[Body, ...] = ({"role": "user", "content": QUESTION},)
    output: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    advice: str = ""

    def first(self, model: str) -> Written:
        """The first request, to a model of this name."""
        return Written({"model": model, "input": [*self.input], **self.settings}, self.headers)

    @property
    def requirements(self) -> tuple[str, ...]:
        """The ids of the shapes that its loop puts to the test, where the model thinks, speaks and calls."""
        first = self.first("a-model")
        second = self.then(first.body, [_encrypted(item) if "store" in self.settings else item for item in TYPICAL])
        return tuple(dict.fromkeys(shape.requirement for each in (first, second) for shape in shapes_of(each)))

    def then(self, before: Body, output: list[Body]) -> Written:
        """The request behind an answer: the input before, the items that came, and an output for each call."""
        calls = [item for item in output if item.get("type") in OUTPUTS]
        answers = [
            {"type": OUTPUTS[call["type"]], "call_id": call.get("call_id"), "output": REPORT, **self.output}
            for call in calls
        ]
        return Written({**before, "input": [*before["input"], *self.back(output), *answers]}, self.headers)


TYPICAL: Final[list[Body]] = [
    {"type": "reasoning", "id": "rs_01", "summary": []},
    {
        "type": "message",
        "id": "msg_01",
        "role": "assistant",
        "status": "completed",
        "phase": "commentary",
        "content": [{"type": "output_text", "text": "I will look it up.", "annotations": [], "logprobs": []}],
    },
    {
        "type": "function_call",
        "id": "fc_01",
        "call_id": "call_01",
        "name": "get_weather",
        "arguments": '{"city":"Paris"}',
        "status": "completed",
    },
]
"""The output of an answer that thinks, says what it does, and does it."""


def _encrypted(item: Body) -> Body:
    return {**item, "encrypted_content": "gAAAAA"} if item["type"] == "reasoning" else item


def calls(output: list[Any]) -> bool:
    """True if an output holds a call that a client answers."""
    return any(isinstance(item, dict) and item.get("type") in OUTPUTS for item in output)


# --- how answers go back


def _whole(output: list[Body]) -> list[Body]:
    """Items as the SDK writes them: what is null is not sent."""
    return [{name: value for name, value in item.items() if value is not None} for item in output]


NULLABLE: Final = {
    "reasoning": ("content", "encrypted_content", "status"),
    "function_call": ("namespace", "caller"),
    "message": ("phase",),
}
"""Members of the SDK's types that are null where an answer does not have them."""


def _dumped(output: list[Body]) -> list[Body]:
    """Items as ``model_dump()`` writes them: with a null for each optional member."""
    return [dict.fromkeys(NULLABLE.get(str(item.get("type")), ())) | item for item in output]


def _picked(item: Item, *names: str) -> Body:
    return {name: item[name] for name in names if item.get(name) is not None}


def _texts(item: Item) -> list[str]:
    parts = item.get("content")
    return [str(part.get("text")) for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _by_ai_sdk(*, stores: bool) -> Back:
    """What was stored goes back as a reference, calls without their ids."""

    def back(output: list[Body]) -> list[Body]:
        made = []
        for item in output:
            kind = item.get("type")
            if kind == "function_call":
                made.append(_picked(item, "type", "call_id", "name", "arguments"))
            elif stores:
                made.append({"type": "item_reference", "id": item.get("id")})
            elif kind == "reasoning":
                made.append(_picked(item, "type", "id", "encrypted_content", "summary"))
            else:
                content = [{"type": "output_text", "text": text} for text in _texts(item)]
                made.append({"role": "assistant", "content": content, **_picked(item, "id", "phase")})
        return made

    return back


def _by_langchain(output: list[Body]) -> list[Body]:
    """Messages and calls get ids that are made of those of the call; reasoning goes back without its content."""
    made = []
    for item in output:
        kind = item.get("type")
        if kind == "reasoning":
            made.append(_picked(item, "type", "id", "summary"))
        elif kind == "function_call":
            call_id = str(item.get("call_id"))
            made.append(_picked(item, "type", "name", "arguments", "call_id") | {"id": f"fc_{call_id}"})
        else:
            content = [{"type": "output_text", "text": text, "annotations": []} for text in _texts(item)]
            identity = str(item.get("id")).removeprefix("msg_")[:40]
            made.append({"type": "message", "role": "assistant", "content": content, "id": f"msg_resp_{identity}"})
    return made


def _by_pydantic_ai(output: list[Body]) -> list[Body]:
    """Messages go back as texts, calls without ids, and reasoning not at all."""
    made = []
    for item in output:
        kind = item.get("type")
        if kind == "function_call":
            made.append(_picked(item, "name", "arguments", "call_id", "type"))
        elif kind == "message":
            made += [{"role": "assistant", "content": text} for text in _texts(item)]
    return made


def _by_codex(output: list[Body]) -> list[Body]:
    """Nothing has an id; reasoning goes back encrypted, messages as parts with nothing but their text."""
    made = []
    for item in output:
        kind = item.get("type")
        if kind == "reasoning":
            made.append(_picked(item, "type", "summary", "encrypted_content"))
        elif kind == "message":
            content = [{"type": "output_text", "text": text} for text in _texts(item)]
            made.append({"type": "message", "role": "assistant", "content": content})
        else:
            made.append(_picked(item, "type", "status", "call_id", "name", "arguments", "input"))
    return made


# --- tools as libraries write them

PARAMETERS: Final = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
OF_PYDANTIC: Final = {
    "properties": {
        "city": {"description": "The city.", "title": "City", "type": "string"},
        "unit": {"default": "c", "title": "Unit", "type": "string"},
    },
    "required": ["city", "unit"],
    "title": "get_weather_args",
    "type": "object",
    "additionalProperties": False,
}
OF_ZOD: Final = {"$schema": "http://json-schema.org/draft-07/schema#", **PARAMETERS}
FUNCTION: Final[Body] = {"type": "function", "name": "get_weather", "description": "The weather of a city."}

STATELESS: Final = {"store": False, "include": ["reasoning.encrypted_content"]}
"""What clients send that keep the state of a conversation themselves."""

OF_PYTHON: Final = {
    "accept": "application/json",
    "accept-encoding": "gzip, deflate",
    "x-stainless-lang": "python",
    "x-stainless-runtime": "CPython",
    "x-stainless-async": "false",
    "x-stainless-retry-count": "0",
}
"""Headers of the official SDK, beside those that every request has."""

OF_NODE: Final = {"accept": "*/*", "accept-encoding": "gzip, deflate"}
OF_CODEX: Final = {"accept": "text/event-stream", "originator": "codex_cli_rs"}

OPENAI: Final = Client(
    "openai (Python, npm)",
    {
        "tools": [{name: value for name, value in WEATHER.items() if name != "description"}],
        "reasoning": {"effort": "low"},
        "stream": True,
    },
    _dumped,
    headers=OF_PYTHON,
    advice='ask for include ["reasoning.encrypted_content"], and send items back with model_dump(exclude_none=True)',
)
"""openai 2.x for Python: a loop by hand that sends back what ``model_dump()`` gives."""

OPENAI_AGENTS: Final = Client(
    "openai-agents",
    {
        "instructions": "You are a helpful assistant.",
        "include": [],
        "tools": [{**FUNCTION, "parameters": OF_PYDANTIC, "strict": True}],
    },
    _whole,
    headers=OF_PYTHON,
    advice='ModelSettings(store=False, response_include=["reasoning.encrypted_content"])',
)
"""openai-agents for Python, with no setting of its own."""

OPENAI_AGENTS_STATELESS: Final = Client(
    "openai-agents, stateless",
    {
        "instructions": "You are a helpful assistant.",
        "parallel_tool_calls": True,
        "reasoning": {"effort": "low", "summary": "auto"},
        "text": {"verbosity": "low"},
        "tools": [{**FUNCTION, "parameters": OF_PYDANTIC, "strict": True}],
        "stream": True,
        **STATELESS,
    },
    _whole,
    output={"status": "completed"},
    headers=OF_PYTHON,
)
"""openai-agents that keeps the state itself, streamed; its npm package adds the status of an output."""

AI_SDK: Final = Client(
    "AI SDK",
    {"tools": [{**FUNCTION, "parameters": OF_ZOD}], "tool_choice": "auto"},
    _by_ai_sdk(stores=True),
    ({"role": "user", "content": [{"type": "input_text", "text": QUESTION}]},),
    headers=OF_NODE,
    advice='providerOptions: { openai: { store: false, include: ["reasoning.encrypted_content"] } }',
)
"""@ai-sdk/openai, with no setting of its own: what was answered goes back as a reference."""

AI_SDK_STATELESS: Final = Client(
    "AI SDK, stateless",
    {"tools": [{**FUNCTION, "parameters": OF_ZOD}], "tool_choice": "auto", "stream": True, **STATELESS},
    _by_ai_sdk(stores=False),
    ({"role": "user", "content": [{"type": "input_text", "text": QUESTION}]},),
    headers=OF_NODE,
)
"""@ai-sdk/openai with store switched off, streamed."""

LANGCHAIN: Final = Client(
    "LangChain, ChatDatabricks",
    {
        "stream": False,
        "tools": [
            {**FUNCTION, "parameters": {"type": "object", "properties": PARAMETERS["properties"], "required": ["city"]}}
        ],
    },
    _by_langchain,
    headers=OF_PYTHON,
    advice="use a model or an effort that does not reason: its reasoning goes back without content",
)
"""databricks-langchain with ``use_responses_api=True``."""

PYDANTIC_AI: Final = Client(
    "pydantic-ai",
    {
        "stream": False,
        "instructions": "You are a helpful assistant.",
        "tool_choice": "auto",
        "tools": [{**FUNCTION, "parameters": PARAMETERS, "strict": True}],
    },
    _by_pydantic_ai,
    headers=OF_PYTHON,
)
"""pydantic-ai with its OpenAIResponsesModel."""

CODEX: Final = Client(
    "Codex",
    {
        "instructions": "You are a coding agent.",
        "tools": [
            {**FUNCTION, "parameters": PARAMETERS, "strict": False},
            {"type": "web_search"},
            LARK,
        ],
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "reasoning": {"effort": "low", "summary": "auto"},
        "stream": True,
        "prompt_cache_key": "conformance",
        **STATELESS,
    },
    _by_codex,
    (
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "Answer in English."}]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": QUESTION}]},
    ),
    headers=OF_CODEX,
)
"""The Codex CLI: several tools, a grammar, typed messages, encrypted reasoning, all of it streamed."""
