"""Cuts a masked text at its findings and makes what cannot be seen visible, without touching an offset."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_JOINER, _EMOJI_STYLE, _KEYCAP = "\u200d", "\ufe0f", "\u20e3"
_UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Co", "Cn", "Cs"}
#: Letters of other categories that show nothing: fillers of Hangul, the blank of Braille.
_BLANKS = {"\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"}


@dataclass(frozen=True, slots=True)
class Span:
    """A finding's place (code points, end exclusive) and the number under which the page lists its indicator."""

    start: int
    end: int
    number: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters as they are shown; ``unseen`` names a code point that would not be seen, such as ``U+200B``."""

    text: str
    unseen: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of text under the same findings; ``ends`` are the findings whose last letter it holds."""

    pieces: tuple[Piece, ...]
    numbers: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()


def stretches(text: str, spans: Sequence[Span]) -> tuple[Stretch, ...]:
    """Cut a text at every start and end of a span; spans may overlap, nest and repeat.

    What lies outside the text is left out: a finding never makes a page fail.
    """
    kept = [
        Span(max(span.start, 0), min(span.end, len(text)), span.number)
        for span in spans
        if max(span.start, 0) < min(span.end, len(text))
    ]
    cuts = sorted({0, len(text)} | {span.start for span in kept} | {span.end for span in kept})
    shown = _shown(text)
    found: list[Stretch] = []
    for start, end in pairwise(cuts):
        over = {span.number for span in kept if span.start <= start and end <= span.end}
        ends = {span.number for span in kept if span.end == end}
        found.append(Stretch(_joined(shown[start:end]), tuple(sorted(over)), tuple(sorted(ends))))
    return tuple(found)


def plain(text: str) -> tuple[Piece, ...]:
    """Return a text without findings as it is shown."""
    return _joined(_shown(text))


def _joined(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and not piece.unseen and not joined[-1].unseen:
            joined[-1] = Piece(joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return tuple(joined)


def _shown(text: str) -> list[Piece]:
    """Return one piece for each code point: itself, a defanged spelling, or the name of what is not seen."""
    pieces = [
        Piece("", f"U+{ord(letter):04X}") if _is_unseen(text, place) else Piece(letter)
        for place, letter in enumerate(text)
    ]
    _defang(text, pieces)
    return pieces


def _is_unseen(text: str, place: int) -> bool:
    letter = text[place]
    if letter in "\n\t" or (letter.isascii() and letter.isprintable()):
        return False
    if letter in (_JOINER, _EMOJI_STYLE):
        return not _chooses_picture(text, place)
    variant = "\ufe00" <= letter <= "\ufe0e" or "\U000e0100" <= letter <= "\U000e01ef"
    return variant or letter in _BLANKS or unicodedata.category(letter) in _UNSEEN


def _chooses_picture(text: str, place: int) -> bool:
    """Say whether a joiner or style mark stands where emoji need it; elsewhere it hides inside a word."""
    before = text[place - 1] if place else " "
    after = text[place + 1] if place + 1 < len(text) else " "
    if text[place] == _JOINER:
        return (before == _EMOJI_STYLE or _is_symbol(before)) and _is_symbol(after)
    return _is_symbol(before) or after == _KEYCAP or before in "‼⁉"


def _is_symbol(letter: str) -> bool:
    return unicodedata.category(letter) in ("So", "Sk", "Sm")


def _defang(text: str, pieces: list[Piece]) -> None:
    """Spell links so that no program takes them for links: ``hxxps://zalo[.]me``."""
    at = text.find("://")
    while at >= 0:
        start = at - 5 if text[max(at - 5, 0) : at].lower() == "https" else at - 4
        if start >= 0 and text[start : start + 4].lower() == "http":
            pieces[start + 1] = pieces[start + 2] = Piece("x")
            end = at + 3
            while end < len(text) and not text[end].isspace():
                if text[end] == ".":
                    pieces[end] = Piece("[.]")
                end += 1
        at = text.find("://", at + 3)
