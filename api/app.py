"""Puts the partner API and the console together into one application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from api import problems
from api.boundary import StrictQuery
from api.console.router import include_console
from api.headers import HostList, SafeAnswers
from api.settings import ApiSettings
from api.v1 import about, health, posts, tips
from api.v1.description import describe
from store.pool import open_pool

#: Nobody waits longer for a page; a statement beyond is stopped and answered with 503.
STATEMENT_SECONDS = 10
CONNECTIONS = 10


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Keep the pool open while the application serves."""
    settings: ApiSettings = app.state.settings
    async with open_pool(settings.dsn, min_size=2, max_size=CONNECTIONS, statement_seconds=STATEMENT_SECONDS) as pool:
        app.state.pool = pool
        yield


def create_app(settings: ApiSettings) -> FastAPI:
    """Return the application; it opens its database connections when it starts to serve."""
    app = FastAPI(
        title="riskscan partner API",
        version=settings.version,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # These pages load scripts from elsewhere.
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    problems.install(app)
    for router in (posts.router, tips.router, about.router, health.router):
        app.include_router(router)
    include_console(app, settings)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]  # FastAPI's own way to change the document
    # The last one added stands outermost.
    app.add_middleware(StrictQuery)
    app.add_middleware(HostList, hosts=settings.allowed_hosts)
    app.add_middleware(SafeAnswers)
    return app
