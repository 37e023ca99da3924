"""Says where each code point of an admitted text stood in the text that was given."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

Span = tuple[int, int]

#: Korean vowels and finals join the letter before them without being marks.
_JOINING = (range(0x1160, 0x1200), range(0xD7B0, 0xD800))


def origins(given: str) -> list[Span]:
    """Return, for each code point of the NFC text, the span of ``given`` it was made from.

    A surrogate pair counts as the one letter that intake reads it as; a text cut by intake has
    fewer code points than this list, never others.
    """
    spans: list[Span] = []
    for start, end in _pieces(given):
        made = len(unicodedata.normalize("NFC", _joined(given[start:end])))
        last, size = made - 1, end - start
        spans += [
            (start + min(place, size - 1), end if place == last else start + min(place + 1, size))
            for place in range(made)
        ]
    return spans


def _pieces(given: str) -> Iterator[Span]:
    """Cut a text before each code point that no normalisation joins to the one before it."""
    start = 0
    for at in range(1, len(given)):
        if not _joins(given[at], given[at - 1]):
            yield start, at
            start = at
    if given:
        yield start, len(given)


def _joins(letter: str, before: str) -> bool:
    if letter.isascii():
        return False
    if unicodedata.category(letter).startswith("M") or any(ord(letter) in some for some in _JOINING):
        return True
    return "\udc00" <= letter <= "\udfff" and "\ud800" <= before <= "\udbff"


def _joined(piece: str) -> str:
    if len(piece) == 1:
        return piece
    return piece.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
