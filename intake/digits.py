"""Runs of digits in every disguise: separators, look-alike letters, words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import re2

from intake.shadow import CALL, SYMBOL, Shadow

#: Letters that print like a digit. A capital B prints like 8; ``digit_runs`` looks at the source for it.
LOOK_ALIKES = {"o": "0", "i": "1", "l": "1", "|": "1", "z": "2", "s": "5", "b": "6", "q": "9"}
DIGIT_WORDS = {
    "khong": "0", "khog": "0", "hong": "0", "ko": "0", "kh": "0", "zero": "0", "mot": "1", "hai": "2", "ba": "3",
    "bon": "4", "tu": "4", "nam": "5", "lam": "5", "sau": "6", "bay": "7", "tam": "8", "chin": "9",
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_LONGEST_WORD = max(map(len, DIGIT_WORDS))
_FIRST_LETTERS = frozenset(word[0] for word in DIGIT_WORDS)
_DIGITS = frozenset("0123456789")

# Words stand before letters: the first alternative wins, and "b" would cut "ba" in two.
_TOKEN = f"(?:{'|'.join(sorted(DIGIT_WORDS, key=len, reverse=True))}|[0-9oil|zsbq])"
_BETWEEN = rf"[ \n.,_\-/\\()\[\]*~'\"{SYMBOL}{CALL}]"
#: The shortest contact number that is looked for has eight digits.
RUN_PATTERN = f"{_TOKEN}(?:{_BETWEEN}*{_TOKEN}){{7,}}".encode()
_RUN = re2.compile(RUN_PATTERN)


@dataclass(frozen=True, slots=True)
class DigitRun:
    """Digits in a row, as read. Token ``i`` has the value ``values[i]`` and stands at ``starts[i]:ends[i]``.

    ``sorts[i]`` is ``d`` for a true digit, ``o`` for the letter o, ``l`` for another letter, ``w`` for a word.
    ``glued[i]`` says that nothing stands between the token and the one before it; words stand for themselves.
    """

    text: str
    values: str
    sorts: str
    starts: list[int]
    ends: list[int]
    glued: list[bool]

    def is_glued(self, token: int) -> bool:
        """Say whether there is such a token and it is glued to the one before it."""
        return token < len(self.glued) and self.glued[token]

    def gap(self, token: int) -> str:
        """Return what stands between this token and the one before it."""
        return self.text[self.ends[token - 1] : self.starts[token]] if token else ""

    def groups(self, first: int, count: int) -> list[int]:
        """Return the lengths of the groups that separators cut ``count`` tokens from ``first`` into."""
        lengths = [1]
        for glued in self.glued[first + 1 : first + count]:
            if glued:
                lengths[-1] += 1
            else:
                lengths.append(1)
        return lengths

    def gaps(self, first: int, count: int) -> list[str]:
        """Return the separators inside ``count`` tokens from ``first``, without their spaces unless only spaces."""
        return [self.gap(token).strip() or " " for token in range(first + 1, first + count) if not self.glued[token]]


def digit_runs(shadow: Shadow) -> Iterator[DigitRun]:
    """Find every run of eight or more digits, in any disguise."""
    for match in _RUN.finditer(shadow.text.encode()):
        yield _tokens(shadow, match.start(), match.end())


def _tokens(shadow: Shadow, start: int, end: int) -> DigitRun:
    """Cut one run into its tokens."""
    values: list[str] = []
    sorts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    glued: list[bool] = []
    text, place = shadow.text, start
    while place < end:
        sign, width, sort = text[place], 1, "d"
        if sign in _DIGITS:
            value = sign
        else:
            word = _word_at(text, place, end) if sign in _FIRST_LETTERS else ""
            if word:
                value, width, sort = DIGIT_WORDS[word], len(word), "w"
            elif sign in LOOK_ALIKES:
                value, sort = LOOK_ALIKES[sign], "o" if sign == "o" else "l"
                value = "8" if sign == "b" and shadow.spelling(place, place + 1) == "B" else value
            else:
                place += 1
                continue
        glued.append(bool(ends) and ends[-1] == place and sort != "w" and sorts[-1] != "w")
        values.append(value)
        sorts.append(sort)
        starts.append(place)
        ends.append(place + width)
        place += width
    return DigitRun(text, "".join(values), "".join(sorts), starts, ends, glued)


def _word_at(text: str, place: int, end: int) -> str:
    """Return the longest digit word that starts here, or an empty string."""
    for length in range(min(_LONGEST_WORD, end - place), 1, -1):
        if text[place : place + length] in DIGIT_WORDS:
            return text[place : place + length]
    return ""
