"""The last stage: from evidence to calibrated score, level, role, types and indicators."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from classifier.evidence import code_columns, type_columns
from classifier.forest import Forest, as_forest
from classifier.logits import Logits, fit_logits
from classifier.targets import CODES, TYPES

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class StackConfig:
    """How the boosted trees grow."""

    trees: int = 150
    role_trees: int = 80
    pace: float = 0.05
    leaves: int = 12
    fewest_in_leaf: int = 25
    shrink: float = 5.0
    share_of_columns: float = 0.3
    type_strength: float = 0.1
    code_strength: float = 0.2


@dataclass(frozen=True)
class Verdicts:
    """What the stack says of each post, before calibration."""

    flag: Floats  # log-odds of risk 2 or 3
    low: Floats  # log-odds of risk 1 or more
    high: Floats  # log-odds of risk 3
    roles: Floats  # posts x roles, shares that sum to 1
    types: Floats  # posts x types, log-odds if the post is a lure
    codes: Floats  # posts x indicators, log-odds


@dataclass(frozen=True)
class Stack:
    """The fitted last stage."""

    flag: Forest
    low: Forest
    high: Forest
    role: Forest
    types: Logits
    codes: Logits

    def verdicts(self, rows: Floats) -> Verdicts:
        """Judge rows of evidence."""
        scores = self.role.raw(rows)
        shares = np.exp(scores - scores.max(axis=1, keepdims=True)) if len(rows) else scores
        return Verdicts(
            flag=self.flag.raw(rows)[:, 0],
            low=self.low.raw(rows)[:, 0],
            high=self.high.raw(rows)[:, 0],
            roles=shares / shares.sum(axis=1, keepdims=True) if len(rows) else shares,
            types=self.types.log_odds(rows),
            codes=self.codes.log_odds(rows),
        )


@dataclass(frozen=True)
class Labels:
    """The labels the stack learns from, one row for each post."""

    levels: NDArray[np.intp]
    roles: NDArray[np.intp]
    types: NDArray[np.bool_]
    codes: NDArray[np.bool_]

    def some(self, posts: NDArray[np.intp]) -> Labels:
        """Return the labels of some of the posts."""
        return Labels(self.levels[posts], self.roles[posts], self.types[posts], self.codes[posts])


def fit_stack(rows: Floats, labels: Labels, config: StackConfig, seed: int) -> Stack:
    """Learn the last stage from out-of-fold evidence."""
    lure = labels.levels >= 2  # types say what a lure points to; whether it is one is the flag's question
    every_type = [type_columns(kind) for kind in range(len(TYPES))]
    every_code = [code_columns(code) for code in range(len(CODES))]
    return Stack(
        flag=_trees(rows, labels.levels >= 2, config, config.trees, seed),
        low=_trees(rows, labels.levels >= 1, config, config.trees, seed),
        high=_trees(rows, labels.levels >= 3, config, config.trees, seed),
        role=_trees(rows, labels.roles, config, config.role_trees, seed),
        types=fit_logits(rows[lure], labels.types[lure], every_type, config.type_strength),
        codes=fit_logits(rows, labels.codes, every_code, config.code_strength),
    )


def _trees(rows: Floats, wanted: NDArray[np.generic], config: StackConfig, trees: int, seed: int) -> Forest:
    from sklearn.ensemble import HistGradientBoostingClassifier

    grower = HistGradientBoostingClassifier(
        max_iter=trees,
        learning_rate=config.pace,
        max_leaf_nodes=config.leaves,
        min_samples_leaf=config.fewest_in_leaf,
        l2_regularization=config.shrink,
        max_features=config.share_of_columns,
        early_stopping=False,
        random_state=seed,
    )
    return as_forest(grower.fit(rows, wanted))


def unseen_verdicts(rows: Floats, labels: Labels, fold: NDArray[np.intp], config: StackConfig, seed: int) -> Verdicts:
    """Return each post's verdicts from a stack that never saw its fold."""
    names = [one.name for one in fields(Verdicts)]
    found: dict[str, Floats] = {}
    for held in np.unique(fold):
        seen, away = np.flatnonzero(fold != held), np.flatnonzero(fold == held)
        verdicts = fit_stack(rows[seen], labels.some(seen), config, seed).verdicts(rows[away])
        for name in names:
            one = getattr(verdicts, name)
            found.setdefault(name, np.zeros((len(rows), *one.shape[1:])))[away] = one
    return Verdicts(**found)
