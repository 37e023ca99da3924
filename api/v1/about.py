"""GET /v1/me and GET /v1/indicators: who the caller is, and what the codes mean."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Security
from starlette.responses import Response

from api.v1.answers import READING, WITH_KEY, answer_json, problems
from api.v1.caller import caller
from api.v1.keys import Scope
from api.v1.shapes import Indicator, IndicatorList, Me
from classifier.codebook_file import indicators
from store.accounts import ApiKey

router = APIRouter(tags=["about"])
Anyone = Annotated[ApiKey, Security(caller, scopes=[])]


@router.get(
    "/v1/me",
    operation_id="readMe",
    summary="Show the key in use",
    response_model=Me,
    responses=READING | problems(*WITH_KEY),
)
async def read_me(request: Request, key: Anyone) -> Response:
    """The agency, scopes and end of the key in use: a first call to see that everything works."""
    scopes = sorted(Scope(scope) for scope in key.scopes)
    return answer_json(request, key, Me(agency=key.agency, key=key.prefix, scopes=scopes, expires_at=key.expires_at))


@router.get(
    "/v1/indicators",
    operation_id="listIndicators",
    summary="List the codebook's indicators",
    response_model=IndicatorList,
    responses=READING | problems(*WITH_KEY),
)
async def list_indicators(request: Request, key: Anyone) -> Response:
    """Codes, names and definitions. The wordings by which a sign is found are not given out."""
    data = [
        Indicator(
            code=entry.code,
            name_vi=entry.name_vi,
            name_en=entry.name_en,
            definition_vi=entry.definition_vi,
            definition_en=entry.definition_en,
            weight=str(entry.weight),
        )
        for entry in indicators()
    ]
    return answer_json(request, key, IndicatorList(data=data))
