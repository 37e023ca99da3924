"""Every way a request can fail, as RFC 9457 problems; the one place where errors become HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from records.errors import AlreadyDecided, DatabaseUnavailable, NotFound, RiskscanError, StaleLease

MEDIA_TYPE = "application/problem+json"
#: Nothing is fetched there: the names are explained in docs/reference/api.md.
TYPE = "urn:riskscan:problem:"


class Kind(Enum):
    """The kinds of problems: status, stable code, title."""

    PARAMETER_REFUSED = (400, "parameter-refused", "A parameter of the address cannot be used")
    HOST_REFUSED = (400, "host-refused", "This server does not answer under that host name")
    CURSOR_REFUSED = (400, "cursor-refused", "The cursor does not belong to this key and these filters")
    BODY_MALFORMED = (400, "body-malformed", "The body is not JSON as we accept it")
    KEY_MISSING = (401, "key-missing", "An API key is needed")
    KEY_REFUSED = (401, "key-refused", "The API key is unknown, expired or revoked")
    SCOPE_MISSING = (403, "scope-missing", "The API key may not be used for this")
    REFUSED = (403, "refused", "This is not allowed")
    NOT_FOUND = (404, "not-found", "There is nothing here")
    METHOD_REFUSED = (405, "method-refused", "This address does not know that method")
    LEASE_PASSED = (409, "lease-passed", "The flag has passed to somebody else")
    FLAG_CLOSED = (409, "flag-closed", "The flag is closed")
    BODY_TOO_LARGE = (413, "body-too-large", "The body is larger than we read")
    MEDIA_TYPE_REFUSED = (415, "media-type-refused", "The body must be plain JSON")
    BODY_REFUSED = (422, "body-refused", "A field of the body cannot be used")
    IDEMPOTENCY_KEY_REUSED = (422, "idempotency-key-reused", "The idempotency key was used with another body")
    INTERNAL = (500, "internal-error", "Something went wrong on our side")
    UNAVAILABLE = (503, "unavailable", "The service cannot answer now; try again in a moment")
    NOT_READY = (503, "not-ready", "The service is not ready yet")

    def __init__(self, status: int, code: str, title: str) -> None:
        self.status, self.code, self.title = status, code, title


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one part of a request. ``at`` names a part that we know, never what came in."""

    at: str
    code: str
    detail: str


class Problem(Exception):
    """A request fails for a reason that its sender may read; no text in it comes from the request."""

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        instance: str = "",
    ) -> None:
        self.kind, self.detail, self.faults = kind, detail, tuple(faults)
        self.headers, self.instance = dict(headers or {}), instance
        super().__init__(kind.code)

    @property
    def body(self) -> dict[str, Any]:
        """The members of the problem document."""
        body: dict[str, Any] = {
            "type": TYPE + self.kind.code,
            "title": self.kind.title,
            "status": self.kind.status,
            "code": self.kind.code,
        }
        if self.detail:
            body["detail"] = self.detail
        if self.instance:
            body["instance"] = self.instance
        if self.faults:
            body["errors"] = [{"at": one.at, "code": one.code, "detail": one.detail} for one in self.faults]
        return body

    def response(self) -> Response:
        """Return the problem as JSON."""
        content = json.dumps(self.body, ensure_ascii=False).encode()
        return Response(content, self.kind.status, self.headers, MEDIA_TYPE)


@dataclass(frozen=True, slots=True)
class _Mapping:
    kind: Kind
    headers: Mapping[str, str] = field(default_factory=dict)


#: Errors of the other rooms; what is not listed is our own fault and says nothing about itself.
ERRORS: dict[type[RiskscanError], _Mapping] = {
    NotFound: _Mapping(Kind.NOT_FOUND),
    StaleLease: _Mapping(Kind.LEASE_PASSED),
    AlreadyDecided: _Mapping(Kind.FLAG_CLOSED),
    DatabaseUnavailable: _Mapping(Kind.UNAVAILABLE, {"Retry-After": "5"}),
}
#: Errors that the router raises by itself.
STATUSES = {
    401: Kind.KEY_MISSING,
    403: Kind.REFUSED,
    404: Kind.NOT_FOUND,
    405: Kind.METHOD_REFUSED,
    413: Kind.BODY_TOO_LARGE,
    415: Kind.MEDIA_TYPE_REFUSED,
    503: Kind.UNAVAILABLE,
}


def problem_of(error: Exception) -> Problem:
    """Return the problem that an error means for the sender of the request."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return refusal(error.errors())
    if isinstance(error, HTTPException):
        fallback = Kind.PARAMETER_REFUSED if error.status_code < 500 else Kind.INTERNAL
        return Problem(STATUSES.get(error.status_code, fallback), headers=error.headers)
    for known in type(error).__mro__:
        if known in ERRORS:
            mapping = ERRORS[known]
            return Problem(mapping.kind, headers=mapping.headers)
    return Problem(Kind.INTERNAL)


def refusal(errors: Sequence[Any]) -> Problem:
    """Turn pydantic's errors into a problem without what was sent: not the value, not a name we do not know."""
    faults = [_fault(error) for error in errors]
    in_body = any(error["loc"][:1] == ("body",) for error in errors)
    return Problem(Kind.BODY_REFUSED if in_body else Kind.PARAMETER_REFUSED, faults=faults)


def _fault(error: Mapping[str, Any]) -> Fault:
    place, code = [str(step) for step in error["loc"]], str(error["type"])
    if code == "extra_forbidden":
        return Fault("/".join(place[:-1]), code, "An unknown name stands here.")
    return Fault("/".join(place), code, str(error["msg"]))


def is_programs(path: str) -> bool:
    """Say whether an address is meant for programs, which read JSON, and not for people."""
    return path.startswith("/v1/") or path in {"/v1", "/healthz", "/readyz"}


async def answer(request: Request, error: Exception) -> Response:
    """Answer a failed request: programs get the problem, people the console's page for it where there is one."""
    problem = problem_of(error)
    page: Callable[[Request, Problem], Response] | None = getattr(request.app.state, "problem_page", None)
    if page is None or is_programs(request.url.path):
        return problem.response()
    return page(request, problem)


def install(app: FastAPI) -> None:
    """Let the application answer every error it knows through this module."""
    for error in (Problem, RiskscanError, HTTPException, RequestValidationError):
        app.add_exception_handler(error, answer)
