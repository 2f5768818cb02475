"""Checks of what an answer points to, and of values whose inside is nobody's matter."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from conformance.checks.lib.ids import SENT_ONLY
from conformance.checks.lib.opaque import encrypted, problem
from conformance.checks.lib.rules import Finding, rule
from conformance.checks.lib.view import Place, View
from conformance.wire.json_values import MISSING, at, at_list, number, show

# --- citations

MAX_PLACES: Final = 256
"""Citations of an answer whose places are looked at, so that no answer takes for ever."""

MARK: Final = re.compile(r"[?&]utm_source=openai$")
LINK: Final = re.compile(r"\(?\[[^\]]*\]\(\S*\)\)?")
"""A link as a text has it, which a citation covers from its first to its last character."""


@dataclass(frozen=True, slots=True)
class _Cited:
    """A citation of a place: where it stands, the text, the place in it, and what it cites, which the text holds."""

    where: str
    text: str
    start: int
    end: int
    what: str

    @property
    def shown(self) -> str:
        """What stands at the place."""
        return self.text[self.start : self.end]

    @property
    def counted_in_bytes(self) -> str:
        """What stands at the place if it is counted in bytes."""
        return self.text.encode("utf-8", "surrogatepass")[self.start : self.end].decode("utf-8", "replace")


def _cited(view: View) -> Iterator[_Cited]:
    """The citations of places inside of their text, as far as the text holds what they cite."""
    for where, annotation, part in itertools.islice(view.annotations(), MAX_PLACES):
        text, start, end = part.get("text"), annotation.get("start_index"), annotation.get("end_index")
        what = annotation.get("filename" if annotation.get("type") == "container_file_citation" else "url")
        if not (isinstance(text, str) and isinstance(what, str) and isinstance(start, int) and isinstance(end, int)):
            continue
        if 0 <= start < end <= len(text) and what and what in text:
            yield _Cited(where, text, start, end, what)


@rule("references.citation_place", when=lambda view: any(_cited(view)))
def citation_place(view: View) -> Iterator[Finding]:
    """A citation stands where the text has what it cites, and is not counted in bytes."""
    for one in _cited(view):
        is_beside = one.what not in one.shown
        # One that is counted in bytes can be a little beside its link, and hold the address all the same.
        in_bytes = not one.text[: one.end].isascii() and not LINK.fullmatch(one.shown)
        in_bytes = in_bytes and (one.counted_in_bytes == one.what or bool(LINK.fullmatch(one.counted_in_bytes)))
        if is_beside or in_bytes:
            at_ = one.text.index(one.what)
            expected = f"a place around characters {at_} to {at_ + len(one.what)}, where {show(one.what, 40)} is"
            received = f"{one.start} to {one.end}, {'counted in bytes: ' if in_bytes else ''}{show(one.shown, 40)}"
            yield Finding(view.where(one.where), expected, received)


def _sources(view: View) -> set[str] | None:
    """The pages that searches have found or opened, or None where one does not tell what it has found."""
    known: set[str] = set()
    for _, call in view.items_of("web_search_call"):
        found = [at(source, "url") for source in at_list(call, "action", "sources")]
        # A source without an address is the finding of another rule.
        if at(call, "action", "type") == "search" and not (found and all(found)):
            return None
        known |= {_page(url) for url in (*found, at(call, "action", "url")) if isinstance(url, str)}
    return known or None


def _page(url: str) -> str:
    """An address without the mark that it comes from here."""
    return MARK.sub("", url)


def _results(view: View) -> set[str] | None:
    """The files that searches have found, or None where one does not tell what it has found."""
    calls = [call for _, call in view.items_of("file_search_call")]
    found = [[at(one, "file_id") for one in at_list(call, "results")] for call in calls]
    return {str(id_) for ids in found for id_ in ids} if found and all(found) else None


def _found(view: View) -> Iterator[tuple[str, str, set[str]]]:
    """Pointer and value of what a citation names, with all that was found."""
    # What nobody asked for need not be all of it.
    asked = at_list(view.body, "include")
    pages = _sources(view) if not view.body or "web_search_call.action.sources" in asked else None
    files = _results(view) if not view.body or "file_search_call.results" in asked else None
    for where, annotation, _ in view.annotations():
        url, file = annotation.get("url"), annotation.get("file_id")
        if annotation.get("type") == "url_citation" and isinstance(url, str) and pages:
            yield f"{where}/url", _page(url), pages
        if annotation.get("type") == "file_citation" and isinstance(file, str) and files:
            yield f"{where}/file_id", file, files


@rule("references.sources", when=lambda view: any(_found(view)))
def sources(view: View) -> Iterator[Finding]:
    """What is cited is among what the searches have found, where they tell it."""
    for where, value, known in _found(view):
        # What has no address at all is the finding of another rule.
        if value not in known and not (where.endswith("/url") and "://" not in value):
            yield Finding(
                view.where(where), f"one of the {len(known)} that were found, as include tells", show(value, 60)
            )


def _containers(view: View) -> Iterator[tuple[str, Any, str]]:
    """Pointer, id and prefix of each container, and of each file in one, that the answer names."""
    for where, call in view.items_of("code_interpreter_call"):
        yield f"{where}/container_id", call.get("container_id"), "cntr_"
    for where, annotation, _ in view.annotations():
        if annotation.get("type") == "container_file_citation":
            yield f"{where}/container_id", annotation.get("container_id"), "cntr_"
            yield f"{where}/file_id", annotation.get("file_id"), "cfile_"


@rule("references.container", when=lambda view: any(isinstance(value, str) for _, value, _ in _containers(view)))
def container(view: View) -> Iterator[Finding]:
    """Containers and their files are called so, and what is cited comes from a container of the answer."""
    found = [(where, value, prefix) for where, value, prefix in _containers(view) if isinstance(value, str)]
    for where, value, prefix in found:
        if not value.startswith(prefix):
            yield Finding(view.where(where), f"an id that begins with {prefix}", show(value, 40))
    known = {value for where, value, _ in found if "/annotations/" not in where}
    for where, value, prefix in found if known else ():
        if prefix == "cntr_" and value.startswith(prefix) and value not in known:
            expected = f"the container of a call in the answer, {show(sorted(known)[0], 40)}"
            yield Finding(view.where(where), expected, show(value, 40))


# --- what cannot be looked into


def _encrypted(view: View) -> list[tuple[str, str]]:
    """Pointer and value of what is encrypted."""
    found = (
        (f"{where}/encrypted_content", encrypted(item)) for where, item in view.items_of("reasoning", "compaction")
    )
    return [(where, text) for where, text in found if text is not MISSING]


@rule("references.encrypted_content", when=lambda view: bool(_encrypted(view)))
def encrypted_content(view: View) -> Iterator[Finding]:
    """What is encrypted is base64url."""
    for where, text in _encrypted(view):
        if (wrong := problem(view, text)) is not None:
            yield Finding(view.where(where), "base64url: letters, digits, - and _", wrong)


CLIENT_SIDE: Final = (
    *("message", "function_call", "custom_tool_call", "apply_patch_call"),
    *("computer_call", "local_shell_call", "shell_call"),
)
"""Items of answers in which the server has run nothing itself."""


def _reasoned(view: View) -> bool:
    """True for a whole answer that has cost reasoning tokens, and none of them between tools of the server."""
    tokens = number(at(view.response, "usage", "output_tokens_details", "reasoning_tokens"))
    ran_nothing = all(item.get("type") in (*CLIENT_SIDE, "reasoning") for _, item in view.items)
    return bool(tokens and tokens > 0 and view.status == "completed" and view.items and ran_nothing)


@rule("references.reasoning", when=_reasoned)
def reasoning(view: View) -> Iterator[Finding]:
    """Reasoning that was paid for is in the output: else it cannot be sent back."""
    # What a stream has told and its last event lacks is said of the stream.
    if not any(view.items_of("reasoning")) and not any(item.type == "reasoning" for item in view.timeline.items):
        tokens = view.response["usage"]["output_tokens_details"]["reasoning_tokens"]
        types = [item.get("type") for _, item in view.items]
        expected = f"an item of the type reasoning, as {show(tokens)} reasoning tokens were used"
        yield Finding(view.where("/output"), expected, show(types))


# --- the probabilities of tokens

ROUNDED: Final = 0.001
"""By how much a logarithm can be above 0 as it was rounded."""


def _logprobs(view: View) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Pointer, text and logprobs of each part of a completed answer that has any."""
    found = [
        (where, part.get("text"), at_list(part, "logprobs"))
        for where, part in view.parts("output_text")
        if view.status == "completed"
    ]
    return [
        (f"{where}/logprobs", text, tokens)
        for where, text, tokens in found
        if tokens
        and isinstance(text, str)
        and all(isinstance(one, dict) and isinstance(one.get("token"), str) for one in tokens)
    ]


def _joined(tokens: list[dict[str, Any]]) -> str | None:
    """The text that tokens make, or None where they do not tell it: a token can be a part of a character."""
    pieces = [at_list(one, "bytes") for one in tokens]
    if all(pieces) and all(isinstance(byte, int) and 0 <= byte < 256 for piece in pieces for byte in piece):
        return b"".join(bytes(piece) for piece in pieces).decode("utf-8", "replace")
    texts = [one["token"] for one in tokens]
    return None if any("\\x" in text for text in texts) else "".join(texts)


@rule("references.logprobs", when=lambda view: bool(_logprobs(view)))
def logprobs(view: View) -> Iterator[Finding]:
    """Tokens and their probabilities are those of the text."""
    asked = view.asked("top_logprobs")
    most = view.response.get("top_logprobs") if asked is MISSING else asked
    for where, text, tokens in _logprobs(view):
        joined = _joined(tokens)
        if joined is not None and joined != text:
            same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(text, joined, strict=False))
            place = sum(1 for _ in same)
            wanted, made = (show(one[max(0, place - 20) :], 60) for one in (text, joined))
            yield Finding(view.where(where), f"tokens that make the text, {wanted} around character {place}", made)
        for place, one in enumerate(tokens):
            value, others = number(one.get("logprob")), at_list(one, "top_logprobs")
            if value is not None and value > ROUNDED:
                expected = "the logarithm of a probability, which is at most 0"
                yield Finding(view.where(f"{where}/{place}/logprob"), expected, show(value))
                break
            if isinstance(most, int) and len(others) > most:
                expected = f"at most {most} alternatives, as top_logprobs says"
                yield Finding(view.where(f"{where}/{place}/top_logprobs"), expected, str(len(others)))
                break


# --- items of the wrong side


def _sent_only(view: View) -> list[Place]:
    return [*view.items_of(*SENT_ONLY)]


@rule("references.request_items", when=lambda view: bool(view.items))
def request_items(view: View) -> Iterator[Finding]:
    """No item of the output is one that only a client sends."""
    for where, item in _sent_only(view):
        yield Finding(view.where(f"{where}/type"), "an item that a server makes", show(item["type"]))
