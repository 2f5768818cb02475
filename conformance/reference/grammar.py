"""A text of a grammar, whatever the grammar is: LLGuidance is asked, step by step, what may follow.

The way through the grammar is drawn by lot, and the first text that is whole is taken. The lots are the same on every
machine, and their number is bounded, so that the search ends for every grammar.
"""

import hashlib
import re
import string
from typing import Final

from llguidance import LLMatcher, LLParserLimits, LLTokenizer

from conformance.reference.generate import WORDS
from conformance.reference.pattern import Unsupported, matching

# One token a byte.
TOKENIZER: Final = LLTokenizer("byte")
LIMITS: Final = LLParserLimits(max_grammar_size=50_000, max_lexer_states=20_000, verbose_errors=False)
# How many steps an attempt may take: short texts are tried for first.
ATTEMPTS: Final = (32,) * 12 + (128,) * 12 + (512,) * 8 + (4_000,) * 6
# Bytes that are drawn from together.
KINDS: Final = tuple(
    frozenset(kind.encode())
    for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits, " \n\t", string.punctuation)
)
# So few other bytes may follow where one of them is meant.
MEANT: Final = 4
LITERAL: Final = re.compile(r"\w{2,}")


class WrongGrammar(ValueError):
    """The grammar does not compile."""


class NoText(ValueError):
    """The grammar has no text, or none that this module can find."""


def compiled(syntax: str, definition: str) -> LLMatcher:
    """A matcher of the grammar, whose syntax is ``lark`` or ``regex``. Raises WrongGrammar."""
    read = LLMatcher.grammar_from_regex if syntax == "regex" else LLMatcher.grammar_from_lark
    matcher = LLMatcher(TOKENIZER, read(definition), log_level=0, limits=LIMITS)
    if matcher.is_error():
        raise WrongGrammar(matcher.get_error().partition("\n")[0][:200])
    return matcher


def text_of(syntax: str, definition: str) -> str:
    """A text that the grammar accepts as complete, empty only if no other is found. Raises WrongGrammar and NoText."""
    start = compiled(syntax, definition)
    if syntax == "regex" and (plain := _plain(start.deep_copy(), definition)):
        return plain
    # What stands in the definition is the likeliest to mean something in the grammar.
    words = [*WORDS, *LITERAL.findall(definition)]
    likely = [[text.encode() for text in dict.fromkeys(texts)] for texts in (words, definition)]
    for number, steps in enumerate(ATTEMPTS):
        found = _attempt(start.deep_copy(), likely, f"{number} {definition}", steps)
        if found is not None:
            return found
    if start.is_accepting():
        return ""
    raise NoText("no text of the grammar was found")


def _plain(matcher: LLMatcher, expression: str) -> str | None:
    """The text that `pattern` makes of an expression, if it is one for LLGuidance too."""
    try:
        text = matching(expression)
    except Unsupported:
        return None
    said = list(text.encode())
    return text if matcher.try_consume_tokens(said) == len(said) and matcher.is_accepting() else None


def _attempt(matcher: LLMatcher, likely: list[list[bytes]], seed: str, steps: int) -> str | None:
    """A text that is whole after so many steps at most."""
    text = b""
    for step in range(steps):
        groups = _groups(matcher, likely)
        if not groups:
            return None
        lot = hashlib.sha256(f"{step} {seed}".encode()).digest()
        group = groups[lot[0] % len(groups)]
        chunk = group[int.from_bytes(lot[1:5]) % len(group)]
        # Of a word as much is taken as fits.
        text += chunk[: matcher.try_consume_tokens(list(chunk))]
        if matcher.is_error():
            return None
        if matcher.is_accepting():
            return text.decode()
    return None


def _groups(matcher: LLMatcher, likely: list[list[bytes]]) -> list[list[bytes]]:
    """What may follow, in groups that are drawn alike: what has to, or else what is likely, and bytes by their kind."""
    forced = matcher.compute_ff_bytes()
    if forced:
        return [[forced]]
    mask = matcher.compute_bitmask()
    allowed = frozenset(byte for byte in range(256) if mask[byte // 8] >> byte % 8 & 1)
    kinds = [kind & allowed for kind in KINDS]
    # Control characters and parts of characters beyond ASCII: only where they are meant, not where anything may follow.
    others = allowed.difference(*KINDS)
    if len(others) <= MEANT or not any(kinds):
        kinds.append(others)
    fitting = [[text for text in texts if text[0] in allowed] for texts in likely]
    return [group for group in (*fitting, *([bytes([byte]) for byte in sorted(kind)] for kind in kinds)) if group]
