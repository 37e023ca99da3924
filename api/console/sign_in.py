"""Signing in and out, and the choice of password and language."""

from __future__ import annotations

import hmac
import secrets

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.console.form import read_form
from api.console.language import phrase
from api.console.passwords import LEAST_LENGTH, typed
from api.console.refusals import ForeignRequest
from api.console.visit import COOKIE, Desk, Visit, desk, go, same_secret, visit
from store.accounts import (
    SignIn,
    count_sign_in,
    end_session,
    set_locale,
    set_password,
    sign_in_facts,
    start_session,
)
from store.audit import record
from store.pool import Connection
from store.transaction import transaction

router = APIRouter()
ENTRY_COOKIE = "__Host-riskscan-entry"

WRONG_OLD = phrase("The password until now is wrong.")
TOO_SHORT = phrase("The new password is too short.")
NOT_TWICE = phrase("The two new passwords differ.")
NOT_NEW = phrase("The new password must be another than the one until now.")
NAMES_ITSELF = phrase("The new password must not contain your user name.")


def _entry_token(at: Desk, entry: str) -> str:
    """Return the token that a sign-in form carries; only we can make it for a given entry cookie."""
    return at.settings.vault.digest("console.entry", entry).hex()


def _keep_cookie(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="lax")


def _drop_cookie(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def sign_in_page(
    request: Request, lang: str, *, failed: bool = False, username: str = "", status: int = 200
) -> Response:
    """Show the sign-in form with a fresh entry cookie."""
    at = desk(request)
    entry = secrets.token_urlsafe(32)
    response = at.pages.page(
        "sign_in.html",
        at.pages.language(lang),
        status,
        entry_token=_entry_token(at, entry),
        failed=failed,
        ended="ended" in request.query_params,
        username=username,
    )
    _keep_cookie(response, ENTRY_COOKIE, entry)
    return response


@router.get("/sign-in")
async def show_sign_in(request: Request) -> Response:
    """Show the sign-in form."""
    return sign_in_page(request, request.query_params.get("lang", ""))


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Check name and password; whatever is wrong, the answer and its time are the same."""
    form, at = await read_form(request), desk(request)
    entry = request.cookies.get(ENTRY_COOKIE, "")
    if not entry or not same_secret(form.get("csrf", ""), _entry_token(at, entry)):
        raise ForeignRequest("the sign-in form's token is missing or another's")
    username = form.get("username", "").strip().lower()[:40]
    async with at.passwords.turn:
        async with transaction(request.app.state.pool) as conn:
            facts = await sign_in_facts(conn, username)
        right = await at.passwords.is_right(facts, form.get("password", ""))
        async with transaction(request.app.state.pool) as conn:
            if facts is not None and await _counted(conn, at, facts, right=right):
                return await _begin_session(request, conn, at, facts)
    return sign_in_page(request, form.get("lang", ""), failed=True, username=username, status=401)


async def _counted(conn: Connection, at: Desk, facts: SignIn, *, right: bool) -> bool:
    """Count a try and write its audit line; a try while the account waits is written but does not lengthen the wait."""
    if right or (facts.active and not facts.waiting):
        await count_sign_in(conn, facts.account_id, succeeded=right)
    await record(
        conn,
        "account.sign_in" if right else "account.sign_in_refused",
        at=at.settings.now(),
        account_id=facts.account_id,
        subject_kind="account",
        subject_id=facts.account_id,
    )
    return right


async def _begin_session(request: Request, conn: Connection, at: Desk, facts: SignIn) -> Response:
    """Start a session under a new secret; one that came with the request ends."""
    if known := request.cookies.get(COOKIE):
        await end_session(conn, known)
    response = go("/console/password" if facts.must_change_password else "/console/queue")
    await _fresh_session(conn, at, facts.account_id, response)
    _drop_cookie(response, ENTRY_COOKIE)
    return response


async def _fresh_session(conn: Connection, at: Desk, account_id: int, response: Response) -> None:
    secret = secrets.token_urlsafe(32)
    await start_session(conn, account_id, secret, secrets.token_urlsafe(32), seconds=at.settings.session_seconds)
    _keep_cookie(response, COOKIE, secret)


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session; its cookie opens nothing any more."""
    async with visit(request, changing_password=True) as here:
        await end_session(here.conn, request.cookies[COOKIE])
        await here.note("account.sign_out")
        response = go(f"/console/sign-in?ended&lang={here.language.code}")
        _drop_cookie(response, COOKIE)
        return response


@router.get("/password")
async def show_password(request: Request) -> Response:
    """Show the form for a new password."""
    async with visit(request, changing_password=True) as here:
        return here.page("password.html", fault="", least=LEAST_LENGTH, back="/console/password")


@router.post("/password")
async def change_password(request: Request) -> Response:
    """Change the password; every session of the account ends and this one goes on under a new secret."""
    async with visit(request, changing_password=True) as here:
        fault = await _password_fault(here)
        if fault:
            return here.page("password.html", 422, fault=fault, least=LEAST_LENGTH, back="/console/password")
        hashed = await here.desk.passwords.hashed(here.form["new"])
        await set_password(here.conn, here.account_id, hashed)
        await here.note("account.password_changed")
        response = go("/console/queue")
        await _fresh_session(here.conn, here.desk, here.account_id, response)
        return response


async def _password_fault(here: Visit) -> str:
    """Return what is wrong with a change of password, or nothing; a wrong old one counts as a wrong sign-in."""
    old, new, again = (typed(here.form.get(name, "")) for name in ("old", "new", "again"))
    facts = await sign_in_facts(here.conn, here.session.username)
    if not await here.desk.passwords.is_right(facts, old):
        await count_sign_in(here.conn, here.account_id, succeeded=False)
        return WRONG_OLD
    if len(new) < LEAST_LENGTH:
        return TOO_SHORT
    if not hmac.compare_digest(new.encode(), again.encode()):
        return NOT_TWICE
    if hmac.compare_digest(new.encode(), old.encode()):
        return NOT_NEW
    return NAMES_ITSELF if here.session.username in new.lower() else ""


_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789/?=-")


@router.post("/language")
async def choose_language(request: Request) -> Response:
    """Remember the language of this person and go back to where they were."""
    async with visit(request, changing_password=True) as here:
        if here.form.get("locale") in here.desk.pages.languages:
            await set_locale(here.conn, here.account_id, here.form["locale"])
        back = here.form.get("back", "")
        return go(back if back.startswith("/console/") and set(back) <= _LOCAL else "/console/queue")
