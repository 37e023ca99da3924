"""Answers of the partner API: JSON with a strong ETag, and how its errors stand in the OpenAPI document."""

from __future__ import annotations

import hashlib
from typing import Any

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from api.problems import MEDIA_TYPE, TYPE, Kind
from api.v1.shapes import ProblemShape
from store.accounts import ApiKey

#: An answer may be kept by its reader only, who asks each time whether it still holds.
CACHING = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}
EVERYWHERE = (Kind.HOST_REFUSED, Kind.PARAMETER_REFUSED, Kind.INTERNAL)
HEADERS = {
    401: {"WWW-Authenticate": {"description": "Always Bearer.", "schema": {"type": "string"}}},
    503: {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string", "pattern": "^[0-9]+$"}}},
}
WITH_KEY = (Kind.KEY_MISSING, Kind.KEY_REFUSED, Kind.UNAVAILABLE)


def answer_json(request: Request, key: ApiKey, content: BaseModel) -> Response:
    """Return the content with its ETag, or 304 if the reader has it; another agency or scope has another ETag."""
    body = content.model_dump_json().encode()
    seen_by = f"{key.agency_id}\0{' '.join(sorted(key.scopes))}\0".encode()
    etag = f'"{hashlib.sha256(seen_by + body).hexdigest()[:32]}"'
    headers = CACHING | {"ETag": etag}
    if _knows(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _knows(header: str, etag: str) -> bool:
    """Say whether an If-None-Match header names this ETag; it compares weakly, as RFC 9110 asks."""
    return any(part.strip().removeprefix("W/") in {etag, "*"} for part in header.split(","))


def problems(*kinds: Kind) -> dict[int | str, dict[str, Any]]:
    """Describe the errors an operation may answer with, by status, each code with an example."""
    responses: dict[int | str, dict[str, Any]] = {}
    for kind in sorted({*EVERYWHERE, *kinds}, key=lambda known: (known.status, known.code)):
        example = {"type": TYPE + kind.code, "title": kind.title, "status": kind.status, "code": kind.code}
        response = responses.setdefault(
            kind.status,
            {
                "description": "",
                "content": {
                    MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemShape.__name__}"}, "examples": {}}
                },
            },
        )
        response["description"] = "; or ".join(filter(None, [response["description"], kind.title]))
        response["content"][MEDIA_TYPE]["examples"][kind.code] = {"summary": kind.title, "value": example}
    return responses


ETAG = {"headers": {"ETag": {"description": "Send it back as `If-None-Match`.", "schema": {"type": "string"}}}}
#: What every readable answer may come back as besides its content.
READING: dict[int | str, dict[str, Any]] = {
    200: ETAG,
    304: {"description": "What the reader has (`If-None-Match`) still holds.", **ETAG},
}
