"""Texts the model was not made for: it abstains and says why."""

from __future__ import annotations

import unicodedata

from records.score import OutOfScope
from records.syllables import is_syllable
from records.text import Shadow

_LONGEST = 20_000
_FEWEST_WORDS = 4
_FEWEST_SYLLABLES = 0.55
_FEWEST_LATIN = 0.5
_READ = 400  # words read for the language; more change nothing and cost time


def out_of_scope(read: Shadow) -> OutOfScope | None:
    """Return why a text cannot be judged, or None when it can."""
    letters = sum(map(str.isalpha, read.text[:4000]))
    if not letters:
        return OutOfScope.EMPTY
    if len(read.source) > _LONGEST:
        return OutOfScope.LENGTH
    if _latin_share(read.text[:4000]) < _FEWEST_LATIN:
        return OutOfScope.LANGUAGE
    words = [word for chunk in read.text.split()[:_READ] if (word := chunk.strip(".,!?:;()[]\"'“”…-+*/#")).isalpha()]
    if len(words) < _FEWEST_WORDS or any("đ" in word or not word.isascii() for word in words[:60]):
        return None
    share = sum(map(is_syllable, words)) / len(words)
    return OutOfScope.LANGUAGE if share < _FEWEST_SYLLABLES else None


def _latin_share(text: str) -> float:
    """Return the share of letters that are Latin."""
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(letter.isascii() or unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return latin / len(letters)
