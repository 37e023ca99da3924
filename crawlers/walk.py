"""The spider: leases addresses from the frontier ahead of its walkers and stores what they bring, lot by lot."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import scrapy

from crawlers.fetching import Fetcher
from crawlers.guard import Guard
from crawlers.keeping import Keeper
from crawlers.pacing import Pacing
from crawlers.pages.group import needs_browser
from crawlers.visit import Visit
from crawlers.visited import Visited, read_visit
from records.source import AddressKind, Outcome, Source, SourceKind
from store.crawls import RunState, end_run, standing_posts
from store.frontier import (
    Address,
    LeasedAddress,
    add_addresses,
    free_dead_leases,
    prospects,
    wake_addresses,
)
from store.storing import storing

if TYPE_CHECKING:
    from crawlers.browsing import BrowserFetcher

#: Addresses leased for each walker: what it visits, what it visits next, and what is being stored meanwhile.
AHEAD = 3
#: A retry that is due sooner than this is waited for; a later one is left to the next crawl run.
PATIENCE_SECONDS = 20.0
#: How often an idle crawl looks whether another one, which holds addresses of its source, found or freed some.
LOOK_SECONDS = 0.5
LOOKS_FOR_DEAD = 4
WALLS = frozenset({Outcome.LOGIN_WALL, Outcome.BLOCKED})

log = logging.getLogger("riskscan.crawl")


class SourceSpider(scrapy.Spider):
    """Walks one source for one crawl run."""

    name = "source"

    def __init__(
        self, keeper: Keeper, pacing: Pacing, guard: Guard, user_agent: str, browser: bool, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.keeper, self.pacing, self.guard, self.asks_as, self.browser = keeper, pacing, guard, user_agent, browser
        self.outcomes: Counter[Outcome] = Counter()
        self.leased = 0
        self._waiting: asyncio.Queue[LeasedAddress | None] = asyncio.Queue()
        self._visited: list[Visited] = []
        self._visiting = 0
        self._news = asyncio.Event()
        self._looks = 0

    @property
    def source(self) -> Source:
        """The source that is walked."""
        return self.keeper.source

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Visit everything that is due; yields no request, because every visit is stored by us."""
        self.fetcher = Fetcher(self.crawler, self.source, self.guard, self.asks_as, self.pacing)
        self.drawer = self._drawer() if self.browser else None
        walkers = self.source.pace.requests_in_flight
        await self._begin()
        async with asyncio.TaskGroup() as group:
            for _ in range(walkers):
                group.create_task(self._walk())
            await self._serve(AHEAD * walkers)
            for _ in range(walkers):
                self._waiting.put_nowait(None)
        await self._end()
        nothing: tuple[scrapy.Request, ...] = ()
        for request in nothing:
            yield request

    def _drawer(self) -> BrowserFetcher:
        # Only browser sources pay for the import of Playwright.
        from crawlers.browsing import BrowserFetcher

        return BrowserFetcher(self.fetcher, self.source, self.guard)

    async def _begin(self) -> None:
        source_id = self.source.source_id
        # Where a list page leads on to threads it is a list; where posts stand on it, it is still where we start.
        starts = [Address(url, AddressKind.LIST, 100) for url in self.source.start]
        async with storing(self.keeper.conn) as conn:
            await free_dead_leases(conn, source_id)
            await add_addresses(conn, self.keeper.vault, source_id, starts)
            await wake_addresses(conn, self.keeper.vault, source_id, self.source.start)

    async def _serve(self, ahead: int) -> None:
        """Store what walkers bring and keep up to ``ahead`` addresses leased, until nothing is due any more.

        While one lot is stored the walkers bring the next: the slower the database, the larger the lots.
        """
        while True:
            self._news.clear()
            lot, self._visited = self._visited, []
            held = self._waiting.qsize() + self._visiting
            room = min(ahead - held, self.source.pace.pages_a_run - self.leased)
            done = await self.keeper.keep(lot, max(room, 0))
            self.outcomes.update(done.outcomes)
            self.leased += len(done.leased)
            for address in done.leased:
                self._waiting.put_nowait(address)
            self.pacing.learn(done.parked)
            if self._visited:
                continue
            if self._waiting.qsize() + self._visiting:
                await self._news.wait()
            elif room <= 0 or not await self._more_to_come():
                return

    async def _more_to_come(self) -> bool:
        """Wait a moment where an address will be due soon, or is held by another crawl that may find more."""
        source_id = self.source.source_id
        async with storing(self.keeper.conn) as conn:
            if self._looks % LOOKS_FOR_DEAD == 0:
                await free_dead_leases(conn, source_id)
            self._looks += 1
            left = await prospects(conn, source_id)
        soon = left.seconds is not None and left.seconds <= PATIENCE_SECONDS
        if not soon and not left.held:
            return False
        wait = LOOK_SECONDS if left.seconds is None else min(left.seconds, LOOK_SECONDS)
        await asyncio.sleep(max(wait, 0.02))
        return True

    async def _walk(self) -> None:
        while (address := await self._waiting.get()) is not None:
            self._visiting += 1
            visit = await self._visit(address)
            self._visited.append(read_visit(self.source, address, visit))
            self._visiting -= 1
            self._news.set()

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

    async def _end(self) -> None:
        async with storing(self.keeper.conn) as conn:
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
