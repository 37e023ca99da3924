"""The OpenAPI 3.1 document of the partner API, complete enough to write a client from."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from api.v1.shapes import ProblemShape

ABOUT = """\
Public recruitment posts with the risk that a model sees in them, for agencies that work against human trafficking.

- A score is a lead for a person to read, never a finding about a person.
- Contacts in texts are masked, always; originals are sealed and not part of this API.
- Every request carries the agency's key: `Authorization: Bearer rsk_...`. Begin with `GET /v1/me`.
- Errors are problems as RFC 9457 has them. `code` is stable; nothing you sent is repeated in them.
- Answers carry a strong ETag: send it back as `If-None-Match` and get 304 while nothing has changed.
- Within /v1 fields are only ever added: ignore what you do not know.
"""
TAGS = [
    {"name": "posts", "description": "Stored posts with scores. Scope `posts:read`."},
    {"name": "tips", "description": "Posts handed in. Scope `tips:write`."},
    {"name": "about", "description": "The key in use and the meaning of codes. Any key."},
    {"name": "health", "description": "For whoever runs the program. No key."},
]
#: FastAPI describes an error here that the application never answers with.
UNUSED = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the document, made once for each application."""
    if not app.openapi_schema:
        document = get_openapi(
            title=app.title,
            version=app.version,
            openapi_version="3.1.0",
            description=ABOUT,
            routes=app.routes,
            tags=TAGS,
            servers=[{"url": "/"}],
        )
        schemas = document["components"]["schemas"]
        _, problems = models_json_schema([(ProblemShape, "serialization")], ref_template="#/components/schemas/{model}")
        schemas |= problems["$defs"]
        for operation in (operation for path in document["paths"].values() for operation in path.values()):
            for parameter in operation.get("parameters", []):
                parameter["schema"] = _without_null(parameter["schema"])
            unused = operation["responses"].get("422", {}).get("content", {}).get("application/json")
            if unused:
                del operation["responses"]["422"]
        for name in UNUSED:
            schemas.pop(name, None)
        app.openapi_schema = document
    return app.openapi_schema


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter's schema without null: a parameter is left out, never null."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    plain: dict[str, Any] = kinds[0] | {name: value for name, value in schema.items() if name != "anyOf"}
    return plain
