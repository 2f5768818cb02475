"""Texts: as parts, of every role, script and length, and what is no input."""

from typing import Any, Final

from conformance.samples import prose

Row = dict[str, Any]

TYPED: Final[list[dict[str, Any]]] = [
    {
        "type": "message",
        "role": "user",
        "content": [
            {"type": "input_text", "text": "Here are two questions, answer them in one sentence."},
            {
                "type": "input_text",
                "text": "What is a mixture of experts model, and what is a dense one?",
            },
        ],
    }
]
"""A message in its full form, with two parts of text."""

ROLES: Final[list[dict[str, Any]]] = [
    {"role": "system", "content": f"You are a helpful assistant. {prose.HUNDRED}"},
    {"role": "developer", "content": f"Answer in one sentence. {prose.HUNDRED}"},
    {"role": "user", "content": f"What is an expert, in a model? {prose.HUNDRED}"},
    {"role": "assistant", "content": f"A part of the model that is used for some tokens only. {prose.HUNDRED}"},
    {"role": "user", "content": "And what chooses the expert?"},
]
"""A message of each role, each so long that it is missed if it is passed over."""

HISTORY: Final[list[dict[str, Any]]] = [
    message
    for number in range(1, 51)
    for message in (
        {"role": "user", "content": f"Remember the number {number}."},
        {"role": "assistant", "content": f"I remember {number}."},
    )
] + [{"role": "user", "content": "Which number came last?"}]
"""A conversation of 101 messages."""

CHARACTERS: Final = (
    "Repeat this: Grüße, Ελλάδα, привет, שלום, مرحبا, नमस्ते, 你好, 안녕, e\u0301, \U0001d518\U0001d52b\U0001d526, "
    "🧪👩‍🔬🏳️‍🌈, "
    "\U00020000, \U000e0041, \ue000, \u2028line\u2029paragraph, \u202ertl\u202c, tab\t, bell\a, escape\x1b, "
    "delete\x7f, "
    '"quotes", back\\slash, </script>, &amp;, %00, {{braces}}.'
)
"""Text of several planes and directions, with control characters and what other languages take for syntax."""

END: Final = " Answer with one word: is this the end?"
LONG: Final = " ".join(f"Line {number} of a long text." for number in range(1, 4_000))[: 100_000 - len(END)] + END
"""A text of 100,000 bytes."""

REFUSED_INPUTS: Final[dict[str, Row]] = {
    "empty_list": {"requirement": "empty_list", "twin": "list", "input": []},
    "unknown_role": {
        "requirement": "unknown_role",
        "twin": "list",
        "input": [{"role": "narrator", "content": "Once upon a time."}],
    },
    "unknown_part": {
        "requirement": "unknown_part",
        "twin": "parts",
        "input": [{"role": "user", "content": [{"type": "input_smell", "text": "Roses."}]}],
    },
}
EMPTY_INPUTS: Final[dict[str, Row]] = {
    "string": {"input": ""},
    "content": {"input": [{"role": "user", "content": ""}]},
    "parts": {"input": [{"role": "user", "content": []}]},
}
