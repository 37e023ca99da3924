"""Obeys robots.txt as RFC 9309 has it: no answer means no, a missing file means yes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from crawlers.visit import Visit
from records.source import Outcome

MAX_BODY = 512 * 1024
CACHED_SECONDS = 24 * 3600.0
LONGEST_DELAY = 60.0

Ask = Callable[[str], Awaitable[Visit]]


@dataclass(frozen=True, slots=True)
class Rules:
    """What one host allows; ``parsed`` is None where everything is allowed or nothing is."""

    parsed: Protego | None
    unless_parsed: bool
    read_at: float


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
        rules = await self._of(url)
        return rules.unless_parsed if rules.parsed is None else bool(rules.parsed.can_fetch(url, self._agent))

    async def delay(self, url: str) -> float:
        """Return the Crawl-delay the host asks of us in seconds, at most a minute; 0 where it asks none."""
        rules = await self._of(url)
        asked = None if rules.parsed is None else rules.parsed.crawl_delay(self._agent)
        return min(float(asked or 0.0), LONGEST_DELAY)

    async def _of(self, url: str) -> Rules:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        async with self._reading:
            known = self._rules.get(origin)
            if known is None or self._clock() - known.read_at > CACHED_SECONDS:
                known = self._read(await self._ask(f"{origin}/robots.txt"))
                self._rules[origin] = known
        return known

    def _read(self, visit: Visit) -> Rules:
        now, response = self._clock(), visit.response
        if response is None:
            # Unreachable or refused: RFC 9309 2.3.1.4 has us assume that nothing may be read.
            return Rules(None, False, now)
        if response.status == 200 and visit.outcome is not Outcome.TOO_BIG:
            return Rules(Protego.parse(response.body[:MAX_BODY].decode("utf-8", "replace")), True, now)
        return Rules(None, 400 <= response.status < 500 and response.status != 429, now)
