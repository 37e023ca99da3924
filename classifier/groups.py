"""Which labelled posts must stay together when the corpus is split: contrast families and near copies."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.corpus_file import LabelledPost
from records.text import shadow

_ALIKE = 0.6  # share of common words (Jaccard) above which two posts count as near copies
_COMMON_WORD_POSTS = 400  # a word in more posts ties nothing together


def families(posts: Sequence[LabelledPost]) -> NDArray[np.intp]:
    """Return one family number for each post: same contrast pair of a niche, or near copies, directly or by others."""
    leader = list(range(len(posts)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    first: dict[tuple[str, str], int] = {}
    for index, post in enumerate(posts):
        if post.pair is not None:
            leader[find(index)] = find(first.setdefault((post.niche, post.pair), index))
    for one, other in near_copies([post.text for post in posts]):
        leader[find(one)] = find(other)
    return np.unique([find(index) for index in range(len(posts))], return_inverse=True)[1]


def near_copies(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Return pairs of texts (later, earlier) that share more than 0.6 of their words, hidden spellings undone."""
    words = [frozenset(shadow(text).folded.split()) for text in texts]
    where: dict[str, list[int]] = defaultdict(list)
    for index, some in enumerate(words):
        for word in some:
            where[word].append(index)
    pairs = []
    for index, some in enumerate(words):
        rare = [word for word in some if len(where[word]) <= _COMMON_WORD_POSTS]
        shared = Counter(other for word in rare for other in where[word] if other < index)
        for other in shared:
            both = len(some & words[other])
            if both / (len(some) + len(words[other]) - both) > _ALIKE:
                pairs.append((index, other))
    return pairs


def folds(groups: NDArray[np.intp], count: int, seed: int) -> NDArray[np.intp]:
    """Deal whole groups into ``count`` folds of about equal numbers of groups; return each post's fold."""
    names = np.unique(groups)
    dealt = np.random.default_rng(seed).permutation(len(names)) % count
    return np.asarray(dealt[np.searchsorted(names, groups)], np.intp)
