"""What the classifier says of one text: risk, role, types, indicator spans and reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Who speaks in a post."""

    RECRUITER = "recruiter"
    SEEKER = "seeker"
    WARNING = "warning"
    OTHER = "other"


class Exploitation(StrEnum):
    """The purposes a text may point to."""

    FORCED_CRIMINALITY = "forced_criminality"
    SEXUAL_EXPLOITATION = "sexual_exploitation"
    FORCED_LABOUR = "forced_labour"
    FORCED_MARRIAGE = "forced_marriage"
    ILLEGAL_ADOPTION = "illegal_adoption"
    ORGAN_REMOVAL = "organ_removal"
    SURROGACY = "surrogacy"
    SMUGGLING = "smuggling"
    BROKER_RECRUITMENT = "broker_recruitment"


class OutOfScope(StrEnum):
    """Why a text was not judged."""

    LANGUAGE = "language"
    EMPTY = "empty"
    LENGTH = "length"


@dataclass(frozen=True, slots=True)
class Finding:
    """One indicator seen at one span (code points, end exclusive); weight in log-odds."""

    code: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Reason:
    """A span and its signed contribution to the score, in log-odds."""

    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Score:
    """Everything one model says of one text.

    ``score`` is the calibrated probability, 0 to 1, that a trained annotator gives risk 2 or 3;
    ``risk`` is the model's own level 0 to 3; ``flag`` says score >= the threshold in force.
    """

    score: float
    risk: int
    flag: bool
    role: Role
    roles: Mapping[str, float]
    exploitation: Mapping[str, float]
    findings: tuple[Finding, ...]
    reasons: tuple[Reason, ...]
    destination: tuple[str, ...]
    out_of_scope: OutOfScope | None
    model: str
    stage: int = 2
