"""How one fetch ended, judged from status, headers and body alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from crawlers.pages.document import Document, PageTooBig
from crawlers.pages.page import MAX_BODY, SavedPage
from records.source import AddressKind, Outcome, Source

_LOGIN = (b'id="login_form"', b"id=login_form", b"/login/?next=", "Bạn phải đăng nhập".encode(), b"Log in to continue")
_CHALLENGE = (b"<title>just a moment...", b"cf-chl-", b"challenge-platform", b"<title>attention required!")
_FOUND = ("post", "thread_link", "list_link")
_JSON_LD = b"JobPosting"
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_LOOKED_AT = 1024 * 1024


def judge_response(status: int, headers: Mapping[str, str], body: bytes, source: Source) -> Outcome:
    """Return how a fetch ended; ``OK`` means that the page may be read.

    Marks of a wall count only where a page shows none of the things its source declares: forums show
    "you must sign in" under every thread.
    """
    if len(body) > MAX_BODY:
        return Outcome.TOO_BIG
    if status == 200:
        return _judge_page(headers, body, source)
    return _judge_status(status, headers, body)


def marked_wall(body: bytes) -> Outcome | None:
    """Return the wall that a page's own words speak of, if any."""
    seen = body[:_LOOKED_AT]
    lower = seen.lower()
    if any(mark in lower for mark in _CHALLENGE):
        return Outcome.BLOCKED
    return Outcome.LOGIN_WALL if any(mark in seen for mark in _LOGIN) else None


def _judge_status(status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    match status:
        case 304:
            return Outcome.NOT_MODIFIED
        case 204 | 205:
            return Outcome.EMPTY
        case 401 | 407:
            return Outcome.LOGIN_WALL
        case 403:
            return Outcome.LOGIN_WALL if marked_wall(body) is Outcome.LOGIN_WALL else Outcome.BLOCKED
        case 404 | 410:
            return Outcome.GONE
        case 429 | 451:
            return Outcome.BLOCKED
        case 503 if marked_wall(body) is Outcome.BLOCKED:
            return Outcome.BLOCKED
        case _ if 300 <= status < 400 and "/login" in _header(headers, "location"):
            return Outcome.LOGIN_WALL
        case _:
            return Outcome.ERROR


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _judge_page(headers: Mapping[str, str], body: bytes, source: Source) -> Outcome:
    if not body.strip():
        return Outcome.EMPTY
    page = SavedPage("http://page.invalid/", body, _ANY_TIME, AddressKind.LIST, headers=headers)
    try:
        return judge_document(Document(page, source.selectors))
    except PageTooBig:
        return Outcome.TOO_BIG


def judge_document(document: Document) -> Outcome:
    """Return the outcome of a page that came with status 200, as far as its marks tell."""
    if document.elements("wall"):
        return Outcome.LOGIN_WALL
    if document.elements("gone"):
        return Outcome.GONE
    shows_something = _JSON_LD in document.page.body or any(document.elements(name) for name in _FOUND)
    return Outcome.OK if shows_something else marked_wall(document.page.body) or Outcome.OK
