"""What the page says of a stored score, in sentences; nothing here is computed anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.console.highlight import Piece, plain
from api.console.indicators import indicator
from api.console.language import Language, phrase
from api.console.words import LEVELS, NOT_JUDGED, TYPES, score_word, weight_word
from records.review import FlagReason

QUOTE_LENGTH = 90
NAMES_IN_A_SENTENCE = 3
REASONS_SHOWN = 6
LEAST_SHOWN_TYPE = 0.1

_ABOVE = phrase("%(score)s, above %(threshold)s (model %(model)s, %(day)s)")
_BELOW = phrase("%(score)s, below %(threshold)s (model %(model)s, %(day)s)")
_NO_INDICATOR = phrase("no indicator was found; the wording as a whole made the score")
_SAMPLED = phrase(
    "Drawn at random for the audit sample; the score is below the threshold. "
    "Such posts show what the model overlooks, so read it as if there were no score."
)
_LEVEL_LOWER = phrase(
    "The model's own level is only %(level)s, yet the score is above the threshold of %(threshold)s, "
    "which was set with this reason: %(reason)s"
)
_LEVEL_HIGHER = phrase(
    "The model's own level is %(level)s, yet the score is below the threshold of %(threshold)s, "
    "which was set with this reason: %(reason)s"
)


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """A quoted span and how it moved the score."""

    quote: tuple[Piece, ...]
    word: str


@dataclass(frozen=True, slots=True)
class TypeLine:
    """An exploitation type with its stored probability."""

    name: str
    value: float
    written: str
    likely: bool


def short_model(model_id: str) -> str:
    """Return the number by which people call a model."""
    return model_id.rsplit("-", 1)[-1]


def score_line(row: Mapping[str, Any], language: Language) -> str:
    """Write score, threshold and model: ``0.83, above 0.70 (model 0001, 12 Nov)``."""
    if row["out_of_scope"]:
        return language.gettext("Not judged: %(why)s.") % {"why": not_judged(row["out_of_scope"], language)}
    score, threshold = language.short(row["score"], row["threshold"])
    line = _ABOVE if row["score"] >= row["threshold"] else _BELOW
    return language.gettext(line) % {
        "score": score,
        "threshold": threshold,
        "model": short_model(row["model_id"]),
        "day": language.day(row["scored_at"]),
    }


def sentence(row: Mapping[str, Any], findings: Sequence[Mapping[str, Any]], language: Language) -> str:
    """Write the score line and the indicators that made it, the heaviest first."""
    line = score_line(row, language)
    if row["out_of_scope"]:
        return line
    heaviest: dict[str, float] = {}
    for found in findings:
        if found["weight"] > 0:
            heaviest[found["code"]] = max(found["weight"], heaviest.get(found["code"], 0.0))
    codes = sorted(heaviest, key=lambda code: (-heaviest[code], code))[:NAMES_IN_A_SENTENCE]
    names = [indicator(code, language.code).clause for code in codes]
    return f"{line}: {'; '.join(names) if names else language.gettext(_NO_INDICATOR)}."


def not_judged(why: str, language: Language) -> str:
    """Say why a text was not judged."""
    return language.gettext(NOT_JUDGED.get(why, why))


def level_word(risk: int, language: Language) -> str:
    """Say the model's own level, 0 to 3."""
    return language.gettext(LEVELS[risk])


def difference(row: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    """Say why a flag is open although its score or its level would not have it so; empty when they agree."""
    said: list[str] = []
    if row["out_of_scope"]:
        return ()
    above = row["score"] >= row["threshold"]
    if row["reason"] == FlagReason.AUDIT_SAMPLE:
        said.append(language.gettext(_SAMPLED))
    if above != (row["risk"] >= 2):
        facts = {
            "level": level_word(row["risk"], language),
            "threshold": language.number(row["threshold"]),
            "reason": f"“{row['threshold_reason']}”",
        }
        said.append(language.gettext(_LEVEL_LOWER if above else _LEVEL_HIGHER) % facts)
    return tuple(said)


def reason_lines(
    reasons: Sequence[Mapping[str, Any]], text: str, language: Language
) -> tuple[tuple[ReasonLine, ...], tuple[ReasonLine, ...]]:
    """Return what raised and what lowered the score, the heaviest first."""
    raised: list[ReasonLine] = []
    lowered: list[ReasonLine] = []
    for reason in sorted(reasons, key=lambda one: -abs(one["weight"])):
        quote = quoted(text, reason["start"], reason["end"])
        if quote:
            line = ReasonLine(quote, language.gettext(weight_word(reason["weight"])))
            (raised if reason["weight"] > 0 else lowered).append(line)
    return tuple(raised[:REASONS_SHOWN]), tuple(lowered[:REASONS_SHOWN])


def quoted(text: str, start: int, end: int) -> tuple[Piece, ...]:
    """Quote a span of the text (code points), shortened to one line."""
    words = " ".join(text[max(start, 0) : max(end, 0)].split())
    return plain(words if len(words) <= QUOTE_LENGTH else words[: QUOTE_LENGTH - 1] + "…")


def type_lines(exploitation: Mapping[str, float], language: Language) -> tuple[TypeLine, ...]:
    """Return the exploitation types worth showing, the likeliest first."""
    ordered = sorted(exploitation.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(
        TypeLine(language.gettext(TYPES.get(code, code)), value, language.number(value), value >= 0.5)
        for code, value in ordered
        if value >= LEAST_SHOWN_TYPE
    )


def score_in_words(row: Mapping[str, Any], language: Language) -> str:
    """Say a score in one or two words."""
    return language.gettext(phrase("not judged")) if row["out_of_scope"] else language.gettext(score_word(row["score"]))
