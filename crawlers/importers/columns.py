"""A row's values under our own names, made into a raw post."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from crawlers.pages.document import safe_address, sound
from crawlers.pages.identity import external_id
from crawlers.pages.times import Reading, written_time
from records.post import RawPost
from records.source import Source

ValueOf = Callable[[str], object]
"""Gives a row's value by our own name for it (``text``, ``posted_at``), or None."""


class RowRefused(Exception):
    """A row is no post; the message says why in words that hold nothing of the row."""


@dataclass(frozen=True, slots=True)
class Row:
    """A post read from an export, the row's first line (from 1), and its first byte and the byte after it.

    ``unread`` names the times that were given in a form nobody can read; the post goes without them.
    """

    post: RawPost
    line: int
    offset: int
    end: int = 0
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowPost:
    """A post and the names of its values that could not be read."""

    post: RawPost
    unread: tuple[str, ...]


def post_of(value_of: ValueOf, source: Source, captured_at: datetime, fragment: str) -> RowPost:
    """Make a post of a row's values. Raises RowRefused where it has no id or no words."""
    words = {name: sound(text_of(name, value_of(name))) for name in _TEXTS}
    # The words themselves stay as they came: what intake has to replace in them it also notes.
    local_id, text = words["external_id"].strip(), text_of("text", value_of("text"))
    if not local_id or not text.strip():
        raise RowRefused("no id" if not local_id else "no text")
    captured = time_of(value_of("captured_at"), captured_at)
    base = captured[0] if captured else captured_at
    times = {name: (value_of(name), time_of(value_of(name), base)) for name in _TIMES}
    posted = times["posted_at"][1]
    url = safe_address(words["url"].strip())
    post = RawPost(
        platform=source.platform,
        external_id=identity(source, url, local_id),
        text=text,
        captured_at=base,
        url=url,
        title=words["title"],
        author_id=words["author_id"],
        author_name=words["author_name"],
        channel=words["channel"],
        posted_at=posted[0] if posted else None,
        posted_precision=posted[1] if posted else None,
        edited_at=_moment(times["edited_at"][1]),
        expires_at=_moment(times["expires_at"][1]),
        fragment=fragment,
    )
    return RowPost(post, tuple(name for name, (given, read) in times.items() if given not in (None, "") and not read))


_TEXTS = ("external_id", "url", "title", "author_id", "author_name", "channel")
_TIMES = ("posted_at", "edited_at", "expires_at")


def identity(source: Source, url: str, local_id: str) -> str:
    """Return the id under which a crawl would know the same post; without an address the source stands for the host."""
    return external_id(source.platform, url if urlsplit(url).hostname else f"//{source.source_id}", local_id)


def text_of(name: str, value: object) -> str:
    """Return a value as text; nothing for None. Raises RowRefused for lists, tables and truth values."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise RowRefused(f"{name}: neither text nor number")


def time_of(value: object, base: datetime) -> Reading | None:
    """Read a time written as text or as a number of seconds or milliseconds since 1970."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return written_time(text_of("time", value), base)


def _moment(reading: Reading | None) -> datetime | None:
    return reading[0] if reading else None
