"""The time a page gives for a post: machine attributes first, then what a reader sees."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from intake.dates import read_date
from records.post import Precision

Element = Any
Reading = tuple[datetime, Precision]

MAX_LENGTH = 64
"""Code points of a date; more than that is no date, and only part of it would be read."""

_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def element_time(element: Element, shown: str, captured_at: datetime) -> Reading | None:
    """Read an element's time: ``datetime``, then unix seconds, then ``title``, then the words shown.

    XenForo 2.3 writes "9:02 AM" where 2.2 wrote unix seconds, so ``data-time`` counts only as a number.
    """
    numbers = (element.get("data-timestamp", ""), element.get("data-time", ""))
    unix = (text for text in numbers if text.isascii() and text.isdigit())
    for text in (element.get("datetime", ""), *unix, element.get("title", ""), shown):
        if reading := written_time(text, captured_at):
            return reading
    return None


def written_time(text: str, captured_at: datetime) -> Reading | None:
    """Read a time given as text; years before 1995 and after 2099 are mistakes of the page and give nothing."""
    text = " ".join(text.split())
    if not text or len(text) > MAX_LENGTH:
        return None
    reading = read_date(text, captured_at)
    return reading if reading and _EARLIEST <= reading[0] < _LATEST else None
