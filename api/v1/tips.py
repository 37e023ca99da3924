"""POST /v1/tips: a post handed in by an agency, admitted through the one door and kept like any other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Security
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.boundary import SafeStr, json_body
from api.problems import Fault, Kind, Problem
from api.settings import ApiSettings
from api.v1.answers import WITH_KEY, problems
from api.v1.caller import caller
from api.v1.keys import Scope
from api.v1.shapes import Receipt
from intake.door import admit, admit_text
from records.post import Platform, RawPost
from records.source import Expectations, Pace, Reach, Source, SourceKind
from store.accounts import ApiKey
from store.audit import record
from store.crawls import put_source
from store.pool import Connection
from store.posts import Origin, keep_posts
from store.tips import keep_tip, tip
from store.transaction import transaction

router = APIRouter(tags=["tips"])
Sender = Annotated[ApiKey, Security(caller, scopes=[Scope.TIPS_WRITE])]


LOCATION = {"headers": {"Location": {"description": "The post made from the tip.", "schema": {"type": "string"}}}}


class TipBody(BaseModel):
    """A tip: the post's text as it was seen, and what is known of it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    text: Annotated[SafeStr, Field(min_length=1, max_length=20_000)] = Field(
        description="The post as published; contacts are masked and sealed as it comes in.",
        examples=["Việc nhẹ lương cao ở Campuchia, bao vé xe, không cần giấy tờ."],
    )
    url: Annotated[SafeStr, Field(max_length=2_000)] = Field(
        "", description="Where it stands; sealed, only its host is shown.", examples=["https://nhom.mau.example/bai/1"]
    )
    note: Annotated[SafeStr, Field(max_length=2_000)] = Field(
        "", description="A word to the reviewers; masked as well."
    )
    external_id: Annotated[SafeStr, Field(max_length=300)] = Field(
        "", description="Your own id of the post: sent again with another text it is the same post, edited."
    )


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes two tips of one agency the same: an idempotency key, else an outside id, else all of the body."""

    value: str = field(repr=False)
    body_digest: bytes
    by_key: bool


@router.post(
    "/v1/tips",
    operation_id="handInTip",
    summary="Hand in a post",
    status_code=201,
    response_model=Receipt,
    response_description="The tip was kept; `Location` names its post.",
    responses={
        200: {"description": "The same tip had come in before; nothing was added.", "model": Receipt, **LOCATION},
        201: LOCATION,
        **problems(
            *WITH_KEY,
            Kind.SCOPE_MISSING,
            Kind.BODY_MALFORMED,
            Kind.BODY_TOO_LARGE,
            Kind.MEDIA_TYPE_REFUSED,
            Kind.BODY_REFUSED,
            Kind.IDEMPOTENCY_KEY_REUSED,
        ),
    },
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": TipBody.model_json_schema()}}}
    },
)
async def hand_in_tip(
    request: Request,
    key: Sender,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=255,
            pattern=r"^[\x21-\x7e]+$",
            description="A value of yours for this tip. Sent again with it, the tip is kept once.",
            examples=["8e03978e-40d5-43dd-bc93-6894a57f9324"],
        ),
    ] = None,
) -> Response:
    """Keep a tip. After a lost answer send it again, with the same Idempotency-Key if it had one: it is kept once."""
    body = await json_body(request, TipBody)
    settings: ApiSettings = request.app.state.settings
    async with transaction(request.app.state.pool) as conn:
        receipt = await _keep(conn, settings, key.agency_id, body, _identity(settings, body, idempotency_key))
    status, location = (200 if receipt.repeated else 201), {"Location": f"/v1/posts/{receipt.post_id}"}
    return Response(receipt.model_dump_json(), status, location, "application/json")


def _identity(settings: ApiSettings, body: TipBody, idempotency_key: str | None) -> Identity:
    """Return what makes a repeat of this tip the same tip."""
    whole = body.model_dump_json()
    digest = settings.vault.digest("tip.body", whole)
    if idempotency_key is not None:
        return Identity(f"key\0{idempotency_key}", digest, by_key=True)
    if body.external_id:
        return Identity(f"id\0{body.external_id}", digest, by_key=False)
    return Identity(f"body\0{whole}", digest, by_key=False)


async def _keep(conn: Connection, settings: ApiSettings, agency_id: int, body: TipBody, identity: Identity) -> Receipt:
    """Keep a tip, or return what its first sending came to."""
    # The identity holds the agency's id: what one agency hands in is never compared with another's.
    name = settings.vault.digest("tip.identity", f"{agency_id}\0{identity.value}")
    known = await tip(conn, agency_id, name)
    if known is not None and known.body_digest != identity.body_digest and identity.by_key:
        raise Problem(Kind.IDEMPOTENCY_KEY_REUSED, faults=[Fault("header/idempotency-key", "reused", "Use a new key.")])
    if known is not None and known.body_digest == identity.body_digest:
        return Receipt(tip_id=known.tip_id, post_id=known.post_id, received_at=known.received_at, repeated=True)
    at = settings.now()
    await put_source(conn, source_of_tips(settings))
    post = admit(RawPost(Platform.OTHER, f"tip:{name.hex()}", body.text, at, url=body.url))
    (kept,) = await keep_posts(conn, settings.vault, [post], Origin(settings.source_of_tips))
    noted, new = await keep_tip(
        conn,
        agency_id,
        kept.post_id,
        identity=name,
        body_digest=identity.body_digest,
        received_at=at,
        note=admit_text(body.note).masked,
    )
    facts: dict[str, Any] = {"change": str(kept.change), "tip": noted.tip_id}
    await record(conn, "tip", at=at, agency_id=agency_id, subject_kind="post", subject_id=kept.post_id, facts=facts)
    return Receipt(tip_id=noted.tip_id, post_id=noted.post_id, received_at=noted.received_at, repeated=not new)


def source_of_tips(settings: ApiSettings) -> Source:
    """Return the source under which tips are kept; there is nothing to crawl in it."""
    name = settings.source_of_tips
    return Source(
        name,
        "Tips handed in by agencies",
        SourceKind.TIP,
        Platform.OTHER,
        (),
        Reach(frozenset()),
        Pace(),
        Expectations(0),
        digest=hashlib.sha256(name.encode()).hexdigest(),
    )
