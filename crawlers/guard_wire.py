"""One guarded connection on the wire: bytes and seconds are charged, plain HTTP is framed anew, tunnels are piped."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass

import h11

from crawlers.guard_addresses import (
    Cut,
    GuardRules,
    Reason,
    Refused,
    read_absolute_url,
    read_authority,
)
from records.errors import RiskscanError

MAX_HEAD = 64 * 1024
CHUNK = 64 * 1024
# A tunnel that has used half of its allowance is let go at the first silence of this many seconds after the server
# spoke, so that the next page gets a fresh one instead of being cut in its middle.
QUIET_SECONDS = 0.5
# How long the last bytes may wait for an end that does not read them.
CLOSE_SECONDS = 5.0

Headers = list[tuple[bytes, bytes]]

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"expect",
        b"host",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"x-guard",  # a server must not speak in the guard's name
        b"x-guard-reason",
    }
)


class ClientLeft(RiskscanError):
    """The client went away in the middle; nobody is left to answer."""


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


class Speaker:
    """One side of an HTTP/1.1 exchange: a wire framed by h11."""

    def __init__(self, wire: Wire, role: type[h11.Sentinel]) -> None:
        self.wire = wire
        self.frames = h11.Connection(role, max_incomplete_event_size=MAX_HEAD)

    async def hear(self) -> h11.Event | type[h11.PAUSED]:
        """Return the next event; raises `h11.RemoteProtocolError` for what is no HTTP."""
        while (event := self.frames.next_event()) is h11.NEED_DATA:
            if self.frames.they_are_waiting_for_100_continue:
                await self.say(h11.InformationalResponse(status_code=100, headers=[]))
            self.frames.receive_data(await self.wire.read())
        return event

    async def say(self, event: h11.Event) -> None:
        """Write one event in its frame."""
        framed = self.frames.send(event)
        if framed:
            await self.wire.write(framed)

    @property
    def may_answer(self) -> bool:
        """Whether no answer has begun, so that a status line may still be written."""
        return self.frames.our_state in (h11.IDLE, h11.SEND_RESPONSE)


@dataclass(frozen=True, slots=True)
class Errand:
    """What a client asks for: a host and port, and the request to put there; none of it asks for a tunnel."""

    host: str
    port: int
    request: h11.Request | None


def read_errand(request: h11.Request) -> Errand:
    """Return what a client asks the guard for; raises `Refused` for every form that is not plainly right."""
    target = request.target.decode("ascii")
    if request.method == b"CONNECT":
        return Errand(*read_authority(target), None)
    host, port, path = read_absolute_url(target)
    return Errand(host, port, request_for_server(request, host, port, path))


def request_for_server(request: h11.Request, host: str, port: int, path: str) -> h11.Request:
    """Return the request as the one server shall see it: Host from the judged address, one exchange, own framing.

    Raises `Refused` for an upgrade and for a body framed in two ways (request smuggling).
    """
    names = [name for name, _ in request.headers]
    if b"upgrade" in names:
        raise Refused(Reason.UPGRADE, host, port)
    if b"transfer-encoding" in names and b"content-length" in names:
        raise Refused(Reason.REQUEST, host, port)
    literal = f"[{host}]" if ":" in host else host
    headers: Headers = [(b"Host", (literal if port == 80 else f"{literal}:{port}").encode("ascii"))]
    headers += _end_to_end(request.headers)
    if b"transfer-encoding" in names:
        headers.append((b"Transfer-Encoding", b"chunked"))
    headers.append((b"Connection", b"close"))
    return h11.Request(method=request.method, target=path.encode("ascii"), headers=headers)


def response_for_client(response: h11.Response) -> h11.Response:
    """Return the response as the client shall see it; a body without a length is sent in chunks, so a cut shows."""
    headers = _end_to_end(response.headers)
    if any(name == b"transfer-encoding" for name, _ in response.headers):
        headers = [(name, value) for name, value in headers if name.lower() != b"content-length"]
    headers.append((b"Connection", b"close"))
    return h11.Response(status_code=response.status_code, headers=headers, reason=response.reason)


def _end_to_end(headers: h11.Headers) -> Headers:
    """Return the headers that may cross a proxy, in their own spelling and order."""
    named = {token.strip().lower() for name, value in headers if name == b"connection" for token in value.split(b",")}
    dropped = _HOP_BY_HOP | (named - {b"content-length"})
    return [(name, value) for name, value in headers.raw_items() if name.lower() not in dropped]


async def carry_exchange(client: Speaker, server: Speaker, request: h11.Request) -> None:
    """Carry exactly one request and its response; whatever else the client sent is never read."""
    try:
        await server.say(request)
        await _carry_body(client, server)
        response = await server.hear()
        while isinstance(response, h11.InformationalResponse):
            response = await server.hear()
        if not isinstance(response, h11.Response):
            raise Cut(Reason.BROKEN)
        await client.say(response_for_client(response))
        await _carry_body(server, client)
    except h11.ProtocolError:
        raise Cut(Reason.BROKEN) from None


async def _carry_body(speaker: Speaker, listener: Speaker) -> None:
    while isinstance(event := await speaker.hear(), h11.Data):
        await listener.say(event)
    if not isinstance(event, h11.EndOfMessage):
        raise Cut(Reason.BROKEN)
    await listener.say(h11.EndOfMessage())  # trailers stay behind: no page needs them


async def carry_tunnel(client: Speaker, server: Wire) -> None:
    """Carry bytes both ways until both ends have closed; the client itself ends its TLS at the judged host."""
    await client.say(h11.Response(status_code=200, headers=[], reason=b"Connection established"))
    early, _ = client.frames.trailing_data
    if early:
        await server.write(early)
    try:
        async with asyncio.TaskGroup() as pumps:
            pumps.create_task(_pump(client.wire, server))
            pumps.create_task(_pump(server, client.wire))
    except ExceptionGroup as group:
        raise group.exceptions[0] from None


async def _pump(source: Wire, sink: Wire) -> None:
    while received := await source.read():
        await sink.write(received)
    sink.end_writing()
