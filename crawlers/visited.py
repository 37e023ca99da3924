"""Reads what a visit brought: the page's posts as intake admits them, its links, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from crawlers.pages.page import PageReading, SavedPage
from crawlers.pages.reading import read_page
from crawlers.visit import Visit
from intake.door import admit
from records.post import AdmittedPost, RawPost
from records.source import Outcome, Source
from store.frontier import LeasedAddress


@dataclass(frozen=True, slots=True)
class Visited:
    """One leased address, what its visit brought, what stands on the page, and its posts as intake admits them."""

    address: LeasedAddress
    visit: Visit
    reading: PageReading
    posts: tuple[AdmittedPost, ...] = ()


def read_visit(source: Source, address: LeasedAddress, visit: Visit) -> Visited:
    """Read what a visit brought; needs no database, so that it is done while another lot is stored."""
    reading = _read(source, address, visit)
    return Visited(address, visit, reading, tuple(admit(post) for post in reading.posts))


def _read(source: Source, address: LeasedAddress, visit: Visit) -> PageReading:
    if visit.outcome is not None or visit.response is None:
        return PageReading(visit.outcome or Outcome.ERROR, reason=visit.reason)
    response = visit.response
    captured_at = response.captured_at or datetime.now(UTC)
    bodies = visit.snapshots or (response.body,)
    readings = [
        read_page(
            SavedPage(
                response.url,
                body,
                captured_at,
                address.kind,
                response.status,
                response.headers,
                visit.asked,
                rendered=bool(visit.snapshots),
            ),
            source,
        )
        for body in bodies
    ]
    return merged(readings)


def merged(readings: list[PageReading]) -> PageReading:
    """Join what several DOMs of one page showed: each post once, in its longest form."""
    if len(readings) == 1:
        return readings[0]
    posts: dict[str, RawPost] = {}
    for post in (post for reading in readings for post in reading.posts):
        if post.external_id not in posts or len(post.text) > len(posts[post.external_id].text):
            posts[post.external_id] = post
    return PageReading(
        Outcome.OK if posts else readings[-1].outcome,
        tuple(posts.values()),
        tuple(dict.fromkeys(url for reading in readings for url in reading.next_addresses)),
        tuple(dict.fromkeys(url for reading in readings for url in reading.detail_addresses)),
        missing=readings[-1].missing,
        tombstones=tuple(dict.fromkeys(one for reading in readings for one in reading.tombstones)),
        reason=readings[-1].reason,
    )
