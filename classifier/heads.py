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
from classifier.views import SHARES, Counted, Vocabulary, counted, learn_vocabulary, occurrence_worth, occurrences

Floats = NDArray[np.float64]

_DUST = 0.25


@dataclass(frozen=True)
class DocumentHeads:
    """Vocabularies of the views and one column of weights for each target; outputs lie near -1 and 1."""

    vocabularies: dict[str, Vocabulary]
    weights: dict[str, NDArray[np.floating[Any]]]
    bias: NDArray[np.float32]

    def counted(self, batch: Batch) -> dict[str, Counted]:
        """Look every view of a batch up."""
        found = occurrences(batch)
        return {view: counted(vocabulary, found[view], len(batch)) for view, vocabulary in self.vocabularies.items()}

    def outputs(self, views: dict[str, Counted]) -> Floats:
        """Return every target's output for every post (posts x targets)."""
        total: Floats = self.bias.astype(np.float64)
        for view, one in views.items():
            total = total + one.rows @ self.weights[view]
        return total

    def contributions(self, views: dict[str, Counted], target: int, tokens: int) -> Floats:
        """Return what each token adds to one target's output, n-grams shared between their first and last token."""
        total = np.zeros(tokens)
        for view, one in views.items():
            half = occurrence_worth(one) * self.weights[view][one.column, target] / 2
            for ends in (one.occurrences.first, one.occurrences.last):
                total += np.bincount(ends[one.known], half, tokens)
        return total


def fit_heads(batch: Batch, targets: Floats, ridge: float, fold: NDArray[np.intp]) -> tuple[DocumentHeads, Floats]:
    """Learn all targets (posts x targets, -1 or 1); also return each post's outputs from heads that never saw its fold.

    Vocabulary and rarity come from the whole batch: they read no label.
    """
    found = occurrences(batch)
    vocabularies = {view: learn_vocabulary(one, len(batch)) for view, one in found.items()}
    rows = {view: counted(vocabularies[view], found[view], len(batch)).rows for view in found}
    similarity = _similarity(rows)
    unseen = np.zeros_like(targets)
    for held in np.unique(fold):
        seen = np.flatnonzero(fold != held)
        away = np.flatnonzero(fold == held)
        alpha, mean = _solve(similarity[np.ix_(seen, seen)], targets[seen], ridge)
        unseen[away] = similarity[np.ix_(away, seen)] @ alpha + mean
    alpha, mean = _solve(similarity, targets, ridge)
    weights = {view: coarse(_without_dust(one.T @ alpha * SHARES[view])) for view, one in rows.items()}
    return DocumentHeads(vocabularies, weights, mean.astype(np.float32)), unseen


def _without_dust(weights: Floats) -> Floats:
    """Set weights far below their target's spread to 0: under 1 % of the squared weight, a quarter of the file."""
    if not len(weights):
        return weights
    return np.where(np.abs(weights) < _DUST * weights.std(axis=0), 0.0, weights)


def _similarity(rows: dict[str, sparse.csr_matrix]) -> Floats:
    """Return the posts' inner products, every view by its share."""
    size = next(iter(rows.values())).shape[0]
    total = np.zeros((size, size))
    for view, one in rows.items():
        total += SHARES[view] * (one @ one.T).toarray()
    return total


def _solve(similarity: Floats, targets: Floats, ridge: float) -> tuple[Floats, Floats]:
    """Solve the dual ridge problem; one factorisation serves every target."""
    mean = targets.mean(axis=0)
    similarity[np.diag_indices_from(similarity)] += ridge
    factor = cho_factor(similarity, overwrite_a=True, check_finite=False)
    return cho_solve(factor, targets - mean, check_finite=False), mean
