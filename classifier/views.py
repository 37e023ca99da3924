"""Document views: counted n-grams and near pairs of words as weighted, length-free rows."""

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
FARTHEST = 6
#: How much each view counts where they are joined; chosen by cross-validation.
SHARES = {"word": 0.4, "marked": 0.2, "pair": 0.4}


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
    """Return the n-grams of every view of a batch, views in the order a model file keeps them."""
    return {
        # Alphabetical, as files keep names: sums in another order would differ in their last digits.
        "marked": _joined(_words(batch, batch.marked, length, "marked") for length in MARKED_LENGTHS),
        "pair": _joined(_near_pairs(batch)),
        "word": _joined(_words(batch, batch.plain, length, "word") for length in WORD_LENGTHS),
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


def _near_pairs(batch: Batch) -> Iterable[Occurrences]:
    """Return pairs of words that stand two to six places apart, in either order: what combines in one offer."""
    first = np.arange(len(batch.place))
    inside = np.searchsorted(batch.post, batch.post, "right") - 1
    for step in range(2, FARTHEST + 1):
        kept = first + step <= inside
        one, other = batch.plain[batch.place[kept]], batch.plain[batch.place[kept] + step]
        keys = chained([np.minimum(one, other), np.maximum(one, other)], "pair")
        yield Occurrences(keys, batch.post[kept], first[kept], first[kept] + step)


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


@dataclass(frozen=True, slots=True)
class Counted:
    """One view of a batch looked up in its vocabulary.

    ``rows`` (posts x keys) hold (1 + log count) x rarity, each row of Euclidean length 1; ``column`` is the key of
    each known occurrence, ``occurrences`` the occurrences they are, ``known`` which of all occurrences are known.
    """

    rows: sparse.csr_matrix
    column: NDArray[np.intp]
    known: NDArray[np.bool_]
    occurrences: Occurrences


def counted(vocabulary: Vocabulary, found: Occurrences, posts: int) -> Counted:
    """Look the occurrences of a batch up and weigh their counts."""
    column, known = columns(vocabulary, found.keys)
    column = column[known]
    ones = np.ones(len(column), np.float32)
    shape = (posts, len(vocabulary.keys))
    rows = sparse.coo_matrix((ones, (found.post[known], column)), shape=shape).tocsr()
    rows.sum_duplicates()
    rows.data = (1 + np.log(rows.data)) * vocabulary.rarity[rows.indices]
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    scale = np.where(length > 0, 1 / np.maximum(length, 1e-12), 0).astype(np.float32)
    rows.data *= np.repeat(scale, np.diff(rows.indptr))
    return Counted(rows, column, known, found)


def occurrence_worth(view: Counted) -> NDArray[np.float64]:
    """Return each known occurrence's equal part of its n-gram's weighted value in its post."""
    posts, width = view.rows.shape
    where = view.occurrences.post[view.known] * width + view.column
    cells = np.repeat(np.arange(posts), np.diff(view.rows.indptr)) * width + view.rows.indices
    at = np.searchsorted(cells, where)  # rows are sorted by post, then by column
    counts = np.bincount(at, minlength=len(cells))
    return np.asarray(view.rows.data[at] / counts[at], np.float64)
