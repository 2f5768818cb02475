"""Endpoints that take less than they have to, or more."""

from collections.abc import Mapping
from typing import Any, Final

from conformance.reference.edits.asked import ENCRYPTED, Test, input_items, parts, streams
from conformance.reference.edits.replies import answering, both, echoing, is_unauthorized, only_if, refused_with
from conformance.reference.edits.requests import ignoring
from conformance.reference.profiles.switch import Switch
from conformance.reference.refusal import Refusal
from conformance.reference.reply import Reply, ReplyEdit
from conformance.reference.text import input_tokens

WINDOW: Final = 8192
"""Tokens that fit into a small context."""

NO_TEXT: Final = ("tools", "tool_choice", "text", "parallel_tool_calls", "max_tool_calls", "top_logprobs")
"""Settings that an endpoint does not know which knows text only."""


def _refusing(test: Test, refusal: Refusal) -> ReplyEdit:
    """Refuses what comes with a good credential, before anything else is looked at."""
    return only_if(
        lambda reply: bool(reply.asked) and not is_unauthorized(reply) and test(reply), refused_with(refusal)
    )


def _asks_for_more_than_text(reply: Reply) -> bool:
    asked = reply.asked
    kinds = {item.get("type", "message") for item in input_items(reply)}
    others = [part for kind in ("input_image", "input_file", "input_audio") for part in parts(reply, kind)]
    more = any(asked.get(name) is not None for name in NO_TEXT) or asked.get("include") not in (None, [ENCRYPTED])
    return streams(reply) or more or bool(others) or not kinds <= {"message"}


def _is_long(reply: Reply) -> bool:
    return input_tokens({**reply.asked}) > WINDOW


# --- what is stored


def _response_of(reply: Reply) -> Mapping[str, Any]:
    """The finished response of an answer, empty for none."""
    if reply.status != 200:
        return {}
    found = reply.content if reply.frames is None else reply.frames[-1].data["response"]
    return found if isinstance(found, Mapping) else {}


def _kept(reply: Reply) -> Reply:
    """Remembers what was answered, unless it was not to be stored."""
    if reply.asked.get("store") is not False and (response := _response_of(reply)):
        reply.memory["stored", response["id"]] = 1
    return reply


def _asks_to_store(reply: Reply) -> bool:
    """True for a request that is refused for nothing but that it stores, or goes on from what is stored."""
    before = reply.asked.get("previous_response_id")
    known = before is None or ("stored", before) in reply.memory
    return reply.status == 400 and known and (before is not None or reply.asked.get("store") is True)


SWITCHES: Final = (
    Switch(
        "list-only",
        "An input that is a string is refused with 422; a list is taken.",
        is_right=False,
        reply_edit=_refusing(
            lambda reply: isinstance(reply.asked.get("input"), str),
            Refusal(422, "Invalid 'input': Input should be a valid list.", "invalid_type", "input"),
        ),
    ),
    Switch(
        "string-only",
        "An input that is a list is refused with 422; a string is taken.",
        is_right=False,
        reply_edit=_refusing(
            lambda reply: isinstance(reply.asked.get("input"), list),
            Refusal(422, "Invalid 'input': Input should be a valid string.", "invalid_type", "input"),
        ),
    ),
    Switch(
        "no-vision",
        "Images are refused, as the model is said to be no multimodal one.",
        is_right=False,
        reply_edit=_refusing(
            lambda reply: bool(parts(reply, "input_image")),
            Refusal(400, "The model is not a multimodal model.", None, "input"),
        ),
    ),
    Switch(
        "small-window",
        f"An input of more than {WINDOW} tokens is refused as too long for the context.",
        is_right=False,
        reply_edit=_refusing(
            _is_long,
            Refusal(400, "Your input exceeds the context window of this model.", "context_length_exceeded", "input"),
        ),
    ),
    Switch(
        "stores-responses",
        "Responses are stored, and a request goes on from one by its id.",
        is_right=False,
        reply_edit=both(
            only_if(
                _asks_to_store,
                both(
                    answering(lambda _: True, ignoring("store", "previous_response_id")),
                    echoing("store"),
                    echoing("previous_response_id"),
                ),
            ),
            _kept,
        ),
    ),
    Switch(
        "refuses-everything",
        "Whatever is asked is refused with 400.",
        is_right=False,
        reply_edit=lambda reply: refused_with(Refusal(400, "Bad request."))(reply),
    ),
    Switch(
        "text-only",
        "Text is answered with text; tools, images, formats and streams are refused with 400.",
        is_right=False,
        reply_edit=_refusing(_asks_for_more_than_text, Refusal(400, "Only text is supported.")),
    ),
)
