"""Settling the last numbers on scores of unseen posts: calibration, level limits, indicator limits, threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.stack import Labels
from classifier.targets import ROLES
from records.score import Role

Floats = NDArray[np.float64]

_MOST_FALSE_ALARMS = 0.02  # of warnings and seekers


@dataclass(frozen=True)
class Settled:
    """Numbers chosen on unseen posts."""

    slope: float  # calibrated log-odds = slope x log-odds + shift
    shift: float
    level_limits: Floats  # shares from which the level is 1, 2, 3
    code_limits: Floats  # log-odds from which an indicator counts as present
    token_limit: float  # log-odds from which a token belongs to a present indicator's span
    reason_scale: float  # log-odds for one unit of the flag head's output
    threshold: float
    threshold_reason: str


def sigmoid(log_odds: Floats) -> Floats:
    """Return shares from log-odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -30, 30))), np.float64)


def calibration(log_odds: Floats, wanted: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and shift of a logistic fit of the outcome on the log-odds (Platt)."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e6).fit(log_odds[:, None], wanted)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def code_limits(log_odds: Floats, wanted: NDArray[np.bool_]) -> Floats:
    """Return for each indicator the log-odds limit with the best F1, drawn towards even odds when it is rare."""
    limits = np.zeros(wanted.shape[1])
    for code in range(wanted.shape[1]):
        best = -0.4
        order = np.argsort(-log_odds[:, code], kind="stable")
        hits = np.cumsum(wanted[order, code])
        if len(order) and hits[-1]:
            f1 = 2 * hits / (np.arange(1, len(order) + 1) + hits[-1])
            best = float(log_odds[order[int(np.argmax(f1))], code])
        weight = hits[-1] / (hits[-1] + 40) if len(order) else 0
        limits[code] = np.clip(weight * best + (1 - weight) * -0.4, -1.8, 1.0)
    return limits


def token_limit(tokens: NDArray[np.float32], present: NDArray[np.bool_], marks: NDArray[np.float32]) -> float:
    """Return the log-odds limit at which tokens of present indicators agree best (F1) with the marked tokens.

    ``present`` says for each token which indicators its post is said to carry (tokens x indicators).
    """
    odds, wanted = tokens[present], marks[present] > 0
    total = float(marks.sum())
    tries = np.linspace(-3.0, 0.5, 15)
    found = [2 * float(wanted[odds >= limit].sum()) / (float((odds >= limit).sum()) + total + 1e-9) for limit in tries]
    return float(tries[int(np.argmax(found))])


def level_limits(low: Floats, score: Floats, high: Floats, levels: NDArray[np.intp]) -> Floats:
    """Return the limits of the three level shares with the smallest squared error of the level."""
    limits = np.full(3, 0.5)
    shares = np.column_stack([low, score, high])
    for _ in range(2):
        for step in range(3):
            tries = np.linspace(0.25, 0.75, 21)
            errors = []
            for limit in tries:
                limits[step] = limit
                errors.append(float(np.mean((level(shares, limits) - levels) ** 2)))
            limits[step] = tries[int(np.argmin(errors))]
    return limits


def level(shares: Floats, limits: Floats) -> NDArray[np.intp]:
    """Return the level of each row of shares (of risk 1+, 2+, 3): the steps reached one after the other."""
    return np.asarray(np.cumprod(shares >= limits, axis=1).sum(axis=1), np.intp)


def choose_threshold(score: Floats, labels: Labels) -> tuple[float, str]:
    """Return the threshold with the best F1 among those that flag at most 2 % of warnings and seekers, and why."""
    wanted = labels.levels >= 2
    people = np.isin(labels.roles, [ROLES.index(Role.SEEKER), ROLES.index(Role.WARNING)])
    best, chosen = -1.0, 0.5
    facts = ""
    for limit in np.round(np.arange(0.2, 0.91, 0.01), 2):
        flagged = score >= limit
        alarms = float(flagged[people].mean()) if people.any() else 0.0
        hits = int((flagged & wanted).sum())
        f1 = 2 * hits / max(int(flagged.sum() + wanted.sum()), 1)
        if alarms <= _MOST_FALSE_ALARMS and f1 > best:
            best, chosen = f1, float(limit)
            precision, recall = hits / max(int(flagged.sum()), 1), hits / max(int(wanted.sum()), 1)
            facts = f"precision {precision:.3f}, recall {recall:.3f}, {alarms:.1%} of warnings and seekers flagged"
    reason = f"best F1 on posts of unseen contrast families with at most 2 % of warnings and seekers flagged: {facts}"
    return chosen, reason
