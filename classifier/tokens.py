"""The words, numbers, signs and masks of a shadow, each with its place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from records.contact import MASKS
from records.text import Shadow

_MASK_WORDS = {mask: f"<{kind.value}>" for kind, mask in MASKS.items()}
#: Ways to write one unit; money slang is Vietnamese chat (codebook 5.2).
_UNITS = {
    "tr": "triệu", "trieu": "triệu", "triệu": "triệu", "củ": "triệu", "cu": "triệu", "chai": "triệu", "m": "triệu",
    "k": "nghìn", "nghìn": "nghìn", "ngàn": "nghìn", "nghin": "nghìn", "ngan": "nghìn", "ng": "nghìn",
    "đ": "đồng", "vnđ": "đồng", "vnd": "đồng", "đồng": "đồng",
    "$": "đô", "usd": "đô", "đô": "đô", "usdt": "đô", "đôla": "đô", "t": "tuổi", "tuổi": "tuổi", "h": "giờ",
    "tiếng": "giờ", "ty": "tỷ", "tỷ": "tỷ", "tỉ": "tỷ", "kg": "kí", "kí": "kí", "ký": "kí", "rmb": "tệ", "¥": "tệ",
}  # fmt: skip
#: Upper bounds of the classes a number falls into; the class letter stands for the number.
_BOUNDS = (2, 5, 10, 15, 20, 30, 50, 100, 200, 500, 1000, 10_000, 1_000_000)
_LONGEST_CACHED = 40


@dataclass(frozen=True, slots=True)
class Token:
    """One token: what the model reads, and its span in the shadow (end exclusive)."""

    text: str
    start: int
    end: int


def number_class(digits: str) -> str:
    """Return the size class of a number, never the number itself ("25" is ``#f``)."""
    if len(digits) > len(str(_BOUNDS[-1])):
        return "#z"
    value = int(digits) if digits.isascii() and digits.isdigit() else 0
    return "#" + "abcdefghijklmn"[sum(value >= bound for bound in _BOUNDS)]


def tokens(shadow: Shadow) -> list[Token]:
    """Cut a shadow into tokens in reading order; white space and lone separators are left out, line ends kept."""
    found: list[Token] = []
    at = 0
    text = shadow.text
    for line in text.split("\n"):
        place = at
        for chunk in line.split():
            place = text.index(chunk, place)
            for word, start, end in chunk_tokens(chunk):
                found.append(Token(word, place + start, place + end))
            place += len(chunk)
        at += len(line) + 1
        if at <= len(text):
            found.append(Token("<line>", at - 1, at))
    return found


def chunk_tokens(chunk: str) -> tuple[tuple[str, int, int], ...]:
    """Return the tokens of one chunk with their places in it."""
    return _remembered(chunk) if len(chunk) <= _LONGEST_CACHED else _cut(chunk)


def _kind(letter: str) -> int:
    """Return 0 for digits, 1 for letters, 2 for anything else."""
    if letter.isdigit():
        return 0
    return 1 if letter.isalpha() else 2


def _cut(chunk: str) -> tuple[tuple[str, int, int], ...]:
    found = []
    start = 0
    while start < len(chunk):
        kind, end = _kind(chunk[start]), start + 1
        if kind < 2:
            while end < len(chunk) and _kind(chunk[end]) == kind:
                end += 1
        word = chunk[start:end]
        if kind == 0:
            # "7.500.000" is one number; "25-40" are two.
            while end + 3 < len(chunk) + 0 and chunk[end] in ".," and chunk[end + 1 : end + 4].isdigit():
                end += 4
            word = number_class("".join(letter for letter in chunk[start:end] if letter.isdigit()))
        elif kind == 1 and start and chunk[start - 1].isdigit():
            word = _UNITS.get(word, word)
        elif kind == 2:
            word = _MASK_WORDS.get(word, word)
        found.append((word, start, end))
        start = end
    return tuple(found)


_remembered = lru_cache(maxsize=65536)(_cut)
