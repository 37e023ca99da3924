"""A console to try things on: the real application on a database of the test's own, and a reader's browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from fastapi import FastAPI
from lxml import html

from api.app import create_app
from api.settings import ApiSettings, cursor_key
from store.pool import Connection, connect
from store.seal import Vault
from tests.builders import SignedUp, an_account
from tests.conftest import Database

#: The host under which tests speak to the console; https, because its cookies are Secure.
ORIGIN = "https://console.mau.example"
COOKIE = "__Host-riskscan"


def console_settings(db: Database, vault: Vault, **facts: Any) -> ApiSettings:
    """The settings of a console on this database."""
    known: dict[str, Any] = {
        "dsn": db.service_dsn,
        "vault": vault,
        "allowed_hosts": ("console.mau.example", "127.0.0.1", "localhost"),
        "cursor_key": cursor_key(vault),
        "version": "0",
        "now": lambda: datetime.now(UTC),
    }
    return ApiSettings(**(known | facts))


@dataclass
class Reader:
    """One person's browser: keeps cookies, sends our origin, and fills in forms as the page gives them."""

    client: httpx.AsyncClient = field(repr=False)
    answer: httpx.Response = field(init=False, repr=False)

    @property
    def page(self) -> html.HtmlElement:
        return html.document_fromstring(self.answer.text)

    @property
    def text(self) -> str:
        return " ".join(self.page.text_content().split())

    async def open(self, address: str) -> httpx.Response:
        self.answer = await self.client.get(address, follow_redirects=True)
        return self.answer

    def fields(self, action: str) -> dict[str, str]:
        """The hidden fields and typed values of the form that sends to an address."""
        form = next(form for form in self.page.forms if form.get("action") == action)
        return {name: value for name, value in form.form_values()}

    async def post(self, action: str, fields: Mapping[str, str], **headers: str) -> httpx.Response:
        """Send a form as a browser does from a page of ours, and stay at the first answer."""
        sent = {"origin": ORIGIN, "sec-fetch-site": "same-origin"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        self.answer = await self.client.post(action, data=dict(fields), headers=sent)
        return self.answer

    async def submit(self, action: str, **typed: str) -> httpx.Response:
        """Fill in and send a form of the page that is open, and go where the answer says."""
        await self.post(action, self.fields(action) | typed)
        if self.answer.is_redirect:
            await self.open(self.answer.headers["location"])
        return self.answer

    async def sign_in(self, person: SignedUp, password: str = "") -> httpx.Response:
        await self.open("/console/sign-in")
        return await self.submit("/console/sign-in", username=person.username, password=password or person.password)

    @property
    def secret(self) -> str:
        return self.client.cookies.get(COOKIE) or ""


@dataclass(frozen=True)
class Console:
    """A running console, its database connection and its readers."""

    app: FastAPI = field(repr=False)
    conn: Connection = field(repr=False)
    clients: list[httpx.AsyncClient] = field(repr=False)

    def reader(self) -> Reader:
        """A browser that nobody signed in with."""
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=ORIGIN)
        self.clients.append(client)
        return Reader(client)

    async def signed_in(self, username: str = "dieutra01", **facts: Any) -> Reader:
        """A browser of a person with an account."""
        person = await an_account(self.conn, username, **facts)
        await self.conn.commit()
        reader = self.reader()
        await reader.sign_in(person)
        assert reader.secret, "the account of a test could not sign in"
        return reader

    async def audit(self) -> list[tuple[str, int | None]]:
        """The audit trail: what was done to which flag or account."""
        rows = await self.conn.execute("select action, subject_id from audit order by audit_id")
        return [(row["action"], row["subject_id"]) async for row in rows]


@asynccontextmanager
async def a_console(db: Database, vault: Vault, **facts: Any) -> AsyncIterator[Console]:
    """Serve a console until the test ends."""
    app = create_app(console_settings(db, vault, **facts))
    async with app.router.lifespan_context(app), connect(db.service_dsn) as conn:
        console = Console(app, conn, [])
        try:
            yield console
        finally:
            for client in console.clients:
                await client.aclose()
