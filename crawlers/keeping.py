"""Stores one visit: outcome, posts, links, evidence and the address, all in one transaction or not at all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crawlers.pages.page import PageReading, SavedPage
from crawlers.pages.reading import read_page
from crawlers.visit import Visit
from crawlers.warc import warc_records
from intake.door import admit
from records.errors import StaleLease
from records.post import RawPost
from records.source import AddressKind, Outcome, Source
from store.crawls import Fetch, count_run, keep_fetch
from store.evidence import EvidenceFolder, PageMember, keep_page
from store.frontier import (
    Address,
    LeasedAddress,
    add_addresses,
    fail_address,
    finish_address,
    park_host,
    return_address,
)
from store.pool import Connection, Pool
from store.posts import Change, Kept, Origin, keep_posts, mark_deleted
from store.seal import Vault

VERSION = "0.1.0"
MAX_ATTEMPTS = 3
RETRY_SECONDS = 5.0
DAY = 86400.0
PRIORITY = {AddressKind.DETAIL: 20, AddressKind.LIST: 10}


@dataclass(frozen=True, slots=True)
class Keeper:
    """Stores the visits of one crawl run."""

    pool: Pool
    vault: Vault = field(repr=False)
    evidence: EvidenceFolder
    source: Source
    crawl_run_id: int

    async def keep(self, address: LeasedAddress, visit: Visit) -> PageReading:
        """Store what a visit brought and move its address on.

        Raises
        ------
        StaleLease
            The address was leased to somebody else meanwhile; nothing was stored.
        """
        reading = self._read(address, visit)
        async with self.pool.connection() as conn, conn.transaction():
            kept = await self._posts(conn, reading)
            await add_addresses(conn, self.vault, self.source.source_id, self._links(reading, address))
            page_id = await self._evidence(conn, visit, kept)
            fetch = Fetch(
                reading.outcome,
                address.address_id,
                page_id,
                visit.response.status if visit.response else None,
                len(visit.response.body) if visit.response else 0,
                visit.milliseconds,
                visit.reason or reading.reason or ",".join(reading.missing),
            )
            await keep_fetch(conn, self.crawl_run_id, fetch)
            changes = [post.change for post in kept]
            await count_run(
                conn,
                self.crawl_run_id,
                seen=len(kept),
                new=changes.count(Change.NEW),
                changed=changes.count(Change.CHANGED),
            )
            if not await self._move_on(conn, address, visit, reading.outcome):
                raise StaleLease("the address passed to another crawl; what this one read is not stored")
        return reading

    def _read(self, address: LeasedAddress, visit: Visit) -> PageReading:
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
                self.source,
            )
            for body in bodies
        ]
        return merged(readings)

    async def _posts(self, conn: Connection, reading: PageReading) -> list[Kept]:
        if reading.tombstones:
            await mark_deleted(conn, self.vault, self.source.platform, reading.tombstones, datetime.now(UTC))
        origin = Origin(self.source.source_id, self.crawl_run_id)
        return await keep_posts(conn, self.vault, [admit(post) for post in reading.posts], origin)

    def _links(self, reading: PageReading, address: LeasedAddress) -> list[Address]:
        details = [Address(url, AddressKind.DETAIL, PRIORITY[AddressKind.DETAIL]) for url in reading.detail_addresses]
        following = [Address(url, address.kind, PRIORITY[address.kind]) for url in reading.next_addresses]
        return details + following

    async def _evidence(self, conn: Connection, visit: Visit, kept: list[Kept]) -> int | None:
        # A page that showed nothing new is not kept twice.
        if not any(post.capture_id for post in kept):
            return None
        return await keep_page(
            conn,
            self.vault,
            self.evidence,
            crawl_run_id=self.crawl_run_id,
            records=warc_records(visit, self.source.source_id, VERSION),
            members=[PageMember(post.post_id, post.capture_id) for post in kept],
            stored_at=datetime.now(UTC),
        )

    async def _move_on(self, conn: Connection, address: LeasedAddress, visit: Visit, outcome: Outcome) -> bool:
        response = visit.response
        status = response.status if response else 0
        if status in (429, 503) and visit.retry_after is not None:
            host = visit.asked.split("/")[2].rsplit("@", 1)[-1].split(":")[0]
            await park_host(conn, host, seconds=visit.retry_after, reason=f"status {status}")
            return await return_address(conn, address, seconds=visit.retry_after)
        if outcome is Outcome.ERROR and (status >= 500 or status == 0):
            if address.attempts < MAX_ATTEMPTS:
                return await return_address(conn, address, seconds=RETRY_SECONDS * address.attempts)
            return await fail_address(conn, address)
        if outcome in (Outcome.UNSAFE_ADDRESS, Outcome.ROBOTS):
            return await finish_address(conn, address, revisit_seconds=7 * DAY)
        return await finish_address(
            conn,
            address,
            revisit_seconds=self.source.pace.revisit_hours * 3600,
            etag=(response.header("etag") or None) if response else None,
            last_modified=(response.header("last-modified") or None) if response else None,
            content_hash=hashlib.sha256(response.body).digest() if response and status == 200 else None,
        )


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
