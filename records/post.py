"""A post as it comes in from outside, and as intake admits it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from records.contact import Contact


class Platform(StrEnum):
    """Where such a post stands."""

    FACEBOOK = "facebook"
    TELEGRAM = "telegram"
    ZALO = "zalo"
    TIKTOK = "tiktok"
    FORUM = "forum"
    JOB_BOARD = "job_board"
    OTHER = "other"


class Precision(StrEnum):
    """How finely a page gave a post's time, finest first."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class RawPost:
    """A post as a page object or an importer read it; nothing in it is trusted or masked.

    ``external_id`` identifies the post on its platform for ever. ``fragment`` is the piece of the
    response that the post was read from (outer HTML or JSON), kept sealed with the original.
    All times are aware.
    """

    platform: Platform
    external_id: str = field(repr=False)
    text: str = field(repr=False)
    captured_at: datetime
    url: str = field(default="", repr=False)
    title: str = field(default="", repr=False)
    author_id: str = field(default="", repr=False)
    author_name: str = field(default="", repr=False)
    channel: str = field(default="", repr=False)
    posted_at: datetime | None = None
    posted_precision: Precision | None = None
    edited_at: datetime | None = None
    expires_at: datetime | None = None
    truncated: bool = False
    deleted: bool = False
    fragment: str = field(default="", repr=False)


class Note(StrEnum):
    """What intake had to change or leave out before it could admit a text."""

    NUL_REPLACED = "nul_replaced"
    SURROGATE_REPLACED = "surrogate_replaced"
    CUT_AT_CAP = "cut_at_cap"


@dataclass(frozen=True, slots=True)
class SafeText:
    """Text that every room may hold: NFC, no NUL, no lone surrogate, at most the cap long.

    ``removed`` counts the code points beyond the cap.
    """

    text: str = field(repr=False)
    notes: frozenset[Note] = frozenset()
    removed: int = 0


@dataclass(frozen=True, slots=True)
class MaskedText:
    """A safe text with every contact replaced by its mask; offsets are those of the original.

    ``original`` is sealed by the store and never kept in clear; ``masked`` has the same number of
    code points.
    """

    original: str = field(repr=False)
    masked: str
    contacts: tuple[Contact, ...] = ()
    notes: frozenset[Note] = frozenset()
    removed: int = 0


@dataclass(frozen=True, slots=True)
class AdmittedPost:
    """A post that has passed the one door; only ``intake`` makes one, only ``store`` keeps one."""

    raw: RawPost = field(repr=False)
    text: MaskedText
    title: MaskedText
    host: str
