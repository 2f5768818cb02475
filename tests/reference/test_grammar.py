"""Grammars that nobody wrote by hand: the endpoint writes a text of each, and no check objects to the answer."""

import re
from typing import Any

import httpx
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from conformance.reference.grammar import NoText, WrongGrammar, compiled, text_of
from conformance.wire.sse import decode
from tests.reference.client import accepted, ask, refused

few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# --- regular expressions ---------------------------------------------------------------------------------------------

letters = st.text("abcxyz019 _-äß→", min_size=1, max_size=6)
atoms = st.one_of(
    letters.map(re.escape),
    st.sampled_from(["[a-z]", "[A-F0-9]", "[^,;]", "\\d", "\\w", "\\s", ".", "\\."]),
)
regexes = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{3}", "{2,5}"])).map(lambda pair: f"({pair[0]}){pair[1]}"),
    ),
    max_leaves=8,
)

# --- lark ------------------------------------------------------------------------------------------------------------

terminals = st.one_of(
    letters.map(lambda text: f'"{text}"'),
    st.sampled_from(["/[a-z]+/", "/[0-9]{2,4}/", "/[^\\n]*/", "/(yes|no)/"]),
)
expressions = st.recursive(
    terminals | st.sampled_from(["first", "second"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(" ".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({' | '.join(parts)})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?"])).map(lambda pair: f"({pair[0]}){pair[1]}"),
    ),
    max_leaves=6,
)
# Rules that mean one another: some of these grammars have no text.
larks = st.builds("start: {}\nfirst: {}\nsecond: {}\n".format, expressions, expressions, expressions)
grammars = st.tuples(st.just("regex"), regexes) | st.tuples(st.just("lark"), larks)


def is_whole(syntax: str, definition: str, text: str) -> bool:
    matcher = compiled(syntax, definition)
    said = list(text.encode())
    return bool(matcher.try_consume_tokens(said) == len(said) and matcher.is_accepting())


@few
@given(grammar=grammars, stream=st.booleans())
def test_a_text_of_any_grammar_is_called(client: httpx.Client, grammar: tuple[str, str], stream: bool) -> None:
    """A tool with a grammar is called with a text of it, or the grammar is refused."""
    syntax, definition = grammar
    form = {"type": "grammar", "syntax": syntax, "definition": definition}
    tool = {"type": "custom", "name": "write", "format": form}
    reply = ask(client, tools=[tool], tool_choice="required", stream=stream)
    accepted(reply)
    if reply.status_code != 200:
        refused(reply, 400, "grammar")
        return
    response: dict[str, Any] = decode(reply.content)[0][-1].json["response"] if stream else reply.json()
    assert is_whole(syntax, definition, response["output"][0]["input"])


@few
@given(grammar=st.tuples(st.just("regex"), regexes))
def test_a_regular_expression_always_has_a_text(grammar: tuple[str, str]) -> None:
    """A grammar that compiles has a text, always the same."""
    try:
        text = text_of(*grammar)
    except WrongGrammar:
        assume(False)
    assert is_whole(*grammar, text)
    assert text_of(*grammar) == text


@few
@given(syntax=st.sampled_from(["lark", "regex"]), definition=st.text(max_size=60) | larks.map(lambda g: g[3:]))
def test_whatever_is_called_a_grammar(syntax: str, definition: str) -> None:
    """Any text as a grammar gives a text of it or is refused."""
    try:
        text = text_of(syntax, definition)
    except (NoText, WrongGrammar):
        return
    assert is_whole(syntax, definition, text)
