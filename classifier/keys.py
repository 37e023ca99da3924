"""Words, letters and their n-grams as 64-bit keys: a model file holds no word of any post."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


@lru_cache(maxsize=262144)
def word_key(word: str) -> int:
    """Return the key of one word; the same in every program run, never 0 (0 stands for "no word here")."""
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") or 1


def chained(parts: list[Keys], salt: str) -> Keys:
    """Return one key for each place from the parts' keys at that place, in order; ``salt`` tells templates apart."""
    key = np.full(len(parts[0]), word_key(salt), dtype=np.uint64)
    for part in parts:
        key = (key ^ part) * _FACTOR
        key ^= key >> _SHIFT
    return key
