"""Who calls: the agency behind an API key, checked anew at every request."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from api.problems import Kind, Problem
from api.v1.keys import is_api_key
from store.accounts import ApiKey, api_key
from store.transaction import transaction

log = logging.getLogger("riskscan.api")

bearer = HTTPBearer(
    auto_error=False,
    scheme_name="ApiKey",
    bearerFormat="rsk_<prefix>_<secret>",
    description="The agency's API key. It has scopes and an end; once revoked it is refused at the next request.",
)
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="riskscan"'}


async def caller(
    request: Request,
    wanted: SecurityScopes,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> ApiKey:
    """Return the calling agency's key.

    Raises
    ------
    Problem
        401 without a valid key, 403 if the key lacks a scope.
    """
    if credentials is None:
        raise Problem(Kind.KEY_MISSING, "Send Authorization: Bearer with your API key.", headers=CHALLENGE)
    key: ApiKey | None = None
    if is_api_key(credentials.credentials):
        async with transaction(request.app.state.pool) as conn:
            key = await api_key(conn, credentials.credentials)
    if key is None:
        _count_refusal(request)
        headers = {"WWW-Authenticate": CHALLENGE["WWW-Authenticate"] + ', error="invalid_token"'}
        raise Problem(Kind.KEY_REFUSED, "Ask the operator for a new key.", headers=headers)
    if missing := sorted(set(wanted.scopes) - key.scopes):
        raise Problem(Kind.SCOPE_MISSING, f"The key lacks the scope {missing[0]}.")
    return key


def _count_refusal(request: Request) -> None:
    """Count a refused key where the operator sees it; the key itself goes nowhere."""
    state = request.app.state
    state.refused_keys = getattr(state, "refused_keys", 0) + 1
    log.warning("an API key was refused; %d since the start", state.refused_keys)
