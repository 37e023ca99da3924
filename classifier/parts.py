"""Everything a model has learnt, in one frozen value; the names of these classes are part of the model file."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from classifier.heads import DocumentHeads
from classifier.settling import Settled
from classifier.stack import Stack
from classifier.tagger import Tagger


@dataclass(frozen=True)
class Parts:
    """The learnt parts of a model."""

    heads: DocumentHeads
    tagger: Tagger
    stack: Stack
    settled: Settled


def widened(parts: Parts) -> Parts:
    """Return the parts with the stored half-precision weights as single precision, ready to multiply."""
    weights = {view: one.astype(np.float32) for view, one in parts.heads.weights.items()}
    tagger = replace(parts.tagger, weights=parts.tagger.weights.astype(np.float32))
    return replace(parts, heads=replace(parts.heads, weights=weights), tagger=tagger)
