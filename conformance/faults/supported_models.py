"""Faults of the plainest request: a model is asked a question and answers with a text."""

from dataclasses import replace
from typing import Any, Final

from conformance.contract import SERVING
from conformance.faults.lib.fault import ELSEWHERE, Fault
from conformance.faults.lib.requirements import every
from conformance.reference.edits.asked import all_of, is_question, sent
from conformance.reference.edits.replies import answers_question, is_json, left_as, on_plain_answer, only_if, refusing
from conformance.reference.reply import Reply, ReplyEdit
from conformance.wire.edit import put


def _is_list(reply: Reply) -> bool:
    return isinstance(reply.asked.get("input"), list) and is_question(reply)


def _is_text(reply: Reply) -> bool:
    return "stream" not in reply.asked and not _is_list(reply) and is_question(reply)


def _instead(content: Any) -> ReplyEdit:
    """Sends another value in place of a JSON answer that was given."""
    return only_if(is_json, lambda reply: replace(reply, content=content))


NOT_ANSWERED: Final = (
    *every("supported_models.*", but=("supported_models.text",)),
    "tool_refusals.answers_afterwards",
    "credentials.basic",
    "credentials.lower_case",
)
"""What is not kept where an answer that is no stream holds nothing."""

FAULTS: Final = (
    Fault(
        "null-body",
        "A request is answered with status 200 and the body null.",
        (*NOT_ANSWERED, "wrong_requests.unusual_body", "response.schema"),
        only_if(answers_question, _instead(None)),
        seen=ELSEWHERE,
    ),
    Fault(
        "body-cut-off",
        "The JSON of an answer ends in the middle.",
        (*NOT_ANSWERED, "wrong_requests.unusual_body", "response.schema"),
        only_if(answers_question, _instead(b'{"id":"resp_0","object":"response","output":[')),
    ),
    Fault(
        "failed-without-error",
        "A request fails, and the response does not say why.",
        (*NOT_ANSWERED, "response.failed"),
        left_as("failed", usage=None),
    ),
    Fault(
        "string-refused",
        "An input that is a string is refused.",
        ("supported_models.string_input",),
        refusing(_is_text),
    ),
    Fault(
        "alias-not-found",
        "A model is not found under the name that it has on /serving-endpoints.",
        ("supported_models.alias",),
        refusing(lambda reply: str(sent(reply, "/model")).startswith(SERVING), 404),
    ),
    Fault(
        "list-refused",
        "A list that begins with a message of the system is refused.",
        ("supported_models.message_list", "credentials.basic"),
        refusing(all_of(_is_list, lambda reply: reply.asked["input"][0].get("role") == "system")),
    ),
    Fault(
        "list-fails",
        "A list of messages ends in an internal error.",
        ("supported_models.message_list", "credentials.basic"),
        refusing(_is_list, 500),
    ),
    Fault(
        "text-left-empty",
        "The message holds no text.",
        ("supported_models.text",),
        on_plain_answer(put("/output/*/content/*/text", "")),
    ),
    Fault(
        "message-left-out",
        "The answer holds reasoning and no message.",
        ("supported_models.text", "consistency.order"),
        on_plain_answer(put("/output", lambda output: output[:1])),
    ),
)
