"""What rules see at each token: a place, a word that was hidden; the tagger reads it beside the words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from classifier.keys import Keys, word_key
from classifier.reading import Reading
from records.edit import HIDING
from records.places import Place

_NO_SIGHT = np.uint64(0)


def context_keys(readings: Sequence[Reading], named: Sequence[list[Place]]) -> Keys:
    """Return one key for each token of all readings, in order; 0 where no rule sees anything."""
    keys: list[int] = []
    for reading, some in zip(readings, named, strict=True):
        keys += _sights(reading, some)
    return np.array(keys, np.uint64)


def _sights(reading: Reading, named: list[Place]) -> list[int]:
    hidden = [(edit.start, edit.end) for edit in reading.shadow.edits if edit.operation in HIDING]
    if not hidden and not named:
        return [0] * len(reading.tokens)
    origin = reading.shadow.origin
    keys = []
    for token in reading.tokens:
        seen = ""
        for place in named:
            if place.start < token.end and token.start < place.end:
                seen = "hotspot" if place.hotspot else "abroad" if not place.code.startswith("VN-") else "province"
        at = origin[token.start]
        if any(start <= at < end for start, end in hidden):
            seen += " hidden"
        keys.append(word_key(seen) if seen else 0)
    return keys
