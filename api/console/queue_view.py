"""The rows of the queue as reviewers read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.console.flag_view import posted
from api.console.highlight import Piece, plain
from api.console.indicators import STRENGTHS, Indicator, indicator
from api.console.judgement import score_in_words, short_model
from api.console.language import Language
from api.console.places import place_name
from api.console.words import PLATFORMS
from records.review import FlagReason

CHIPS = 4
EXCERPT = 150


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One flag of the queue."""

    flag_id: int
    score: str
    threshold: str
    score_in_words: str
    strength: str
    judged: bool
    model: str
    chips: tuple[Indicator, ...]
    more_chips: int
    destination: tuple[str, ...]
    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]
    place: tuple[str, str]
    posted: str
    opened: str
    possible_minor: bool
    audit_sample: bool
    escalated: bool
    taken_by: str
    taken_until: str
    own: bool


def queue_row(row: Mapping[str, Any], language: Language, account_id: int) -> QueueRow:
    """Put together one row; ``account_id`` is the reader's."""
    score, threshold = language.short(row["score"], row["threshold"])
    # Signs that speak for a post do not raise a flag: they are shown on its own page only.
    seen = [indicator(code, language.code) for code in row["codes"]]
    chips = sorted((one for one in seen if one.strength != "protective"), key=lambda one: STRENGTHS.index(one.strength))
    return QueueRow(
        flag_id=row["flag_id"],
        score=score,
        threshold=threshold,
        score_in_words=score_in_words(row, language),
        strength=_strength(row),
        judged=not row["out_of_scope"],
        model=short_model(row["model_id"]),
        chips=tuple(chips[:CHIPS]),
        more_chips=max(len(chips) - CHIPS, 0),
        destination=tuple(place_name(code, language.code) for code in row["destination"]),
        title=plain(row["masked_title"] or ""),
        excerpt=plain(_excerpt(row["excerpt"] or "")),
        place=(language.gettext(PLATFORMS.get(row["platform"], row["platform"])), row["host"]),
        posted=posted(row, language),
        opened=language.time(row["opened_at"]),
        possible_minor=row["possible_minor"],
        audit_sample=row["reason"] == FlagReason.AUDIT_SAMPLE,
        escalated=row["escalated"],
        taken_by=row["taken_by_name"] if row["taken"] else "",
        taken_until=language.clock(row["lease_until"]) if row["taken"] else "",
        own=row["taken"] and row["taken_by"] == account_id,
    )


def _strength(row: Mapping[str, Any]) -> str:
    if row["out_of_scope"]:
        return "none"
    return "very-high" if row["score"] >= 0.9 else "high" if row["score"] >= row["threshold"] else "low"


def _excerpt(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= EXCERPT else words[: EXCERPT - 1].rstrip() + "…"
