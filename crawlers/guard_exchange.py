"""One errand through the guard: a plain HTTP exchange framed anew on both sides, or a tunnel that is piped."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import h11
from h11._headers import Headers as EventHeaders

from crawlers.guard_addresses import Cut, Reason, Refused, read_absolute_url, read_authority
from crawlers.guard_wire import ClientLeft, Wire

MAX_HEAD = 64 * 1024

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


class Speaker:
    """One side of an HTTP/1.1 exchange: a wire framed by h11."""

    def __init__(self, wire: Wire, role: type[h11.CLIENT] | type[h11.SERVER]) -> None:
        self.wire = wire
        self.frames = h11.Connection(role, max_incomplete_event_size=MAX_HEAD)
        self.wants_body = True

    async def hear(self) -> h11.Event | type[h11.PAUSED]:
        """Return the next event; raises `h11.RemoteProtocolError` for what is no HTTP."""
        while True:
            event = self.frames.next_event()
            # The types of h11 do not tell its sentinels apart by identity; by their class they do.
            if isinstance(event, h11.Event) or event is h11.PAUSED:
                break
            if self.frames.they_are_waiting_for_100_continue:
                await self.say(h11.InformationalResponse(status_code=100, headers=[]))
            self.frames.receive_data(await self.wire.read())
        if isinstance(event, h11.Request):
            self.wants_body = event.method != b"HEAD"
        return event if isinstance(event, h11.Event) else h11.PAUSED

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


def _end_to_end(headers: EventHeaders) -> Headers:
    """Return the headers that may cross a proxy, in their own spelling and order."""
    named = {token.strip().lower() for name, value in headers if name == b"connection" for token in value.split(b",")}
    dropped = _HOP_BY_HOP | (named - {b"content-length"})
    return [(name, value) for name, value in headers.raw_items() if name.lower() not in dropped]


async def carry_exchange(client: Speaker, server: Speaker, request: h11.Request) -> None:
    """Carry exactly one request and its response; whatever else the client sent is never read."""
    try:
        await server.say(request)
        await _carry_request_body(client, server)
        response = await server.hear()
        while isinstance(response, h11.InformationalResponse):
            response = await server.hear()
        if not isinstance(response, h11.Response):
            raise Cut(Reason.BROKEN)
        await client.say(response_for_client(response))
        await _carry_body(server, client)
    except h11.ProtocolError:
        raise Cut(Reason.BROKEN) from None


async def _carry_request_body(client: Speaker, server: Speaker) -> None:
    try:
        await _carry_body(client, server)
    except h11.RemoteProtocolError:
        raise ClientLeft from None


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
