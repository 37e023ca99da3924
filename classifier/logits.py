"""Small logistic regressions kept as arrays: one for each indicator and each exploitation type."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Logits:
    """One weight for each column of the evidence and each target (columns x targets)."""

    weights: Floats
    bias: Floats

    def log_odds(self, rows: Floats) -> Floats:
        """Return the log-odds of every target for every row."""
        return np.asarray(rows @ self.weights + self.bias, np.float64)


def fit_logits(rows: Floats, wanted: NDArray[np.bool_], columns: list[list[int]], strength: float) -> Logits:
    """Learn each target from its own columns; a target without two classes keeps its base rate."""
    from sklearn.linear_model import LogisticRegression

    middle, spread = rows.mean(axis=0), rows.std(axis=0)
    spread[spread == 0] = 1
    scaled = (rows - middle) / spread
    weights, bias = np.zeros((rows.shape[1], wanted.shape[1])), np.zeros(wanted.shape[1])
    for target, chosen in enumerate(columns):
        share = float(wanted[:, target].mean())
        if not 0 < share < 1:
            bias[target] = 12.0 if share else -12.0
            continue
        fitted = LogisticRegression(C=strength, max_iter=1000).fit(scaled[:, chosen], wanted[:, target])
        weights[chosen, target] = fitted.coef_[0] / spread[chosen]
        bias[target] = fitted.intercept_[0] - float(middle[chosen] @ weights[chosen, target])
    return Logits(weights, bias)
