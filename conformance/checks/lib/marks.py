"""What stands in a text only where something between the model and its reader went wrong: marks of templates, calls
that are written out, thoughts, characters that were read in the wrong encoding.

Each is a pattern, not a list of what was met: the special tokens of models are many, and their forms are few.
"""

from __future__ import annotations

import re
from typing import Final

CALLS: Final = re.compile(
    r"</?(?:\w+:)?(?:tool_calls?|function_calls?|tool_code|tool_use|invoke|arg_key|arg_value)\b[^<>\n]{0,200}>"
    r"|<(?:function|parameter|tool)=[^<>\n]{1,200}>"
    r"|\[TOOL_CALLS\]|<\|?python_tag\|?>|\bto=functions[.:]\w+|<\uff5ctool\u2581calls?\u2581\w+\uff5c>|<\|tool_calls?\w*\|>",
)
"""A call as models write it for a server that has to read it."""

THINKING: Final = re.compile(
    r"(?i:</?(?:\w+:)?(?:think|thinking|thoughts?|reasoning|reflection|scratchpad)>|\[/?THINK\])|◁/?think▷"
    r"|<\|channel\|?>\s*(?:analysis|thought)|\Aanalysis(?=[A-Z])|assistant(?:final|analysis|commentary)(?=[A-Z<{])",
    re.ASCII,
)
"""Where thoughts begin or end; of Harmony's marks nothing may be left but their words."""

TEMPLATE: Final = re.compile(
    r"<\|[A-Za-z0-9_:./+-]{1,40}\|?>|<[a-z_]{2,40}\|>|<\uff5c[^<>\uff5c\n]{1,40}\uff5c>"
    r"|</?(?:start|end)_of_(?:turn|text|image|utterance)>|<(?:bos|eos|pad|unk|unused\d+|mask)>"
    r"|\[/?INST\]|<</?SYS>>|\[/?(?:AVAILABLE_TOOLS|TOOL_RESULTS|TOOL_CONTENT|SYSTEM_PROMPT|MODEL_SETTINGS)\]"
    r"|<0x[0-9A-F]{2}>|</s>(?=\s*\Z)|(?<=\A)<s>",
)
"""The special tokens of models, in all of their usual forms."""

ROLE: Final = re.compile(r"\A\s*(?:\*\*)?(?:assistant|Assistant|ASSISTANT|AI|Human)(?:\*\*)?(?::(?:\*\*)?\s|\n)")
"""A text that begins with the name of who speaks."""

CODE: Final = re.compile(r"```.*?(?:```|\Z)|``.*?``|`[^`\n]*`", re.DOTALL)
"""What a text quotes."""

# The bytes from 80 to BF as characters, read as ISO 8859-1 and as Windows-1252.
_TAIL = "[{}]".format(
    "".join(
        sorted({bytes([byte]).decode(name, "ignore") for byte in range(0x80, 0xC0) for name in ("latin-1", "cp1252")})
    )
    .replace("\\", "")
    .replace("]", "")
)
# What â, the first of three bytes, is followed by in punctuation, arrows and signs; not where a quotation ends.
_PUNCTUATION = "[\u20ac\x80\u201e\x84\u2020\x86\u02c6\x88\u0153\x9c\u0161\x9a]"

MOJIBAKE: Final = re.compile(
    rf"[ÂÃ]{_TAIL}|â{_PUNCTUATION}{_TAIL}|ð{_TAIL}{{3}}|(?:[ÐÑØÙ]{_TAIL}){{2,}}|(?:[ã-é]{_TAIL}{{2}}){{2,}}|ï»¿"
)
"""UTF-8 that was read in another encoding: the first byte of a character, and as many as have to follow it."""

LOST: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff]|\\A\ufeff")
"""Characters that no text holds: control codes, halves of a character, what stands for a lost one."""

TRACE: Final = re.compile(
    r"Traceback \(most recent call last\)|\.py\", line \d+|\n\s+at [^\n]{1,200}:\d+\)?|\bgoroutine \d+ \["
    r"|errors\.pydantic\.dev|panicked at |\bat [\w$.]+\([\w$]+\.java:\d+\)"
    r"|(?:/[\w.-]+){2,}\.(?:py|js|ts|go|rs|java):\d+"
)
"""Where a program was when it failed."""

SECRET: Final = re.compile(
    r"\bsk-[\w-]{20,}|\bdapi[0-9a-f]{32}|\bdose[0-9a-f]{32}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{30,}|\bhf_[A-Za-z]{30,}"
    r"|\bAIza[\w-]{35}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}|\b[Bb]earer\s+[\w.~+/-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
"""The forms of keys and tokens."""


def unquoted(text: str) -> str:
    """A text without what it quotes as code, each quotation as long a blank, so that places stay."""
    return text if "`" not in text else CODE.sub(lambda found: " " * len(found.group()), text)
