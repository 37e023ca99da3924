"""Reads a page that only a browser draws: unfold, click and scroll until no new post appears."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import scrapy
from playwright.async_api import Error as BrowserError
from playwright.async_api import Page

from crawlers.browser import CONTEXT_OPTIONS, INIT_SCRIPT
from crawlers.fetching import FAILURES, Fetcher, visit_of
from crawlers.guard import Guard, Reason
from crawlers.pacing import HostParked, host_of
from crawlers.pages.group import BrowserSteps, browser_steps, distinct_ids
from crawlers.pages.judge import marked_wall
from crawlers.pages.page import MAX_BODY, SavedPage
from crawlers.visit import Response, Visit
from crawlers.watching import PageWatch
from records.source import AddressKind, Outcome, Source

MAX_ROUNDS = 400
ROUNDS_WITHOUT_NEW = 3
SECONDS_A_PAGE = 300.0
SETTLE_TRIES, SETTLE_MILLISECONDS = 12, 100
#: How long the first post may take to appear, and how long where the page already asks us to sign in.
CONTAINER_MILLISECONDS, WALL_MILLISECONDS = 15_000, 1_000
PAGES_A_CONTEXT = 50


class BrowserFetcher:
    """Fetches addresses of one source with Chromium through the guard."""

    def __init__(self, fetcher: Fetcher, source: Source, guard: Guard) -> None:
        self._fetcher, self._source, self._guard = fetcher, source, guard
        self._steps = browser_steps(source)
        self._pages = 0

    async def fetch(self, url: str, kind: AddressKind) -> Visit:
        """Draw a page and collect every DOM that showed posts the ones before it did not."""
        began = time.monotonic()
        try:
            if (refusal := await self._fetcher.judge(url)) is not None:
                return refusal
            await self._fetcher.turn(url)
            visit = await self._draw(url, kind)
        except HostParked as parked:
            return Visit(url, reason="host parked", retry_after=parked.seconds)
        return replace(visit, asked=url, milliseconds=int((time.monotonic() - began) * 1000))

    async def _draw(self, url: str, kind: AddressKind) -> Visit:
        mark, watch = self._guard.mark(), PageWatch(self._fetcher)
        request = scrapy.Request(url, meta=self._meta(watch), dont_filter=True)
        try:
            answer = await self._fetcher.download(request)
            visit = await self._fetcher.heed(visit_of(url, answer))
            visit = await self._collect(request.meta["playwright_page"], url, visit, kind)
        except (BrowserError, TimeoutError, *FAILURES) as fault:
            visit = Visit(url, outcome=Outcome.ERROR, reason=type(fault).__name__)
            if "ERR_UNSAFE_REDIRECT" in str(fault):
                visit = Visit(url, outcome=Outcome.UNSAFE_ADDRESS, reason="redirect to no web address")
        finally:
            await self._close(request, watch)
        return self._judged(visit, watch, mark)

    def _judged(self, visit: Visit, watch: PageWatch, mark: int) -> Visit:
        """Return the visit, or what stopped it: a page that was stopped may still look whole."""
        host = host_of(visit.asked)
        cuts = {one.reason for one in self._guard.incidents(mark) if one.cut and one.host == host}
        if watch.refusal is not None:
            return watch.refusal
        if watch.too_big or Reason.BYTES in cuts:
            return Visit(visit.asked, outcome=Outcome.TOO_BIG, reason="page over the cap")
        if visit.response is None and self._guard.was_refused(host, mark):
            return Visit(visit.asked, outcome=Outcome.UNSAFE_ADDRESS, reason="guard refused")
        if cuts and visit.outcome is None:
            return Visit(visit.asked, outcome=Outcome.ERROR, reason=f"guard: {min(cuts)}")
        return visit

    async def _close(self, request: scrapy.Request, watch: PageWatch) -> None:
        """Close a page however its visit ended: a page left open takes one of the few places for good."""
        await watch.end()
        page: Page | None = request.meta.get("playwright_page")
        if page is None:
            return
        context = page.context
        with contextlib.suppress(BrowserError):
            await page.close()
            if not context.pages and self._context() != request.meta["playwright_context"]:
                await context.close()

    def _context(self) -> str:
        # A context keeps what its pages leave behind; a fresh one every so often keeps memory flat.
        return f"source-{self._pages // PAGES_A_CONTEXT}"

    def _meta(self, watch: PageWatch) -> dict[str, Any]:
        async def begin(page: Page, request: scrapy.Request) -> None:
            await page.add_init_script(INIT_SCRIPT)
            await watch.begin(page)

        context = self._context()
        self._pages += 1
        return self._fetcher.meta() | {
            "playwright": True,
            "playwright_include_page": True,
            "playwright_context": context,
            "playwright_context_kwargs": dict(CONTEXT_OPTIONS),
            "playwright_page_init_callback": begin,
        }

    async def _collect(self, page: Page, url: str, visit: Visit, kind: AddressKind) -> Visit:
        response = visit.response
        if response is None or response.status != 200:
            return visit
        # Scripts may have led the page on after the last redirect that was judged.
        if (refusal := await self._fetcher.judge(page.url)) is not None:
            return refusal
        if self._steps.container:
            # A wall or an empty place has no container; the page object judges what stands there instead.
            patience = CONTAINER_MILLISECONDS if marked_wall(response.body) is None else WALL_MILLISECONDS
            with contextlib.suppress(BrowserError):
                await page.wait_for_selector(self._steps.container, state="attached", timeout=patience)
        seen: set[str] = set()
        snapshots: list[bytes] = []
        idle, until = 0, time.monotonic() + SECONDS_A_PAGE
        for _ in range(MAX_ROUNDS):
            body = await self._show(page)
            if len(body) > MAX_BODY:
                return Visit(url, outcome=Outcome.TOO_BIG, reason="DOM over the cap")
            ids = distinct_ids(self._saved(url, body, kind), self._source)
            if ids - seen or not snapshots:
                snapshots.append(body)
            idle = 0 if ids - seen else idle + 1
            seen |= ids
            if idle >= ROUNDS_WITHOUT_NEW or time.monotonic() > until or not await self._further(page, self._steps):
                break
        drawn = Response(url, 200, response.headers, snapshots[-1], response.request_headers, datetime.now(UTC))
        return Visit(url, drawn, snapshots=tuple(snapshots))

    def _saved(self, url: str, body: bytes, kind: AddressKind) -> SavedPage:
        return SavedPage(url, body, datetime.now(UTC), kind, rendered=True)

    async def _show(self, page: Page) -> bytes:
        if self._steps.expand:
            # Clicks by script, not by pointer: an element that scrolled away while we looked is no failure.
            await page.evaluate(
                "selector => document.querySelectorAll(selector).forEach(e => e.click())", self._steps.expand
            )
        return (await page.content()).encode()

    async def _further(self, page: Page, steps: BrowserSteps) -> bool:
        """Ask the page for more; False when it has nothing to click or scroll."""
        before = await page.evaluate(FINGERPRINT)
        clicked = bool(steps.load_more) and bool(await page.evaluate(CLICK, steps.load_more))
        if not clicked and not steps.scroll:
            return False
        if steps.scroll:
            await page.evaluate(SCROLL, steps.scroll)
        for _ in range(SETTLE_TRIES):
            await page.wait_for_timeout(SETTLE_MILLISECONDS)
            if await page.evaluate(FINGERPRINT) != before:
                break
        return True


FINGERPRINT = """() => [
  document.body.innerText.length,
  document.body.getElementsByTagName('*').length,
  document.body.innerText.slice(-300),
].join(':')"""
CLICK = """selector => {
  const found = [...document.querySelectorAll(selector)].filter(e => e.offsetParent !== null);
  found.forEach(e => e.click());
  return found.length;
}"""
# A little up and down again: pages that watch for the bottom to come into sight see it come.
SCROLL = """selector => {
  const e = selector === 'html' ? document.scrollingElement : document.querySelector(selector);
  if (!e) return;
  e.scrollTop = Math.max(0, e.scrollHeight - 2 * e.clientHeight);
  e.dispatchEvent(new Event('scroll'));
  e.scrollTop = e.scrollHeight;
}"""
