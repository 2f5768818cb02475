"""Faults of the response object: its members, its state, its ids, what it cost."""

from typing import Any, Final

from conformance.reference.faults.asked import declares, every, streams
from conformance.reference.faults.edits import (
    GONE,
    Edit,
    answers_question,
    drop,
    in_json,
    instead,
    is_plain,
    on_answer,
    on_final,
    on_response,
    only_if,
    put,
    typed,
)
from conformance.reference.faults.fault import DATABRICKS, ELSEWHERE, Fault
from conformance.reference.reply import Change, Reply

NOT_ANSWERED: Final = (
    "supported_models.string_input",
    "supported_models.message_list",
    "tool_refusals.answers_afterwards",
    "wrong_requests.answers_afterwards",
    "credentials.answers_afterwards",
    "credentials.basic",
    "credentials.lower_case",
)
"""What is not kept where an answer that is no stream holds nothing."""


def _as_asked(reply: Reply) -> Reply:
    return on_response(put("/model", reply.asked.get("model")))(reply)


def _is_incomplete(reply: Reply) -> bool:
    return reply.frames is not None and reply.frames[-1].name == "response.incomplete"


def _plainly(edit: Edit) -> Change:
    """Another answer, told from its beginning, to a request that asks for nothing but text."""
    return only_if(is_plain, on_answer(edit))


def _left(status: str, **members: Any) -> Change:
    """A JSON answer in another state."""
    return only_if(
        answers_question, in_json(lambda response: {**response, "status": status, "completed_at": None, **members})
    )


def _marked(kind: str) -> Edit:
    """The items of a type are cut off."""
    return put("/output/*", lambda item: item | {"status": "incomplete"} if item["type"] == kind else item)


def _again(output: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [*output, output[-1]]


MEMBERS: Final = (
    Fault(
        "null-body",
        "A request is answered with status 200 and the body null.",
        (*NOT_ANSWERED, "wrong_requests.unusual_body", "response.schema"),
        only_if(answers_question, instead(None)),
        seen=ELSEWHERE,
    ),
    Fault(
        "body-cut-off",
        "The JSON of an answer ends in the middle.",
        (*NOT_ANSWERED, "wrong_requests.unusual_body", "response.schema"),
        only_if(answers_question, instead(b'{"id":"resp_0","object":"response","output":[')),
    ),
    Fault(
        "json-as-html",
        "The response object comes as text/html.",
        ("response.content_type",),
        typed("text/html", stream=False),
    ),
    Fault(
        "no-object", "The response object does not say what it is.", ("response.schema",), on_response(drop("/object"))
    ),
    Fault(
        "no-output",
        "The response object has no output.",
        ("response.schema", "supported_models.text"),
        only_if(is_plain, in_json(drop("/output"))),
        seen=ELSEWHERE,
    ),
    Fault(
        "no-error-member", "The response object has no member error.", ("response.schema",), on_response(drop("/error"))
    ),
    Fault(
        "created-at-as-text",
        "created_at is a text.",
        ("response.schema",),
        on_response(put("/created_at", "2026-01-01")),
    ),
    Fault("model-without-name", "The model has an empty name.", ("response.schema",), on_response(put("/model", ""))),
    Fault(
        "unheard-of-status", "The status of a finished response is succeeded.", ("response.schema",), _left("succeeded")
    ),
    Fault(
        "no-role",
        "A message has no role.",
        ("response.schema",),
        only_if(answers_question, in_json(put("/output/1/role", lambda _: GONE))),
    ),
    Fault(
        "no-reasoning-tokens",
        "The usage does not say how many tokens were reasoning.",
        ("response.schema",),
        on_final(drop("/usage/output_tokens_details")),
    ),
    Fault(
        "no-service-tier",
        "The response object does not tell the tier.",
        ("response.current_members", "unsupported_parameters.boundary_values"),
        on_response(drop("/service_tier")),
    ),
    Fault(
        "no-logprobs-member",
        "A text has no member logprobs.",
        ("response.current_members",),
        only_if(is_plain, in_json(drop("/output/*/content/*/logprobs"))),
    ),
    Fault(
        "null-top-p",
        "top_p is null.",
        ("response.current_members",),
        only_if(answers_question, on_response(put("/top_p", None))),
    ),
    Fault(
        "model-as-asked",
        "The model is named as it was asked for.",
        ("response.model",),
        only_if(lambda reply: reply.status == 200, _as_asked),
    ),
    Fault(
        "other-model",
        "A smaller model answers than the one that was asked.",
        ("echo.model",),
        on_response(put("/model", "gpt-5.4-nano-2026-03-05")),
    ),
)

STATE: Final = (
    Fault(
        "completed-without-usage",
        "A completed response has no usage.",
        ("response.completed",),
        only_if(answers_question, on_final(put("/usage", None))),
    ),
    Fault(
        "completed-with-error",
        "A completed response carries an error.",
        ("response.completed",),
        only_if(is_plain, on_final(put("/error", {"code": "server_error", "message": "The model failed."}))),
    ),
    Fault(
        "completed-without-output",
        "A completed response has an empty output.",
        ("response.completed", "supported_models.text"),
        _plainly(put("/output", [])),
        seen=DATABRICKS,
    ),
    Fault(
        "incomplete-without-reason",
        "An incomplete response does not say why it is.",
        ("response.incomplete", "streams.incomplete"),
        only_if(_is_incomplete, on_final(put("/incomplete_details", None))),
    ),
    Fault(
        "incomplete-for-another-reason",
        "A response that ran out of tokens says that it was filtered.",
        ("streams.incomplete",),
        only_if(_is_incomplete, on_final(put("/incomplete_details/reason", "content_filter"))),
    ),
    Fault(
        "failed-without-error",
        "A request fails, and the response does not say why.",
        (*NOT_ANSWERED, "response.failed"),
        _left("failed", usage=None),
    ),
    Fault(
        "never-finished",
        "An answer in the foreground is still in progress.",
        ("response.finished",),
        _left("in_progress", usage=None),
    ),
    Fault(
        "unfinished-with-error",
        "A response is in progress and has an error.",
        ("response.finished", "consistency.no_error"),
        _left("in_progress", usage=None, error={"code": "server_error", "message": "The model failed."}),
    ),
    Fault(
        "unfinished-with-usage",
        "A response is in progress and has a usage.",
        ("response.finished", "consistency.no_usage_yet"),
        _left("in_progress"),
    ),
    Fault(
        "completed-at-left-out",
        "A completed response does not say when it was.",
        ("consistency.completed_at",),
        on_final(put("/completed_at", None)),
    ),
    Fault(
        "created-at-in-milliseconds",
        "created_at and completed_at are in milliseconds.",
        ("consistency.created_at",),
        on_response(
            put("/created_at", lambda time: time * 1000), put("/completed_at", lambda time: time and time * 1000)
        ),
    ),
    Fault(
        "message-cut-off",
        "A message of a completed response is incomplete.",
        ("consistency.message_status",),
        _plainly(_marked("message")),
    ),
    Fault(
        "call-cut-off",
        "A call of a completed response is incomplete.",
        ("consistency.call_status",),
        only_if(every(streams, declares("function", strict=True)), on_answer(_marked("function_call"))),
    ),
    Fault(
        "message-without-content",
        "A message has no content.",
        ("consistency.message_content", "supported_models.text"),
        _plainly(put("/output/*/content", [])),
    ),
    Fault(
        "more-cached-than-sent",
        "More tokens were cached than were sent.",
        ("consistency.usage_details",),
        on_final(put("/usage/input_tokens_details/cached_tokens", 100_000)),
    ),
    Fault(
        "total-off-by-one",
        "The total of the tokens is one too many.",
        ("usage.total",),
        on_final(put("/usage/total_tokens", lambda total: total + 1)),
    ),
    Fault(
        "total-without-reasoning",
        "The total leaves the tokens of the output out.",
        ("usage.total",),
        on_final(put("/usage/total_tokens", 1)),
    ),
    Fault(
        "text-left-empty",
        "The message holds no text.",
        ("supported_models.text",),
        _plainly(put("/output/*/content/*/text", "")),
    ),
    Fault(
        "message-left-out",
        "The answer holds reasoning and no message.",
        ("supported_models.text", "consistency.order"),
        _plainly(put("/output", lambda output: output[:1])),
    ),
    Fault(
        "reasoning-at-the-end",
        "The output ends with reasoning.",
        ("consistency.order",),
        _plainly(put("/output", lambda output: output[::-1])),
    ),
    Fault(
        "completed-a-week-later",
        "An answer in the foreground is completed a week after its creation.",
        ("consistency.times",),
        on_final(put("/completed_at", lambda time: time and time + 604_800)),
    ),
    Fault(
        "penalty-out-of-range",
        "presence_penalty is 3.",
        ("response.ranges",),
        on_response(put("/presence_penalty", 3)),
    ),
    Fault(
        "character-lost",
        "A text holds a replacement character.",
        ("consistency.text_characters",),
        _plainly(put("/output/*/content/*/text", lambda text: f"{text}\ufffd")),
    ),
)

IDS: Final = (
    Fault(
        "same-id-twice", "Two output items have the same id.", ("items.unique_ids",), _plainly(put("/output", _again))
    ),
    Fault(
        "id-of-416-characters",
        "The ids of output items are longer than they may be when they are sent back.",
        ("items.id_length",),
        on_answer(put("/output/*/id", lambda id_: f"{id_}{'x' * 416}"[:416])),
        seen=DATABRICKS,
    ),
    Fault(
        "id-without-prefix",
        "The ids of output items do not tell their kind.",
        ("items.id_prefix",),
        on_answer(put("/output/*/id", lambda id_: id_.replace("_", "-"))),
    ),
    Fault(
        "response-id-without-prefix",
        "The id of the response is a bare number.",
        ("items.id_prefix",),
        on_response(put("/id", lambda id_: id_.removeprefix("resp_"))),
    ),
    Fault(
        "id-with-a-space",
        "The ids of output items hold a space.",
        ("items.id_shape",),
        on_answer(put("/output/*/id", lambda id_: id_.replace("_", "_ "))),
    ),
)
