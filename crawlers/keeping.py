"""Stores lots of visits: outcomes, posts, links, evidence and addresses, all in one transaction or not at all."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version

from crawlers.pacing import askable_hosts
from crawlers.pages.page import PageReading
from crawlers.visited import Visited
from crawlers.warc import warc_records
from records.errors import RivalInTheWay, RowRefused
from records.source import AddressKind, Outcome, Source
from store.crawls import Fetch, count_run, keep_fetches
from store.evidence import EvidenceFolder, PageDraft, PageMember, keep_pages
from store.frontier import (
    Address,
    AddressState,
    LeasedAddress,
    Move,
    add_addresses,
    lease_addresses,
    move_addresses,
    parked_hosts,
)
from store.pool import Connection
from store.posts import Change, Kept, Origin, keep_posts, mark_deleted
from store.seal import Vault
from store.storing import storing

VERSION = version("riskscan")
LEASE_SECONDS = 600.0
#: A failing address is tried this often within a crawl run, and this often in all.
TRIES_A_RUN, MAX_ATTEMPTS = 3, 10
RETRY_SECONDS = 5.0
RIVAL_TRIES = 4
DAY = 86400.0
PRIORITY = {AddressKind.DETAIL: 20, AddressKind.LIST: 10}

log = logging.getLogger("riskscan.crawl")


@dataclass(frozen=True, slots=True)
class Lot:
    """What storing some visits came to: outcomes of those that were stored, and addresses leased to go on with.

    ``parked`` holds the source's hosts that may not be asked now, with the seconds that are left.
    """

    outcomes: tuple[Outcome, ...] = ()
    leased: tuple[LeasedAddress, ...] = ()
    parked: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Stores the visits of one crawl run over one connection."""

    conn: Connection
    vault: Vault = field(repr=False)
    evidence: EvidenceFolder
    source: Source
    crawl_run_id: int

    async def keep(self, lot: Sequence[Visited], room: int) -> Lot:
        """Store visits, move their addresses on, and lease up to ``room`` due ones, in one transaction.

        A visit whose address was leased to somebody else meanwhile is left out: nothing of it is stored.
        """
        try:
            return await self._store(lot, room)
        except RowRefused:
            if len(lot) == 1 and not lot[0].reading.posts:
                raise
        # One page that the database refuses must not take its neighbours with it, nor end the crawl.
        outcomes: list[Outcome] = []
        for read in lot:
            try:
                outcomes += (await self._store([read], 0)).outcomes
            except RowRefused as refused:
                log.error("a page was not stored", exc_info=refused)
                bare = replace(read, reading=PageReading(Outcome.ERROR, reason=f"not stored: {refused}"), posts=())
                outcomes += (await self._store([bare], 0)).outcomes
        return Lot(tuple(outcomes))

    async def _store(self, lot: Sequence[Visited], room: int) -> Lot:
        for _ in range(RIVAL_TRIES):
            try:
                return await self._store_once(lot, room)
            except RivalInTheWay:
                log.warning("a rival was in the way; trying again")
        return await self._store_once(lot, room)

    async def _store_once(self, lot: Sequence[Visited], room: int) -> Lot:
        async with storing(self.conn) as conn:
            # First, because a lost lease means that the rest of that visit is not ours to store.
            ours = await move_addresses(conn, [self._move(read) for read in lot]) if lot else set()
            stored = [read for read in lot if read.address.address_id in ours and not read.visit.postponed]
            if len(ours) < len(lot):
                log.warning("%d addresses passed to another crawl", len(lot) - len(ours))
            if stored:
                await self._keep_readings(conn, stored)
            leased = await self._lease(conn, room) if room else []
            parked = await parked_hosts(conn, sorted(askable_hosts(self.source)))
        return Lot(tuple(read.reading.outcome for read in stored), tuple(leased), parked)

    async def _lease(self, conn: Connection, room: int) -> list[LeasedAddress]:
        return await lease_addresses(
            conn,
            self.vault,
            self.source.source_id,
            crawl_run_id=self.crawl_run_id,
            limit=room,
            seconds=LEASE_SECONDS,
        )

    async def _keep_readings(self, conn: Connection, lot: Sequence[Visited]) -> None:
        kept = await self._posts(conn, lot)
        links = [link for read in lot for link in _links(read)]
        await add_addresses(conn, self.vault, self.source.source_id, links)
        pages = await self._evidence(conn, lot, kept)
        await keep_fetches(conn, self.crawl_run_id, [_fetch(read, page) for read, page in zip(lot, pages, strict=True)])
        changes = [post.change for posts in kept for post in posts]
        await count_run(
            conn,
            self.crawl_run_id,
            pages=len(lot),
            seen=len(changes),
            new=changes.count(Change.NEW),
            changed=changes.count(Change.CHANGED),
        )

    async def _posts(self, conn: Connection, lot: Sequence[Visited]) -> list[list[Kept]]:
        """Keep the posts of all pages of a lot; returns, page by page, where they ended up."""
        if gone := [external_id for read in lot for external_id in read.reading.tombstones]:
            await mark_deleted(conn, self.vault, self.source.platform, sorted(set(gone)), datetime.now(UTC))
        numbered = [(number, post) for number, read in enumerate(lot) for post in read.posts]
        # Two crawls that see the same posts write them in the same order, so that neither waits for the other for ever.
        numbered.sort(key=lambda entry: (entry[1].raw.external_id, entry[0]))
        origin = Origin(self.source.source_id, self.crawl_run_id)
        posts = await keep_posts(conn, self.vault, [post for _, post in numbered], origin) if numbered else []
        kept: list[list[Kept]] = [[] for _ in lot]
        for (number, _), post in zip(numbered, posts, strict=True):
            kept[number].append(post)
        return kept

    async def _evidence(
        self, conn: Connection, lot: Sequence[Visited], kept: Sequence[Sequence[Kept]]
    ) -> list[int | None]:
        # A page that showed nothing new is not kept twice.
        wanted = [number for number, posts in enumerate(kept) if any(post.capture_id for post in posts)]
        drafts = [
            PageDraft(
                warc_records(lot[number].visit, self.source.source_id, VERSION),
                [PageMember(post.post_id, post.capture_id) for post in kept[number]],
            )
            for number in wanted
        ]
        ids = await keep_pages(
            conn,
            self.vault,
            self.evidence,
            drafts,
            crawl_run_id=self.crawl_run_id,
            stored_at=datetime.now(UTC),
        )
        by_number = dict(zip(wanted, ids, strict=True))
        return [by_number.get(number) for number in range(len(lot))]

    def _move(self, read: Visited) -> Move:
        address, visit, outcome = read.address, read.visit, read.reading.outcome
        response = visit.response
        status = response.status if response else 0
        if visit.postponed:
            # Nothing was asked, so nothing failed.
            return Move(address, AddressState.QUEUED, visit.retry_after or RETRY_SECONDS, address.attempts - 1)
        if visit.retry_after is not None and (status in (429, 503) or outcome is Outcome.ROBOTS):
            patience = 1.0 if address.attempts < TRIES_A_RUN else 3600.0
            return Move(address, AddressState.QUEUED, max(visit.retry_after, patience), address.attempts)
        revisit = self.source.pace.revisit_hours * 3600
        if outcome is Outcome.ERROR and (status >= 500 or status == 0):
            if address.attempts < TRIES_A_RUN:
                return Move(address, AddressState.QUEUED, RETRY_SECONDS * address.attempts, address.attempts)
            lasting = address.attempts >= MAX_ATTEMPTS
            return Move(address, AddressState.FAILED if lasting else AddressState.QUEUED, revisit, address.attempts)
        if outcome in (Outcome.UNSAFE_ADDRESS, Outcome.ROBOTS):
            return Move(address, AddressState.DONE, 7 * DAY)
        if response is None or outcome not in (Outcome.OK, Outcome.NOT_MODIFIED):
            # A server must not answer "unchanged" to a page of which nothing was kept.
            return Move(address, AddressState.DONE, revisit)
        return Move(
            address,
            AddressState.DONE,
            revisit,
            etag=response.header("etag") or None,
            last_modified=response.header("last-modified") or None,
            content_hash=hashlib.sha256(response.body).digest() if status == 200 else None,
        )


def _links(read: Visited) -> list[Address]:
    details = [Address(url, AddressKind.DETAIL, PRIORITY[AddressKind.DETAIL]) for url in read.reading.detail_addresses]
    kind = read.address.kind
    return details + [Address(url, kind, PRIORITY[kind]) for url in read.reading.next_addresses]


def _fetch(read: Visited, page_id: int | None) -> Fetch:
    visit, reading = read.visit, read.reading
    return Fetch(
        reading.outcome,
        read.address.address_id,
        page_id,
        visit.response.status if visit.response else None,
        len(visit.response.body) if visit.response else 0,
        visit.milliseconds,
        visit.reason or reading.reason or ",".join(reading.missing),
    )
