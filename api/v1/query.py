"""The parameters by which partners choose posts, read strictly."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from api.boundary import DIGITS_CAP, SafeStr
from records.score import Exploitation, Role
from store.reading import PostFilter

#: No change is older or can be newer; bounds beyond mean the same and would not fit the database's arithmetic.
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
WORDS = {"true": True, "false": False}
NUMBER = frozenset("0123456789.eE+-")


def _word(value: Any) -> Any:
    """Read the two words of JSON; pydantic would also take "on", "t" and 1."""
    return WORDS.get(value, "") if isinstance(value, str) else value


def _digits(value: Any) -> Any:
    """Let plain digits through; pydantic would also take "1_000" and " 7 "."""
    return value if not isinstance(value, str) or (value.isascii() and value.isdigit()) else ""


def _number(value: Any) -> Any:
    """Let plain numbers through; pydantic would also take "nan" and "0_5"."""
    return value if not isinstance(value, str) or NUMBER.issuperset(value) else ""


def _timestamp(value: Any) -> Any:
    """Let RFC 3339 through; pydantic would also take seconds since 1970."""
    return value if not isinstance(value, str) or value[10:11] in {"T", "t"} else ""


def _clamped(moment: datetime) -> datetime:
    """Bring a moment in reach of the database, in UTC."""
    if not FIRST.year < moment.year < LAST.year:
        return FIRST if moment.year <= FIRST.year else LAST
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, BeforeValidator(_timestamp), AfterValidator(_clamped)]
#: Bounds stand before the validators: the other way round they are lost in the OpenAPI document.
PostId = Annotated[int, Field(ge=1, lt=10**DIGITS_CAP), BeforeValidator(_digits)]


class PostQuery(BaseModel):
    """The parameters of a list of posts; criteria are joined by "and"."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    flagged: Annotated[bool, BeforeValidator(_word)] | None = Field(
        None, description="Only posts that reached the threshold (true), or only others (false)."
    )
    min_score: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), BeforeValidator(_number)] | None = Field(
        None, description="Only posts that the current model scored at least this high.", examples=[0.7]
    )
    role: Role | None = Field(None, description="Only posts in which this role speaks.")
    exploitation: Exploitation | None = Field(
        None, description="Only posts to which the model gives this type with at least 0.5."
    )
    destination: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")] | None = Field(
        None, description="Only posts whose work is said to be there: ISO 3166-1, or VN-xx.", examples=["KH"]
    )
    source: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")] | None = Field(
        None, description="Only posts of this source.", examples=["bang-viec-mau"]
    )
    since: Moment | None = Field(
        None, description="Only posts changed at or after this time (RFC 3339).", examples=["2026-11-19T00:00:00Z"]
    )
    until: Moment | None = Field(None, description="Only posts changed before this time (RFC 3339).")
    q: Annotated[SafeStr, Field(min_length=1, max_length=200)] | None = Field(
        None, description="Only posts that hold all these words; tones and case do not matter.", examples=["viec nhe"]
    )
    limit: Annotated[int, Field(ge=1, le=200), BeforeValidator(_digits)] = Field(
        50, description="How many posts a page holds at most."
    )
    cursor: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")] | None = Field(
        None, description="`next` of the page before, with the same filters; `limit` may differ."
    )

    def wanted(self) -> PostFilter:
        """Return the criteria without the place in the list."""
        return PostFilter(
            flagged=self.flagged,
            min_score=self.min_score,
            role=self.role,
            exploitation=self.exploitation,
            destination=self.destination,
            source_id=self.source,
            since=self.since,
            until=self.until,
            query=self.q,
        )
