"""One guarded connection on the wire: its losses are named, its bytes and seconds charged."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

from crawlers.guard_addresses import Cut, Reason
from crawlers.guard_rules import GuardRules
from records.errors import RiskscanError

CHUNK = 64 * 1024
# A tunnel that has used half of its allowance is let go at the first silence of this many seconds after the server
# spoke, so that the next page gets a fresh one instead of being cut in its middle.
QUIET_SECONDS = 0.5
# How long the last bytes may wait for an end that does not read them.
CLOSE_SECONDS = 5.0


class ClientLeft(RiskscanError):
    """The client went away in the middle, or broke its own framing; nobody is left to answer."""


class Allowance:
    """What one connection may still spend: bytes over both directions, seconds of silence, seconds in all.

    The work it limits runs inside ``async with allowance.watch``, which raises TimeoutError.
    """

    def __init__(self, rules: GuardRules, is_tunnel: bool) -> None:
        self._rules, self._is_tunnel = rules, is_tunnel
        self.watch = asyncio.timeout(min(rules.idle_seconds, rules.total_seconds))
        self._start = asyncio.get_running_loop().time()
        self._end = self._start + rules.total_seconds
        self._spent = 0
        self._server_spoke_last = False

    def charge(self, count: int, from_server: bool) -> None:
        """Count bytes that crossed the wire and start the silence anew; raises `Cut` over the cap."""
        self._spent += count
        self._server_spoke_last = from_server
        if self._spent > self._rules.max_bytes:
            raise Cut(Reason.BYTES)
        self._rest()

    def _rest(self) -> None:
        # A watch that has gone off cannot be set again; the task it cancels is about to end.
        if not self.watch.expired():
            now = asyncio.get_running_loop().time()
            self.watch.reschedule(min(self._end, now + self._silence(now)))

    def _silence(self, now: float) -> float:
        half_used = self._spent * 2 > self._rules.max_bytes or (now - self._start) * 2 > self._rules.total_seconds
        if self._is_tunnel and self._server_spoke_last and half_used:
            return min(QUIET_SECONDS, self._rules.idle_seconds)
        return self._rules.idle_seconds

    def judge_timeout(self) -> None:
        """Raise `Cut` for the clock that ran out, unless it is a tunnel that merely rests after the server spoke."""
        if asyncio.get_running_loop().time() >= self._end:
            raise Cut(Reason.TOTAL)
        if not (self._is_tunnel and self._server_spoke_last):
            raise Cut(Reason.IDLE)


class Wire:
    """One end of a guarded connection: a stream whose losses are named and whose bytes are charged."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_server: bool) -> None:
        self._reader, self._writer = reader, writer
        self._is_server = is_server
        self.allowance: Allowance | None = None

    async def read(self) -> bytes:
        """Return the next bytes, b"" at the end of the stream."""
        try:
            received = await self._reader.read(CHUNK)
        except OSError:
            raise self._loss() from None
        if self.allowance is not None and received:
            self.allowance.charge(len(received), from_server=self._is_server)
        return received

    async def write(self, sent: bytes) -> None:
        """Write and wait until the other end takes it."""
        try:
            self._writer.write(sent)
            await self._writer.drain()
        except OSError:
            raise self._loss() from None

    def end_writing(self) -> None:
        """Pass on that no more bytes will come."""
        with contextlib.suppress(OSError):
            self._writer.write_eof()

    async def close(self, abort: bool) -> None:
        """Close after what was written, or abort so that the other end sees a broken connection."""
        if abort:
            # Without a linger time the kernel sends a reset: no client can take this for the end of a page.
            ends = self._writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                ends.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._writer.transport.abort()
        self._writer.close()
        with contextlib.suppress(OSError):
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._writer.wait_closed()
            except TimeoutError:
                self._writer.transport.abort()

    def _loss(self) -> RiskscanError:
        return Cut(Reason.BROKEN) if self._is_server else ClientLeft()
