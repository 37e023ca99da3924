"""Keeps the pace of hosts: every request takes its turn in the database, so that all processes are one visitor."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from records.errors import RiskscanError
from records.source import Source
from store.frontier import next_turn, park_host, parked_hosts
from store.pool import Connection

#: A host that says "too many requests" without saying how long gets a minute.
PARKED_SECONDS = 60.0


class HostParked(RiskscanError):
    """A host may not be asked for so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"the host is parked for {seconds:.0f} s")


class Pacing:
    """Lets a host be asked when it is its turn.

    ``conn`` is in autocommit: a turn taken must be seen by other processes at once. ``delay`` is the source's own,
    in seconds. Where neither it nor the host asks for one, which only sources on loopback may do, no turn is taken.
    """

    def __init__(
        self,
        conn: Connection,
        delay: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._conn, self._delay, self._clock, self._sleep = conn, delay, clock, sleep
        self._parked: dict[str, float] = {}

    async def turn(self, url: str, crawl_delay: float = 0.0) -> None:
        """Wait until a host may be asked; raises HostParked if it may not be."""
        host, delay = host_of(url), max(self._delay, crawl_delay)
        self._check(host)
        if delay <= 0:
            return
        turn = await next_turn(self._conn, host, delay=delay)
        if turn.parked > 0:
            raise HostParked(turn.parked)
        if turn.wait > 0:
            await self._sleep(turn.wait)
            # Somebody else may have been turned away while we waited.
            self.learn(await parked_hosts(self._conn, [host]))
            self._check(host)

    async def park(self, url: str, seconds: float, reason: str) -> None:
        """Leave a host alone, here at once and in every other process from its next look on."""
        host = host_of(url)
        self.learn({host: seconds})
        await park_host(self._conn, host, seconds=seconds, reason=reason)

    def learn(self, parked: Mapping[str, float]) -> None:
        """Take over which hosts are parked, with the seconds that are left."""
        now = self._clock()
        for host, seconds in parked.items():
            self._parked[host] = max(self._parked.get(host, 0.0), now + seconds)

    def _check(self, host: str) -> None:
        left = self._parked.get(host, 0.0) - self._clock()
        if left > 0:
            raise HostParked(left)


def host_of(url: str) -> str:
    """Return the host of an address, as the frontier has it."""
    return urlsplit(url).hostname or ""


def askable_hosts(source: Source) -> frozenset[str]:
    """Return the hosts that a source's crawl may ask."""
    return source.reach.hosts | {name for name, _ in source.reach.loopback}
