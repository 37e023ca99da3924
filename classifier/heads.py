"""Linear document heads: many targets learnt at once by ridge regression on the joined views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve

from classifier.coarse import coarse
from classifier.reading import Batch
from classifier.views import (
    Occurrences,
    Vocabulary,
    columns,
    learn_vocabulary,
    occurrence_worth,
    occurrences,
    weighted_rows,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DocumentHeads:
    """Vocabularies of the views and one column of weights for each target; outputs lie near -1 and 1."""

    vocabularies: dict[str, Vocabulary]
    weights: dict[str, NDArray[np.floating[Any]]]
    bias: NDArray[np.float32]

    def outputs(self, found: dict[str, Occurrences], posts: int) -> Floats:
        """Return every target's output for every post (posts x targets)."""
        total = np.tile(self.bias.astype(np.float64), (posts, 1))
        for view, vocabulary in self.vocabularies.items():
            total += weighted_rows(vocabulary, found[view], posts) @ self.weights[view]
        return total

    def contributions(self, found: dict[str, Occurrences], target: int, posts: int, tokens: int) -> Floats:
        """Return what each token adds to one target's output, n-grams shared between their first and last token."""
        total = np.zeros(tokens)
        for view, vocabulary in self.vocabularies.items():
            one = found[view]
            column, known = columns(vocabulary, one.keys)
            worth = occurrence_worth(vocabulary, one, column, known, posts)
            half = worth * self.weights[view][column[known], target] / 2
            total += np.bincount(one.first[known], half, tokens) + np.bincount(one.last[known], half, tokens)
        return total


def fit_heads(batch: Batch, targets: Floats, ridge: float, fold: NDArray[np.intp]) -> tuple[DocumentHeads, Floats]:
    """Learn all targets (posts x targets, -1 or 1); also return each post's outputs from heads that never saw its fold.

    Vocabulary and rarity come from the whole batch: they read no label.
    """
    found = occurrences(batch)
    vocabularies = {view: learn_vocabulary(one, len(batch)) for view, one in found.items()}
    rows = {view: weighted_rows(vocabularies[view], found[view], len(batch)) for view in found}
    similarity = _similarity(rows)
    unseen = np.zeros_like(targets)
    for held in np.unique(fold):
        seen = np.flatnonzero(fold != held)
        away = np.flatnonzero(fold == held)
        alpha, mean = _solve(similarity[np.ix_(seen, seen)], targets[seen], ridge)
        unseen[away] = similarity[np.ix_(away, seen)] @ alpha + mean
    alpha, mean = _solve(similarity, targets, ridge)
    weights = {view: coarse(one.T @ alpha / len(rows)) for view, one in rows.items()}
    return DocumentHeads(vocabularies, weights, mean.astype(np.float32)), unseen


def _similarity(rows: dict[str, sparse.csr_matrix]) -> Floats:
    """Return the mean over the views of the posts' inner products."""
    total: Floats | None = None
    for one in rows.values():
        dense = (one @ one.T).toarray()
        total = dense.astype(np.float64) if total is None else total + dense
    if total is None:
        raise ValueError("no views")
    return total / len(rows)


def _solve(similarity: Floats, targets: Floats, ridge: float) -> tuple[Floats, Floats]:
    """Solve the dual ridge problem; one factorisation serves every target."""
    mean = targets.mean(axis=0)
    similarity[np.diag_indices_from(similarity)] += ridge
    factor = cho_factor(similarity, overwrite_a=True, check_finite=False)
    return cho_solve(factor, targets - mean, check_finite=False), mean
