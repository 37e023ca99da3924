"""Serves console and API on loopback until told to stop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import uvicorn

from api.app import create_app
from api.settings import ApiSettings, cursor_key
from records.errors import RiskscanError
from riskscan import __version__
from riskscan.runtime import Runtime

HOST = "127.0.0.1"
PORTS_TRIED = 50
SECONDS_TO_START = 30


class NoFreePort(RiskscanError):
    """Every port that was tried is in use."""


def listen(port: int) -> socket.socket:
    """Return a listening socket on the wanted port, or on the next one that is free."""
    for candidate in range(port, min(port + PORTS_TRIED, 65536)) if port else [0]:
        try:
            return socket.create_server((HOST, candidate))
        except OSError:
            continue
    raise NoFreePort(f"ports {port} to {port + PORTS_TRIED - 1} are all in use; set RISKSCAN_PORT to another")


def api_settings(runtime: Runtime) -> ApiSettings:
    """Return what console and API need to know."""
    return ApiSettings(
        dsn=runtime.dsn,
        vault=runtime.vault,
        allowed_hosts=runtime.settings.allowed_hosts,
        cursor_key=cursor_key(runtime.vault),
        version=__version__,
        evidence=runtime.settings.evidence,
    )


@asynccontextmanager
async def serving(runtime: Runtime, port: int) -> AsyncIterator[tuple[str, asyncio.Task[None]]]:
    """Serve in the background; yields the address once /readyz answers 200, and the serving task."""
    listener = listen(port)
    config = uvicorn.Config(
        create_app(api_settings(runtime)),
        log_level="warning",
        access_log=False,  # addresses of a log line hold search words
        server_header=False,
        date_header=False,
        lifespan="on",
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    address = f"http://{HOST}:{listener.getsockname()[1]}"
    try:
        await _until_ready(address, task)
        yield address, task
    finally:
        server.should_exit = True
        await asyncio.gather(task, return_exceptions=True)
        listener.close()


async def _until_ready(address: str, task: asyncio.Task[None]) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        for _ in range(SECONDS_TO_START * 10):
            if task.done():
                raise RiskscanError("console and API did not start; the lines above say why")
            try:
                if (await client.get(f"{address}/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass  # Not listening yet.
            await asyncio.sleep(0.1)
    raise RiskscanError("console and API do not become ready; run: riskscan doctor")
