"""One chunk of a text (no white space inside) read into its normal spelling, with offsets kept."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from records.contact import MASKS
from records.edit import Edit, Letters, Operation
from records.spellings import CHAT_FORMS, FOREIGN_WORDS, HOMOGLYPH_CHARS, HOMOGLYPHS, INVISIBLE_CHARS, LEET, SEPARATORS
from records.syllables import canonical_tone, is_syllable, split_syllables
from records.word import LONGEST_WORD, leet_undone, placed, read_word, squeezed

_LONGEST_CACHED = 48
_KEPT = frozenset(MASKS.values())


@dataclass(frozen=True, slots=True)
class Folded:
    """A chunk in normal spelling; ``origin`` is None when every letter stayed in its place."""

    text: str
    origin: tuple[int, ...] | None
    edits: tuple[Edit, ...]


def fold_chunk(chunk: str) -> Folded:
    """Read one chunk; any string without white space is accepted, cost is linear in its length."""
    return _remembered(chunk) if len(chunk) <= _LONGEST_CACHED else _read(chunk)


def _read(chunk: str) -> Folded:
    """Apply the operations in their order to one chunk."""
    edits: list[Edit] = []
    letters = _visible(chunk, edits)
    _undo_look_alikes(letters, edits)
    read: Letters = []
    for soft, group in groupby(letters, key=lambda letter: _is_soft(letter[0])):
        run = list(group)
        read += _read_run(chunk, run, edits) if soft else squeezed(run)
    text = "".join(letter for letter, _ in read)
    places = tuple(place for _, place in read)
    kept = (
        len(text) == len(chunk) and all(len(letter) == 1 for letter, _ in read) and places == tuple(range(len(chunk)))
    )
    if not kept and len(text) != len(places):
        places = tuple(place for letter, place in read for _ in letter)
    return Folded(text, None if kept else places, tuple(edits))


_remembered = lru_cache(maxsize=65536)(_read)


def _is_soft(letter: str) -> bool:
    """Say whether a letter may stand inside a word: letters, digits, separators and leet signs."""
    return letter.isalnum() or letter in SEPARATORS or letter in LEET


def _visible(chunk: str, edits: list[Edit]) -> Letters:
    """Drop what cannot be seen, take compatible letters for styled ones, compose marks, lower the case."""
    letters: Letters = []
    for place, letter in enumerate(chunk):
        if letter in INVISIBLE_CHARS:
            if 0 < place < len(chunk) - 1 and chunk[place - 1].isalpha():
                edits.append(Edit(Operation.INVISIBLE, place - 1, place + 2))
            continue
        if unicodedata.combining(letter):
            _compose(letters, letter)
            continue
        plain = letter.lower()
        if letter not in _KEPT and not letter.isascii():
            compatible = unicodedata.normalize("NFKC", letter).lower()
            if compatible != unicodedata.normalize("NFC", plain) and not any(map(str.isspace, compatible)):
                plain = compatible
                if compatible.isalpha():
                    edits.append(Edit(Operation.COMPATIBILITY, place, place + 1))
        letters.extend((part, place) for part in plain if not unicodedata.combining(part))
    return letters


def _compose(letters: Letters, mark: str) -> None:
    """Put a combining mark onto the letter before it; a mark that fits no letter is dropped."""
    if letters:
        before, place = letters[-1]
        composed = unicodedata.normalize("NFC", before + mark)
        if len(composed) == 1:
            letters[-1] = (composed, place)


def _undo_look_alikes(letters: Letters, edits: list[Edit]) -> None:
    """Read other scripts' look-alikes as Latin, unless the chunk is plainly a word of the other script."""
    odd = [index for index, (letter, _) in enumerate(letters) if letter in HOMOGLYPH_CHARS]
    if not odd:
        return
    written = [letter for letter, _ in letters if letter.isalpha()]
    mixed = any(
        letter < "\u0250" or "\u1e00" <= letter <= "\u1eff" for letter in written if letter not in HOMOGLYPH_CHARS
    )
    if not mixed and not all(letter in HOMOGLYPH_CHARS for letter in written):
        return
    for index in odd:
        letter, place = letters[index]
        letters[index] = (HOMOGLYPHS[ord(letter)], place)
        edits.append(Edit(Operation.HOMOGLYPH, place, place + 1))


def _read_run(chunk: str, letters: Letters, edits: list[Edit]) -> Letters:
    """Read a run of letters, digits, separators and leet signs: first as one parted word, else word by word."""
    first, last = 0, len(letters)
    while first < last and not letters[first][0].isalnum():
        first += 1
    while last > first and not letters[last - 1][0].isalnum():
        last -= 1
    core = letters[first:last]
    read = _joined(core, edits) or _word_by_word(chunk, core, edits)
    return squeezed(letters[:first]) + read + squeezed(letters[last:])


def _word_by_word(chunk: str, letters: Letters, edits: list[Edit]) -> Letters:
    """Read each word between separators for itself; a star between letters is noted as hiding one."""
    read: Letters = []
    parts = [list(group) for _, group in groupby(letters, key=lambda pair: pair[0] in SEPARATORS)]
    for index, part in enumerate(parts):
        if part[0][0] not in SEPARATORS:
            short = 2 if len(parts) > 1 else int(chunk[part[0][1]].isupper())
            read += read_word(part, short, edits)
            continue
        if part[0][0] == "*" and 0 < index < len(parts) - 1 and parts[index - 1][-1][0].isalpha():
            edits.append(Edit(Operation.STARRED, parts[index - 1][0][1], parts[index + 1][-1][1] + 1))
        read += squeezed(part)
    return read


def _joined(letters: Letters, edits: list[Edit]) -> Letters | None:
    """Join a word written apart ("C.a.m", "v.iệc", "q-u-a") when the joined form can be looked up."""
    signs = {letter for letter, _ in letters if letter in SEPARATORS}
    if not signs or len(letters) > LONGEST_WORD:
        return None
    parts = [list(group) for apart, group in groupby(letters, key=lambda p: p[0] in SEPARATORS) if not apart]
    words = ["".join(letter for letter, _ in part) for part in parts]
    if any(word.isdigit() for word in words) or len(parts) < 2:
        return None
    together = [pair for part in parts for pair in part]
    text = leet_undone("".join(words)) or "".join(words)
    single = all(len(word) == 1 for word in words)
    if text in FOREIGN_WORDS or text in CHAT_FORMS:
        cut: tuple[str, ...] = (CHAT_FORMS.get(text, text),)
    elif not text.isalpha() or (not single and all(is_syllable(word) and len(word) > 1 for word in words)):
        return None
    else:
        cut = split_syllables(text)
    if not cut or (single and len(signs) > 1) or len(cut) * 2 > len(text):
        return None
    edits.append(Edit(Operation.SEPARATOR, letters[0][1], letters[-1][1] + 1))
    return placed(" ".join(map(canonical_tone, cut)), [place for _, place in together])
