"""Grammars that clients wrote, applied to what a model wrote.

A grammar can be anybody's, so the work is bounded. What cannot be told within the bounds, and a grammar that does not
compile, is not judged.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, Final

MAX_GRAMMAR: Final = 20_000
"""Characters of a grammar beyond which it is not applied."""

MAX_TEXT: Final = 10_000
"""Bytes of a text beyond which it is not judged."""

LIMITS: Final[dict[str, Any]] = {
    # The time for a place of the text grows with the square of the rules that are open there.
    "max_items_in_row": 100,
    "initial_lexer_fuel": 200_000,
    "max_lexer_states": 20_000,
    "max_grammar_size": 50_000,
    "verbose_errors": False,
}


@lru_cache(maxsize=64)
def misfit(syntax: str, grammar: str, text: str) -> str | None:
    """Where a text leaves the language of a grammar, in a few words; "" for a text of the language.

    None where that cannot be judged. The text counts as a whole, also under a regular expression.
    """
    content = text.encode(errors="surrogatepass")
    if len(grammar) > MAX_GRAMMAR or len(content) > MAX_TEXT or syntax not in ("lark", "regex"):
        return None
    import llguidance  # not needed by most runs

    compiled = getattr(llguidance.LLMatcher, f"grammar_from_{syntax}")(grammar)
    matcher = llguidance.LLMatcher(_bytes(), compiled, log_level=0, limits=llguidance.LLParserLimits(**LIMITS))
    if matcher.is_error():
        return None
    taken = matcher.try_consume_tokens([*content])
    if matcher.is_error():
        return None
    if taken < len(content):
        return f"a text that leaves it at byte {taken}"
    return "" if matcher.is_accepting() else "a text that ends too early"


@cache
def _bytes() -> Any:
    """The tokens of the parser: one for each byte."""
    import llguidance

    return llguidance.LLTokenizer("byte")
