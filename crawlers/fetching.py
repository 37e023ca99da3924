"""Fetches one address through the guard by Scrapy's downloader, hop by hop, each hop judged anew."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import scrapy
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import ConnectError, ConnectionLost
from twisted.internet.error import TimeoutError as TransportTimeout
from twisted.web.client import ResponseFailed

from crawlers.robots import Robots
from crawlers.visit import Response, Visit
from records.source import Outcome, Source

MAX_HOPS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
FAILURES = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
    ConnectError,
    ConnectionLost,
    TransportTimeout,
    ResponseFailed,
    OSError,
)


class Fetcher:
    """Asks for addresses of one source; every request goes to the guard, none elsewhere."""

    def __init__(self, crawler: Crawler, source: Source, guard_address: str, user_agent: str) -> None:
        self._crawler, self._source, self._guard = crawler, source, guard_address
        self.robots = Robots(user_agent, self._ask_plainly, time.monotonic)

    async def fetch(self, url: str, conditions: Mapping[str, str]) -> Visit:
        """Fetch an address, following at most five redirects within the source's hosts."""
        began, asked = time.monotonic(), url
        for _ in range(MAX_HOPS + 1):
            if not self.reaches(url):
                return Visit(asked, outcome=Outcome.UNSAFE_ADDRESS, reason="host outside the source")
            if not await self.robots.allows(url):
                return Visit(asked, outcome=Outcome.ROBOTS, reason="robots.txt")
            visit = await self._ask(url, conditions)
            response = visit.response
            if response is None or response.status not in REDIRECTS or not response.header("location"):
                return _timed(visit, asked, began)
            url, conditions = urljoin(url, response.header("location")), {}
        return Visit(asked, outcome=Outcome.ERROR, reason="too many redirects", milliseconds=_since(began))

    def reaches(self, url: str) -> bool:
        """Say whether an address belongs to the source; the guard judges again what is dialled."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or "@" in parts.netloc:
            return False
        reach = self._source.reach
        return (parts.hostname or "") in reach.hosts | {name for name, _ in reach.loopback}

    async def _ask_plainly(self, url: str) -> Visit:
        # robots.txt may lie behind a redirect on its own host; other hosts have their own.
        for _ in range(MAX_HOPS):
            visit = await self._ask(url, {})
            response = visit.response
            if response is None or response.status not in REDIRECTS:
                return visit
            url = urljoin(url, response.header("location"))
            if not self.reaches(url):
                break
        return Visit(url, outcome=Outcome.ERROR, reason="redirects")

    async def _ask(self, url: str, conditions: Mapping[str, str]) -> Visit:
        request = scrapy.Request(url, headers=dict(conditions), meta=self.meta(), dont_filter=True)
        try:
            answer = await self.download(request)
        except IgnoreRequest:
            return Visit(url, outcome=Outcome.ROBOTS, reason="not fetched")
        except DownloadCancelledError:
            return Visit(url, outcome=Outcome.TOO_BIG, reason="body over the cap")
        except TunnelError:
            return Visit(url, outcome=Outcome.UNSAFE_ADDRESS, reason="guard refused the tunnel")
        except FAILURES as fault:
            return Visit(url, outcome=Outcome.ERROR, reason=type(fault).__name__)
        return visit_of(url, answer)

    def meta(self) -> dict[str, Any]:
        """Return what every request carries: the guard as its proxy."""
        return {"proxy": self._guard, "dont_redirect": True, "handle_httpstatus_all": True}

    async def download(self, request: scrapy.Request) -> Any:
        """Run a request through the downloader."""
        if self._crawler.engine is None:
            raise RuntimeError("the crawl has not begun")
        return await self._crawler.engine.download_async(request)


def visit_of(asked: str, answer: Any) -> Visit:
    """Turn Scrapy's response into a visit; the guard's own refusals become outcomes."""
    headers = {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1") for name, values in answer.headers.items()
    }
    if word := headers.get("x-guard"):
        outcome = Outcome.UNSAFE_ADDRESS if word == "refused" else Outcome.ERROR
        return Visit(asked, outcome=outcome, reason=f"guard: {headers.get('x-guard-reason', word)}")
    sent = {
        name.decode("latin-1"): b", ".join(values).decode("latin-1") for name, values in answer.request.headers.items()
    }
    response = Response(answer.url, answer.status, headers, answer.body, sent, datetime.now(UTC))
    return Visit(asked, response, retry_after=retry_after(headers.get("retry-after", ""), datetime.now(UTC)))


def retry_after(value: str, now: datetime) -> float | None:
    """Read Retry-After, seconds or a date, as seconds from ``now``; None if it was not sent or says nothing."""
    if value.strip().isdecimal():
        return float(min(int(value.strip()[:9]), 7 * 86400))
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(0.0, (until - now).total_seconds()), 7 * 86400.0)


def _timed(visit: Visit, asked: str, began: float) -> Visit:
    return Visit(asked, visit.response, visit.outcome, visit.reason, _since(began), visit.snapshots, visit.retry_after)


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)
