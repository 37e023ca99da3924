"""The plain reading of a text in which contacts are looked for: ASCII only, one sign for each code point.

``records.text`` undoes hidden words for search and the classifier; there a dot between letters vanishes and
``0`` may become ``o``. Here every digit and separator must stay where it is, so this reading is its own.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass

from records.contact import MASKS
from records.spellings import HOMOGLYPHS, INVISIBLE_CHARS

MASK, SYMBOL, OTHER, PLANE, CALL = "\x01", "\x02", "\x03", "\x04", "\x05"
WEI, XIN, ADD, CHINESE_NUMBER = "\x06", "\x07", "\x0e", "\x0f"
_DROPPED = "\x7f"

_FIXED = {
    **dict.fromkeys(MASKS.values(), MASK),
    **dict.fromkeys("✈🛩", PLANE),
    **dict.fromkeys("☎☏📞📱📲🤙✆", CALL),
    **dict.fromkeys("微威薇", WEI),
    "信": XIN,
    "加": ADD,
    "号": CHINESE_NUMBER,
    "號": CHINESE_NUMBER,
    **dict.fromkeys("·•・。․‧∙⋅｡…‥⋯", "."),
    **dict.fromkeys("、，‚", ","),
    **dict.fromkeys("−➖⁃ー", "-"),
    **dict.fromkeys("【「『〔《〈", "("),
    **dict.fromkeys("】」』〕》〉", ")"),
    **dict.fromkeys("∕⁄⧸", "/"),
    **dict.fromkeys("‘’ʼ′`´", "'"),
    **dict.fromkeys("“”„″«»", '"'),
    **dict.fromkeys("¦│｜┃", "|"),
    **dict.fromkeys("→➜➡⇒►➔👉", ">"),
    **dict.fromkeys("\t\x1f\u2800", " "),
    **dict.fromkeys("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", "\n"),
    **dict.fromkeys("đĐðÐɖƉ", "d"),
    **dict.fromkeys("🅾⭕⊘∅", "o"),
    **dict(zip("〇零一二三四五六七八九", "00123456789", strict=True)),
}
_SQUARED_LETTERS = (0x1F130, 0x1F150, 0x1F170)  # 🄰, 🅐, 🅰: 26 letters each


def _plain(letter: str) -> str:
    """Return the one ASCII sign that a code point is read as."""
    if letter in _FIXED:
        return _FIXED[letter]
    if letter in INVISIBLE_CHARS:
        return _DROPPED
    digit = unicodedata.digit(letter, None)
    if digit is not None:
        return str(digit)
    for first in _SQUARED_LETTERS:
        if first <= ord(letter) < first + 26:
            return chr(ord("a") + ord(letter) - first)
    return _plain_by_category(letter)


def _plain_by_category(letter: str) -> str:
    """Read a code point that no table names: by its compatible form, else by its category."""
    category = unicodedata.category(letter)
    if category in ("Cf", "Mn", "Me"):
        return _DROPPED
    if category == "Zs":
        return " "
    if category == "Pd":
        return "-"
    apart = unicodedata.normalize("NFKD", letter)
    base = "".join(sign for sign in apart if not unicodedata.combining(sign)).lower()
    base = base.translate(HOMOGLYPHS)
    base = "d" if base == "đ" else base
    if len(base) == 1 and base.isascii() and base.isprintable():
        return base
    return SYMBOL if category in ("So", "Sk") else OTHER


class _Readings(dict[int, str]):
    """Readings of single code points, worked out when first met; the Unicode table bounds its size."""

    def __missing__(self, code_point: int) -> str:
        sign = self[code_point] = _plain(chr(code_point))
        return sign


_READINGS = _Readings({code: chr(code).lower() for code in range(0x20, 0x7F)})


@dataclass(frozen=True, slots=True)
class Shadow:
    """A text and its plain reading.

    ``origin`` gives the code point of ``source`` for each sign of ``text``; None when they stand at the same places.
    """

    source: str
    text: str
    origin: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map a non-empty span of the reading to the span of the source it was read from (end exclusive)."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1

    def place(self, code_point: int) -> int:
        """Return where the reading of a code point of the source stands (of the next one that is read)."""
        return code_point if self.origin is None else bisect_left(self.origin, code_point)

    def spelling(self, start: int, end: int) -> str:
        """Return the source between two places of the reading."""
        first, last = self.span(start, end)
        return self.source[first:last]

    def letters(self, start: int, end: int) -> str:
        """Return the source between two places of the reading, without what is invisible: one sign for each."""
        if self.origin is None:
            return self.source[start:end]
        return "".join(self.source[place] for place in self.origin[start:end])


def read_shadow(text: str) -> Shadow:
    """Read any text without lone surrogates; cost is linear in its length."""
    plain = text.translate(_READINGS)
    if _DROPPED not in plain:
        return Shadow(text, plain, None)
    origin = tuple(place for place, sign in enumerate(plain) if sign != _DROPPED)
    return Shadow(text, plain.replace(_DROPPED, ""), origin)


def is_read_as_alnum(letter: str) -> bool:
    """Say whether a code point of a contact is a letter or digit, or is read as one, and so must be masked."""
    return letter.isalnum() or letter == "|" or _READINGS[ord(letter)].isalnum()
