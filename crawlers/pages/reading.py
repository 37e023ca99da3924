"""Reading one saved page with the page object of its source's kind; every body ends in an outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crawlers.pages.document import Document, PageTooBig
from crawlers.pages.forum import read_forum
from crawlers.pages.job_board import read_job_board
from crawlers.pages.judge import judge_response
from crawlers.pages.page import PageReading, SavedPage
from records.source import Outcome, Source, SourceKind

PageObject = Callable[[Document, Source], PageReading]

PAGE_OBJECTS: Mapping[SourceKind, PageObject] = {
    SourceKind.JOB_BOARD: read_job_board,
    SourceKind.FORUM: read_forum,
    SourceKind.GROUP: read_forum,
}


def read_page(page: SavedPage, source: Source) -> PageReading:
    """Read a page of a source whose kind has pages; no body, however hostile, makes this fail."""
    if page.status != 200 or not page.body.strip():
        outcome = judge_response(page.status, page.headers, page.body, source)
        return PageReading(outcome, reason=f"status {page.status}")
    try:
        return PAGE_OBJECTS[source.kind](Document(page, source.selectors), source)
    except PageTooBig as error:
        return PageReading(Outcome.TOO_BIG, reason=str(error))
