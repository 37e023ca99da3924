"""One word read into its normal spelling: leet, stretched letters, tone place, chat form."""

from __future__ import annotations

from itertools import groupby, product

from records.edit import Edit, Letters, Operation
from records.spellings import CHAT_FORMS, FOREIGN_WORDS, LEET
from records.syllables import canonical_tone, is_syllable, split_syllables, without_marks

LONGEST_WORD = 64  # longer runs are no words; rules that look words up leave them alone
_STRETCH = 3
_MOST_LEET_SYLLABLES = 2  # "tuyendung@maubien" is an address, not leet


def squeezed(letters: Letters) -> Letters:
    """Keep one of three or more equal signs in a row; digits stay."""
    kept: Letters = []
    for letter, group in groupby(letters, key=lambda pair: pair[0]):
        same = list(group)
        kept += same[:1] if len(same) >= _STRETCH and not letter.isdigit() else same
    return kept


def placed(text: str, places: list[int]) -> Letters:
    """Spread a reading over the places it came from, in order, the last letter on the last place."""
    if len(text) == len(places):
        return list(zip(text, places, strict=True))
    if text.count(" ") == len(text) - len(places):  # only spaces were put in
        taken = iter(places)
        spread: Letters = []
        for letter in text:
            spread.append((letter, spread[-1][1] if letter == " " else next(taken)))
        return spread
    last = max(len(text) - 1, 1)
    return [(letter, places[index * (len(places) - 1) // last]) for index, letter in enumerate(text)]


def leet_undone(word: str) -> str | None:
    """Read signs and digits inside a word as letters; None unless that gives a word we can look up."""
    if word.isalpha() or len(word) > LONGEST_WORD or not word[0].isalpha():
        return None
    inner = [index for index, letter in enumerate(word) if letter in LEET]
    if not inner or (inner[-1] == len(word) - 1 and word[-1] != "@") or sum(word[i] == "1" for i in inner) > 3:
        return None
    for letters in product(*(LEET[word[index]] for index in inner)):
        read = list(word)
        for index, letter in zip(inner, letters, strict=True):
            read[index] = letter
        plain = "".join(read)
        if plain.isalpha() and (plain in FOREIGN_WORDS or 0 < len(split_syllables(plain)) <= _MOST_LEET_SYLLABLES):
            return plain
    return None


def read_word(letters: Letters, short: int, edits: list[Edit]) -> Letters:
    """Read one word: leet, stretched letters, tone place, chat form.

    A word of ``short`` letters or fewer is an initial, a code name or part of an address ("bên K", "K.C.N", ".vn"),
    not a chat form.
    """
    text, places = "".join(letter for letter, _ in letters), [place for _, place in letters]
    span = places[0], places[-1] + 1
    plain = leet_undone(text)
    if plain is not None:
        text = plain
        edits.append(Edit(Operation.LEET, *span))
    letters = list(zip(text, places, strict=True))
    plainer = _unstretched(letters)
    if len(plainer) != len(letters):
        edits.append(Edit(Operation.STRETCH, *span))
        text, places = "".join(letter for letter, _ in plainer), [place for _, place in plainer]
    toned = canonical_tone(text) if len(text) <= LONGEST_WORD else text
    if toned != text:
        edits.append(Edit(Operation.TONE, *span))
        text = toned
    long_form = None if len(text) <= short else CHAT_FORMS.get(text)
    if long_form is not None:
        edits.append(Edit(Operation.CHAT_FORM, *span))
        return placed(long_form, places)
    return list(zip(text, places, strict=True))


def _unstretched(letters: Letters) -> Letters:
    """Take stretched letters back: three or more always, two only where that makes a syllable."""
    word = "".join(letter for letter, _ in letters)
    if word in CHAT_FORMS:  # "cccd" is no stretched "cd"
        return letters
    short = squeezed(letters)
    word = "".join(letter for letter, _ in short)
    if len(short) > LONGEST_WORD or not word.isalpha() or is_syllable(word) or word in CHAT_FORMS:
        return short
    single = [pair for index, pair in enumerate(short) if index == 0 or pair[0] != short[index - 1][0]]
    text = "".join(letter for letter, _ in single)
    return single if len(single) < len(short) and is_syllable(text) and without_marks(text) != text else short
