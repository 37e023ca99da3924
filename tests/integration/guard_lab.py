"""What the guard's tests stand around it: servers that count or answer by script, and a client that sends raw bytes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from crawlers.guard import Guard, GuardRules
from crawlers.guard_addresses import Reason

Answer = Callable[[bytes, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Site:
    """A server on one loopback address and port: every connection, datagram and request head it got."""

    port: int = 0
    connections: int = 0
    datagrams: list[bytes] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        """The request targets, in the order they came."""
        return [head.split(b" ", 2)[1].decode() for head in self.heads]


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, site: Site) -> None:
        self._site = site

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._site.datagrams.append(data)


async def answer_ok(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request with a short page and close."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")


async def endless(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with a page that has no end."""
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x" * 50_000)
        await writer.drain()


@contextlib.asynccontextmanager
async def a_site(answer: Answer = answer_ok, address: str = "127.0.0.1") -> AsyncIterator[Site]:
    """Serve on one TCP port, and count what comes to the same port by UDP."""
    site = Site()
    open_tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            try:
                head = await reader.readuntil(b"\r\n\r\n")
                site.heads.append(head)
                await answer(head, reader, writer)
                await writer.drain()
            finally:
                writer.close()
                await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        site.connections += 1
        task = asyncio.get_running_loop().create_task(serve(reader, writer))
        open_tasks.add(task)
        task.add_done_callback(open_tasks.discard)

    server = await asyncio.start_server(accept, address, 0)
    site.port = server.sockets[0].getsockname()[1]
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Datagrams(site), local_addr=(address, site.port)
    )
    try:
        yield site
    finally:
        transport.close()
        server.close()
        for task in open_tasks:
            task.cancel()
        await asyncio.gather(*open_tasks, return_exceptions=True)


def rules_for(*named: tuple[str, Site], **limits: object) -> GuardRules:
    """Return rules that open each site under its name, and nothing else."""
    return GuardRules(
        loopback=frozenset((name, site.port) for name, site in named),
        names={name: "127.0.0.1" for name, _ in named},
        **limits,  # type: ignore[arg-type]
    )


@dataclass
class Phone:
    """A raw connection to the guard."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, sent: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(sent)
        await self.writer.drain()

    async def hear_all(self) -> bytes:
        """Return everything until the guard closes; raises ConnectionResetError when it aborts."""
        return await self.reader.read()

    async def hear_head(self) -> bytes:
        """Return one response head."""
        return await self.reader.readuntil(b"\r\n\r\n")


@contextlib.asynccontextmanager
async def a_call(guard: Guard) -> AsyncIterator[Phone]:
    """Connect to the guard as a client would."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(guard.address.rsplit(":", 1)[1]))
    try:
        yield Phone(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def ask(guard: Guard, sent: str | bytes) -> bytes:
    """Send one request and return all that comes back."""
    async with a_call(guard) as phone:
        await phone.say(sent if isinstance(sent, bytes) else sent.encode())
        return await phone.hear_all()


async def get(guard: Guard, url: str) -> bytes:
    """Ask for one address the way a proxy's client does."""
    return await ask(guard, f"GET {url} HTTP/1.1\r\nHost: {url.split('/')[2]}\r\n\r\n")


def status(response: bytes) -> int:
    """Return the status code of a raw response."""
    return int(response.split(b" ", 2)[1])


def reasons(guard: Guard, since: int = 0) -> list[Reason]:
    """Return why the guard stopped, in order."""
    return [incident.reason for incident in guard.incidents(since)]


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds that another process or the kernel brings about; fails after twenty seconds."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - what is waited for has no event in this process
            await asyncio.sleep(0.01)


@dataclass
class Resolver:
    """A name server whose answers change: one list of addresses a question, in order."""

    answers: list[Sequence[str]]
    asked: list[tuple[str, int]] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Answer the next question."""
        self.asked.append((host, port))
        return self.answers.pop(0)
