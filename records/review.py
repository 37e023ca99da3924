"""Flags, leases and decisions: what people do with a post, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FlagState(StrEnum):
    """Where a flag stands; a lease that has run out makes a taken flag free again."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


class FlagReason(StrEnum):
    """Why a person is asked to look."""

    THRESHOLD = "threshold"
    AUDIT_SAMPLE = "audit_sample"


class Verdict(StrEnum):
    """What a reviewer decides."""

    REFER = "refer"
    DISMISS = "dismiss"
    UNSURE = "unsure"
    ESCALATE = "escalate"


class AccountRole(StrEnum):
    """What an account may do in the console."""

    INVESTIGATOR = "investigator"
    ANALYST = "analyst"
    LEAD = "lead"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to decide on one flag until ``until``; ``token`` fences off older leases."""

    flag_id: int
    review_id: int
    token: int
    until: datetime
