"""Strings and lists: a target that takes only one of the two as an input is asked in that form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from conformance.checks import Outcome
from conformance.verdict import Case, Run
from conformance.wire.json_values import at

STRING: Final = "string"
LIST: Final = "list"
OTHER: Final = {STRING: LIST, LIST: STRING}

PROMISED: Final = {STRING: "supported_models.string_input", LIST: "supported_models.message_list"}
"""Who promises each form: a case that puts this to the test asks in its own form."""

SHAPES: Final = {STRING: "plain", LIST: "list"}
"""The twins that tell whether a form is taken."""

REFUSED: Final = (400, 422)
"""How a form is refused."""

NOTES: Final = {form: f"asked with a {form}, as the target takes no {OTHER[form]} as an input" for form in OTHER}

RAW_INPUT: Final = re.compile(r'"input":"([^"\\]*)"')


def form_of(body: Any) -> str | None:
    """The form of the input in a request."""
    given = at(body, "input")
    return STRING if isinstance(given, str) else LIST if isinstance(given, list) else None


@dataclass
class Forms:
    """The ``only`` form that the target of a run takes, None while nothing is known of one that it refuses.

    ``taken`` are the forms that were answered.
    """

    only: str | None = None
    taken: set[str] = field(default_factory=set)

    def shaped(self, body: Mapping[str, Any], case: Case) -> dict[str, Any]:
        """A request in the form that is taken, as far as its input can be said in it."""
        shaped = {**body}
        if not self._has_to_change(form_of(body), case):
            return shaped
        if self.only == LIST:
            shaped["input"] = [{"role": "user", "content": body["input"]}]
        elif (text := _one_text(body["input"])) is not None:
            shaped["input"] = text
        if shaped["input"] is not body["input"]:
            self._note(case)
        return shaped

    def raw(self, content: str, case: Case) -> str:
        """What is sent as it stands, with its input in the form that is taken."""
        if self.only != LIST or not self._has_to_change(STRING, case) or not RAW_INPUT.search(content):
            return content
        self._note(case)
        return RAW_INPUT.sub(r'"input":[{"role":"user","content":"\1"}]', content)

    def leaves_open(self, form: str | None, status: int) -> bool:
        """True for a refusal after which it has to be asked whether the form is taken at all."""
        if form is not None and status == 200:
            self.taken.add(form)
        return status in REFUSED and self.only is None and form not in self.taken

    def learn(self, refused: str, answers: Callable[[str], bool]) -> None:
        """Finds out whether only the other form is taken, where one was refused. ``answers`` asks a twin."""
        if not answers(SHAPES[refused]) and answers(SHAPES[OTHER[refused]]):
            self.only = OTHER[refused]

    def explains(self, status: int, form: str | None, outcome: Outcome, case: Case) -> bool:
        """True if a request may have been refused for nothing but its form, which is known not to be taken."""
        has_to_be_answered = outcome in (Outcome.ANSWERED, Outcome.INCOMPLETE)
        return has_to_be_answered and status in REFUSED and self._has_to_change(form, case)

    def _has_to_change(self, form: str | None, case: Case) -> bool:
        return None not in (self.only, form) and form != self.only and PROMISED[str(form)] not in case.requirements

    def _note(self, case: Case) -> None:
        note = NOTES[str(self.only)]
        if note not in case.notes:
            case.notes.append(note)


def _one_text(items: list[Any]) -> str | None:
    """The text of an input that is one message of the user and nothing else."""
    if len(items) != 1 or at(items[0], "role") != "user":
        return None
    content = items[0].get("content")
    if isinstance(content, list) and len(content) == 1 and at(content[0], "type") == "input_text":
        content = content[0].get("text")
    return content if isinstance(content, str) else None


def told(run: Run) -> list[str]:
    """What a verdict says of a target that takes only one form."""
    counts = {note: sum(note in record.notes for record in run.records) for note in NOTES.values()}
    return [f"{count} cases {note}" for note, count in counts.items() if count]
