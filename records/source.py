"""A public place we read: its identity, pace, format and what a healthy crawl run of it yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from records.post import Platform


class SourceKind(StrEnum):
    """How a source is read."""

    JOB_BOARD = "job_board"
    FORUM = "forum"
    GROUP = "group"
    IMPORT = "import"
    TIP = "tip"


class Outcome(StrEnum):
    """How one fetch ended: exactly one word."""

    OK = "ok"
    NOT_MODIFIED = "not-modified"
    EMPTY = "empty"
    LOGIN_WALL = "login-wall"
    BLOCKED = "blocked"
    GONE = "gone"
    TOO_BIG = "too-big"
    ROBOTS = "robots"
    UNSAFE_ADDRESS = "unsafe-address"
    ERROR = "error"


class AddressKind(StrEnum):
    """What a page at a frontier address is expected to hold."""

    LIST = "list"
    DETAIL = "detail"


@dataclass(frozen=True, slots=True)
class Pace:
    """How gently a source is read. ``delay`` is in seconds between two requests to one host."""

    delay: float = 2.0
    requests_in_flight: int = 1
    pages_a_run: int = 10_000
    revisit_hours: float = 24.0


@dataclass(frozen=True, slots=True)
class Expectations:
    """What a healthy crawl run yields; a run that breaks one is marked failed."""

    min_posts: int
    max_wall_share: float = 0.2


@dataclass(frozen=True, slots=True)
class Reach:
    """Which hosts a source may touch. ``loopback`` holds (name, port) pairs, tests and samples only."""

    hosts: frozenset[str]
    resource_hosts: frozenset[str] = frozenset()
    loopback: frozenset[tuple[str, int]] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The time of day, in Vietnam, at which a source may be read; ``start`` after ``end`` spans midnight."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Source:
    """One source file, read and checked.

    ``start`` holds addresses, or the files of an import source. ``selectors`` are CSS selectors by
    the name of what they find, ``mapping`` names columns of an import file by our field,
    ``file_format`` is the import format. ``contact`` says who answers for our reading of the
    source, ``terms`` what its owner allows. ``digest`` is the SHA-256 of the file as it stands.
    """

    source_id: str
    title: str
    kind: SourceKind
    platform: Platform
    start: tuple[str, ...]
    reach: Reach
    pace: Pace
    expectations: Expectations
    selectors: Mapping[str, str] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)
    file_format: str = ""
    contact: str = ""
    enabled: bool = True
    digest: str = ""
    terms: str = ""
    delimiter: str = ","
    opening_hours: OpeningHours | None = None
