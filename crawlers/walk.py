"""The spider: leases addresses from the frontier, visits them, stores each visit, until nothing is due."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import scrapy

from crawlers.browsing import BrowserFetcher
from crawlers.fetching import Fetcher
from crawlers.guard import Guard
from crawlers.keeping import Keeper
from crawlers.pages.group import needs_browser
from crawlers.visit import Visit
from records.errors import StaleLease
from records.source import AddressKind, Outcome, Source, SourceKind
from store.crawls import RunState, end_run, standing_posts
from store.frontier import (
    Address,
    LeasedAddress,
    add_addresses,
    free_dead_leases,
    lease_addresses,
    soonest,
    wake_addresses,
)

LEASE_SECONDS = 600.0
#: A retry that is due sooner than this is waited for; a later one is left to the next crawl run.
PATIENCE_SECONDS = 20.0
WALLS = frozenset({Outcome.LOGIN_WALL, Outcome.BLOCKED})


class SourceSpider(scrapy.Spider):
    """Walks one source for one crawl run."""

    name = "source"

    def __init__(self, keeper: Keeper, guard: Guard, user_agent: str, browser: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.keeper, self.guard, self.asks_as, self.browser = keeper, guard, user_agent, browser
        self.outcomes: Counter[Outcome] = Counter()
        self.visited = 0

    @property
    def source(self) -> Source:
        """The source that is walked."""
        return self.keeper.source

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Visit everything that is due; yields no request, because each visit is stored before the next is leased."""
        self.fetcher = Fetcher(self.crawler, self.source, self.guard.address, self.asks_as)
        self.drawer = BrowserFetcher(self.fetcher, self.source, self._was_cut) if self.browser else None
        await self._begin()
        async with asyncio.TaskGroup() as walkers:
            for _ in range(self.source.pace.requests_in_flight):
                walkers.create_task(self._walk())
        await self._end()
        nothing: tuple[scrapy.Request, ...] = ()
        for request in nothing:
            yield request

    async def _begin(self) -> None:
        source_id = self.source.source_id
        # Where a list page leads on to threads it is a list; where posts stand on it, it is still where we start.
        starts = [Address(url, AddressKind.LIST, 100) for url in self.source.start]
        async with self.keeper.pool.connection() as conn, conn.transaction():
            await free_dead_leases(conn, source_id)
            await add_addresses(conn, self.keeper.vault, source_id, starts)
            await wake_addresses(conn, self.keeper.vault, source_id, self.source.start)

    async def _walk(self) -> None:
        while self.visited < self.source.pace.pages_a_run:
            address = await self._lease()
            if address is None:
                return
            self.visited += 1
            visit = await self._visit(address)
            try:
                reading = await self.keeper.keep(address, visit)
            except StaleLease:
                self.logger.info("address %s passed to another crawl", address.address_id)
                continue
            self.outcomes[reading.outcome] += 1

    async def _lease(self) -> LeasedAddress | None:
        """Lease one address; waits for one that will be due soon, or that a fellow walker may still find."""
        while True:
            async with self.keeper.pool.connection() as conn:
                leased = await lease_addresses(
                    conn,
                    self.keeper.vault,
                    self.source.source_id,
                    crawl_run_id=self.keeper.crawl_run_id,
                    limit=1,
                    seconds=LEASE_SECONDS,
                )
                if leased:
                    return leased[0]
                wait = await soonest(conn, self.source.source_id)
            if wait is None or (wait > PATIENCE_SECONDS and not self._fellows_busy(wait)):
                return None
            await asyncio.sleep(min(max(wait, 0.05), 0.5))

    def _fellows_busy(self, wait: float) -> bool:
        # A lease that ends in about LEASE_SECONDS is a fellow's current visit, which may yet find addresses.
        return wait > LEASE_SECONDS / 2

    async def _visit(self, address: LeasedAddress) -> Visit:
        if self.source.kind is SourceKind.GROUP and needs_browser(self.source, address.kind):
            if self.drawer is None:
                return Visit(address.url, outcome=Outcome.ERROR, reason="no browser")
            return await self.drawer.fetch(address.url, address.kind)
        conditions = {}
        if address.etag:
            conditions["If-None-Match"] = address.etag
        if address.last_modified:
            conditions["If-Modified-Since"] = address.last_modified
        return await self.fetcher.fetch(address.url, conditions)

    def _was_cut(self, url: str) -> bool:
        host = url.split("/")[2].split(":")[0]
        return self.guard.was_cut(host)

    async def _end(self) -> None:
        async with self.keeper.pool.connection() as conn, conn.transaction():
            known = await standing_posts(conn, self.source.source_id)
            reason = broken_expectation(self.source, self.outcomes, known)
            await end_run(conn, self.keeper.crawl_run_id, RunState.FAILED if reason else RunState.FINISHED, reason)


def broken_expectation(source: Source, outcomes: Counter[Outcome], known_posts: int) -> str:
    """Name the expectation that a crawl run broke, or return ""."""
    visits = sum(outcomes.values())
    if known_posts < source.expectations.min_posts:
        return f"{known_posts} posts known, expected {source.expectations.min_posts}"
    walls = sum(outcomes[outcome] for outcome in WALLS)
    if visits and walls / visits > source.expectations.max_wall_share:
        return f"{walls} of {visits} visits ended at a wall"
    if visits and outcomes[Outcome.ERROR] / visits > 0.5:
        return f"{outcomes[Outcome.ERROR]} of {visits} visits failed"
    return ""
