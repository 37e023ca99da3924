"""One normalised reading of a text: its shadow, where each letter came from, and what was done to it."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass

from records.chunk import Folded, fold_chunk
from records.edit import Edit, Operation
from records.syllables import PLAIN_LETTER, split_syllables

__all__ = ["Edit", "Operation", "Shadow", "fold", "fold_search", "nfc", "shadow", "skeleton"]

_FEWEST_PARTED_LETTERS = 3
_MOST_PARTED_LETTERS = 64


def nfc(text: str) -> str:
    """Return the text in Unicode normal form C."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


@dataclass(frozen=True, slots=True)
class Shadow:
    """The normalised reading of one text.

    ``text`` is lower case, with hidden spellings undone; ``folded`` is the same without diacritics, letter for
    letter. ``origin[i]`` is the code point of ``source`` from which ``text[i]`` came and never decreases.
    ``edits`` says what was undone and where, in code points of ``source``. Never shown to a user.
    """

    source: str
    text: str
    folded: str
    origin: tuple[int, ...]
    edits: tuple[Edit, ...]

    @property
    def counts(self) -> Counter[Operation]:
        """How often each operation changed something."""
        return Counter(edit.operation for edit in self.edits)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Map a non-empty span of the shadow to the span of ``source`` it was read from (end exclusive)."""
        first, last = self.origin[start], self.origin[end - 1] + 1
        while last < len(self.source) and unicodedata.combining(self.source[last]):
            last += 1
        return first, last


def shadow(text: str) -> Shadow:
    """Read a text: every operation of codebook 5.5, in that order, with offsets kept.

    Any string is accepted; cost is linear in its length.
    """
    pieces: list[str] = []
    origin: list[int] = []
    edits: list[Edit] = []
    chunks, starts = _chunks(text)
    index = at = 0
    while index < len(chunks):
        start = starts[index]
        if start > at:
            pieces.append("\n" if "\n" in text[at:start] else " ")
            origin.append(at)
        parted = _parted_letters(chunks, starts, index)
        folded = _joined(chunks, starts, index, parted) if parted else None
        if folded is None:
            folded, parted = fold_chunk(chunks[index]), 1
        pieces.append(folded.text)
        _extend(origin, folded, start)
        edits.extend(edit.moved(start) for edit in folded.edits)
        index += parted
        at = starts[index - 1] + len(chunks[index - 1])
    read = "".join(pieces)
    return Shadow(text, read, read.translate(PLAIN_LETTER), tuple(origin), tuple(edits))


fold = shadow


def fold_search(text: str) -> str:
    """Return the text as the search columns hold it: compatible, lower case, no diacritics, đ as d, single spaces."""
    plain = unicodedata.normalize("NFKC", text).lower().translate(PLAIN_LETTER)
    if not plain.isascii():
        marks_off = unicodedata.normalize("NFKD", plain)
        plain = "".join(letter for letter in marks_off if not unicodedata.combining(letter))
    return " ".join(plain.split())


def _chunks(text: str) -> tuple[list[str], list[int]]:
    """Cut the text at white space; return the chunks and where each starts."""
    chunks, starts, at = text.split(), [], 0
    for chunk in chunks:
        at = text.index(chunk, at)
        starts.append(at)
        at += len(chunk)
    return chunks, starts


def _extend(origin: list[int], folded: Folded, start: int) -> None:
    """Append the chunk's origins, moved to where the chunk starts."""
    if folded.origin is None:
        origin.extend(range(start, start + len(folded.text)))
    else:
        origin.extend([start + place for place in folded.origin])


def _parted_letters(chunks: list[str], starts: list[int], index: int) -> int:
    """Count the single letters in a row from ``index`` ("t a y v ị n"); 0 when fewer than three."""
    if len(chunks[index]) != 1 or not chunks[index].isalpha():
        return 0
    end = index + 1
    while end < len(chunks) and end - index < _MOST_PARTED_LETTERS and starts[end] - starts[end - 1] == 2:
        chunk = chunks[end]
        if not chunk[0].isalpha() or (len(chunk) > 1 and any(map(str.isalnum, chunk[1:]))):
            break
        end += 1
        if len(chunk) > 1:  # the word's last letter drags its punctuation along
            break
    return end - index if end - index >= _FEWEST_PARTED_LETTERS else 0


def _joined(chunks: list[str], starts: list[int], index: int, count: int) -> Folded | None:
    """Join parted letters when they read as Vietnamese syllables of two letters or more on average."""
    letters = "".join(chunk[0] for chunk in chunks[index : index + count]).lower()
    syllables = split_syllables(letters) if len(letters) == count else ()
    if not syllables or len(syllables) * 2 > count:
        return None
    places = [starts[index + step] - starts[index] for step in range(count)]
    read, origin, taken = [], [], 0
    for syllable in syllables:
        if taken:
            read.append(" ")
            origin.append(places[taken] - 1)
        read.append(syllable)
        origin.extend(places[taken : taken + len(syllable)])
        taken += len(syllable)
    tail = chunks[index + count - 1][1:]
    read.append(tail)
    origin.extend(range(places[-1] + 1, places[-1] + 1 + len(tail)))
    edit = Edit(Operation.SEPARATOR, 0, places[-1] + 1)
    return Folded("".join(read), tuple(origin), (edit,))


def skeleton(text: str) -> str:
    """Return the look-alike skeleton of a text: its shadow without diacritics, letters and digits only."""
    return "".join(letter for letter in shadow(text).folded if letter.isalnum())
