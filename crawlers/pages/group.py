"""The page object of groups that a browser draws: the steps to show every post, and counting what stands there."""

from __future__ import annotations

from dataclasses import dataclass

from crawlers.pages.document import Document, PageTooBig
from crawlers.pages.forum import read_forum
from crawlers.pages.page import SavedPage
from records.source import AddressKind, Source


@dataclass(frozen=True, slots=True)
class BrowserSteps:
    """What a browser does before a page is read; CSS selectors, empty where there is nothing to do.

    ``container`` must stand in the page first. ``expand`` is clicked in every post, ``load_more`` until
    it is gone, ``scroll`` is scrolled (``html``: the whole page) until no new id appears; ``post`` and
    ``post_id`` tell posts apart meanwhile, because long pages drop the posts that are out of sight.
    """

    container: str
    post: str
    post_id: str
    load_more: str = ""
    scroll: str = ""
    expand: str = ""


def browser_steps(source: Source) -> BrowserSteps:
    """Return the steps that a group's source file declares."""
    selectors = source.selectors
    return BrowserSteps(
        container=selectors.get("container", ""),
        post=selectors["post"],
        post_id=selectors["post_id"],
        load_more=selectors.get("load_more", ""),
        scroll=selectors.get("scroll", ""),
        expand=selectors.get("expand", ""),
    )


def needs_browser(source: Source, kind: AddressKind) -> bool:
    """Tell whether a page must be drawn: where posts stand, not the list of links that leads there."""
    return kind is AddressKind.DETAIL or "thread_link" not in source.selectors


def distinct_ids(page: SavedPage, source: Source) -> frozenset[str]:
    """Return the external ids of the posts that stand in a drawn page now, deleted ones too."""
    try:
        reading = read_forum(Document(page, source.selectors), source)
    except PageTooBig:
        return frozenset()
    return frozenset({post.external_id for post in reading.posts} | set(reading.tombstones))
