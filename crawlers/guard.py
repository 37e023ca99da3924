"""The guard: the one proxy through which Scrapy and Chromium leave, dialling only addresses it has judged."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import h11

from crawlers.guard_addresses import Cut, Reason, Refused, Stopped, Unreachable, is_literal, judge_answers
from crawlers.guard_exchange import Errand, Speaker, carry_exchange, carry_tunnel, read_errand
from crawlers.guard_rules import GuardRules, judge_target
from crawlers.guard_wire import Allowance, ClientLeft, Wire

__all__ = ["REASON_HEADER", "VERDICT_HEADER", "Guard", "GuardRules", "Incident", "Reason"]

VERDICT_HEADER = "X-Guard"  # refused, failed
REASON_HEADER = "X-Guard-Reason"
# Pages name as many forbidden hosts as they like; the guard remembers the latest.
REMEMBERED = 4096

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Dial = Callable[[str, int], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@dataclass(frozen=True, slots=True)
class Incident:
    """One connection that the guard did not carry to its end: refused, cut, or (neither) not reached."""

    number: int
    host: str
    port: int
    reason: Reason
    refused: bool
    cut: bool


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """Return every address the system's resolver gives for a name, best first; none when it knows no such name."""
    try:
        answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror:
        return ()
    return [str(answer[4][0]) for answer in answers]


async def dial_address(address: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to an IP address."""
    return await asyncio.open_connection(address, port)


class Guard:
    """A proxy on loopback for one crawl: ``async with Guard(rules) as guard`` and send every client to `address`.

    Plain HTTP is refused with 403 and ``X-Guard: refused``, a tunnel with 403; ``X-Guard-Reason`` gives the word. A
    server that cannot be reached gives 502 or 504 with ``X-Guard: failed``. Web sockets come as tunnels and pass to
    the hosts that the rules list; an ``Upgrade`` outside a tunnel is refused. ``resolve`` and ``dial`` are arguments
    so that a test can change DNS answers and see what would be dialled.
    """

    def __init__(self, rules: GuardRules, resolve: Resolve = resolve_by_system, dial: Dial = dial_address) -> None:
        self._rules, self._resolve, self._dial = rules, resolve, dial
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._incidents: deque[Incident] = deque(maxlen=REMEMBERED)
        self._count = 0
        self.address = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    @property
    def open_connections(self) -> int:
        """How many clients the guard is serving now."""
        return len(self._connections)

    def mark(self) -> int:
        """Return a mark for `incidents`: take it before a page, ask with it after the page."""
        return self._count

    def incidents(self, since: int = 0) -> tuple[Incident, ...]:
        """Return what was refused or cut since a mark, oldest first, at most the latest 4,096."""
        return tuple(incident for incident in self._incidents if incident.number >= since)

    def was_cut(self, host: str, since: int = 0) -> bool:
        """Tell whether a connection to this host was cut since a mark; such a page may look whole and is not."""
        return any(incident.cut and incident.host == host for incident in self.incidents(since))

    def was_refused(self, host: str, since: int = 0) -> bool:
        """Tell whether this host was refused since a mark."""
        return any(incident.refused and incident.host == host for incident in self.incidents(since))

    def _record(self, stopped: Stopped) -> None:
        is_refused, is_cut = isinstance(stopped, Refused), isinstance(stopped, Cut)
        self._incidents.append(Incident(self._count, stopped.host, stopped.port, stopped.reason, is_refused, is_cut))
        self._count += 1

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.get_running_loop().create_task(self._serve(Wire(reader, writer, is_server=False)))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _serve(self, wire: Wire) -> None:
        """Serve one client connection: one request, or one tunnel."""
        client = Speaker(wire, h11.SERVER)
        abort = True
        try:
            errand = await self._hear_errand(client)
            if errand is not None:
                await self._run(errand, client)
            abort = False
        except Stopped as stopped:
            self._record(stopped)
            abort = not await _answer(client, stopped)
        except ClientLeft:
            pass  # Nobody is left to answer.
        finally:
            await wire.close(abort)

    async def _hear_errand(self, client: Speaker) -> Errand | None:
        """Return what the client asks for, None when it left or dawdled before it had asked."""
        try:
            async with asyncio.timeout(self._rules.head_seconds):
                request = await client.hear()
        except TimeoutError:
            return None
        except h11.RemoteProtocolError:
            raise Refused(Reason.REQUEST) from None
        return read_errand(request) if isinstance(request, h11.Request) else None

    async def _run(self, errand: Errand, client: Speaker) -> None:
        server = Wire(*await self._reach(errand.host, errand.port), is_server=True)
        abort = True
        try:
            await self._carry(errand, client, server)
            abort = False
        except Cut as cut:
            raise Cut(cut.reason, errand.host, errand.port) from None
        finally:
            await server.close(abort)

    async def _carry(self, errand: Errand, client: Speaker, server: Wire) -> None:
        allowance = Allowance(self._rules, is_tunnel=errand.request is None)
        client.wire.allowance = server.allowance = allowance
        try:
            async with allowance.watch:
                if errand.request is None:
                    await carry_tunnel(client, server)
                else:
                    await carry_exchange(client, Speaker(server, h11.CLIENT), errand.request)
        except TimeoutError:
            allowance.judge_timeout()

    async def _reach(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Judge, resolve once, and dial one of the very addresses that were judged."""
        loopback = judge_target(self._rules, host, port)
        try:
            async with asyncio.timeout(self._rules.connect_seconds):
                if loopback is not None:
                    return await self._dial_first((loopback,), port)
                answers = [host] if is_literal(host) else await self._resolve(host, port)
                return await self._dial_first(judge_answers(host, port, answers), port)
        except (TimeoutError, OSError):
            raise Unreachable(Reason.CONNECT, host, port) from None

    async def _dial_first(
        self, addresses: Sequence[str], port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for address in addresses[:-1]:
            with contextlib.suppress(OSError):
                return await self._dial(address, port)
        return await self._dial(addresses[-1], port)


async def _answer(client: Speaker, stopped: Stopped) -> bool:
    """Tell the client why, if no answer has begun; returns whether it was told."""
    if not client.may_answer:
        return False
    is_refused = isinstance(stopped, Refused)
    verdict = "refused" if is_refused else "failed"
    # Chromium makes a network error of an error status without a body, and hides its headers.
    body = f"{verdict}: {stopped.reason}\n".encode("ascii")
    headers = [
        (VERDICT_HEADER, verdict),
        (REASON_HEADER, stopped.reason.value),
        ("Content-Type", "text/plain"),
        ("Content-Length", str(len(body))),
        ("Connection", "close"),
    ]
    status = 403 if is_refused else 504 if stopped.reason in (Reason.IDLE, Reason.TOTAL) else 502
    try:
        await client.say(h11.Response(status_code=status, headers=headers, reason=stopped.reason.value))
        if client.wants_body:
            await client.say(h11.Data(data=body))
        await client.say(h11.EndOfMessage())
    except ClientLeft:
        return False
    return True
