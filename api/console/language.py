"""The languages the console speaks: their phrases, numbers and times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

from api.console.catalogue import Catalogue, read_catalogue
from records.post import Precision

FOLDER = Path(__file__).parent / "locale"
#: Vietnam keeps one time all year.
VIETNAM = timezone(timedelta(hours=7), "UTC+7")
DEFAULT = "vi"


def phrase(english: str) -> str:
    """Mark a phrase that is looked up later; gives it back unchanged."""
    return english


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPELLED = {
    Precision.SECOND: "%d/%m/%Y %H:%M:%S",
    Precision.MINUTE: "%d/%m/%Y %H:%M",
    Precision.HOUR: "%d/%m/%Y %H:00",
    Precision.DAY: "%d/%m/%Y",
    Precision.WEEK: "%d/%m/%Y",
    Precision.MONTH: "%m/%Y",
    Precision.YEAR: "%Y",
}
_HEDGES = {
    Precision.HOUR: phrase("about %(time)s"),
    Precision.DAY: phrase("%(time)s (day only)"),
    Precision.WEEK: phrase("the week of %(time)s"),
    Precision.MONTH: phrase("%(time)s (month only)"),
    Precision.YEAR: phrase("%(time)s (year only)"),
}


@dataclass(frozen=True, slots=True)
class Language:
    """One language; English needs no catalogue, because phrases are written in it."""

    code: str
    name: str
    decimal: str
    catalogue: Catalogue = field(default_factory=lambda: Catalogue({}, {}), repr=False)

    def gettext(self, english: str) -> str:
        """Return a phrase in this language; one without translation stays English."""
        return self.catalogue.phrases.get(english, english)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """Return a phrase that counts something."""
        known = self.catalogue.plurals.get(one)
        if known is not None:
            return known[1]
        return one if count == 1 else many

    def number(self, value: float, places: int = 2) -> str:
        """Write a number with this language's decimal mark."""
        return f"{value:.{places}f}".replace(".", self.decimal)

    def short(self, score: float, threshold: float) -> tuple[str, str]:
        """Write score and threshold with as many places as it takes to tell them apart, two to four."""
        for places in (2, 3):
            if self.number(score, places) != self.number(threshold, places) or score == threshold:
                return self.number(score, places), self.number(threshold, places)
        return self.number(score, 4), self.number(threshold, 4)

    def time(self, at: datetime, precision: Precision = Precision.MINUTE) -> str:
        """Write a moment in Vietnam's time, no finer than it is known."""
        written = at.astimezone(VIETNAM).strftime(_SPELLED[precision])
        hedge = _HEDGES.get(precision)
        return written if hedge is None else self.gettext(hedge) % {"time": written}

    def day(self, at: datetime) -> str:
        """Write a day without its year: ``12 Nov``."""
        here = at.astimezone(VIETNAM)
        return f"{here.day} {_MONTHS[here.month - 1]}" if self.code == "en" else here.strftime("%d/%m")

    def clock(self, at: datetime) -> str:
        """Write a time of today."""
        return at.astimezone(VIETNAM).strftime("%H:%M")


def languages(folder: Path = FOLDER) -> Mapping[str, Language]:
    """Read the languages by their codes, the default first."""
    return {
        "vi": Language("vi", "Tiếng Việt", ",", read_catalogue(folder / "vi.po")),
        "en": Language("en", "English", "."),
    }
