"""A batch of texts read once: shadows, tokens and their keys, padded so that every token has neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from classifier.keys import Keys, word_key
from classifier.tokens import Token, tokens
from records.syllables import without_marks
from records.text import Shadow, shadow

#: Empty places before the first and after the last token of a post.
PAD = 6


@dataclass(frozen=True, slots=True)
class Reading:
    """One text, its shadow and its tokens."""

    shadow: Shadow
    tokens: list[Token]


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts read together.

    ``plain`` and ``marked`` hold the keys of every token without and with diacritics, padded with ``PAD`` zeros
    around each post; ``place`` are the places of the tokens in them and ``post`` the post of each token.
    """

    readings: tuple[Reading, ...]
    plain: Keys
    marked: Keys
    place: NDArray[np.intp]
    post: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.readings)


@lru_cache(maxsize=131072)
def _both_keys(word: str) -> tuple[int, int]:
    return word_key(without_marks(word)), word_key(word)


def read(texts: Sequence[str]) -> Batch:
    """Read texts into one batch, in order."""
    readings = []
    plain: list[int] = []
    marked: list[int] = []
    counts = []
    pad = [0] * PAD
    for text in texts:
        reading = Reading(reading_shadow := shadow(text), tokens(reading_shadow))
        readings.append(reading)
        counts.append(len(reading.tokens))
        pairs = [_both_keys(token.text) for token in reading.tokens]
        plain += pad
        marked += pad
        plain += [pair[0] for pair in pairs]
        marked += [pair[1] for pair in pairs]
    plain += pad
    marked += pad
    post = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(post)) + PAD * (post + 1)
    return Batch(tuple(readings), np.array(plain, np.uint64), np.array(marked, np.uint64), place, post)


def part(batch: Batch, posts: NDArray[np.intp]) -> Batch:
    """Return the batch of some of the posts, in the order given, without reading them again."""
    chosen = [batch.readings[index] for index in posts]
    first = np.searchsorted(batch.post, posts, "left")
    last = np.searchsorted(batch.post, posts, "right")
    counts = last - first
    post = np.repeat(np.arange(len(posts)), counts)
    place = np.arange(len(post)) + PAD * (post + 1)
    size = len(post) + PAD * (len(posts) + 1)
    plain, marked = np.zeros(size, np.uint64), np.zeros(size, np.uint64)
    taken = np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)] or [np.empty(0, np.intp)])
    source = batch.place[taken.astype(np.intp)]
    plain[place], marked[place] = batch.plain[source], batch.marked[source]
    return Batch(tuple(chosen), plain, marked, place, post)
