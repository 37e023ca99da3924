"""The shapes of everything the partner API answers, as partners read them in the OpenAPI document."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.v1.keys import Scope
from records.post import Platform, Precision
from records.score import Exploitation, OutOfScope, Role


class Shape(BaseModel):
    """A frozen answer without unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Indicator(Shape):
    """One entry of the codebook: a sign that people were taught to look for."""

    code: str = Field(description="Stable code.", examples=["unrealistic_pay"])
    name_vi: str = Field(examples=["Lương phi thực tế"])
    name_en: str = Field(examples=["Unrealistic pay"])
    definition_vi: str
    definition_en: str
    weight: str = Field(
        description="How much the sign says by itself: strong, medium, weak or protective.", examples=["medium"]
    )


class IndicatorList(Shape):
    """All indicators of the codebook in force."""

    data: list[Indicator]


class FoundIndicator(Shape):
    """An indicator seen in a post, and where: code points of `text`, end exclusive."""

    code: str = Field(examples=["unrealistic_pay"])
    name_vi: str = Field(examples=["Lương phi thực tế"])
    name_en: str = Field(examples=["Unrealistic pay"])
    start: int = Field(ge=0)
    end: int = Field(ge=1)
    weight: float = Field(description="Contribution in log-odds.", examples=[1.3])


class Reason(Shape):
    """A stretch of `text` (code points, end exclusive) and what it adds to the score or takes from it."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    weight: float = Field(description="Contribution in log-odds; negative speaks against risk.", examples=[0.8])


class Judgement(Shape):
    """What one model says of one version of a post. A lead for a person to read, never a finding about a person."""

    score: float = Field(
        ge=0, le=1, description="Calibrated probability that a trained annotator gives risk 2 or 3.", examples=[0.93]
    )
    risk: int = Field(ge=0, le=3, description="The model's own level: 0 none, 1 weak, 2 suspicious, 3 strong.")
    flag: bool = Field(description="Whether this score reached the threshold and people were asked to read the post.")
    role: Role = Field(description="Who speaks.")
    roles: dict[str, float] = Field(description="Probability of each role.")
    exploitation: dict[str, float] = Field(
        description="Probability of each type: " + ", ".join(Exploitation) + ".",
        examples=[{"forced_criminality": 0.94, "smuggling": 0.03}],
    )
    indicators: list[FoundIndicator]
    reasons: list[Reason]
    destination: list[str] = Field(
        description="Where the work is said to be: ISO 3166-1, or VN-xx for a Vietnamese province.", examples=[["KH"]]
    )
    out_of_scope: OutOfScope | None = Field(description="Why the text was not judged; null where it was.")
    model: str = Field(description="Id of the model.", examples=["recruitment-risk-0001"])
    scored_at: datetime


class Post(Shape):
    """One public post as we hold it: masked text, where and when it stood, and the current model's score of it."""

    post_id: int = Field(examples=[4711])
    platform: Platform
    source: str = Field(description="Id of the source it was read from.", examples=["bang-viec-mau"])
    host: str = Field(description="Host name of its address; the address itself is sealed.")
    posted_at: datetime | None = Field(description="When it was posted, no finer than `posted_precision`.")
    posted_precision: Precision | None = Field(description="How finely its page gave that time.")
    first_seen_at: datetime
    last_seen_at: datetime
    updated_at: datetime = Field(description="When its text, score or flag last changed. Lists are in this order.")
    deleted_at: datetime | None = Field(description="When its page first said that the post is gone.")
    version: int = Field(ge=1, description="Number of this version; an edit makes the next one.")
    masked: Literal[True] = Field(
        description="Always true: each contact in `title` and `text` is replaced, letter for letter, by the mask of "
        "its kind (phone ●, e-mail ◆, Zalo ▲, Telegram ▼, Facebook ▶, WeChat ◀, LINE ◈, WhatsApp ◉, link ■, bank "
        "account ◇, ID number ○), so that offsets stay true."
    )
    title: str
    text: str
    flagged: bool = Field(description="Whether any version of the post ever reached the threshold.")
    score: Judgement | None = Field(description="Null until the current model has scored this version.")


class PostPage(Shape):
    """A page of posts, the longest unchanged first."""

    data: list[Post]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class Receipt(Shape):
    """What became of a tip. The text is not repeated."""

    tip_id: int
    post_id: int = Field(description="The post made from the tip; read it with `GET /v1/posts/{post_id}`.")
    received_at: datetime = Field(description="When the tip came in first.")
    repeated: bool = Field(description="Whether the same tip had come in before; then nothing was added.")


class Me(Shape):
    """The key in use."""

    agency: str = Field(examples=["Cơ quan Mẫu"])
    key: str = Field(description="The key's prefix, by which the operator knows it.", examples=["43245e16"])
    scopes: list[Scope]
    expires_at: datetime


class Health(Shape):
    """The program runs."""

    status: Literal["ok"] = "ok"


class Readiness(Shape):
    """The program can do its work."""

    status: Literal["ready"] = "ready"
    model: str = Field(description="Id of the current model.", examples=["recruitment-risk-0001"])


class ProblemFault(Shape):
    """What is wrong with one part of a request."""

    at: str = Field(examples=["query/limit"])
    code: str = Field(examples=["less_than_equal"])
    detail: str


class ProblemShape(BaseModel):
    """An error as RFC 9457 has it. Nothing of the request is repeated in it."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(examples=["urn:riskscan:problem:not-found"])
    title: str
    status: int
    code: str = Field(description="The last part of `type`.", examples=["not-found"])
    detail: str | None = None
    instance: str | None = Field(None, description="Names this occurrence in the operator's log.")
    errors: list[ProblemFault] | None = None
