"""Figures of agreement between labels and scores: ranking, calibration, flags, level, role, types, spans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.codebook_file import indicator
from classifier.corpus_file import LabelledPost, Mark
from records.score import Exploitation, Finding, Role, Score

Floats = NDArray[np.float64]
Figures = dict[str, Any]
Spans = Sequence[Mark] | Sequence[Finding]

_BINS = 10
#: Shares of true positives at which precision is projected; life is nearer the last two than the corpus's third.
SHARES = (1 / 20, 1 / 100, 1 / 1000)


def figures(posts: Sequence[LabelledPost], scores: Sequence[Score]) -> Figures:
    """Return every figure of scores against the labels of the same posts, in the same order."""
    wanted = np.array([post.risk >= 2 for post in posts], bool)
    share = np.array([round(score.score, 6) for score in scores], np.float64)
    flag = np.array([score.flag for score in scores], bool)
    out: Figures = {"posts": len(posts), "positives": int(wanted.sum())}
    if 0 < wanted.sum() < len(posts):
        out |= ranking_figures(wanted, share) | _flag_figures(wanted, flag)
    out["flagged_share_of_negatives"] = float(flag[~wanted].mean()) if (~wanted).any() else None
    for role in Role:
        chosen = np.array([post.role == role and post.risk < 2 for post in posts], bool)
        if chosen.any():
            out[f"false_flags_{role}"] = f"{int(flag[chosen].sum())}/{int(chosen.sum())}"
    out |= _label_figures(posts, scores) | _type_figures(posts, scores) | _span_figures(posts, scores)
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in out.items()}


def ranking_figures(wanted: NDArray[np.bool_], share: Floats) -> Figures:
    """Return the figures that look at scores only: average precision, recall at limits, calibration error."""
    from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

    precision, recall, _ = precision_recall_curve(wanted, share)
    false_share, true_share, _ = roc_curve(wanted, share)
    return {
        "average_precision": float(average_precision_score(wanted, share)),
        "roc_auc": float(roc_auc_score(wanted, share)),
        "recall_at_precision_95": _largest(recall[precision >= 0.95]),
        "recall_at_precision_90": _largest(recall[precision >= 0.90]),
        "recall_at_fpr_1pct": _largest(true_share[false_share <= 0.01]),
        "recall_at_fpr_5pct": _largest(true_share[false_share <= 0.05]),
        "ece": calibration_error(wanted, share),
    }


def _largest(values: Floats) -> float:
    return float(values.max()) if len(values) else 0.0


def calibration_error(wanted: NDArray[np.bool_], share: Floats) -> float:
    """Return the mean gap between predicted and observed share over ten bins of equal width, weighted by size."""
    which = np.minimum((share * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(share[which == one].mean() - wanted[which == one].mean()) * (which == one).mean()
        for one in range(_BINS)
        if (which == one).any()
    ]
    return float(sum(gaps))


def _flag_figures(wanted: NDArray[np.bool_], flag: NDArray[np.bool_]) -> Figures:
    precision = float(wanted[flag].mean()) if flag.any() else 0.0
    recall = float(flag[wanted].mean())
    both = precision + recall
    found: Figures = {
        "flag_precision": precision,
        "flag_recall": recall,
        "flag_f1": 2 * precision * recall / both if both else 0.0,
    }
    return found | precision_at_shares(recall, float(flag[~wanted].mean()))


def precision_at_shares(recall: float, false_share: float) -> dict[str, float]:
    """Return the precision a reader would see were 1 post in 20, 100 or 1,000 truly positive."""
    out = {}
    for share in SHARES:
        hits, alarms = recall * share, false_share * (1 - share)
        out[f"flag_precision_at_1_in_{round(1 / share)}"] = hits / (hits + alarms) if hits + alarms else 0.0
    return out


def _label_figures(posts: Sequence[LabelledPost], scores: Sequence[Score]) -> Figures:
    from sklearn.metrics import cohen_kappa_score, f1_score

    if not posts:
        return {}
    gold, found = [post.risk for post in posts], [score.risk for score in scores]
    kappa = (
        float(cohen_kappa_score(gold, found, weights="quadratic", labels=[0, 1, 2, 3])) if len(set(gold)) > 1 else None
    )
    role = f1_score([str(post.role) for post in posts], [str(score.role) for score in scores], average="macro")
    return {
        "risk_mae": float(np.mean(np.abs(np.array(gold) - np.array(found)))),
        "risk_qwk": kappa,
        "role_macro_f1": float(role),
    }


def _type_figures(posts: Sequence[LabelledPost], scores: Sequence[Score]) -> Figures:
    from sklearn.metrics import f1_score

    pairs = [(post, score) for post, score in zip(posts, scores, strict=True) if post.risk >= 2]
    kinds = [kind for kind in sorted(Exploitation) if any(kind in post.exploitation for post, _ in pairs)]
    if not kinds:
        return {}
    truth = np.array([[kind in post.exploitation for kind in kinds] for post, _ in pairs])
    guess = np.array([[round(score.exploitation[kind], 4) >= 0.5 for kind in kinds] for _, score in pairs])
    return {
        f"exploitation_{way}_f1": float(f1_score(truth, guess, average=way, zero_division=0))
        for way in ("macro", "micro")
    }


def _span_figures(posts: Sequence[LabelledPost], scores: Sequence[Score]) -> Figures:
    marked = [(post.marks, score.findings) for post, score in zip(posts, scores, strict=True) if post.marks]
    quiet = [score for post, score in zip(posts, scores, strict=True) if post.role in (Role.WARNING, Role.SEEKER)]
    out: Figures = {}
    if quiet:
        marked_risky = sum(any(not indicator(one.code).protective for one in score.findings) for score in quiet)
        out["warnings_and_seekers_with_risk_span"] = f"{marked_risky}/{len(quiet)}"
    if not marked:
        return out
    codes = [({one.code for one in gold}, {one.code for one in found}) for gold, found in marked]
    letters = [(_letters(gold), _letters(found)) for gold, found in marked]
    return out | {"indicator_code_f1": _micro_f1(codes), "indicator_span_f1": _micro_f1(letters)}


def _letters(spans: Spans) -> set[tuple[str, int]]:
    return {(one.code, place) for one in spans for place in range(one.start, one.end)}


def _micro_f1(pairs: Iterable[tuple[set[Any], set[Any]]]) -> float:
    hits = size = 0
    for gold, found in pairs:
        hits += len(gold & found)
        size += len(gold) + len(found)
    return 2 * hits / size if size else 0.0


def code_table(posts: Sequence[LabelledPost], scores: Sequence[Score]) -> dict[str, dict[str, float]]:
    """Return for each indicator how often it is labelled and found, with precision, recall and F1 over all posts."""
    table = {}
    gold = [{one.code for one in post.marks} for post in posts]
    found = [{one.code for one in score.findings} for score in scores]
    for code in sorted(set().union(*gold)):
        labelled, seen = sum(code in one for one in gold), sum(code in one for one in found)
        hits = sum(code in a and code in b for a, b in zip(gold, found, strict=True))
        table[code] = {
            "labelled": labelled,
            "found": seen,
            "precision": round(hits / seen, 3) if seen else 0.0,
            "recall": round(hits / labelled, 3),
            "f1": round(2 * hits / (labelled + seen), 3),
        }
    return table
