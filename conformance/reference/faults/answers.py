"""Faults of the response object: its members, its state, its ids, what it cost."""

from typing import Any, Final

from conformance.reference.faults.edits import drop, instead, on_answer, on_final, on_response, only_if, put, typed
from conformance.reference.faults.fault import DATABRICKS, Fault
from conformance.reference.reply import Reply

PLAIN: Final = ("supported_models.string_input", "supported_models.message_list", "supported_models.text")


def _as_asked(reply: Reply) -> Reply:
    return on_response(put("/model", reply.asked.get("model")))(reply)


def _is_incomplete(reply: Reply) -> bool:
    content = reply.content if reply.frames is None else reply.frames[-1].data.get("response")
    return reply.status == 200 and content["status"] == "incomplete"


def _failed(response: dict[str, Any]) -> dict[str, Any]:
    return response | {"status": "failed", "output": [], "usage": None, "completed_at": None}


def _again(output: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [*output, output[-1]]


MEMBERS: Final = (
    Fault(
        "null-body",
        "A request is answered with status 200 and the body null.",
        (*PLAIN, "response.schema"),
        instead(None),
        seen="other servers of this API",
    ),
    Fault(
        "body-cut-off",
        "The JSON of an answer ends in the middle.",
        (*PLAIN, "response.schema"),
        instead(b'{"id":"resp_0","object":"response","output":['),
    ),
    Fault("json-as-html", "The response object comes as text/html.", ("response.content_type",), typed("text/html", stream=False)),
    Fault("no-object", "The response object does not say what it is.", ("response.schema",), on_response(drop("/object"))),
    Fault("no-output", "The response object has no output.", ("response.schema", "supported_models.text"), on_final(drop("/output")), seen="other servers of this API"),
    Fault("no-error-member", "The response object has no member error.", ("response.schema",), on_response(drop("/error"))),
    Fault("created-at-as-text", "created_at is a text.", ("response.schema",), on_response(put("/created_at", "2026-01-01"))),
    Fault("model-without-name", "The model has an empty name.", ("response.schema",), on_response(put("/model", ""))),
    Fault("unheard-of-status", "The status of a finished response is succeeded.", ("response.schema",), on_final(put("/status", "succeeded"))),
    Fault("no-role", "A message has no role.", ("response.schema",), on_final(put("/output/*/role", lambda _: None))),
    Fault("no-reasoning-tokens", "The usage does not say how many tokens were reasoning.", ("response.schema",), on_final(drop("/usage/output_tokens_details"))),
    Fault("no-service-tier", "The response object does not tell the tier.", ("response.current_members",), on_response(drop("/service_tier"))),
    Fault("no-logprobs-member", "A text has no member logprobs.", ("response.current_members",), on_answer(put("/output/*/content/*/logprobs", []))),
    Fault("null-top-p", "top_p is null.", ("response.current_members",), on_response(put("/top_p", None))),
    Fault("model-as-asked", "The model is named as it was asked for.", ("response.model",), only_if(lambda reply: reply.status == 200, _as_asked)),
    Fault("other-model", "A smaller model answers than the one that was asked.", ("echo.model",), on_response(put("/model", "gpt-5.4-nano-2026-03-05"))),
)

STATE: Final = (
    Fault("completed-without-usage", "A completed response has no usage.", ("response.completed",), on_final(put("/usage", None))),
    Fault("completed-with-error", "A completed response carries an error.", ("response.completed",), on_final(put("/error", {"code": "server_error", "message": "The model failed."}))),
    Fault("completed-without-output", "A completed response has an empty output.", ("response.completed", "supported_models.text"), on_answer(put("/output", [])), seen=DATABRICKS),
    Fault("incomplete-without-reason", "An incomplete response does not say why it is.", ("response.incomplete",), only_if(_is_incomplete, on_final(put("/incomplete_details", None)))),
    Fault("incomplete-as-completed", "A response that ran out of tokens calls itself completed.", ("response.incomplete",), only_if(_is_incomplete, on_final(put("/status", "completed")))),
    Fault("failed-without-error", "A request fails, and the response does not say why.", (*PLAIN, "response.failed"), on_final(_failed)),
    Fault("never-finished", "An answer in the foreground is still in progress.", ("response.finished",), on_final(put("/status", "in_progress"))),
    Fault("total-off-by-one", "The total of the tokens is one too many.", ("usage.total",), on_final(put("/usage/total_tokens", lambda total: total + 1))),
    Fault("total-without-reasoning", "The total leaves the tokens of the output out.", ("usage.total",), on_final(put("/usage/total_tokens", 1))),
    Fault("text-left-empty", "The message holds no text.", ("supported_models.text",), on_answer(put("/output/*/content/*/text", ""))),
    Fault("message-left-out", "The answer holds reasoning and no message.", ("supported_models.text",), on_answer(put("/output", lambda output: output[:1]))),
)

IDS: Final = (
    Fault("same-id-twice", "Two output items have the same id.", ("items.unique_ids",), on_answer(put("/output", _again))),
    Fault("id-of-416-characters", "The ids of output items are longer than they may be when they are sent back.", ("items.id_length",), on_answer(put("/output/*/id", lambda id_: f"{id_}{'x' * 416}"[:416])), seen=DATABRICKS),
    Fault("id-without-prefix", "The ids of output items do not tell their kind.", ("items.id_prefix",), on_answer(put("/output/*/id", lambda id_: id_.replace("_", "-")))),
    Fault("response-id-without-prefix", "The id of the response is a bare number.", ("items.id_prefix",), on_response(put("/id", lambda id_: id_.removeprefix("resp_")))),
)
