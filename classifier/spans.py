"""From tokens to spans of the text: indicator findings and reasons."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.reading import Reading
from classifier.targets import CODES
from records.score import Finding, Reason

_MOST_SPANS = 3  # of one indicator in one post (codebook 7.2)
_MOST_REASONS = 8
_BRIDGE = 1  # tokens below the limit that may lie inside a span
_LEAST_REASON = 0.05


def findings(
    reading: Reading, tokens: NDArray[np.float32], present: NDArray[np.float64], limits: NDArray[np.float64], low: float
) -> tuple[Finding, ...]:
    """Return the spans of each present indicator.

    ``tokens`` are the tagger's log-odds (tokens x indicators), ``present`` the post's log-odds of each indicator,
    ``limits`` the log-odds from which one counts as present, ``low`` the tokens' limit. An indicator that is present
    though no token reaches ``low`` is shown at its strongest token.
    """
    found: list[Finding] = []
    words = np.array([any(map(str.isalnum, reading.shadow.text[one.start : one.end])) or ord(one.text[0]) > 0x2000
                      for one in reading.tokens], bool)  # fmt: skip
    if not words.any():
        return ()
    for code in np.flatnonzero(present >= limits):
        odds = tokens[:, code]
        peak = float(odds[words].max())
        runs = _runs((odds >= min(low, peak)) & words)
        strongest = sorted(runs, key=lambda run: -float(odds[run[0] : run[1]].max()))[:_MOST_SPANS]
        for first, last in sorted(strongest):
            start, end = _span(reading, first, last)
            found.append(Finding(CODES[code], start, end, float(present[code])))
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.code)))


def _runs(chosen: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return runs of chosen tokens (first, one past the last); a gap of ``_BRIDGE`` tokens does not break a run."""
    runs: list[tuple[int, int]] = []
    for index in np.flatnonzero(chosen):
        if runs and index - runs[-1][1] <= _BRIDGE:
            runs[-1] = (runs[-1][0], int(index) + 1)
        else:
            runs.append((int(index), int(index) + 1))
    return runs


def _span(reading: Reading, first: int, last: int) -> tuple[int, int]:
    return reading.shadow.span(reading.tokens[first].start, reading.tokens[last - 1].end)


def reasons(reading: Reading, weights: NDArray[np.float64]) -> tuple[Reason, ...]:
    """Return the strongest signed reasons, in reading order; neighbouring words of one sign are one reason."""
    grouped: list[tuple[int, int, float]] = []
    for index, token in enumerate(reading.tokens):
        weight = float(weights[index])
        if token.text == "<line>" or abs(weight) < _LEAST_REASON / 2:
            continue
        if grouped and grouped[-1][1] == index and (grouped[-1][2] > 0) == (weight > 0):
            first, _, sum_ = grouped[-1]
            grouped[-1] = (first, index + 1, sum_ + weight)
        else:
            grouped.append((index, index + 1, weight))
    strong = sorted(grouped, key=lambda one: -abs(one[2]))[:_MOST_REASONS]
    return tuple(
        Reason(*_span(reading, first, last), weight) for first, last, weight in sorted(strong)
        if abs(weight) >= _LEAST_REASON
    )  # fmt: skip
