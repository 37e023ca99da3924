"""A saved response as a page object gets it, and what a page object makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from records.post import RawPost
from records.source import AddressKind, Outcome

MAX_BODY = 5 * 1024 * 1024
"""Bytes of a body that are worth parsing; a longer one is too big."""

MAX_ELEMENTS = 40_000
"""Elements of a page that are worth reading; long forum pages have about 10,000."""

MAX_DEPTH = 512
"""Elements within each other; browsers stop there too."""


@dataclass(frozen=True, slots=True)
class SavedPage:
    """One fetched response. ``url`` is where it came from in the end, ``asked`` what was asked for.

    ``body`` is unpacked; for a page drawn in a browser it is the DOM in UTF-8 and ``rendered`` is true.
    ``captured_at`` is aware.
    """

    url: str
    body: bytes = field(repr=False)
    captured_at: datetime
    kind: AddressKind
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    asked: str = ""
    rendered: bool = False


@dataclass(frozen=True, slots=True)
class PageReading:
    """What one page holds.

    ``next_addresses`` are pages of the same kind, ``detail_addresses`` threads or adverts (those that
    stay on top of a list whatever their age are also in ``sticky_addresses``). ``missing`` names the
    declared selectors that found nothing where something should be, ``tombstones`` the external ids
    shown as deleted. A page may hold posts and still end in a login wall.
    """

    outcome: Outcome
    posts: tuple[RawPost, ...] = ()
    next_addresses: tuple[str, ...] = ()
    detail_addresses: tuple[str, ...] = ()
    sticky_addresses: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    tombstones: tuple[str, ...] = ()
    reason: str = ""
