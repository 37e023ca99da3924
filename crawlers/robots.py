"""Obeys robots.txt as RFC 9309 has it: no answer means no, a missing file means yes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from protego import Protego

from crawlers.visit import Visit

MAX_BODY = 512 * 1024
CACHED_SECONDS = 24 * 3600.0
LONGEST_DELAY = 60.0
#: A server that could not answer is asked again sooner than one that did.
UNREACHABLE_SECONDS = 600.0

Ask = Callable[[str], Awaitable[Visit]]


@dataclass(frozen=True, slots=True)
class Rules:
    """What one host allows until ``stale_at``; ``parsed`` is None where everything is allowed or nothing is."""

    parsed: Protego | None
    unless_parsed: bool
    stale_at: float


class Verdict(StrEnum):
    """What robots.txt says about one address."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    UNREACHABLE = "unreachable"


class Robots:
    """Answers whether an address may be asked for, reading each host's robots.txt once a day at most.

    ``ask`` fetches robots.txt itself, ``clock`` gives seconds that only grow.
    """

    def __init__(self, user_agent: str, ask: Ask, clock: Callable[[], float]) -> None:
        self._agent, self._ask, self._clock = user_agent, ask, clock
        self._rules: dict[str, Rules] = {}
        self._reading = asyncio.Lock()

    async def allows(self, url: str) -> bool:
        """Say whether this address may be asked for."""
        return await self.verdict(url) is Verdict.ALLOWED

    async def verdict(self, url: str) -> Verdict:
        """Say whether this address may be asked for, and if not, whether that is for good."""
        rules = await self._of(url)
        if rules.parsed is None:
            return Verdict.ALLOWED if rules.unless_parsed else Verdict.UNREACHABLE
        return Verdict.ALLOWED if rules.parsed.can_fetch(url, self._agent) else Verdict.FORBIDDEN

    async def delay(self, url: str) -> float:
        """Return the Crawl-delay the host asks of us in seconds, at most a minute; 0 where it asks none."""
        rules = await self._of(url)
        asked = float((rules.parsed.crawl_delay(self._agent) if rules.parsed else None) or 0.0)
        return min(asked, LONGEST_DELAY) if asked > 0 else 0.0

    async def _of(self, url: str) -> Rules:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        async with self._reading:
            known = self._rules.get(origin)
            if known is None or self._clock() >= known.stale_at:
                known = self._read(await self._ask(f"{origin}/robots.txt"))
                self._rules[origin] = known
        return known

    def _read(self, visit: Visit) -> Rules:
        now, response = self._clock(), visit.response
        if response is None:
            # Unreachable or refused: RFC 9309 2.3.1.4 has us assume that nothing may be read.
            return Rules(None, False, now + UNREACHABLE_SECONDS)
        if response.status == 200:
            parsed = Protego.parse(response.body[:MAX_BODY].decode("utf-8-sig", "replace"))
            return Rules(parsed, True, now + CACHED_SECONDS)
        if 400 <= response.status < 500 and response.status != 429:
            return Rules(None, True, now + CACHED_SECONDS)
        return Rules(None, False, now + UNREACHABLE_SECONDS)
