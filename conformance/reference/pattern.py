"""A text that a regular expression matches: literals, classes, groups, alternatives and repetition."""

import string
from typing import Final

MAX_REPEAT: Final = 1000
MAX_LENGTH: Final = 10_000
MAX_GROUPS: Final = 20
"""Groups that may stand in one another."""

WORD: Final = string.ascii_lowercase + string.ascii_uppercase + string.digits + "_"
PRINTABLE: Final = string.ascii_lowercase + string.ascii_uppercase + string.digits + " " + string.punctuation
CLASSES: Final = {"d": string.digits, "w": WORD, "s": " \t\n"}
CONTROLS: Final = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}


class Unsupported(ValueError):
    """The expression uses something that this module cannot read, such as a look-ahead."""


def matching(pattern: str, salt: int = 0) -> str:
    """A text that the expression matches as a whole. Different salts give different texts where a class allows it.

    Raises Unsupported.
    """
    reader = _Reader(pattern, salt)
    text = reader.alternatives()
    if reader.rest():
        raise Unsupported(f"an unexpected {reader.rest()[0]!r}")
    return text


class _Reader:
    """Reads an expression from left to right and writes the text meanwhile."""

    def __init__(self, pattern: str, salt: int) -> None:
        self._pattern = pattern
        self._at = 0
        self._salt = salt
        self._groups = 0

    def rest(self) -> str:
        return self._pattern[self._at :]

    def alternatives(self) -> str:
        """The text of the first alternative. The others are read as well, since they have to be passed over."""
        first = self._sequence()
        while self._take("|"):
            self._sequence()
        return first

    def _sequence(self) -> str:
        text = ""
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            once = self._atom()
            least, most = self._repetition()
            count = least if least else min(1, most)
            if len(once) * count + len(text) > MAX_LENGTH:
                raise Unsupported("a text that is too long")
            text += once * count
        return text

    def _atom(self) -> str:
        character = self._next()
        match character:
            case "(":
                return self._group()
            case "[":
                return self._pick(self._set())
            case "\\":
                return self._escape()
            case "^" | "$":
                return ""
            case ".":
                return self._pick(PRINTABLE)
            case "*" | "+" | "?" | "{":
                raise Unsupported("a repetition of nothing")
            case _:
                return character

    def _group(self) -> str:
        if self._take("?") and not self._take(":"):
            if not (self._take("P<") or (self._take("<") and self.rest()[:1] not in {"=", "!"})):
                raise Unsupported("a group that is no plain group")
            while self._next() != ">":
                pass
        self._groups += 1
        if self._groups > MAX_GROUPS:
            raise Unsupported("groups that are nested too deeply")
        text = self.alternatives()
        if not self._take(")"):
            raise Unsupported("an open group")
        self._groups -= 1
        return text

    def _escape(self) -> str:
        kind = self._next()
        if kind in {"b", "B", "A", "Z", "z"}:
            return ""
        return self._pick(self._meaning(kind))

    def _meaning(self, kind: str) -> str:
        """The characters that an escape stands for."""
        if kind.lower() in CLASSES:
            members = CLASSES[kind.lower()]
            return members if kind.islower() else "".join(c for c in PRINTABLE if c not in members)
        if kind in CONTROLS:
            return CONTROLS[kind]
        if kind in {"x", "u"}:
            length = 2 if kind == "x" else 4
            digits, self._at = self._pattern[self._at : self._at + length], self._at + length
            if len(digits) < length or set(digits) - set(string.hexdigits) or 0xD800 <= int(digits, 16) < 0xE000:
                raise Unsupported("an escape that is no character")
            return chr(int(digits, 16))
        if kind.isalnum():
            raise Unsupported(f"the escape \\{kind}")
        return kind

    def _set(self) -> str:
        negated = self._take("^")
        members: list[str] = []
        while not self._take("]"):
            first = self._member()
            if len(first) == 1 and self.rest()[:1] == "-" and self.rest()[1:2] not in {"]", ""}:
                self._at += 1
                last = self._member()
                if len(last) != 1 or last < first:
                    raise Unsupported("a range that is none")
                members.extend(chr(code) for code in range(ord(first), min(ord(last), ord(first) + 255) + 1))
            else:
                members.extend(first)
        return "".join(c for c in PRINTABLE if c not in members) if negated else "".join(members)

    def _member(self) -> str:
        character = self._next()
        return self._meaning(self._next()) if character == "\\" else character

    def _repetition(self) -> tuple[int, int]:
        """The least and the greatest number of times that what was just read may stand."""
        least, most = 1, 1
        if self._take("*"):
            least, most = 0, MAX_REPEAT
        elif self._take("+"):
            least, most = 1, MAX_REPEAT
        elif self._take("?"):
            least, most = 0, 1
        elif self._take("{"):
            lower, comma, upper = self._until("}").partition(",")
            if not lower.isascii() or not lower.isdigit() or (upper and not (upper.isascii() and upper.isdigit())):
                raise Unsupported("a repetition that is no number")
            if len(lower) > 5 or int(lower) > MAX_REPEAT:
                raise Unsupported("a text that is too long")
            least = int(lower)
            most = least if not comma else MAX_REPEAT if not upper or len(upper) > 5 else int(upper)
        if least > most:
            raise Unsupported("a repetition without a number")
        _ = self._take("?") or self._take("+")  # lazy or possessive: matches the same text here
        return least, most

    def _pick(self, members: str) -> str:
        usable = "".join(c for c in members if c.isprintable() and not 0xD800 <= ord(c) < 0xE000) or members
        if not usable:
            raise Unsupported("an empty class")
        return usable[self._salt % len(usable)]

    def _until(self, end: str) -> str:
        text = ""
        while (character := self._next()) != end:
            text += character
        return text

    def _next(self) -> str:
        if self._at >= len(self._pattern):
            raise Unsupported("an expression that ends too early")
        self._at += 1
        return self._pattern[self._at - 1]

    def _take(self, text: str) -> bool:
        if self._pattern.startswith(text, self._at):
            self._at += len(text)
            return True
        return False
