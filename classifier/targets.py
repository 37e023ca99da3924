"""What the document heads and the tagger learn: the labels as numbers, in one fixed order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.codebook_file import indicator_codes
from classifier.corpus_file import LabelledPost
from classifier.reading import Batch
from records.score import Exploitation, Role

ROLES = tuple(Role)
TYPES = tuple(Exploitation)
CODES = indicator_codes()

#: Columns of the document heads' targets.
FLAG = 0
ROLE = slice(1, 1 + len(ROLES))
LOW = ROLE.stop
HIGH = LOW + 1
TYPE = slice(HIGH + 1, HIGH + 1 + len(TYPES))
CODE = slice(TYPE.stop, TYPE.stop + len(CODES))


def levels(posts: Sequence[LabelledPost]) -> NDArray[np.intp]:
    """Return the labelled risk of each post."""
    return np.array([post.risk for post in posts], np.intp)


def roles(posts: Sequence[LabelledPost]) -> NDArray[np.intp]:
    """Return the index in ``ROLES`` of each post's speaker."""
    return np.array([ROLES.index(post.role) for post in posts], np.intp)


def types(posts: Sequence[LabelledPost]) -> NDArray[np.bool_]:
    """Return which exploitation types each post points to (posts x ``TYPES``)."""
    return np.array([[one in post.exploitation for one in TYPES] for post in posts], bool).reshape(-1, len(TYPES))


def codes(posts: Sequence[LabelledPost]) -> NDArray[np.bool_]:
    """Return which indicators are marked in each post (posts x ``CODES``)."""
    marked = [{mark.code for mark in post.marks} for post in posts]
    return np.array([[code in some for code in CODES] for some in marked], bool).reshape(-1, len(CODES))


def document_targets(posts: Sequence[LabelledPost]) -> NDArray[np.float64]:
    """Return every document target as -1 or 1 (posts x targets)."""
    risk, speaks = levels(posts), roles(posts)
    yes = np.column_stack(
        [risk >= 2, speaks[:, None] == np.arange(len(ROLES)), risk >= 1, risk >= 3, types(posts), codes(posts)]
    )
    return np.where(yes, 1.0, -1.0)


def token_marks(posts: Sequence[LabelledPost], batch: Batch) -> NDArray[np.float32]:
    """Return which tokens lie in a marked span of which indicator (tokens x ``CODES``, 0 or 1)."""
    marks = np.zeros((len(batch.post), len(CODES)), np.float32)
    at = 0
    for post, reading in zip(posts, batch.readings, strict=True):
        for token in reading.tokens:
            if token.text != "<line>":
                start, end = reading.shadow.span(token.start, token.end)
                for mark in post.marks:
                    if start < mark.end and mark.start < end:
                        marks[at, CODES.index(mark.code)] = 1
            at += 1
    return marks
