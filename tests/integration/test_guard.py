"""The guard on the wire: what it lets through, what it refuses, what it cuts, and that it outlives bad company."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator

import pytest

from crawlers.guard import Guard, GuardRules
from crawlers.guard_addresses import Reason
from tests.integration.guard_lab import (
    Resolver,
    a_call,
    a_site,
    answer_ok,
    ask,
    endless,
    get,
    reasons,
    rules_for,
    status,
    until,
)

FOREVER = 60.0


@pytest.fixture(autouse=True)
async def _no_task_is_left_behind() -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    assert {task for task in asyncio.all_tasks() if task is not asyncio.current_task()} <= before


class Refusing(Exception):
    """Nobody may be dialled in this test."""


async def dial_nobody(address: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    raise Refusing(address)


# What passes


async def test_a_page_passes_with_the_host_of_its_address_and_without_the_words_meant_for_the_proxy() -> None:
    async with a_site() as board, Guard(rules_for(("board.test", board))) as guard:
        response = await ask(
            guard,
            f"GET http://board.test:{board.port}/viec?a=1 HTTP/1.1\r\nHost: other.test\r\n"
            "Proxy-Authorization: secret\r\nProxy-Connection: keep-alive\r\n"
            "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nX-Kept: 2\r\n\r\n",
        )
        assert response.endswith(b"\r\n\r\nhello")
        head = board.heads[0].lower()
        assert head.startswith(b"get /viec?a=1 http/1.1\r\n")
        assert head.count(b"host:") == 1
        assert f"host: board.test:{board.port}\r\n".encode() in head
        assert b"x-kept: 2" in head
        assert b"connection: close" in head
        assert not any(word in head for word in (b"secret", b"x-hop", b"keep-alive", b"other.test"))
        assert guard.incidents() == ()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nhello", b"5\r\nhello\r\n0\r\n\r\n"),
        (b"HTTP/1.0 200 OK\r\n\r\nhello", b"5\r\nhello\r\n0\r\n\r\n"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n",
            b"hello\r\n0\r\n\r\n",
        ),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"\r\n\r\nok"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b"\r\n\r\n"),
        (b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n', b"\r\n\r\n"),
    ],
)
async def test_every_way_to_frame_an_answer_passes(answer: bytes, expected: bytes) -> None:
    async def scripted(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    async with a_site(scripted) as board, Guard(rules_for(("board.test", board))) as guard:
        response = await get(guard, f"http://board.test:{board.port}/")
        assert response.endswith(expected)
        assert guard.incidents() == ()


async def test_the_answer_to_head_has_a_length_and_no_body() -> None:
    async def scripted(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")

    async with a_site(scripted) as board, Guard(rules_for(("board.test", board))) as guard:
        response = await ask(guard, f"HEAD http://board.test:{board.port}/ HTTP/1.1\r\nHost: board.test\r\n\r\n")
        assert b"Content-Length: 500\r\n" in response
        assert response.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "framed",
    [
        b"Content-Length: 5\r\n\r\nhello",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
    ],
)
async def test_a_request_body_arrives_once_and_whole(framed: bytes) -> None:
    bodies: list[bytes] = []

    async def listen(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if b"chunked" in head.lower():
            bodies.append((await reader.readuntil(b"0\r\n\r\n")).split(b"\r\n")[1])
        else:
            bodies.append(await reader.readexactly(5))
        await answer_ok(head, reader, writer)

    async with a_site(listen) as board, Guard(rules_for(("board.test", board))) as guard:
        start = f"POST http://board.test:{board.port}/ HTTP/1.1\r\nHost: board.test\r\n".encode()
        response = await ask(guard, start + framed)
        assert response.endswith(b"hello")
        assert bodies == [b"hello"]


async def test_a_client_that_waits_before_its_body_is_told_to_go_on() -> None:
    bodies: list[bytes] = []

    async def listen(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bodies.append(await reader.readexactly(5))
        await answer_ok(head, reader, writer)

    async with a_site(listen) as board, Guard(rules_for(("board.test", board))) as guard, a_call(guard) as phone:
        head = f"POST http://board.test:{board.port}/ HTTP/1.1\r\nHost: board.test\r\nContent-Length: 5\r\n"
        await phone.say(f"{head}Expect: 100-continue\r\n\r\n".encode())
        assert status(await phone.hear_head()) == 100
        await phone.say(b"hello")
        assert (await phone.hear_all()).endswith(b"hello")
        assert bodies == [b"hello"]
        assert b"expect" not in board.heads[0].lower()


async def test_a_tunnel_carries_bytes_both_ways_and_passes_on_each_end() -> None:
    async def echo(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head + await reader.read())

    async with a_site(echo) as board, Guard(rules_for(("board.test", board))) as guard, a_call(guard) as phone:
        await phone.say(f"CONNECT board.test:{board.port} HTTP/1.1\r\nHost: board.test\r\n\r\nearly".encode())
        assert status(await phone.hear_head()) == 200
        await phone.say(b" bytes\r\n\r\n and late ones")
        phone.writer.write_eof()
        assert await phone.hear_all() == b"early bytes\r\n\r\n and late ones"
        assert guard.incidents() == ()


# What is refused


async def test_only_one_request_rides_on_a_connection_whatever_host_the_second_names() -> None:
    came_later: list[bytes] = []

    async def keep_listening(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        came_later.append(await reader.read())

    async with a_site(keep_listening) as board, a_site() as forbidden, Guard(rules_for(("board.test", board))) as guard:
        first = f"GET http://board.test:{board.port}/first HTTP/1.1\r\nHost: board.test\r\n\r\n"
        second = f"GET http://board.test:{board.port}/second HTTP/1.1\r\nHost: board.test\r\n\r\n"
        third = f"GET http://127.0.0.1:{forbidden.port}/third HTTP/1.1\r\nHost: forbidden.test\r\n\r\n"
        response = await ask(guard, first + second + third)
        assert response.count(b"HTTP/1.1") == 1
        assert b"connection: close" in response.lower()
        assert board.paths == ["/first"]
        await until(lambda: came_later != [])
        assert came_later == [b""]
        assert forbidden.connections == 0


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 6\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 0x5\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Host: second.test\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\n",
        "X: a\x00b\r\n",
        "X: a\rContent-Length: 5\r\n",
    ],
)
async def test_a_request_that_two_servers_could_frame_differently_reaches_none(headers: str) -> None:
    async with a_site() as board, Guard(rules_for(("board.test", board))) as guard:
        response = await ask(
            guard, f"POST http://board.test:{board.port}/ HTTP/1.1\r\nHost: board.test\r\n{headers}\r\n0\r\n\r\n"
        )
        assert status(response) == 403
        assert board.connections == 0
        assert len(guard.incidents()) == 1


async def test_a_refusal_says_so_and_why_on_http_and_on_a_tunnel() -> None:
    async with Guard(GuardRules(hosts=frozenset({"board.test"})), dial=dial_nobody) as guard:
        for sent in (
            "GET http://other.test/ HTTP/1.1\r\nHost: other.test\r\n\r\n",
            "CONNECT other.test:443 HTTP/1.1\r\nHost: other.test\r\n\r\n",
        ):
            response = await ask(guard, sent)
            assert status(response) == 403
            assert b"X-Guard: refused\r\n" in response
            assert b"X-Guard-Reason: host-not-allowed\r\n" in response
            assert response.endswith(b"\r\n\r\nrefused: host-not-allowed\n")
        head = await ask(guard, "HEAD http://other.test/ HTTP/1.1\r\nHost: other.test\r\n\r\n")
        assert status(head) == 403
        assert head.endswith(b"\r\n\r\n")
        assert guard.was_refused("other.test")
        assert not guard.was_cut("other.test")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:{port}/", Reason.HOST),
        ("http://2130706433:{port}/", Reason.FORM),
        ("http://0x7f000001:{port}/", Reason.FORM),
        ("http://0177.0.0.1:{port}/", Reason.FORM),
        ("http://127.1:{port}/", Reason.FORM),
        ("http://[::ffff:127.0.0.1]:{port}/", Reason.HOST),
        ("http://[64:ff9b::7f00:1]:{port}/", Reason.HOST),
        ("http://localhost:{port}/", Reason.HOST),
        ("http://board.test.:{port}/", Reason.FORM),
        ("http://board.test@127.0.0.1:{port}/", Reason.FORM),
        ("http://user@board.test:{port}/", Reason.FORM),
        ("https://board.test:{port}/", Reason.REQUEST),
        ("http://board.test/", Reason.HOST),
    ],
)
async def test_another_spelling_of_an_allowed_loopback_server_does_not_reach_it(url: str, reason: Reason) -> None:
    async with a_site() as board, Guard(rules_for(("board.test", board))) as guard:
        assert status(await get(guard, url.format(port=board.port))) == 403
        assert reasons(guard) == [reason]
        if not url.startswith("https:"):  # a tunnel to its own port board.test may have
            authority = url.format(port=board.port).split("/")[2]
            assert status(await ask(guard, f"CONNECT {authority} HTTP/1.1\r\nHost: board.test\r\n\r\n")) == 403
        assert board.connections == 0


# Names and addresses


async def test_a_name_that_flips_to_loopback_is_dialled_at_the_judged_address_or_not_at_all() -> None:
    resolver = Resolver([["8.8.8.8"], ["127.0.0.2"], ["8.8.8.8", "127.0.0.2"], ["::ffff:127.0.0.2"]])
    dialled: list[tuple[str, int]] = []

    async with a_site() as stand_in, a_site(address="127.0.0.2") as forbidden:

        async def dial(address: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            dialled.append((address, port))
            return await asyncio.open_connection("127.0.0.1", stand_in.port)

        rules = GuardRules(hosts=frozenset({"flip.test"}), ports=frozenset({forbidden.port}))
        async with Guard(rules, resolver, dial) as guard:
            url = f"http://flip.test:{forbidden.port}/"
            assert [status(await get(guard, url)) for _ in range(4)] == [200, 403, 403, 403]
            assert reasons(guard) == [Reason.ADDRESS] * 3
        assert resolver.asked == [("flip.test", forbidden.port)] * 4
        assert dialled == [("8.8.8.8", forbidden.port)]
        assert stand_in.connections == 1
        assert forbidden.connections == 0


async def test_a_listed_host_that_is_a_private_address_is_refused_by_the_address() -> None:
    async with a_site(address="127.0.0.2") as forbidden:
        rules = GuardRules(hosts=frozenset({"127.0.0.2", "localhost"}), ports=frozenset({forbidden.port}))
        async with Guard(rules) as guard:
            for host in ("127.0.0.2", "localhost"):
                assert status(await get(guard, f"http://{host}:{forbidden.port}/")) == 403
            assert reasons(guard) == [Reason.ADDRESS, Reason.ADDRESS]
        assert forbidden.connections == 0


async def test_the_next_judged_address_is_tried_when_the_first_does_not_answer() -> None:
    async with a_site() as stand_in:

        async def dial(address: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            if address == "2606:4700:4700::1111":
                raise OSError("no route")
            return await asyncio.open_connection("127.0.0.1", stand_in.port)

        resolver = Resolver([["2606:4700:4700::1111", "1.1.1.1"], ["2606:4700:4700::1111"], []])
        async with Guard(GuardRules(hosts=frozenset({"board.test"})), resolver, dial) as guard:
            answers = [await get(guard, "http://board.test/") for _ in range(3)]
        assert [status(answer) for answer in answers] == [200, 502, 502]
        assert b"X-Guard: failed\r\nX-Guard-Reason: no-connection\r\n" in answers[1]
        assert b"X-Guard: failed\r\nX-Guard-Reason: name-not-found\r\n" in answers[2]
        assert not guard.was_refused("board.test")


async def test_a_name_server_that_never_answers_ends_in_no_connection() -> None:
    async def silent(host: str, port: int) -> list[str]:
        await asyncio.sleep(FOREVER)
        return []

    rules = GuardRules(hosts=frozenset({"board.test"}), connect_seconds=0.05)
    async with Guard(rules, silent, dial_nobody) as guard:
        assert status(await get(guard, "http://board.test/")) == 502
        assert reasons(guard) == [Reason.CONNECT]


# Limits


async def silent_after_head(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf")
    await asyncio.sleep(FOREVER)


async def drip(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def break_off(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf")


async def test_an_endless_page_is_cut_and_the_client_sees_that_it_is_not_whole() -> None:
    async with (
        a_site(endless) as board,
        a_site() as other,
        Guard(rules_for(("board.test", board), ("other.test", other), max_bytes=200_000)) as guard,
    ):
        await get(guard, f"http://other.test:{other.port}/")
        mark = guard.mark()
        async with a_call(guard) as phone:
            await phone.say(f"GET http://board.test:{board.port}/ HTTP/1.1\r\nHost: board.test\r\n\r\n".encode())
            assert status(await phone.hear_head()) == 200
            with pytest.raises(ConnectionResetError):
                await phone.hear_all()
        assert reasons(guard) == [Reason.BYTES]
        assert guard.was_cut("board.test", since=mark)
        assert not guard.was_cut("other.test")
        assert not guard.was_cut("board.test", since=guard.mark())


async def test_an_endless_tunnel_is_cut_too() -> None:
    async with a_site(endless) as board, Guard(rules_for(("board.test", board), max_bytes=200_000)) as guard:
        async with a_call(guard) as phone:
            await phone.say(f"CONNECT board.test:{board.port} HTTP/1.1\r\nHost: board.test\r\n\r\n".encode())
            await phone.hear_head()
            await phone.say(b"GET / HTTP/1.1\r\n\r\n")
            with pytest.raises(ConnectionResetError):
                await phone.hear_all()
        assert guard.was_cut("board.test")


async def test_what_a_client_sends_counts_as_well() -> None:
    async def swallow(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(100_000):
            pass

    async with a_site(swallow) as board, Guard(rules_for(("board.test", board), max_bytes=200_000)) as guard:
        head = f"POST http://board.test:{board.port}/ HTTP/1.1\r\nHost: board.test\r\nContent-Length: 900000\r\n\r\n"
        async with a_call(guard) as phone:
            await phone.say(head.encode() + b"x" * 300_000)
            await until(lambda: guard.incidents() != ())
        assert reasons(guard) == [Reason.BYTES]


@pytest.mark.parametrize(
    ("answer", "limits", "reason"),
    [
        (silent_after_head, {"idle_seconds": 0.1}, Reason.IDLE),
        (drip, {"total_seconds": 0.3}, Reason.TOTAL),
        (break_off, {}, Reason.BROKEN),
    ],
)
async def test_a_page_that_does_not_come_to_its_end_is_cut_with_the_reason(
    answer: object, limits: dict[str, object], reason: Reason
) -> None:
    async with a_site(answer) as board, Guard(rules_for(("board.test", board), **limits)) as guard:  # type: ignore[arg-type]
        with pytest.raises(ConnectionResetError):
            await get(guard, f"http://board.test:{board.port}/")
        assert reasons(guard) == [reason]
        assert guard.was_cut("board.test")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"", 502),
        (b"\x16\x03\x01 this is no HTTP", 502),
        (b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n", 502),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000, 502),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", 502),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 3, 502),
        (None, 504),
    ],
)
async def test_a_server_that_gives_no_answer_is_reported_as_failed_and_not_as_refused(
    answer: bytes | None, code: int
) -> None:
    async def scripted(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if answer is None:
            await asyncio.sleep(FOREVER)
        else:
            writer.write(answer)

    async with a_site(scripted) as board, Guard(rules_for(("board.test", board), idle_seconds=1.0)) as guard:
        response = await get(guard, f"http://board.test:{board.port}/")
        assert status(response) == code
        assert b"X-Guard: failed\r\n" in response


async def test_a_server_cannot_speak_in_the_guards_name() -> None:
    async def scripted(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 403 No\r\nX-Guard: refused\r\nx-guard-reason: upgrade\r\nContent-Length: 0\r\n\r\n")

    async with a_site(scripted) as board, Guard(rules_for(("board.test", board))) as guard:
        response = await get(guard, f"http://board.test:{board.port}/")
        assert status(response) == 403
        assert b"x-guard" not in response.lower()


async def test_a_tunnel_that_rests_after_the_server_spoke_is_closed_without_being_called_cut() -> None:
    async def greet(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"welcome")
        await reader.read()

    async with a_site(greet) as board, Guard(rules_for(("board.test", board), idle_seconds=0.1)) as guard:
        response = await ask(guard, f"CONNECT board.test:{board.port} HTTP/1.1\r\nHost: board.test\r\n\r\nhi\r\n\r\n")
        assert response.endswith(b"welcome")
        assert guard.incidents() == ()


async def test_a_tunnel_whose_server_never_answers_is_cut() -> None:
    async def mute(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with a_site(mute) as board, Guard(rules_for(("board.test", board), idle_seconds=0.1)) as guard:
        with pytest.raises(ConnectionResetError):
            await ask(guard, f"CONNECT board.test:{board.port} HTTP/1.1\r\nHost: board.test\r\n\r\nhi\r\n\r\n")
        assert reasons(guard) == [Reason.IDLE]


async def test_a_tunnel_that_used_half_of_its_bytes_is_let_go_between_two_pages() -> None:
    async def greet(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"x" * 6_000)
        await reader.read()

    async with (
        a_site(greet) as board,
        Guard(rules_for(("board.test", board), max_bytes=10_000, idle_seconds=FOREVER)) as guard,
        asyncio.timeout(20),
    ):
        response = await ask(guard, f"CONNECT board.test:{board.port} HTTP/1.1\r\nHost: board.test\r\n\r\nhi\r\n\r\n")
        assert response.endswith(b"x" * 6_000)
        assert guard.incidents() == ()


# Bad company


async def test_a_client_that_never_finishes_its_request_is_shown_out() -> None:
    async with Guard(GuardRules(head_seconds=0.1), dial=dial_nobody) as guard:
        for start in (b"", b"GET", b"GET http://board.test/ HTTP/1.1\r\nHost: board.test\r\nX: "):
            assert await ask(guard, start) == b""


async def test_a_head_without_end_is_refused() -> None:
    async with Guard(GuardRules(), dial=dial_nobody) as guard:
        response = await ask(guard, b"GET http://board.test/ HTTP/1.1\r\nX: " + b"y" * 70_000)
        assert status(response) == 403
        assert reasons(guard) == [Reason.REQUEST]


def _garbage() -> list[bytes]:
    chance = random.Random(20)  # the same bytes on every run
    noise = [chance.randbytes(chance.randrange(1, 400)) + b"\r\n\r\n" for _ in range(60)]
    return [
        *noise,
        b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"\x05\x01\x00\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: board.test\r\n\r\n",
        b"GET http://board.test/ HTTP/9.9\r\n\r\n",
        b"CONNECT / HTTP/1.1\r\nHost: board.test\r\n\r\n",
        b"CONNECT :443 HTTP/1.1\r\nHost: board.test\r\n\r\n",
        b"GET http://\xff\xfe/ HTTP/1.1\r\nHost: board.test\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: board.test\r\n\r\n",
    ]


async def test_garbage_is_refused_and_the_guard_serves_on() -> None:
    async with a_site() as board, Guard(rules_for(("board.test", board), head_seconds=1.0)) as guard:
        for sent in _garbage():
            async with a_call(guard) as phone:
                await phone.say(sent)
                phone.writer.write_eof()
                answer = await phone.hear_all()
            assert answer == b"" or status(answer) == 403, sent
        assert board.connections == 0
        assert status(await get(guard, f"http://board.test:{board.port}/")) == 200


async def test_clients_that_vanish_at_every_moment_leave_nothing_open() -> None:
    async with a_site(endless) as board, Guard(rules_for(("board.test", board))) as guard:
        request = f"GET http://board.test:{board.port}/ HTTP/1.1\r\nHost: board.test\r\n\r\n".encode()
        tunnel = f"CONNECT board.test:{board.port} HTTP/1.1\r\nHost: board.test\r\n\r\nhi\r\n\r\n".encode()
        for sent in (
            b"",
            b"GET ht",
            request[:-2],
            request,
            tunnel,
            b"POST" + request[3:-2] + b"Content-Length: 9\r\n\r\n",
        ):
            for is_reset in (False, True):
                async with a_call(guard) as phone:
                    await phone.say(sent)
                    if sent in (request, tunnel):
                        await phone.hear_head()
                    if is_reset:
                        phone.writer.get_extra_info("socket").setsockopt(
                            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                        )
                        phone.writer.transport.abort()
        await until(lambda: guard.open_connections == 0)
        assert not guard.was_cut("board.test")


async def test_leaving_the_guard_ends_every_connection_it_holds() -> None:
    async with (
        a_site(drip) as board,
        Guard(rules_for(("board.test", board))) as guard,
        a_call(guard) as phone,
        a_call(guard) as idle,
    ):
        await phone.say(f"GET http://board.test:{board.port}/ HTTP/1.1\r\nHost: board.test\r\n\r\n".encode())
        await phone.hear_head()
        await guard.__aexit__(None, None, None)
        assert guard.open_connections == 0
        for left in (phone, idle):
            with pytest.raises(ConnectionResetError):
                await left.hear_all()
        with pytest.raises(OSError, match="Connect call failed"):
            await get(guard, f"http://board.test:{board.port}/")
