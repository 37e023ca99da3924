"""When a post was written, from what a page says: "vừa xong", "hôm kia", "20 tháng 11 lúc 09:15"."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

import dateparser
import re2

from intake.clean import safe_text
from intake.shadow import read_shadow
from records.post import Precision

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_CAP = 64  # dateparser uses patterns that may backtrack: it never sees more than this
_NUMBERS = {
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9, "muoi": 10,
    "vai": 3, "may": 3, "a": 1, "an": 1,
}  # fmt: skip
_UNITS = {
    "giay": Precision.SECOND, "s": Precision.SECOND, "phut": Precision.MINUTE, "ph": Precision.MINUTE,
    "p": Precision.MINUTE, "gio": Precision.HOUR, "tieng": Precision.HOUR, "h": Precision.HOUR, "ngay": Precision.DAY,
    "hom": Precision.DAY, "tuan": Precision.WEEK, "thang": Precision.MONTH, "nam": Precision.YEAR,
}  # fmt: skip
_DAYS = {"hai": 0, "2": 0, "ba": 1, "3": 1, "tu": 2, "4": 2, "nam": 3, "5": 3, "sau": 4, "6": 4, "bay": 5, "7": 5}
_STEPS = {
    Precision.SECOND: timedelta(seconds=1),
    Precision.MINUTE: timedelta(minutes=1),
    Precision.HOUR: timedelta(hours=1),
    Precision.DAY: timedelta(days=1),
    Precision.WEEK: timedelta(weeks=1),
}
_PREFIX = re2.compile(
    r"^(?:(?:da )?dang(?: tin| bai)?|cap nhat|chinh sua|luc|ngay dang|posted|updated|vao|khoang|hon|gan|tren|cach day"
    r"|thoi gian)[ :,]+"
)
_ISO = re2.compile(
    r"^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[t ,]{1,2}(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?)?"
    r" ?(?:(z|utc|gmt)|([+-])(\d{2}):?(\d{2})?)?$"
)
_NOW = re2.compile(r"^(?:vua xong|vua moi|vua dang|vua day|moi day|bay gio|ngay bay gio|just now|now|(?:vai|may) giay)")
_AGO = re2.compile(
    r"^(?:(\d{1,4})|(mot|hai|ba|bon|tu|nam|sau|bay|tam|chin|muoi|vai|may|nua)) ?"
    r"(giay|phut|ph|gio|tieng|ngay|hom|tuan|thang|nam|s|p|h)(?: (?:dong ho))?( ruoi)?"
    r"(?: (?:truoc|roi|qua|nay|ago))*$"
)
_CLOCK = re2.compile(
    r"(?:^|[^0-9/.\-])([01]?[0-9]|2[0-4]) ?(?::|h|g|gio) ?([0-5][0-9])?(?: ?: ?([0-5][0-9]))? ?"
    r"(sang|trua|chieu|toi|dem|sa|ch|am|pm)?(?:[^0-9a-z]|$)"
)
_NAMED_DAY = re2.compile(
    r"(hom nay|hom qua|hom kia|hom truoc|(?:sang|trua|chieu|toi|dem) (?:nay|qua)|today|yesterday|tuan truoc|tuan roi"
    r"|thang truoc|nam ngoai|nam truoc)"
)
_WEEKDAY = re2.compile(r"(?:^|[ ,])(?:thu ?(hai|ba|tu|nam|sau|bay|[2-7])|t([2-7])|(chu nhat|cn))(?:[ ,.]|$)")
_DAY_MONTH = re2.compile(
    r"(?:^|[^0-9:])([0-3]?[0-9])(?: ?(?:thang|thg|th|t) ?\.?|[/.\-])([01]?[0-9])"
    r"(?:(?:,? nam|,|[/.\-]| )? ?(\d{4}|\d{2}))?(?:[^0-9:h/]|$)"
)
_MONTH = re2.compile(r"^(?:thang|thg)? ?([01]?[0-9])(?: nam |[/\- ,]{1,2})(\d{4})$")


def read_date(text: str, base: datetime) -> tuple[datetime, Precision] | None:
    """Read a date as a page gives it; None when no rule fits.

    ``base`` (aware) is the time of the capture: relative dates count back from it, a date without a year is the
    latest that has passed. A time without an offset is Vietnam's. The answer is aware, in Vietnam's zone.
    """
    piece = safe_text(text, cap=_CAP).text.strip()
    plain = read_shadow(piece).text.replace("\n", " ").strip(" .,()-")
    now = base.astimezone(VIETNAM)
    try:
        for rule in (_unix, _iso, _internet, _relative, _calendar):
            found = rule(plain, now)
            if found is not None:
                return _believed(found)
        return _believed(_by_dateparser(piece, now))
    except (ValueError, OverflowError):  # the 31st of February, the year 0: no date
        return None


def _believed(found: tuple[datetime, Precision] | None) -> tuple[datetime, Precision] | None:
    """Leave out years in which nobody posted; Vietnam's clocks have stood at UTC+7 since before the first of them."""
    return found if found is not None and 1990 <= found[0].year <= 2100 else None


def _unix(plain: str, now: datetime) -> tuple[datetime, Precision] | None:
    """Read seconds or milliseconds since 1970."""
    if not plain.isdigit() or len(plain) not in (10, 13):
        return None
    return datetime.fromtimestamp(int(plain[:10]), UTC).astimezone(now.tzinfo), Precision.SECOND


def _iso(plain: str, now: datetime) -> tuple[datetime, Precision] | None:
    """Read ISO 8601, with or without the colon in its offset, and its common relatives."""
    match = _ISO.search(plain)
    if match is None:
        return None
    year, month, day, hour, minute, second, zulu, sign, hours, minutes = match.groups()
    zone: timezone | ZoneInfo = VIETNAM
    if zulu:
        zone = UTC
    elif sign:
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        zone = timezone(-offset if sign == "-" else offset)
    moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=zone)
    precision = Precision.SECOND if second else Precision.MINUTE if hour else Precision.DAY
    return moment.astimezone(now.tzinfo), precision


def _internet(plain: str, now: datetime) -> tuple[datetime, Precision] | None:
    """Read the dates of feeds: "Tue, 15 Sep 2026 10:00:00 +0700"."""
    try:
        moment = parsedate_to_datetime(plain)
    except ValueError:
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return moment.astimezone(now.tzinfo), Precision.SECOND


def _relative(plain: str, now: datetime) -> tuple[datetime, Precision] | None:
    """Read what counts back from now."""
    plain = _without_prefixes(plain)
    if _NOW.search(plain) is not None:
        return now, Precision.MINUTE
    match = _AGO.search(plain)
    if match is None:
        return None
    digits, word, unit, half = match.groups()
    precision = _UNITS[unit]
    if word == "nua":  # half an hour is counted in minutes, half a year in months
        return _half(precision, now)
    count = int(digits) if digits else _NUMBERS[word]
    moment = _back(now, precision, count)
    if half and precision in _STEPS:
        return moment - _STEPS[precision] / 2, Precision.MINUTE if precision is Precision.HOUR else precision
    return moment, precision


def _half(precision: Precision, now: datetime) -> tuple[datetime, Precision]:
    """Count back half a unit; the answer is as fine as the next finer unit."""
    if precision is Precision.YEAR:
        return _back(now, Precision.MONTH, 6), Precision.MONTH
    if precision is Precision.MONTH:
        return now - timedelta(days=15), Precision.WEEK
    finer = Precision.MINUTE if precision is Precision.HOUR else Precision.HOUR
    return now - _STEPS[precision] / 2, finer


def _back(now: datetime, precision: Precision, count: int) -> datetime:
    """Count back whole units; a month too short for the day gives its last day."""
    if precision in _STEPS:
        return now - _STEPS[precision] * count
    months = now.year * 12 + now.month - 1 - count * (12 if precision is Precision.YEAR else 1)
    year, month = divmod(months, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, calendar.monthrange(year, month + 1)[1]))


def _without_prefixes(plain: str) -> str:
    """Cut "Đăng", "Cập nhật", "Lúc", "hơn" and the like from the front, however many."""
    while (match := _PREFIX.search(plain)) is not None:
        plain = plain[match.end() :]
    return plain


def _calendar(plain: str, now: datetime) -> tuple[datetime, Precision] | None:
    """Read a named day, a weekday or a day of the calendar, each with or without a time."""
    plain = _without_prefixes(plain)
    clock = _clock(plain)
    match = _NAMED_DAY.search(plain)
    if match is not None:
        return _named_day(match.group(1), clock, now)
    match = _DAY_MONTH.search(plain)
    if match is not None:
        return _day_month(match, clock, now)
    match = _WEEKDAY.search(plain)
    if match is not None:
        day = 6 if match.group(3) else _DAYS[match.group(1) or match.group(2)]
        return _latest(now, day, clock)
    match = _MONTH.search(plain)
    if match is not None:
        return datetime(int(match.group(2)), int(match.group(1)), 1, tzinfo=VIETNAM), Precision.MONTH
    return None


def _clock(plain: str) -> tuple[int, int, int, Precision] | None:
    """Return hour, minute, second and precision of a time of day, or None when there is none."""
    match = _CLOCK.search(plain)
    if match is None:
        return None
    hour, minute, second = int(match.group(1)), int(match.group(2) or 0), int(match.group(3) or 0)
    part = match.group(4)
    if part in ("chieu", "toi", "ch", "pm") and hour < 12:
        hour += 12
    elif part in ("sa", "am", "dem") and hour == 12:
        hour = 0
    precision = Precision.SECOND if match.group(3) else Precision.MINUTE if match.group(2) else Precision.HOUR
    return hour % 24, minute, second, precision


def _at(day: datetime, clock: tuple[int, int, int, Precision] | None) -> tuple[datetime, Precision]:
    """Put a time of day to a day; without one the day begins at midnight."""
    hour, minute, second, precision = clock or (0, 0, 0, Precision.DAY)
    return day.replace(hour=hour, minute=minute, second=second, microsecond=0), precision


def _named_day(name: str, clock: tuple[int, int, int, Precision] | None, now: datetime) -> tuple[datetime, Precision]:
    """Read "hôm qua", "tối qua", "tuần trước"."""
    longer = {"tuan": Precision.WEEK, "thang": Precision.MONTH, "nam": Precision.YEAR}
    first = name.split()[0]
    if first in longer:
        return _back(now, longer[first], 1), longer[first]
    back = {"kia": 2, "truoc": 2, "qua": 1, "yesterday": 1}.get(name.split()[-1], 0)
    return _at(now - timedelta(days=back), clock)


def _latest(now: datetime, weekday: int, clock: tuple[int, int, int, Precision] | None) -> tuple[datetime, Precision]:
    """Return the latest such weekday that has passed; today counts only with a time that has passed."""
    back = (now.weekday() - weekday) % 7
    moment, precision = _at(now - timedelta(days=back), clock)
    if back == 0 and (clock is None or moment > now):
        moment -= timedelta(days=7)
    return moment, precision


def _day_month(
    match: re2._Match, clock: tuple[int, int, int, Precision] | None, now: datetime
) -> tuple[datetime, Precision]:
    """Read day and month, and year where it is given; without one the latest that has passed is meant."""
    day, month, given = int(match.group(1)), int(match.group(2)), match.group(3)
    year = int(given) + (2000 if len(given) == 2 else 0) if given else now.year
    if given:
        return _at(datetime(year, month, day, tzinfo=VIETNAM), clock)
    for earlier in range(9):  # the 29th of February may be eight years back
        if day <= calendar.monthrange(year - earlier, month)[1]:
            moment, precision = _at(datetime(year - earlier, month, day, tzinfo=VIETNAM), clock)
            if moment <= now:
                return moment, precision
    raise ValueError("no such day in any year")


def _by_dateparser(piece: str, now: datetime) -> tuple[datetime, Precision] | None:
    """Ask dateparser about what no rule of ours knows; it says nothing of precision, so a day is assumed."""
    settings = {
        "DATE_ORDER": "DMY",
        "RELATIVE_BASE": now.replace(tzinfo=None),
        "PREFER_DATES_FROM": "past",
        "REQUIRE_PARTS": ["day", "month"],
    }
    moment = dateparser.parse(piece, languages=["vi", "en"], settings=settings)
    if moment is None:
        return None
    local = moment.replace(tzinfo=VIETNAM) if moment.tzinfo is None else moment.astimezone(VIETNAM)
    exact = local.time().replace(microsecond=0) not in (now.time().replace(microsecond=0), local.time().min)
    return local, Precision.MINUTE if exact else Precision.DAY
