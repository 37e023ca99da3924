"""Honest figures: every post scored by a model that saw neither it nor its contrast family, niche by niche too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.corpus_file import LabelledPost
from classifier.figures import Figures, code_table, figures
from classifier.groups import families, folds
from classifier.model import Model
from classifier.training import Mask, Progress, TrainingConfig, chosen, learn, silent
from records.score import Score


def scores_of(model: Model, posts: Sequence[LabelledPost], mask: Mask) -> list[Score]:
    """Return the model's scores of labelled posts."""
    return model.score([mask(post.text) for post in posts])


def unseen_scores(
    posts: Sequence[LabelledPost],
    fold: NDArray[np.intp],
    *,
    seed: int,
    config: TrainingConfig,
    mask: Mask,
    progress: Progress = silent,
) -> list[Score]:
    """Score every post by a model trained from the start on the other folds."""
    scores: dict[int, Score] = {}
    for held in np.unique(fold):
        progress(f"without fold {held} of {len(np.unique(fold))}")
        seen, away = np.flatnonzero(fold != held), np.flatnonzero(fold == held)
        parts = learn(chosen(posts, seen), seed=seed, config=config, mask=mask)
        model = Model(parts, {"model": "cross-validation", "threshold": parts.settled.threshold})
        scores |= dict(zip(away.tolist(), scores_of(model, chosen(posts, away), mask), strict=True))
    return [scores[index] for index in range(len(posts))]


def by_family(
    posts: Sequence[LabelledPost],
    *,
    seed: int,
    config: TrainingConfig,
    mask: Mask,
    count: int = 5,
    progress: Progress = silent,
) -> Figures:
    """Return the figures cross-validated by contrast family, with a table of the indicators and of the niches."""
    fold = folds(families(posts), count, seed)
    scores = unseen_scores(posts, fold, seed=seed, config=config, mask=mask, progress=progress)
    return figures(posts, scores) | {"indicators": code_table(posts, scores), "niches": _niches(posts, scores)}


def by_niche(
    posts: Sequence[LabelledPost], *, seed: int, config: TrainingConfig, mask: Mask, progress: Progress = silent
) -> Figures:
    """Return the figures with each niche scored by a model trained on all others: a guess for new kinds of lure."""
    names = [post.niche for post in posts]
    fold = np.unique(names, return_inverse=True)[1]
    scores = unseen_scores(posts, fold, seed=seed, config=config, mask=mask, progress=progress)
    return figures(posts, scores) | {"niches": _niches(posts, scores)}


def _niches(posts: Sequence[LabelledPost], scores: Sequence[Score]) -> dict[str, Figures]:
    """Return average precision and counts of each niche."""
    table: dict[str, Figures] = {}
    for niche in sorted({post.niche for post in posts}):
        which = [index for index, post in enumerate(posts) if post.niche == niche]
        found = figures([posts[index] for index in which], [scores[index] for index in which])
        names = ("posts", "positives", "average_precision", "flag_precision", "flag_recall")
        table[niche] = {name: found[name] for name in names if name in found}
    return table
