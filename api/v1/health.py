"""GET /healthz and GET /readyz, for whoever starts and watches the program."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api.problems import Kind, Problem
from api.v1.answers import problems
from api.v1.shapes import Health, Readiness
from records.errors import DatabaseUnavailable
from store.reading import ready
from store.scores import current_model
from store.transaction import transaction

router = APIRouter(tags=["health"])
LATER = {"Retry-After": "5"}


@router.get("/healthz", operation_id="readHealth", summary="Say that the program runs", responses=problems())
async def read_health() -> Health:
    """The program runs and answers; nothing else is looked at, not even the database."""
    return Health()


@router.get(
    "/readyz", operation_id="readReadiness", summary="Say that the program can work", responses=problems(Kind.NOT_READY)
)
async def read_readiness(request: Request) -> Readiness:
    """The database answers, its schema is there, and a model has been promoted."""
    try:
        async with transaction(request.app.state.pool) as conn:
            migrated = await ready(conn)
            model_id = await current_model(conn) if migrated else None
    except DatabaseUnavailable:
        raise Problem(Kind.NOT_READY, "The database does not answer.", headers=LATER) from None
    if not migrated:
        raise Problem(Kind.NOT_READY, "The database is not migrated: run riskscan migrate.", headers=LATER)
    if model_id is None:
        raise Problem(Kind.NOT_READY, "No model is current: run riskscan model promote.", headers=LATER)
    return Readiness(model=model_id)
