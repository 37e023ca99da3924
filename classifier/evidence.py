"""What the last stage reads of each post: document heads, the tagger's strongest tokens, and structure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.targets import CODE, CODES, FLAG, ROLE, TYPE

Floats = NDArray[np.float64]

_NOWHERE = -12.0  # log-odds of an indicator in a post without tokens
HEADS = CODE.stop


def pooled(log_odds: NDArray[np.float32], post: NDArray[np.intp], posts: int) -> Floats:
    """Return for each post the strongest token of each indicator and its summed evidence (posts x 2 indicators)."""
    strongest = np.full((posts, len(CODES)), _NOWHERE)
    total = np.zeros((posts, len(CODES)))
    if len(post):
        first = np.flatnonzero(np.r_[True, post[1:] != post[:-1]])
        strongest[post[first]] = np.maximum.reduceat(log_odds, first, axis=0)
        total[post[first]] = np.add.reduceat(np.logaddexp(0, log_odds), first, axis=0)
    return np.hstack([np.maximum(strongest, _NOWHERE), total])


def evidence(heads: Floats, pool: Floats, numbers: Floats) -> Floats:
    """Join everything known of each post into one row."""
    return np.hstack([heads, pool, numbers])


def code_columns(code: int) -> list[int]:
    """Return the columns of the evidence that tell whether one indicator is present."""
    own = [CODE.start + code, HEADS + code, HEADS + len(CODES) + code]
    return [*own, FLAG, *range(ROLE.start, ROLE.stop)]


def type_columns(kind: int) -> list[int]:
    """Return the columns of the evidence that tell whether one exploitation type applies."""
    strongest = range(HEADS, HEADS + len(CODES))
    return [TYPE.start + kind, *range(CODE.start, CODE.stop), FLAG, *range(ROLE.start, ROLE.stop), *strongest]
