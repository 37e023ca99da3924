"""Dates as Vietnamese pages give them, read against the time of the capture."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.dates import VIETNAM, read_date
from records.post import Precision

#: A Tuesday, ten in the morning in Vietnam.
BASE = datetime(2026, 9, 15, 10, 0, 30, tzinfo=VIETNAM)

FORMS = [
    ("vừa xong", "2026-09-15 10:00:30", "minute"),
    ("Vừa mới", "2026-09-15 10:00:30", "minute"),
    ("vài giây trước", "2026-09-15 10:00:30", "minute"),
    ("10 giây trước", "2026-09-15 10:00:20", "second"),
    ("5 phút", "2026-09-15 09:55:30", "minute"),
    ("5 phút trước", "2026-09-15 09:55:30", "minute"),
    ("một giờ trước", "2026-09-15 09:00:30", "hour"),
    ("2 giờ trước", "2026-09-15 08:00:30", "hour"),
    ("5 giờ", "2026-09-15 05:00:30", "hour"),
    ("3 tiếng trước", "2026-09-15 07:00:30", "hour"),
    ("3h", "2026-09-15 07:00:30", "hour"),
    ("nửa tiếng trước", "2026-09-15 09:30:30", "minute"),
    ("một tiếng rưỡi trước", "2026-09-15 08:30:30", "minute"),
    ("Cập nhật 3 giờ trước", "2026-09-15 07:00:30", "hour"),
    ("Đăng 2 ngày trước", "2026-09-13 10:00:30", "day"),
    ("3 ngày", "2026-09-12 10:00:30", "day"),
    ("hai tuần trước", "2026-09-01 10:00:30", "week"),
    ("2 tháng trước", "2026-07-15 10:00:30", "month"),
    ("hơn một năm trước", "2025-09-15 10:00:30", "year"),
    ("nửa năm trước", "2026-03-15 10:00:30", "month"),
    ("hôm nay", "2026-09-15 00:00:00", "day"),
    ("Đăng hôm nay", "2026-09-15 00:00:00", "day"),
    ("hôm qua", "2026-09-14 00:00:00", "day"),
    ("Hôm qua lúc 15:30", "2026-09-14 15:30:00", "minute"),
    ("15:30 hôm qua", "2026-09-14 15:30:00", "minute"),
    ("hôm kia", "2026-09-13 00:00:00", "day"),
    ("Đăng lúc 8h15 hôm kia", "2026-09-13 08:15:00", "minute"),
    ("tối qua 9 giờ 30 tối", "2026-09-14 21:30:00", "minute"),
    ("tuần trước", "2026-09-08 10:00:30", "week"),
    ("tháng trước", "2026-08-15 10:00:30", "month"),
    ("năm ngoái", "2025-09-15 10:00:30", "year"),
    ("20 tháng 11 lúc 09:15", "2025-11-20 09:15:00", "minute"),
    ("20 tháng 11", "2025-11-20 00:00:00", "day"),
    ("15 tháng 9 lúc 09:15", "2026-09-15 09:15:00", "minute"),
    ("15 tháng 9 lúc 11:15", "2025-09-15 11:15:00", "minute"),
    ("29 tháng 2", "2024-02-29 00:00:00", "day"),
    ("20 Tháng 11, 2024", "2024-11-20 00:00:00", "day"),
    ("ngày 20 tháng 11 năm 2024", "2024-11-20 00:00:00", "day"),
    ("13/09/2025 lúc 10:54", "2025-09-13 10:54:00", "minute"),
    ("10:54 13/09/2025", "2025-09-13 10:54:00", "minute"),
    ("13-09-2025", "2025-09-13 00:00:00", "day"),
    ("13.9.25", "2025-09-13 00:00:00", "day"),
    ("12/9", "2026-09-12 00:00:00", "day"),
    ("Cập nhật: 13/09/2025 10:54:07", "2025-09-13 10:54:07", "second"),
    ("15:20 18 thg 10, 2026", "2026-10-18 15:20:00", "minute"),
    ("3:05 CH 13/09/2025", "2025-09-13 15:05:00", "minute"),
    ("Lúc 10:54, Thứ bảy", "2026-09-12 10:54:00", "minute"),
    ("Thứ ba", "2026-09-08 00:00:00", "day"),
    ("Thứ ba lúc 09:00", "2026-09-15 09:00:00", "minute"),
    ("Thứ ba lúc 11:00", "2026-09-08 11:00:00", "minute"),
    ("Chủ nhật", "2026-09-13 00:00:00", "day"),
    ("T2 lúc 7:30", "2026-09-14 07:30:00", "minute"),
    ("tháng 9/2025", "2025-09-01 00:00:00", "month"),
    ("2025-09-13", "2025-09-13 00:00:00", "day"),
    ("2025-09-13T10:54", "2025-09-13 10:54:00", "minute"),
    ("2025-09-13 10:54:07", "2025-09-13 10:54:07", "second"),
    ("2025-09-13T10:54:07+07:00", "2025-09-13 10:54:07", "second"),
    ("2025-09-13T10:54:07+0700", "2025-09-13 10:54:07", "second"),
    ("2025-09-13T03:54:07Z", "2025-09-13 10:54:07", "second"),
    ("2025-09-13T03:54:07.123Z", "2025-09-13 10:54:07", "second"),
    ("2025-09-12T23:54:07-04:00", "2025-09-13 10:54:07", "second"),
    ("1757735647", "2025-09-13 10:54:07", "second"),
    ("1757735647000", "2025-09-13 10:54:07", "second"),
    ("Sat, 13 Sep 2025 10:54:07 +0700", "2025-09-13 10:54:07", "second"),
    ("Sat, 13 Sep 2025 03:54:07 GMT", "2025-09-13 10:54:07", "second"),
    ("13 September 2025", "2025-09-13 00:00:00", "day"),
]
NO_DATES = [
    "", "liên hệ", "lương 25tr", "Mẫu", "31/02/2025", "99/99/9999", "2025-13-45", "hết hạn", "0000-00-00", "12345",
    "🙂", "\0", "không rõ", "một hai ba",
]  # fmt: skip


@pytest.mark.parametrize(("text", "moment", "precision"), FORMS, ids=[form[0] for form in FORMS])
def test_a_date_is_read_as_the_page_means_it(text: str, moment: str, precision: str) -> None:
    expected = datetime.fromisoformat(moment).replace(tzinfo=VIETNAM)
    assert read_date(text, BASE) == (expected, Precision(precision))


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_is_not_read_as_one(text: str) -> None:
    assert read_date(text, BASE) is None


def test_the_base_may_be_in_any_zone() -> None:
    found = read_date("hôm qua", datetime(2026, 9, 14, 20, 0, tzinfo=UTC))
    assert found == (datetime(2026, 9, 14, tzinfo=VIETNAM), Precision.DAY)


def test_decomposed_letters_are_read_like_composed_ones() -> None:
    assert read_date("ho\u0302m kia", BASE) == read_date("hôm kia", BASE)


@given(st.integers(min_value=1, max_value=999), st.sampled_from(["giây", "phút", "giờ", "tiếng", "ngày", "tuần"]))
def test_what_counts_back_lies_before_the_capture(count: int, unit: str) -> None:
    found = read_date(f"{count} {unit} trước", BASE)
    assert found is not None
    assert found[0] < BASE


@given(st.text(max_size=80))
def test_any_text_is_read_without_failing(text: str) -> None:
    found = read_date(text, BASE)
    assert found is None or found[0].utcoffset() == timedelta(hours=7)


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2099, 1, 1)))
def test_every_moment_written_in_iso_8601_is_read_back(moment: datetime) -> None:
    aware = moment.replace(microsecond=0, tzinfo=VIETNAM)
    assert read_date(aware.isoformat(), BASE) == (aware, Precision.SECOND)
