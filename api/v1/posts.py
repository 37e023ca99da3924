"""GET /v1/posts and GET /v1/posts/{post_id}: stored posts and scores, never a sealed value."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Security
from starlette.responses import Response

from api.problems import Kind
from api.v1.answers import READING, WITH_KEY, answer_json, problems
from api.v1.caller import caller
from api.v1.cursor import read_cursor, write_cursor
from api.v1.keys import Scope
from api.v1.query import PostId, PostQuery
from api.v1.shapes import FoundIndicator, Judgement, Post, PostPage, Reason
from classifier.codebook_file import indicators
from store import reading
from store.accounts import ApiKey
from store.scores import current_model
from store.transaction import transaction

router = APIRouter(tags=["posts"])
Reader = Annotated[ApiKey, Security(caller, scopes=[Scope.POSTS_READ])]


@router.get(
    "/v1/posts",
    operation_id="listPosts",
    summary="List posts in the order they changed",
    response_model=PostPage,
    responses=READING | problems(*WITH_KEY, Kind.SCOPE_MISSING, Kind.CURSOR_REFUSED),
)
async def list_posts(request: Request, key: Reader, query: Annotated[PostQuery, Query()]) -> Response:
    """Posts with masked text and the current model's score, the longest unchanged first.

    Follow `next` until it is null. To hear of changes later, ask again with `since` set to the last
    `updated_at` you saw: a post comes again when its text, score or flag has changed, so store posts
    by `post_id`. Nothing is skipped while posts change under the reader.
    """
    settings, wanted = request.app.state.settings, query.wanted()
    after = read_cursor(settings.cursor_key, key.agency_id, wanted, query.cursor) if query.cursor else None
    async with transaction(request.app.state.pool) as conn:
        model_id = await current_model(conn)
        rows = await reading.posts(conn, model_id, wanted, limit=query.limit + 1, after=after)
    page, cursor = rows[: query.limit], None
    if len(rows) > query.limit:
        place = page[-1]["updated_at"], page[-1]["post_id"]
        cursor = write_cursor(settings.cursor_key, key.agency_id, wanted, place)
    return answer_json(request, key, PostPage(data=[shown(row) for row in page], next=cursor))


@router.get(
    "/v1/posts/{post_id}",
    operation_id="readPost",
    summary="Read one post",
    response_model=Post,
    responses=READING | problems(*WITH_KEY, Kind.SCOPE_MISSING, Kind.NOT_FOUND),
)
async def read_post(
    request: Request, key: Reader, post_id: Annotated[PostId, Path(description="The post's id.", examples=[4711])]
) -> Response:
    """One post with its newest version. An erased post is gone: 404, as for one that never was."""
    async with transaction(request.app.state.pool) as conn:
        row = await reading.post(conn, await current_model(conn), post_id)
    return answer_json(request, key, shown(row))


def shown(row: dict[str, Any]) -> Post:
    """Return a stored post as partners see it."""
    return Post(
        post_id=row["post_id"],
        platform=row["platform"],
        source=row["source_id"],
        host=row["host"],
        posted_at=row["posted_at"],
        posted_precision=row["posted_precision"],
        first_seen_at=row["first_seen_at"],
        last_seen_at=row["last_seen_at"],
        updated_at=row["updated_at"],
        deleted_at=row["deleted_at"],
        version=row["version"],
        masked=True,
        title=row["masked_title"],
        text=row["masked_text"],
        flagged=row["flagged"],
        score=None if row["score_id"] is None else _judgement(row),
    )


def _judgement(row: dict[str, Any]) -> Judgement:
    """Return the score of a post with its indicators by name."""
    return Judgement(
        score=row["score"],
        risk=row["risk"],
        flag=row["flag"],
        role=row["role"],
        roles=row["roles"],
        exploitation=row["exploitation"],
        indicators=[
            FoundIndicator(
                code=found["code"],
                name_vi=_name(found["code"], "vi"),
                name_en=_name(found["code"], "en"),
                start=found["start_at"],
                end=found["end_at"],
                weight=found["weight"],
            )
            for found in row["findings"]
        ],
        reasons=[Reason(**reason) for reason in row["reasons"]],
        destination=row["destination"],
        out_of_scope=row["out_of_scope"],
        model=row["model_id"],
        scored_at=row["scored_at"],
    )


@cache
def _name(code: str, language: str) -> str:
    """Return an indicator's name in ``vi`` or ``en``; a code of an older codebook is its own name."""
    names = {entry.code: entry.name_vi if language == "vi" else entry.name_en for entry in indicators()}
    return names.get(code, code.replace("_", " "))
