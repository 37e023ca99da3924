"""Watches one browser page: every redirect is judged before it is followed, and every unpacked byte is counted."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as BrowserError
from scrapy.crawler import Crawler
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from crawlers.fetching import REDIRECTS, Fetcher, redirect_of
from crawlers.pacing import HostParked
from crawlers.visit import Response, Visit

#: Unpacked bytes of everything one page may load: a long list with its scripts takes a tenth of this.
MAX_UNPACKED = 64 * 1024 * 1024
DOCUMENTS = {"patterns": [{"urlPattern": "*", "resourceType": "Document", "requestStage": "Response"}]}


class OneTryHandler(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]
    """Draws a page once: one that was closed because it is too big must not be asked for again at once."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.config.target_closed_max_retries = 0


class PageWatch:
    """Speaks to one page's browser by the protocol below Playwright, which does not show redirects or sizes."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._unpacked = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.refusal: Visit | None = None
        self.too_big = False

    async def begin(self, page: Page) -> None:
        """Watch from before the page asks for anything."""
        session = await page.context.new_cdp_session(page)
        session.on("Fetch.requestPaused", lambda event: self._spawn(self._judge(session, event)))
        session.on("Network.dataReceived", lambda event: self._count(page, event))
        await session.send("Network.enable")
        await session.send("Fetch.enable", DOCUMENTS)

    async def end(self) -> None:
        """Wait for what is still being judged."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _judge(self, session: CDPSession, event: dict[str, Any]) -> None:
        refusal = await self._refusal(event)
        try:
            if refusal is None:
                await session.send("Fetch.continueResponse", {"requestId": event["requestId"]})
            else:
                self.refusal = refusal
                await session.send(
                    "Fetch.failRequest", {"requestId": event["requestId"], "errorReason": "BlockedByClient"}
                )
        except BrowserError:
            return  # The page has gone on or is closed: there is nothing left to stop.

    async def _refusal(self, event: dict[str, Any]) -> Visit | None:
        status = event.get("responseStatusCode", 0)
        if status not in REDIRECTS:
            return None
        headers = {header["name"].lower(): header["value"] for header in event.get("responseHeaders", [])}
        url = event["request"]["url"]
        target = redirect_of(Visit(url, Response(url, status, headers, b"")))
        if target is None:
            return None
        try:
            return await self._fetcher.judge(target)
        except HostParked as parked:
            return Visit(url, reason="host parked", retry_after=parked.seconds)

    def _count(self, page: Page, event: dict[str, Any]) -> None:
        self._unpacked += event.get("dataLength", 0)
        if self._unpacked > MAX_UNPACKED and not self.too_big:
            self.too_big = True
            self._spawn(page.close())
