"""Retry-After is read as seconds or as a date, never as more than a week, and never as a fault."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.fetching import LONGEST_PARKING, redirect_of, retry_after
from crawlers.visit import Response, Visit

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 120 ", 120.0),
        ("9" * 400, LONGEST_PARKING),
        ("Fri, 20 Nov 2026 03:01:30 GMT", 90.0),
        ("Fri, 20 Nov 2026 10:01:30 +0700", 90.0),
        ("Friday, 20-Nov-26 03:01:30 GMT", 90.0),
        ("Fri, 20 Nov 2026 03:01:30", 90.0),
        ("Fri, 20 Nov 2026 02:00:00 GMT", 0.0),
        ("Fri, 20 Nov 2099 03:00:00 GMT", LONGEST_PARKING),
    ],
)
def test_seconds_and_dates_are_read(value: str, seconds: float) -> None:
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize("value", ["", "soon", "-5", "1.5", "٣", "²", "Fri", "20 Nov", "\x00", "Fri, 99 Nov 2026"])
def test_what_says_nothing_is_none(value: str) -> None:
    assert retry_after(value, NOW) is None


@given(st.text(max_size=60))
def test_no_value_is_a_fault(value: str) -> None:
    seconds = retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_PARKING


@given(st.integers(-100_000, 100_000), st.integers(-12, 12))
def test_a_date_is_as_far_as_it_says_in_any_zone(ahead: int, zone: int) -> None:
    until = (NOW + timedelta(seconds=ahead)).astimezone(timezone(timedelta(hours=zone)))
    assert retry_after(format_datetime(until), NOW) == max(0, ahead)


@pytest.mark.parametrize(
    ("status", "location", "target"),
    [
        (302, "/b", "http://a.test/b"),
        (301, "//b.test/c", "http://b.test/c"),
        (307, "file:///etc/passwd", "file:///etc/passwd"),
        (308, "http://[", ""),
        (302, "", None),
        (200, "/b", None),
        (304, "/b", None),
    ],
)
def test_a_response_leads_on_only_where_it_redirects(status: int, location: str, target: str | None) -> None:
    headers = {"location": location} if location else {}
    assert redirect_of(Visit("http://a.test/x", Response("http://a.test/x", status, headers, b""))) == target


def test_a_visit_without_a_response_leads_nowhere() -> None:
    assert redirect_of(Visit("http://a.test/x")) is None
