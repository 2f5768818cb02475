"""What the name of a model tells: its maker, family and size. Many names tell nothing, as a service may have any."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

OPENAI: Final = "OpenAI"

MAKERS: Final[dict[str, str]] = {
    "claude": "Anthropic",
    "codestral": "Mistral",
    "command-r": "Cohere",
    "deepseek": "DeepSeek",
    "devstral": "Mistral",
    "gemini": "Google",
    "gemma": "Google",
    "glm": "Zhipu",
    "granite": "IBM",
    "gpt-oss": OPENAI,
    "grok": "xAI",
    "kimi": "Moonshot",
    "llama": "Meta",
    "magistral": "Mistral",
    "minimax": "MiniMax",
    "ministral": "Mistral",
    "mistral": "Mistral",
    "mixtral": "Mistral",
    "nemotron": "NVIDIA",
    "phi": "Microsoft",
    "qwen": "Alibaba",
    "qwq": "Alibaba",
}
"""The makers of models that are no service of OpenAI's, by a word of the name."""

_FAMILY: Final = re.compile(r"(?:chat)?(gpt|o)-?(\d+)(o)?(?:[-.](\d)(?!\d))?(?![\da-z])")
_PREFIX: Final = re.compile(r"\A(?:.*/)?(?:system\.ai\.)?(?:databricks-)?(?:ft:)?")

SIZES: Final = frozenset(
    {"mini", "nano", "pro", "codex", "chat", "max", "audio", "realtime", "image", "search", "transcribe", "oss"}
)
"""Words of OpenAI's names that make another model of a family."""

TIERS: Final = frozenset({"sol", "luna", "terra", "astra"})
"""The models of a family that has no other; the family's name alone stands for one of them."""

OTHER_SIZES: Final = frozenset({"opus", "sonnet", "haiku", "flash", "lite", "pro", "small", "medium", "large", "nano"})
"""Words of other makers' names that make another model."""


def difference(asked: Any, received: Any) -> str | None:
    """Why a model cannot be the one that was asked: a few words, "" if it can be, None if the names do not tell."""
    if not (isinstance(asked, str) and isinstance(received, str) and asked and received):
        return None
    ours, others = _family(asked), _makers(asked)
    if ours is None and not others:
        return None
    found = _makers(received)
    if ours is not None:
        family = _family(received)
        if family is None:
            return _of(found) if found else "which names no model of OpenAI's"
        return "" if _is_snapshot(ours, _words(asked), family, _words(received)) else "another model"
    if _family(received) is not None:
        return _of({OPENAI})
    if not found:
        return None
    if not found & others:
        return _of(found)
    sizes, other_sizes = _sizes(asked), _sizes(received)
    return "another model" if sizes and other_sizes and not sizes <= other_sizes else ""


def _of(makers: set[str]) -> str:
    return f"a model of {' and '.join(sorted(makers))}"


def _bare(name: str) -> str:
    """A name without what a router, a gateway or a file system puts before it."""
    return _PREFIX.sub("", name.lower(), count=1)


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", _bare(name)))


def _sizes(name: str) -> frozenset[str]:
    """The words and the numbers of parameters that make another model of a name."""
    return (_words(name) & OTHER_SIZES) | {*re.findall(r"(?<![a-z0-9])\d+(?:\.\d+)?b(?![a-z])", _bare(name))}


def _family(name: str) -> str | None:
    """The generation of OpenAI's that a name begins with (``gpt5.4``, ``o3``), or None."""
    found = _FAMILY.match(_bare(name))
    if found is None:
        return None
    kind, number, omni, minor = found.groups()
    return f"{kind}{number}{minor or ''}{omni or ''}"


@cache
def _begins(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z]){re.escape(word)}")


def _makers(name: str) -> set[str]:
    bare = _bare(name)
    return {maker for word, maker in MAKERS.items() if word in bare and _begins(word).search(bare)}


def _is_snapshot(asked: str, words: frozenset[str], received: str, others: frozenset[str]) -> bool:
    tiers = words & TIERS
    return asked == received and words & SIZES == others & SIZES and (not tiers or tiers == others & TIERS)
