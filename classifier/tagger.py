"""Learned tagging: for every token and every indicator, the log-odds that the token is part of its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifier.coarse import coarse
from classifier.keys import Keys, chained
from classifier.reading import Batch
from classifier.views import FEWEST_POSTS, Occurrences, Vocabulary, columns, learn_vocabulary

Rows = NDArray[np.float32]

_NEAR = 3
_WINDOW = 5
_EPOCHS = 6
_RATE = 0.15
_SHRINK = 1e-5
_CHUNK = 8192
_FORGOTTEN = 0.01  # smaller weights change nothing and would fill the model file


@dataclass(frozen=True)
class Tagger:
    """Known window features and one column of weights for each indicator."""

    vocabulary: Vocabulary
    weights: NDArray[np.floating[Any]]
    bias: Rows

    def log_odds(self, batch: Batch, context: NDArray[np.uint64]) -> Rows:
        """Return the log-odds of every indicator at every token (tokens x indicators)."""
        rows = _rows(self.vocabulary, _features(batch, context))
        return np.asarray(rows @ self.weights + self.bias, np.float32)


def _features(batch: Batch, context: NDArray[np.uint64]) -> list[Keys]:
    """Return one array of keys for each template: the window's words, by place and as a bag, and their n-grams.

    ``context`` is one key for each token that says what rules saw there (0 for nothing).
    """
    plain, marked, place = batch.plain, batch.marked, batch.place
    around = {step: plain[place + step] for step in range(-_WINDOW, _WINDOW + 1)}
    found = [chained([around[step]], f"at{step}") for step in range(-_NEAR, _NEAR + 1)]
    found.append(chained([marked[place]], "marked"))
    found.append(chained([context], "context"))
    found.append(chained([context, around[0]], "context word"))
    for start, end in ((-1, 0), (0, 1), (-2, -1), (1, 2), (-2, 0), (-1, 1), (0, 2)):
        found.append(chained([around[step] for step in range(start, end + 1)], f"from{start}to{end}"))
    found += [chained([around[step]], "near") for step in range(-_WINDOW, _WINDOW + 1)]
    found += [chained([around[step], around[step + 1]], "near two") for step in range(-_WINDOW + 1, _WINDOW - 1)]
    return found


def _rows(vocabulary: Vocabulary, features: list[Keys]) -> sparse.csr_matrix:
    """Return tokens x known features; a feature that stands twice in a window counts twice."""
    every = np.stack(features, axis=1)
    column, known = columns(vocabulary, every.ravel())
    ends = np.concatenate([[0], np.cumsum(known.reshape(every.shape).sum(axis=1))])
    kept = column[known].astype(np.int32)
    shape = (len(every), len(vocabulary.keys))
    return sparse.csr_matrix((np.ones(len(kept), np.float32), kept, ends), shape=shape)


def fit_tagger(batch: Batch, context: Keys, marks: Rows, fold: NDArray[np.intp], seed: int) -> tuple[Tagger, Rows]:
    """Learn from marked tokens (tokens x indicators, 0 or 1) by mini-batch logistic regression (AdaGrad).

    Also return every token's log-odds from a tagger that never saw its post's fold.
    """
    features = _features(batch, context)
    posts = np.tile(batch.post, len(features))
    keys = np.concatenate(features)
    nowhere = np.empty(0, np.intp)
    vocabulary = learn_vocabulary(Occurrences(keys, posts, nowhere, nowhere), len(batch), FEWEST_POSTS)
    rows = _rows(vocabulary, features)
    unseen = np.zeros_like(marks)
    held_by = fold[batch.post]
    for held in np.unique(fold):
        seen, away = np.flatnonzero(held_by != held), np.flatnonzero(held_by == held)
        weights, bias = _descend(rows[seen], marks[seen], seed)
        unseen[away] = rows[away] @ weights + bias
    weights, bias = _descend(rows, marks, seed)
    weights[np.abs(weights) < _FORGOTTEN] = 0
    return Tagger(vocabulary, coarse(weights), bias), unseen


def _descend(rows: sparse.csr_matrix, marks: Rows, seed: int) -> tuple[Rows, Rows]:
    """Go downhill over chunks of tokens in a seeded order, each weight at a pace of its own."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(rows.shape[0])
    chunks = []
    for start in range(0, len(order), _CHUNK):
        some = rows[order[start : start + _CHUNK]]
        chunks.append((some, some.T.tocsr(), marks[order[start : start + _CHUNK]]))
    shape = rows.shape[1], marks.shape[1]
    weights, bias = np.zeros(shape, np.float32), np.log(marks.mean(axis=0) + 1e-5).astype(np.float32)
    seen = np.full(shape, 1e-3, np.float32)
    for _ in range(_EPOCHS):
        for index in rng.permutation(len(chunks)):
            some, across, wanted = chunks[index]
            gap = 1 / (1 + np.exp(-(some @ weights + bias))) - wanted
            slope = across @ gap + np.float32(_SHRINK * some.shape[0]) * weights
            seen += slope * slope
            weights -= np.float32(_RATE) * slope / np.sqrt(seen)
            bias -= np.float32(0.01 * _RATE) * gap.mean(axis=0)
    return weights, bias
