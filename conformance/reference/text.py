"""The words of the reference endpoint: what an answer says, and how it is counted.

It says what it received and nothing else. That is enough for a client that shows text, and too little to be taken for
the answer of a model.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from conformance.reference.conversation import outputs_at_end

# ASCII on purpose: what counts as a letter beyond it changes with the version of Python.
PIECE: Final = re.compile(r" ?\w{1,8}| ?[^\w\s]|\s", re.ASCII)

EXCERPT_PIECES: Final = 12
CHARACTERS_A_TOKEN: Final = 4
TOKENS_AN_ITEM: Final = 4
TOKENS_A_FILE: Final = 85
# Members that hold a file, or bytes nobody reads aloud: their length says nothing about the length of the text.
OPAQUE: Final = frozenset(
    {"image_url", "detail", "file_data", "file_url", "encrypted_content", "id", "result", "type", "role", "status"}
)
FILES: Final = ("_url", "_data", "result")
SPOKEN: Final = ("text", "content", "output", "input", "arguments", "stdout")


def pieces(text: str) -> list[str]:
    """The text in pieces that stand for tokens; joined they are the text again."""
    return PIECE.findall(text)


def input_tokens(body: dict[str, Any]) -> int:
    """How many tokens a request costs: it grows with every character of the input, the instructions and the tools."""
    given = body.get("input")
    items: list[Any] = given if isinstance(given, list) else [given]
    parts: list[Any] = [body.get("instructions"), *(body.get("tools") or ()), (body.get("text") or {}).get("format")]
    tokens = TOKENS_AN_ITEM * (len(items) + sum(part is not None for part in parts))
    # Nothing at all still costs what stands around it.
    return max(1, tokens + sum(_cost(value) for value in (*items, *parts)))


def text_tokens(characters: int) -> int:
    """How many tokens a text of so many characters costs, where only its length is known."""
    return -(-characters // CHARACTERS_A_TOKEN)


def _cost(value: Any) -> int:
    tokens = 0
    for key, leaf in _leaves(value, ""):
        if key in OPAQUE:
            tokens += TOKENS_A_FILE if key.endswith(FILES) else 0
        else:
            tokens += len(pieces(leaf if isinstance(leaf, str) else str(leaf)))
    return tokens


def _leaves(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    """Every value that is neither array nor object, under the name of the member that holds it."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _leaves(member, name)
    elif isinstance(value, list):
        for member in value:
            yield from _leaves(member, key)
    elif value is not None:
        yield key, value


def sentences(body: dict[str, Any], verbosity: str) -> str:
    """What the endpoint says about a request: one sentence, two, or five."""
    given = body.get("input")
    items: list[Any] = given if isinstance(given, list) else [given]
    last = next((text for item in reversed(items) if (text := _spoken(item))), "")
    said = [f"The reference endpoint received {_count(len(items), 'input item')}."]
    if outputs := outputs_at_end(given):
        said.append(f"At the end of them stands {_count(outputs, 'output')} of called tools.")
    if verbosity != "low":
        excerpt = "".join(pieces(" ".join(last[:400].split()))[:EXCERPT_PIECES]).strip()
        said.append(f"The last text begins with “{excerpt}”." if excerpt else "They hold no text.")
    if verbosity == "high":
        said.append(f"That text has {_count(len(last), 'character')} and {_count(len(last.split()), 'word')}.")
        said.append(f"The request declares {_count(len(body.get('tools') or ()), 'tool')}.")
        said.append("There is no model behind this endpoint, so it counts what it was sent and leaves the rest aside.")
    return " ".join(said)


def _spoken(item: Any) -> str:
    """The text in an input item, in a content part or in a list of them."""
    if isinstance(item, str):
        return item
    if isinstance(item, list):
        return " ".join(text for part in item if (text := _spoken(part)))
    if isinstance(item, dict):
        return next((text for name in SPOKEN if (text := _spoken(item.get(name)))), "")
    return ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
