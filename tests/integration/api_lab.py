"""The partner API over a test's own database: in this process for most tests, on a real socket where it matters."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from socket import socket

import uvicorn
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from api.app import create_app
from api.settings import ApiSettings, cursor_key
from store.seal import Vault

HOST = "riskscan.mau.example"


def settings_for(
    dsn: str, vault: Vault, now: Callable[[], datetime], *, hosts: tuple[str, ...] = (HOST,)
) -> ApiSettings:
    """What riskscan would tell the API."""
    return ApiSettings(
        dsn=dsn, vault=vault, allowed_hosts=hosts, cursor_key=cursor_key(vault), version="0.1.0", now=now
    )


@dataclass(frozen=True, slots=True)
class Api:
    """A served application and a client that speaks to it without a key."""

    app: FastAPI
    client: AsyncClient


@asynccontextmanager
async def served(settings: ApiSettings) -> AsyncIterator[Api]:
    """Serve in this process: the whole application, without a socket."""
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url=f"http://{HOST}") as client,
    ):
        yield Api(app, client)


class _Server(uvicorn.Server):
    """A server that tells when it accepts connections."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", server_header=False))
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @property
    def port(self) -> int:
        return int(self.servers[0].sockets[0].getsockname()[1])


@contextmanager
def listening(settings: ApiSettings) -> Iterator[str]:
    """Serve on a free port of the loopback; yields the address."""
    server = _Server(create_app(settings))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    assert server.ready.wait(30), "the server did not start"
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.should_exit = True
        thread.join(30)
