"""Fetches one address through the guard by Scrapy's downloader, hop by hop, each hop judged anew."""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping
from dataclasses import replace
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

from crawlers.guard import Guard, Reason
from crawlers.pacing import PARKED_SECONDS, HostParked, Pacing, askable_hosts, host_of
from crawlers.robots import UNREACHABLE_SECONDS, Robots, Verdict
from crawlers.visit import Response, Visit
from records.source import Outcome, Source

MAX_HOPS = 5
LONGEST_PARKING = 7 * 86400.0
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
    EOFError,
    zlib.error,  # a body that is not packed as its header says
)


class Fetcher:
    """Asks for addresses of one source; every request takes its host's turn and goes to the guard, none elsewhere."""

    def __init__(self, crawler: Crawler, source: Source, guard: Guard, user_agent: str, pacing: Pacing) -> None:
        self._crawler, self._guard, self._pacing = crawler, guard, pacing
        self._hosts = askable_hosts(source)
        self.robots = Robots(user_agent, self._ask_plainly, time.monotonic)

    async def fetch(self, url: str, conditions: Mapping[str, str]) -> Visit:
        """Fetch an address, following at most five redirects within the source's hosts."""
        began, asked = time.monotonic(), url
        try:
            for _ in range(MAX_HOPS + 1):
                if (refusal := await self.judge(url)) is not None:
                    return _timed(refusal, asked, began)
                visit = await self._ask(url, conditions, await self.robots.delay(url))
                if (target := redirect_of(visit)) is None:
                    return _timed(visit, asked, began)
                url, conditions = target, {}
        except HostParked as parked:
            return Visit(asked, reason="host parked", retry_after=parked.seconds)
        return _timed(Visit(asked, outcome=Outcome.ERROR, reason="too many redirects"), asked, began)

    async def judge(self, url: str) -> Visit | None:
        """Return why an address may not be asked for, None where it may."""
        if not self.reaches(url):
            return Visit(url, outcome=Outcome.UNSAFE_ADDRESS, reason="host outside the source")
        match await self.robots.verdict(url):
            case Verdict.ALLOWED:
                return None
            case Verdict.FORBIDDEN:
                return Visit(url, outcome=Outcome.ROBOTS, reason="robots.txt")
            case Verdict.UNREACHABLE:
                reason = "robots.txt cannot be read"
                return Visit(url, outcome=Outcome.ROBOTS, reason=reason, retry_after=UNREACHABLE_SECONDS)

    def reaches(self, url: str) -> bool:
        """Say whether an address belongs to the source; the guard judges again what is dialled."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        if parts.scheme not in ("http", "https") or "@" in parts.netloc:
            return False
        return (parts.hostname or "") in self._hosts

    async def turn(self, url: str) -> None:
        """Wait until this host may be asked; raises HostParked."""
        await self._pacing.turn(url, await self.robots.delay(url))

    async def heed(self, visit: Visit) -> Visit:
        """Park the host that answered "too many requests" or "come back later", for every process."""
        response = visit.response
        if response is None or response.status not in (429, 503):
            return visit
        seconds = visit.retry_after
        if seconds is None:
            if response.status == 503:
                return visit
            seconds = PARKED_SECONDS
        await self._pacing.park(response.url, seconds, f"status {response.status}")
        return replace(visit, retry_after=seconds)

    async def _ask_plainly(self, url: str) -> Visit:
        # robots.txt may lie behind a redirect on its own host; other hosts have their own.
        for _ in range(MAX_HOPS):
            if not self.reaches(url):
                break
            visit = await self._ask(url, {}, 0.0)
            if (target := redirect_of(visit)) is None:
                return visit
            url = target
        return Visit(url, outcome=Outcome.ERROR, reason="redirects")

    async def _ask(self, url: str, conditions: Mapping[str, str], crawl_delay: float) -> Visit:
        await self._pacing.turn(url, crawl_delay)
        mark = self._guard.mark()
        request = scrapy.Request(url, headers=dict(conditions), meta=self.meta(), dont_filter=True)
        try:
            answer = await self.download(request)
        except (DownloadCancelledError, IgnoreRequest):
            # Scrapy stops a long body by the first and one that unpacks to too much by the second.
            return Visit(url, outcome=Outcome.TOO_BIG, reason="body over the cap")
        except TunnelError:
            if self._guard.was_refused(host_of(url), mark):
                return Visit(url, outcome=Outcome.UNSAFE_ADDRESS, reason="guard refused the tunnel")
            return Visit(url, outcome=Outcome.ERROR, reason="no tunnel")
        except FAILURES as fault:
            if self._guard_stopped_bytes(url, mark):
                # The guard counts bytes sooner than Scrapy does when a server sends faster than we read.
                return Visit(url, outcome=Outcome.TOO_BIG, reason="body over the guard's cap")
            return Visit(url, outcome=Outcome.ERROR, reason=type(fault).__name__)
        return await self.heed(visit_of(url, answer))

    def _guard_stopped_bytes(self, url: str, mark: int) -> bool:
        host = host_of(url)
        return any(one.reason is Reason.BYTES and one.host == host for one in self._guard.incidents(mark))

    def meta(self) -> dict[str, Any]:
        """Return what every request carries: the guard as its proxy."""
        return {"proxy": self._guard.address, "dont_redirect": True, "handle_httpstatus_all": True}

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


def redirect_of(visit: Visit) -> str | None:
    """Return the address a response leads on to; "" when what it names is none, None when it leads nowhere."""
    response = visit.response
    if response is None or response.status not in REDIRECTS or not response.header("location"):
        return None
    try:
        return urljoin(response.url, response.header("location"))
    except ValueError:
        return ""


def retry_after(value: str, now: datetime) -> float | None:
    """Read Retry-After, seconds or a date, as seconds from ``now``; None if it was not sent or says nothing."""
    value = value.strip()
    if value.isascii() and value.isdecimal():
        return min(float(value[:12]), LONGEST_PARKING)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(0.0, (until - now).total_seconds()), LONGEST_PARKING)


def _timed(visit: Visit, asked: str, began: float) -> Visit:
    return replace(visit, asked=asked, milliseconds=int((time.monotonic() - began) * 1000))
