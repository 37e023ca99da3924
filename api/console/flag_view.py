"""What a reviewer reads of one flag, put together from what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.console.highlight import Piece, Span, Stretch, plain, stretches
from api.console.indicators import Indicator, indicator
from api.console.judgement import (
    ReasonLine,
    TypeLine,
    difference,
    level_word,
    quoted,
    reason_lines,
    score_in_words,
    sentence,
    type_lines,
)
from api.console.language import Language
from api.console.places import place_name
from api.console.words import CONTACT_KINDS, PLATFORMS, ROLES, VERDICTS, weight_word
from records.post import Precision
from records.review import FlagReason


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """An indicator seen in the text, under the number it has there."""

    number: int
    indicator: Indicator
    word: str
    quotes: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """An earlier decision."""

    verdict: str
    author: str
    at: str
    reason: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class FlagView:
    """Everything the page of one flag shows."""

    flag_id: int
    title: tuple[Piece, ...]
    text: tuple[Stretch, ...]
    erased: bool
    sentence: str
    score_in_words: str
    level: str
    judged: bool
    difference: tuple[str, ...]
    indicators: tuple[IndicatorLine, ...]
    raised: tuple[ReasonLine, ...]
    lowered: tuple[ReasonLine, ...]
    types: tuple[TypeLine, ...]
    role: str
    role_share: str
    destination: tuple[str, ...]
    contacts: tuple[tuple[str, int], ...]
    contacts_elsewhere: int
    versions: int
    version: int
    place: tuple[str, str]
    source_id: str
    posted: str
    seen: tuple[str, str]
    opened: str
    notes: tuple[str, ...]
    possible_minor: bool
    audit_sample: bool
    escalated: bool
    state: str
    decisions: tuple[DecisionLine, ...]


def flag_view(row: Mapping[str, Any], contacts: Sequence[Mapping[str, Any]], language: Language) -> FlagView:
    """Put together one flag's page from its rows."""
    say = language.gettext
    text = row["masked_text"] or ""
    indicators, spans = _indicator_lines(row["findings"], text, language)
    raised, lowered = reason_lines(row["reasons"], text, language)
    kinds = Counter(str(mention["kind"]) for mention in contacts)
    return FlagView(
        flag_id=row["flag_id"],
        title=plain(row["masked_title"] or ""),
        text=stretches(text, spans),
        erased=row["masked_text"] is None,
        sentence=sentence(row, row["findings"], language),
        score_in_words=score_in_words(row, language),
        level=level_word(row["risk"], language),
        judged=not row["out_of_scope"],
        difference=difference(row, language),
        indicators=indicators,
        raised=raised,
        lowered=lowered,
        types=type_lines(row["exploitation"], language),
        role=say(ROLES.get(row["role"], row["role"])),
        role_share=language.number(row["roles"].get(row["role"], 0.0)),
        destination=tuple(place_name(code, language.code) for code in row["destination"]),
        contacts=tuple((say(CONTACT_KINDS.get(kind, kind)), count) for kind, count in sorted(kinds.items())),
        contacts_elsewhere=row["contacts_elsewhere"],
        versions=row["versions"],
        version=row["version"],
        place=(say(PLATFORMS.get(row["platform"], row["platform"])), row["host"]),
        source_id=row["source_id"],
        posted=posted(row, language),
        seen=(language.time(row["first_seen_at"]), language.time(row["last_seen_at"])),
        opened=language.time(row["opened_at"]),
        notes=_notes(row, language),
        possible_minor=row["possible_minor"],
        audit_sample=row["reason"] == FlagReason.AUDIT_SAMPLE,
        escalated=row["escalated"],
        state=row["state"],
        decisions=tuple(_decision_line(entry, language) for entry in row["decisions"]),
    )


def posted(row: Mapping[str, Any], language: Language) -> str:
    """Say when a post was published, no finer than its page gave it."""
    if row["posted_at"] is None:
        return language.gettext("time unknown")
    return language.time(row["posted_at"], Precision(row["posted_precision"]))


def _indicator_lines(
    findings: Sequence[Mapping[str, Any]], text: str, language: Language
) -> tuple[tuple[IndicatorLine, ...], list[Span]]:
    """Number the indicators in the order in which the text shows them."""
    by_code: dict[str, list[Mapping[str, Any]]] = {}
    for found in findings:
        by_code.setdefault(found["code"], []).append(found)
    lines: list[IndicatorLine] = []
    spans: list[Span] = []
    for number, (code, seen) in enumerate(by_code.items(), 1):
        spans += [Span(found["start_at"], found["end_at"], number) for found in seen]
        weight = max((found["weight"] for found in seen), key=abs)
        quotes = tuple(quoted(text, found["start_at"], found["end_at"]) for found in seen)
        word = language.gettext(weight_word(weight))
        lines.append(IndicatorLine(number, indicator(code, language.code), word, quotes))
    return tuple(lines), spans


def _notes(row: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    """Say what a reader must know about how the text came here."""
    notes: list[str] = []
    if row["edited_at"] is not None:
        notes.append(language.gettext("Edited %(time)s.") % {"time": language.time(row["edited_at"])})
    if row["deleted_at"] is not None:
        notes.append(
            language.gettext("Gone from its page since %(time)s.") % {"time": language.time(row["deleted_at"])}
        )
    if row["truncated"]:
        notes.append(language.gettext("The page showed only part of the text."))
    if row["version"] < row["versions"]:
        notes.append(language.gettext("A newer version of this post exists; the score belongs to the one shown."))
    return tuple(notes)


def _decision_line(entry: Mapping[str, Any], language: Language) -> DecisionLine:
    return DecisionLine(
        language.gettext(VERDICTS.get(entry["verdict"], entry["verdict"])),
        entry["display_name"],
        language.time(entry["decided_at"]),
        plain(entry["reason"]),
    )
