"""One request by a signed-in person: session, token, role and transaction, checked in one place."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from api.console.form import read_form
from api.console.language import Language
from api.console.pages import Pages
from api.console.passwords import Passwords
from api.console.refusals import ForeignRequest, NotSignedIn, PasswordMustChange, RoleMayNot
from api.settings import ApiSettings
from records.review import AccountRole
from store.accounts import Session, session
from store.audit import record
from store.pool import Connection
from store.transaction import transaction

COOKIE = "__Host-riskscan"
DECIDERS = frozenset({AccountRole.INVESTIGATOR, AccountRole.LEAD})
SAFE_METHODS = frozenset({"GET", "HEAD"})


@dataclass(slots=True)
class Desk:
    """What every page of the console shares; kept at ``app.state.desk``."""

    settings: ApiSettings
    pages: Pages
    passwords: Passwords
    csp_reports: int = 0


def desk(request: Request) -> Desk:
    """Return the application's desk."""
    return cast(Desk, request.app.state.desk)


@dataclass(frozen=True, slots=True)
class Visit:
    """A checked request and the transaction in which it is answered."""

    request: Request = field(repr=False)
    conn: Connection = field(repr=False)
    desk: Desk = field(repr=False)
    session: Session
    language: Language
    form: Mapping[str, str] = field(repr=False)

    @property
    def account_id(self) -> int:
        return self.session.account_id

    @property
    def settings(self) -> ApiSettings:
        return self.desk.settings

    @property
    def may_decide(self) -> bool:
        """Say whether this role takes and decides flags."""
        return self.session.role in DECIDERS

    @property
    def is_lead(self) -> bool:
        return self.session.role is AccountRole.LEAD

    def must_decide(self) -> None:
        """Raise RoleMayNot unless this role takes and decides flags."""
        if not self.may_decide:
            raise RoleMayNot("this role reads the queue only")

    async def note(self, action: str, flag_id: int | None = None, **facts: str | int | float | bool | None) -> None:
        """Write an audit line of this account."""
        await record(
            self.conn,
            action,
            at=self.settings.now(),
            account_id=self.account_id,
            subject_kind="flag" if flag_id is not None else "account",
            subject_id=flag_id if flag_id is not None else self.account_id,
            facts=facts,
        )

    def page(self, template: str, status: int = 200, **facts: object) -> HTMLResponse:
        """Render a page for this person."""
        known: dict[str, object] = {"session": self.session, "may_decide": self.may_decide}
        return self.desk.pages.page(template, self.language, status, **(known | facts))


@asynccontextmanager
async def visit(request: Request, *, changing_password: bool = False) -> AsyncIterator[Visit]:
    """Check a request and open its transaction; every console route but signing in goes through here.

    Raises
    ------
    NotSignedIn, PasswordMustChange, ForeignRequest, UnreadableForm
    """
    form = {} if request.method in SAFE_METHODS else await read_form(request)
    at = desk(request)
    async with transaction(request.app.state.pool) as conn:
        secret = request.cookies.get(COOKIE, "")
        signed_in = await session(conn, secret, idle_seconds=at.settings.idle_seconds) if secret else None
        if signed_in is None:
            raise NotSignedIn("nobody is signed in", form.get("reason", ""))
        if request.method not in SAFE_METHODS and not same_secret(form.get("csrf", ""), signed_in.csrf_token):
            raise ForeignRequest("the form's token is missing or another's", form.get("reason", ""))
        if signed_in.must_change_password and not changing_password:
            raise PasswordMustChange("the one-time password must be changed first")
        yield Visit(request, conn, at, signed_in, at.pages.language(signed_in.locale), form)


def same_secret(given: str, known: str) -> bool:
    """Compare two secrets in the same time wherever they differ."""
    return hmac.compare_digest(given.encode(), known.encode())


async def own_origin(request: Request) -> None:
    """Refuse a request that changes something and was not sent by a page of ours.

    Under our referrer policy browsers send ``Origin: null`` with our own forms too; then
    ``Sec-Fetch-Site``, which no page can forge, must say that the page was ours.

    Raises
    ------
    ForeignRequest
        The headers say another origin, or nothing at all.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin", "null")
    if site not in (None, "same-origin"):
        raise ForeignRequest("another site sent this")
    if origin == "null" and site is None:
        raise ForeignRequest("nothing says which page sent this")
    if origin != "null" and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise ForeignRequest("a page of another origin sent this")


def go(address: str) -> RedirectResponse:
    """Send the browser on with a GET."""
    return RedirectResponse(address, 303)
