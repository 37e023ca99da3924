"""Boosted trees as plain arrays: fitted by scikit-learn, stored and read without its private classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Forest:
    """Trees laid end to end; a leaf points to itself. ``output`` is the class a tree adds its value to."""

    feature: NDArray[np.int32]
    limit: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    root: NDArray[np.int32]
    output: NDArray[np.int32]
    baseline: NDArray[np.float64]
    depth: int

    def raw(self, rows: Floats) -> Floats:
        """Return log-odds (one column) or class scores (a column each) of every row."""
        at = np.tile(self.root, (len(rows), 1))
        line = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            goes_left = rows[line, self.feature[at]] <= self.limit[at]
            at = np.where(goes_left, self.left[at], self.right[at])
        values = self.value[at]
        total = np.tile(self.baseline, (len(rows), 1))
        for column in range(len(self.baseline)):
            total[:, column] += values[:, self.output == column].sum(axis=1)
        return total


def as_forest(fitted: Any) -> Forest:  # a fitted HistGradientBoostingClassifier
    """Lay the trees of a fitted gradient boosting classifier end to end."""
    parts: dict[str, list[Any]] = {"feature": [], "limit": [], "left": [], "right": [], "value": []}
    roots, outputs, offset, depth = [], [], 0, 1
    for iteration in fitted._predictors:
        for output, tree in enumerate(iteration):
            nodes = tree.nodes
            leaf = nodes["is_leaf"].astype(bool)
            own = np.arange(len(nodes))
            parts["feature"].append(np.where(leaf, 0, nodes["feature_idx"]))
            parts["limit"].append(np.where(leaf, np.inf, nodes["num_threshold"]))
            parts["left"].append(np.where(leaf, own, nodes["left"]) + offset)
            parts["right"].append(np.where(leaf, own, nodes["right"]) + offset)
            parts["value"].append(np.where(leaf, nodes["value"], 0.0))
            roots.append(offset)
            outputs.append(output)
            offset += len(nodes)
            depth = max(depth, int(nodes["depth"].max()))
    joined = {name: np.concatenate(some) for name, some in parts.items()}
    return Forest(
        joined["feature"].astype(np.int32),
        joined["limit"].astype(np.float64),
        joined["left"].astype(np.int32),
        joined["right"].astype(np.int32),
        joined["value"].astype(np.float64),
        np.array(roots, np.int32),
        np.array(outputs, np.int32),
        np.asarray(fitted._baseline_prediction, np.float64).ravel(),
        depth,
    )
