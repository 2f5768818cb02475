"""Faults of the response object: its members and its state."""

from dataclasses import replace
from typing import Final

from conformance.faults.lib.fault import CHECKERS, DATABRICKS, ELSEWHERE, Fault
from conformance.reference.edits.asked import Test
from conformance.reference.edits.events import END, each, on_events
from conformance.reference.edits.replies import (
    answers_question,
    in_json,
    is_cut_off_stream,
    is_json,
    is_plain,
    is_stream,
    left_as,
    on_final,
    on_plain_answer,
    on_response,
    only_if,
)
from conformance.reference.reply import Reply, ReplyEdit
from conformance.wire.edit import put, without


def _as_asked(reply: Reply) -> Reply:
    return on_response(put("/model", reply.asked.get("model")))(reply)


def _typed(media_type: str, test: Test) -> ReplyEdit:
    """Sends some answers under another content type."""
    return only_if(test, lambda reply: replace(reply, headers={**reply.headers, "content-type": media_type}))


FAULTS: Final = (
    Fault(
        "json-as-html",
        "The response object comes as text/html.",
        ("response.content_type",),
        _typed("text/html", is_json),
    ),
    Fault(
        "stream-as-text-plain",
        "A stream comes as text/plain.",
        ("response.content_type",),
        _typed("text/plain", is_stream),
        seen=CHECKERS,
    ),
    Fault(
        "no-object",
        "The response object does not say what it is.",
        ("response.schema",),
        on_response(without("/object")),
    ),
    Fault(
        "no-output",
        "The response object has no output.",
        ("response.schema",),
        only_if(is_plain, in_json(without("/output"))),
        seen=ELSEWHERE,
    ),
    Fault(
        "no-error-member",
        "The response object has no member error.",
        ("response.optional_members",),
        on_response(without("/error")),
    ),
    Fault(
        "created-at-as-text",
        "created_at is a text.",
        ("response.schema",),
        on_response(put("/created_at", "2026-01-01")),
    ),
    Fault("model-without-name", "The model has an empty name.", ("response.schema",), on_response(put("/model", ""))),
    Fault(
        "unheard-of-status",
        "The status of a finished response is succeeded.",
        ("response.schema",),
        left_as("succeeded"),
    ),
    Fault(
        "no-role",
        "A message has no role.",
        ("response.schema",),
        only_if(answers_question, in_json(without("/output/*/role"))),
    ),
    Fault(
        "no-reasoning-tokens",
        "The usage does not say how many tokens were reasoning.",
        ("response.schema",),
        on_final(without("/usage/output_tokens_details")),
    ),
    Fault(
        "terminal-without-output",
        "response.completed has no output.",
        ("response.schema",),
        only_if(is_plain, on_events(each(END, without("/response/output")))),
        seen=ELSEWHERE,
    ),
    Fault(
        "no-service-tier",
        "The response object does not tell the tier.",
        ("response.current_members", "unsupported_parameters.boundary_values"),
        on_response(without("/service_tier")),
    ),
    Fault(
        "no-logprobs-member",
        "A text has no member logprobs.",
        ("response.current_members",),
        only_if(is_plain, in_json(without("/output/*/content/*/logprobs"))),
    ),
    Fault(
        "null-top-p",
        "top_p is null.",
        ("response.current_members",),
        only_if(answers_question, on_response(put("/top_p", None))),
    ),
    Fault(
        "completed-without-usage",
        "A completed response has no usage.",
        ("response.optional_members",),
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
        ("response.completed",),
        on_plain_answer(put("/output", [])),
        seen=DATABRICKS,
    ),
    Fault(
        "incomplete-without-reason",
        "An incomplete response does not say why it is.",
        ("response.incomplete", "streams.incomplete"),
        only_if(is_cut_off_stream, on_final(put("/incomplete_details", None))),
    ),
    Fault(
        "never-finished",
        "An answer in the foreground is still in progress.",
        ("response.finished",),
        left_as("in_progress", usage=None),
    ),
    Fault(
        "unfinished-with-error",
        "A response is in progress and has an error.",
        ("response.finished", "consistency.no_error"),
        left_as("in_progress", usage=None, error={"code": "server_error", "message": "The model failed."}),
    ),
    Fault(
        "unfinished-with-usage",
        "A response is in progress and has a usage.",
        ("response.finished", "consistency.no_usage_yet"),
        left_as("in_progress"),
    ),
    Fault(
        "model-as-asked",
        "The model is named as it was asked for.",
        ("response.model",),
        only_if(lambda reply: reply.status == 200, _as_asked),
    ),
    Fault(
        "penalty-out-of-range",
        "presence_penalty is 3.",
        ("response.ranges",),
        on_response(put("/presence_penalty", 3)),
    ),
)
