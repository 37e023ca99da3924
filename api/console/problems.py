"""How an error looks on a page: Vietnamese first, English below, and nothing of what was sent but a typed reason."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from api.console.language import phrase
from api.console.refusals import ForeignRequest, NotSignedIn, PasswordMustChange, Refusal, RoleMayNot, UnreadableForm
from api.console.visit import SAFE_METHODS, desk, go
from api.problems import Problem

#: Title and advice by what went wrong.
REFUSALS: dict[type[Refusal], tuple[int, str, str]] = {
    NotSignedIn: (
        401,
        phrase("Your session has ended"),
        phrase("Nothing was stored. Sign in again; the flag is still in the queue."),
    ),
    ForeignRequest: (
        403,
        phrase("This page is out of date"),
        phrase(
            "The request did not come from a current page of this console, so nothing was stored. "
            "Go back, reload the page and try again."
        ),
    ),
    RoleMayNot: (
        403,
        phrase("Your role may not do this"),
        phrase("Investigators and leads read and decide flags; analysts and administrators see the queue."),
    ),
    UnreadableForm: (
        400,
        phrase("This form cannot be read"),
        phrase("Nothing was stored. Go back, shorten what you wrote and try again."),
    ),
}
STATUSES: dict[int, tuple[str, str]] = {
    404: (phrase("There is nothing here"), phrase("The address is wrong, or what stood here was closed or erased.")),
    405: (phrase("There is nothing here"), phrase("The address is wrong, or what stood here was closed or erased.")),
    503: (
        phrase("The database does not answer"),
        phrase("Nothing was stored. Wait a moment, go back and try again; if it lasts, tell whoever runs this server."),
    ),
}
OTHER = (phrase("This did not work"), phrase("Nothing was stored. Go back and try again."))


def register(app: FastAPI) -> None:
    """Let the application show errors of people's addresses as pages."""
    app.state.problem_page = problem_page
    app.add_exception_handler(Refusal, refused)


def problem_page(request: Request, problem: Problem) -> Response:
    """Show a problem as a page."""
    title, advice = STATUSES.get(problem.kind.status, OTHER)
    response = _page(request, problem.kind.status, title, advice)
    response.headers.update(problem.headers)
    return response


async def refused(request: Request, error: Exception) -> Response:
    """Answer a refusal: whoever can go on elsewhere is sent there, the others read why."""
    if isinstance(error, PasswordMustChange):
        return go("/console/password")
    refusal = error if isinstance(error, Refusal) else Refusal("")
    if isinstance(error, NotSignedIn) and (request.method in SAFE_METHODS or not refusal.draft):
        return go("/console/sign-in")
    status, title, advice = REFUSALS[type(refusal)]
    return _page(request, status, title, advice, refusal.draft)


def _page(request: Request, status: int, title: str, advice: str, draft: str = "") -> Response:
    # Nobody's language is known here, because the session may be what failed: the page says it in both.
    pages = desk(request).pages
    return pages.page("problem.html", pages.language(None), status, problem=title, advice=advice, draft=draft)
