"""Document views: counted n-grams of words and letters as weighted, length-free rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifier.keys import Keys, chained
from classifier.reading import Batch

#: An n-gram from fewer posts is not kept: it could only remember single posts.
FEWEST_POSTS = 5
WORD_LENGTHS = (1, 2, 3)
MARKED_LENGTHS = (1, 2)
LETTER_LENGTHS = (2, 3, 4)


@dataclass(frozen=True)
class Vocabulary:
    """The kept keys in ascending order, and each key's inverse document frequency."""

    keys: Keys
    rarity: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where n-grams stand: for each occurrence its key, its post, and the first and last token it touches."""

    keys: Keys
    post: NDArray[np.intp]
    first: NDArray[np.intp]
    last: NDArray[np.intp]


def occurrences(batch: Batch) -> dict[str, Occurrences]:
    """Return the n-grams of every view of a batch."""
    return {
        "word": _joined(_words(batch, batch.plain, length, "word") for length in WORD_LENGTHS),
        "marked": _joined(_words(batch, batch.marked, length, "marked") for length in MARKED_LENGTHS),
        "letter": _joined(_letters(batch)),
    }


def _joined(parts: Iterable[Occurrences]) -> Occurrences:
    every = list(parts)
    return Occurrences(
        np.concatenate([one.keys for one in every]),
        np.concatenate([one.post for one in every]),
        np.concatenate([one.first for one in every]),
        np.concatenate([one.last for one in every]),
    )


def _words(batch: Batch, keys: Keys, length: int, salt: str) -> Occurrences:
    """Return word n-grams that start at each token; one empty place may stand at the end, and marks the post's end."""
    place = batch.place
    key = chained([keys[place + step] for step in range(length)], f"{salt}{length}")
    empty = sum((keys[place + step] == 0).astype(np.int8) for step in range(length)) if length > 1 else None
    kept = np.ones(len(place), bool) if empty is None else empty <= 1
    token = np.arange(len(place))
    inside = np.searchsorted(batch.post, batch.post, "right") - 1
    last = np.minimum(token + length - 1, inside)
    return Occurrences(key[kept], batch.post[kept], token[kept], last[kept])


def _letters(batch: Batch) -> list[Occurrences]:
    """Return letter n-grams of the tokens' texts, each token followed by one space."""
    pieces = [token.text for reading in batch.readings for token in reading.tokens]
    text = " ".join(pieces) + " " if pieces else ""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    lengths = np.fromiter((len(piece) + 1 for piece in pieces), np.intp, len(pieces))
    token = np.repeat(np.arange(len(pieces)), lengths)
    found = []
    for length in LETTER_LENGTHS:
        count = max(len(codes) - length + 1, 0)
        key = chained([codes[step : step + count] for step in range(length)], f"letter{length}")
        first, last = token[:count], token[length - 1 : length - 1 + count]
        kept = batch.post[first] == batch.post[last] if count else np.empty(0, bool)
        found.append(Occurrences(key[kept], batch.post[first[kept]], first[kept], last[kept]))
    return found


def learn_vocabulary(found: Occurrences, posts: int, fewest: int = FEWEST_POSTS) -> Vocabulary:
    """Keep the keys that stand in at least ``fewest`` posts."""
    order = np.lexsort((found.post, found.keys))
    keys, post = found.keys[order], found.post[order]
    fresh = np.ones(len(keys), bool)
    fresh[1:] = (keys[1:] != keys[:-1]) | (post[1:] != post[:-1])
    kept, counts = np.unique(keys[fresh], return_counts=True)
    often = counts >= fewest
    rarity = np.log((1 + posts) / (1 + counts[often])) + 1
    return Vocabulary(kept[often], rarity.astype(np.float32))


def columns(vocabulary: Vocabulary, keys: Keys) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the column of each key and whether it is known; the column of an unknown key means nothing."""
    if not len(vocabulary.keys):
        return np.zeros(len(keys), np.intp), np.zeros(len(keys), bool)
    column = np.searchsorted(vocabulary.keys, keys)
    column[column == len(vocabulary.keys)] = 0
    return column, vocabulary.keys[column] == keys


def weighted_rows(vocabulary: Vocabulary, found: Occurrences, posts: int) -> sparse.csr_matrix:
    """Return rows of (1 + log count) x rarity, each of Euclidean length 1 (shape: posts x keys)."""
    column, known = columns(vocabulary, found.keys)
    ones = np.ones(int(known.sum()), np.float32)
    shape = (posts, len(vocabulary.keys))
    rows = sparse.coo_matrix((ones, (found.post[known], column[known])), shape=shape).tocsr()
    rows.data = (1 + np.log(rows.data)) * vocabulary.rarity[rows.indices]
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    scale = np.where(length > 0, 1 / np.maximum(length, 1e-12), 0).astype(np.float32)
    rows.data *= np.repeat(scale, np.diff(rows.indptr))
    return rows


def occurrence_worth(
    vocabulary: Vocabulary, found: Occurrences, column: NDArray[np.intp], known: NDArray[np.bool_], posts: int
) -> NDArray[np.float64]:
    """Return each known occurrence's equal part of its n-gram's weighted value in its post."""
    rows = weighted_rows(vocabulary, found, posts)
    width = len(vocabulary.keys)
    where = found.post[known] * width + column[known]
    cells = np.repeat(np.arange(posts), np.diff(rows.indptr)) * width + rows.indices
    order = np.argsort(cells, kind="stable")
    at = order[np.searchsorted(cells, where, sorter=order)]
    counts = np.bincount(at, minlength=len(cells))
    return np.asarray(rows.data[at] / counts[at], np.float64)
