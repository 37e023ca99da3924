"""Adds the review console's pages to the application."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Depends, FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from api.console import problems, reviewing, sign_in
from api.console.pages import HERE, STATIC_FILES, Pages
from api.console.passwords import Passwords
from api.console.visit import Desk, desk, go, own_origin, visit
from api.settings import ApiSettings
from records.errors import NotFound

log = logging.getLogger("riskscan.console")
router = APIRouter()

#: Octets of a browser's report; what it says is not kept, because it may quote a page.
REPORT_CAP = 16_384


def include_console(app: FastAPI, settings: ApiSettings) -> None:
    """Add the console's routes, and how an error looks on a page (``app.state.problem_page``)."""
    app.state.desk = Desk(settings, Pages(), Passwords())
    for part in (router, sign_in.router, reviewing.router):
        app.include_router(
            part,
            prefix="/console",
            dependencies=[Depends(own_origin)],
            include_in_schema=False,
            default_response_class=Response,
        )
    app.add_api_route("/", to_the_queue, methods=["GET"], include_in_schema=False)
    problems.register(app)


async def to_the_queue() -> Response:
    """Send whoever comes to the front door to the queue."""
    return go("/console/queue")


router.add_api_route("/", to_the_queue, methods=["GET"])


@router.get("/help")
async def show_help(request: Request) -> Response:
    """Show what scores, decisions, signs and keys mean."""
    async with visit(request) as here:
        return here.page("help.html", here="help", back="/console/help")


@router.get("/static/{name}")
async def static_file(name: str) -> Response:
    """Serve one of the console's own files; their addresses change with them."""
    if name not in STATIC_FILES:
        raise NotFound("there is no such file")
    return FileResponse(HERE / "static" / name, headers={"Cache-Control": "public, max-age=31536000, immutable"})


@router.post("/csp-report")
async def count_report(request: Request) -> Response:
    """Count a browser's report that a page tried what the content security policy forbids."""
    read = 0
    async for part in request.stream():
        read += len(part)
        if read > REPORT_CAP:
            break
    desk(request).csp_reports += 1
    log.warning("a browser reported a breach of the content security policy")
    return Response(status_code=204)
