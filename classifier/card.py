"""The model card, generated: what the model is for, what it learnt from, how wrong it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Table = Mapping[str, Any]

_HEADLINE = (
    ("average_precision", "average precision"),
    ("recall_at_precision_90", "recall at precision 0.90"),
    ("recall_at_precision_95", "recall at precision 0.95"),
    ("ece", "calibration error (ECE)"),
    ("flag_precision", "precision of flags"),
    ("flag_recall", "recall of flags"),
    ("flagged_share_of_negatives", "share of negatives flagged"),
    ("false_flags_recruiter", "false flags: recruiters below risk 2"),
    ("false_flags_seeker", "false flags: seekers"),
    ("false_flags_warning", "false flags: warnings"),
    ("false_flags_other", "false flags: others"),
    ("risk_qwk", "risk level, quadratic weighted kappa"),
    ("role_macro_f1", "role, macro F1"),
    ("exploitation_micro_f1", "exploitation types, micro F1"),
    ("indicator_code_f1", "indicators present, micro F1"),
    ("indicator_span_f1", "indicator spans, micro F1 by characters"),
    ("warnings_and_seekers_with_risk_span", "warnings and seekers that carry a risk span"),
)
_PROJECTED = (
    ("flag_precision_at_1_in_20", "1 in 20"),
    ("flag_precision_at_1_in_100", "1 in 100"),
    ("flag_precision_at_1_in_1000", "1 in 1,000"),
)
#: Names of the figure sets in metrics.json, and how the card calls them.
SETS = (
    ("by_family", "by contrast family"),
    ("by_niche", "a niche left out"),
    ("held_out", "held-out set"),
)


def card(manifest: Table, metrics: Mapping[str, Table]) -> str:
    """Return the card as Markdown; a figure set that was not measured is said to be missing."""
    parts = [_purpose(manifest), _lineage(manifest), _figures(metrics), _projection(metrics), _niches(metrics)]
    parts += [_indicators(metrics), _limits()]
    return "\n\n".join(part for part in parts if part) + "\n"


def _purpose(manifest: Table) -> str:
    return f"""# Model {manifest["model"]}

A score is a lead for a person to read, never evidence and never a finding about a person.

**For**: ordering public Vietnamese job and group posts so that a trained person reads the likely lures first.
**Not for**: any automatic act; judging a person; scoring seekers, migrants, sex workers or returnees; private messages;
certifying that a job is safe. Texts that are not Vietnamese, empty or over 20,000 code points are not judged.

`score` is the calibrated probability that a trained annotator would give risk 2 or 3, at the corpus's share of
positives ({manifest["positive_share"]:.3f}). In life positives are rarer; see the projection below."""


def _lineage(manifest: Table) -> str:
    rows = "\n".join(f"| {name} | `{digest[:16]}…` |" for name, digest in sorted(manifest.get("corpus", {}).items()))
    versions = ", ".join(f"{name} {number}" for name, number in sorted(manifest.get("versions", {}).items()))
    return f"""## What it learnt from

{manifest["posts"]} synthetic labelled posts, contacts masked, seed {manifest["seed"]}, trained {manifest["created"]}
({versions}). No text or word of a post is stored in the model file: n-grams from fewer than five posts are dropped, the
rest are kept as 64-bit keys, numbers only as size classes.

Threshold {manifest["threshold"]:.2f}: {manifest["threshold_reason"]}.

| corpus file | SHA-256 |
|---|---|
{rows}"""


def _figures(metrics: Mapping[str, Table]) -> str:
    present = [(key, title) for key, title in SETS if key in metrics]
    missing = [title for key, title in SETS if key not in metrics]
    lines = ["## Figures", ""]
    if present:
        lines.append("| | " + " | ".join(title for _, title in present) + " |")
        lines.append("|---|" + "---|" * len(present))
        for name, title in (("posts", "posts"), ("positives", "positives"), *_HEADLINE):
            values = [_shown(metrics[key].get(name)) for key, _ in present]
            lines.append(f"| {title} | " + " | ".join(values) + " |")
        lines += ["", "By contrast family: five folds, families and near copies never split, everything (calibration, "]
        lines[-1] += (
            "limits, threshold) chosen without the fold. A niche left out: the honest guess for new kinds of lure."
        )
    if missing:
        lines += ["", "Not measured: " + ", ".join(missing) + "."]
    return "\n".join(lines)


def _shown(value: Any) -> str:
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def _projection(metrics: Mapping[str, Table]) -> str:
    known = next((metrics[key] for key, _ in SETS if "flag_precision_at_1_in_20" in metrics.get(key, {})), None)
    if known is None:
        return ""
    rows = "\n".join(f"| {title} | {_shown(known[name])} |" for name, title in _PROJECTED)
    return f"""## Precision of flags where positives are rarer

Recall and false-flag share as measured, projected on rarer positives; real ordinary posts are easier than the corpus's
look-alikes, so life lies above these.

| true positives among posts | precision of flags |
|---|---|
{rows}"""


def _niches(metrics: Mapping[str, Table]) -> str:
    sets = [(key, title) for key, title in SETS if "niches" in metrics.get(key, {})]
    if not sets:
        return ""
    names = sorted({name for key, _ in sets for name in metrics[key]["niches"]})
    lines = ["## Average precision by niche", "", "| niche | " + " | ".join(title for _, title in sets) + " |"]
    lines.append("|---|" + "---|" * len(sets))
    for name in names:
        values = [_shown(metrics[key]["niches"].get(name, {}).get("average_precision")) for key, _ in sets]
        lines.append(f"| {name} | " + " | ".join(values) + " |")
    return "\n".join(lines)


def _indicators(metrics: Mapping[str, Table]) -> str:
    table = metrics.get("by_family", {}).get("indicators")
    if not table:
        return ""
    lines = ["## Indicators, by contrast family", "", "| indicator | labelled | found | precision | recall | F1 |"]
    lines.append("|---|---|---|---|---|---|")
    for code, row in sorted(table.items()):
        shown = " | ".join(_shown(row[name]) for name in ("labelled", "found", "precision", "recall", "f1"))
        lines.append(f"| {code} | {shown} |")
    return "\n".join(lines)


def _limits() -> str:
    return """## Limits

- The corpus is synthetic, written and labelled by few people, nobody has relabelled it blind; slang ages in months.
- Who speaks is the hardest part: quoted lures, jokes and worried questions are where errors gather.
- Reasons are the linear share of the score; the last stage combines them with indicators and structure in ways no
  single word carries.
- Lures that look ordinary in public and turn bad in private messages are not seen at all."""
