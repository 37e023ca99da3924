"""Real Scrapy and real Chromium behind the guard: a counting server on 127.0.0.2 gets nothing, the allowed one all."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright
from playwright.async_api import Error as PlaywrightError

from crawlers.browser import CONTEXT_OPTIONS, INIT_SCRIPT, find_chromium, launch_options
from crawlers.guard import Guard, GuardRules
from crawlers.guard_addresses import Reason
from tests.integration.guard_lab import Site, a_site, endless, until

CHROMIUM = find_chromium()
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no Chromium on this machine (apt-get install chromium, or playwright install chromium): "
    "that a browser stays behind the guard was not tested",
)
# Names under .localhost are secure contexts, as https pages are: workers and WebTransport exist there.
BOARD, TARGET, PRIVATE, REBOUND = "board.localhost", "target.test", "private.test", "rebound.test"
MAPPED = str(IPv6Address("::ffff:127.0.0.2"))  # Python versions spell it differently
STUN_COOKIE = bytes.fromhex("2112a442")  # RFC 8489, section 5
QUIC_LONG = 0b1100_0000  # RFC 9000, section 17.2
# What a hostile name server says.
ANSWERS = {PRIVATE: ["127.0.0.2"], REBOUND: ["8.8.8.8", "127.0.0.2"]}


@dataclass
class Lab:
    """A board that redirects and serves hostile pages, an allowed target, and two servers nobody may reach."""

    board: Site
    target: Site
    forbidden: Site
    rules: GuardRules

    def redirect(self, url: str) -> str:
        """Return the address of the board's page that redirects to another."""
        return f"http://{BOARD}:{self.board.port}/go?{url}"

    @property
    def evasions(self) -> list[str]:
        """Addresses of the forbidden server, and of the board by a spelling that no rule lists."""
        port = self.forbidden.port
        return [
            f"http://127.0.0.2:{port}/plain",
            f"http://2130706434:{port}/decimal",
            f"http://0x7f000002:{port}/hex",
            f"http://0177.0.0.2:{port}/octal",
            f"http://127.2:{port}/short",
            f"http://[::ffff:127.0.0.2]:{port}/mapped",
            f"http://[64:ff9b::7f00:2]:{port}/nat64",
            f"http://{PRIVATE}:{port}/name",
            f"http://{REBOUND}:{port}/rebound",
            f"http://user:secret@127.0.0.2:{port}/userinfo",
            f"https://127.0.0.2:{port}/tunnel",
            f"https://{PRIVATE}:{port}/tunnel-by-name",
            f"http://2130706433:{self.board.port}/rewritten",
            f"http://127.0.0.1:{self.board.port}/rewritten",
        ]

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """Answer like a hostile name server."""
        return ANSWERS.get(host, [])


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    async def serve(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = head.split(b" ", 2)[1].decode()
        name, _, query = path.partition("?")
        if name == "/go":
            writer.write(f"HTTP/1.1 302 Found\r\nLocation: {unquote(query)}\r\nContent-Length: 0\r\n\r\n".encode())
        elif name == "/endless":
            await endless(head, reader, writer)
        else:
            body = b"<!DOCTYPE html><title>ok</title>"
            start = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n"
            writer.write(f"{start}Connection: close\r\n\r\n".encode() + body)

    async with a_site(serve) as board, a_site(serve) as target, a_site(serve, "127.0.0.2") as forbidden:
        # The rules list the forbidden server's hosts and port on purpose: the address alone must refuse it.
        rules = GuardRules(
            hosts=frozenset({"127.0.0.2", PRIVATE, REBOUND, MAPPED, "64:ff9b::7f00:2"}),
            loopback=frozenset({(BOARD, board.port), (TARGET, target.port)}),
            names={BOARD: "127.0.0.1", TARGET: "127.0.0.1"},
            ports=frozenset({80, 443, forbidden.port}),
            max_bytes=2_000_000,
        )
        yield Lab(board, target, forbidden, rules)


# Scrapy


async def crawl(lab: Lab, urls: list[str]) -> dict[str, Any]:
    wish = {
        "hosts": sorted(lab.rules.hosts),
        "loopback": sorted(lab.rules.loopback),
        "names": dict(lab.rules.names),
        "ports": sorted(lab.rules.ports),
        "max_bytes": lab.rules.max_bytes,
        "answers": ANSWERS,
        "urls": urls,
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.guarded_crawl",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    answer, _ = await asyncio.wait_for(child.communicate(json.dumps(wish).encode()), 90)
    assert child.returncode == 0
    told: dict[str, Any] = json.loads(answer)
    return told


async def test_scrapy_reaches_the_allowed_target_once_and_the_forbidden_server_never(lab: Lab) -> None:
    allowed = lab.redirect(f"http://{TARGET}:{lab.target.port}/allowed")
    refused = [*map(lab.redirect, lab.evasions), *lab.evasions]
    told = await crawl(lab, [allowed, *refused])
    assert told["fetches"].pop(allowed) == 200
    assert set(told["fetches"]) == set(refused)
    for url, outcome in told["fetches"].items():
        assert outcome == "refused" or "403" in str(outcome), (url, outcome)
    assert lab.target.paths == ["/allowed"]
    assert lab.target.connections == 1
    assert (lab.forbidden.connections, lab.forbidden.datagrams) == (0, [])
    assert "/rewritten" not in lab.board.paths
    assert Reason.ADDRESS in [reason for _, reason in told["incidents"]]


async def test_scrapy_sees_that_an_endless_page_is_not_whole(lab: Lab) -> None:
    url = f"http://{BOARD}:{lab.board.port}/endless"
    told = await crawl(lab, [url])
    assert told["incidents"] == [[BOARD, Reason.BYTES]]
    assert told["fetches"][url] != 200


# Chromium


@contextlib.asynccontextmanager
async def a_browser(**options: Any) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**options)
        try:
            yield browser
        finally:
            await browser.close()


def unguarded_options() -> dict[str, Any]:
    """Return launch options of a browser without the guard, for positive controls."""
    return {"executable_path": str(CHROMIUM), "chromium_sandbox": os.geteuid() != 0}


async def visit(context: BrowserContext, url: str) -> str:
    """Return how a navigation ended: the guard's verdict, the status, or the browser's error."""
    page = await context.new_page()
    try:
        response = await page.goto(url)
    except PlaywrightError as error:
        return error.message
    finally:
        await page.close()
    assert response is not None
    return response.headers.get("x-guard", str(response.status))


@needs_chromium
async def test_chromium_reaches_the_allowed_target_once_and_the_forbidden_server_never(lab: Lab) -> None:
    assert CHROMIUM is not None
    async with (
        Guard(lab.rules, lab.resolve) as guard,
        a_browser(**launch_options(CHROMIUM, guard.address)) as browser,
    ):
        context = await browser.new_context(**CONTEXT_OPTIONS)
        assert await visit(context, lab.redirect(f"http://{TARGET}:{lab.target.port}/allowed")) == "200"
        for url in [*map(lab.redirect, lab.evasions), *lab.evasions]:
            mark = guard.mark()
            outcome = await visit(context, url)
            assert outcome == "refused" or "ERR_TUNNEL_CONNECTION_FAILED" in outcome, (url, outcome)
            assert any(incident.refused for incident in guard.incidents(mark)), url
        assert lab.target.paths.count("/allowed") == 1
        assert (lab.forbidden.connections, lab.forbidden.datagrams) == (0, [])
        assert "/rewritten" not in lab.board.paths
        assert Reason.ADDRESS in {incident.reason for incident in guard.incidents()}


# Every way that a page knows to make its reader's browser speak to another machine. The promise ends when all have.
ATTACK = """
async (ports) => {
  const [forbidden, allowed] = ports;
  const host = `127.0.0.2:${forbidden}`;
  const ended = (thing, ...events) => new Promise((done) => events.forEach((e) => thing.addEventListener(e, done)));
  const element = (name, key, url) => {
    const made = document.createElement(name);
    const over = ended(made, "load", "error");
    made[key] = url;
    document.body.append(made);
    return over;
  };
  const ice = async () => {
    if (!window.RTCPeerConnection) return "absent";
    const peer = new RTCPeerConnection({
      iceServers: [{ urls: `stun:${host}` }, { urls: `turn:${host}?transport=tcp`, username: "u", credential: "c" }],
    });
    peer.createDataChannel("x");
    const over = new Promise((done) => {
      peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && done("gathered");
    });
    await peer.setLocalDescription(await peer.createOffer());
    return over;
  };
  const transport = `
    (async () => {
      if (!self.WebTransport) return "absent";
      try { await new WebTransport("https://${host}/transport").ready; return "open"; } catch { return "failed"; }
    })()`;
  const inWorker = async () => {
    const code = `${transport}.then(postMessage); `;
    const worker = new Worker(URL.createObjectURL(new Blob([code])));
    return (await ended(worker, "message", "error")).data;
  };
  const socket = (url) => ended(new WebSocket(url), "open", "error", "close");
  const answers = await Promise.all([
    fetch(`http://target.test:${allowed}/fetched`, { mode: "no-cors" }).then(() => "ok"),
    fetch(`http://${host}/fetch`, { mode: "no-cors" }).catch(() => "failed"),
    fetch(`http://${host}/post`, { mode: "no-cors", method: "POST", body: "x" }).catch(() => "failed"),
    fetch(`/go?http://${host}/redirected-fetch`, { mode: "no-cors" }).catch(() => "failed"),
    fetch(`https://${host}/tls`, { mode: "no-cors" }).catch(() => "failed"),
    element("img", "src", `http://2130706434:${forbidden}/img`),
    element("img", "src", `http://private.test:${forbidden}/img`),
    element("script", "src", `http://${host}/script`),
    element("iframe", "src", `http://${host}/frame`),
    socket(`ws://${host}/socket`),
    socket(`wss://${host}/socket`),
    socket(`ws://private.test:${forbidden}/socket`),
    ended(new EventSource(`http://${host}/events`), "open", "error"),
    ice(),
    eval(transport),
    inWorker(),
  ]);
  for (const rel of ["preconnect", "dns-prefetch", "prefetch", "prerender", "stylesheet", "icon"]) {
    const link = document.createElement("link");
    Object.assign(link, { rel, href: `http://${host}/${rel}` });
    document.head.append(link);
  }
  navigator.sendBeacon(`http://${host}/beacon`, "x");
  // What has no event is behind this: the same queue carries it, and it ends after what was asked before.
  await fetch(`http://target.test:${allowed}/last`, { mode: "no-cors" });
  return answers.map((answer) => (typeof answer === "string" ? answer : "event"));
}
"""


async def attack(lab: Lab, context: BrowserContext) -> list[str]:
    page = await context.new_page()
    await page.goto(f"http://{BOARD}:{lab.board.port}/attack")
    answers: list[str] = await page.evaluate(ATTACK, [lab.forbidden.port, lab.target.port])
    return answers


@needs_chromium
@pytest.mark.parametrize("with_init_script", [True, False])
async def test_no_page_makes_the_guarded_browser_speak_to_the_forbidden_server(
    lab: Lab, with_init_script: bool
) -> None:
    assert CHROMIUM is not None
    async with (
        Guard(lab.rules, lab.resolve) as guard,
        a_browser(**launch_options(CHROMIUM, guard.address)) as browser,
    ):
        context = await browser.new_context(**CONTEXT_OPTIONS)
        if with_init_script:
            await context.add_init_script(INIT_SCRIPT)
        answers = await attack(lab, context)
        await context.close()
        assert answers[0] == "ok"
        assert answers[-3:] == (
            ["absent", "absent", "failed"] if with_init_script else ["gathered", "failed", "failed"]
        )
        assert (lab.target.paths.count("/fetched"), lab.target.paths.count("/last")) == (1, 1)
        assert (lab.forbidden.connections, lab.forbidden.datagrams) == (0, [])


@needs_chromium
async def test_chromium_may_show_a_cut_page_as_whole_but_the_guard_knows(lab: Lab) -> None:
    assert CHROMIUM is not None
    async with (
        Guard(lab.rules, lab.resolve) as guard,
        a_browser(**launch_options(CHROMIUM, guard.address)) as browser,
    ):
        context = await browser.new_context(**CONTEXT_OPTIONS)
        assert await visit(context, f"http://{BOARD}:{lab.board.port}/whole") == "200"
        mark = guard.mark()
        page = await context.new_page()
        # A cut page never fires "load": a spider waits for less, or until its navigation timeout.
        response = await page.goto(f"http://{BOARD}:{lab.board.port}/endless", wait_until="commit")
        assert response is not None
        assert response.status == 200
        await until(lambda: guard.was_cut(BOARD, since=mark))
        assert not guard.was_cut(TARGET, since=mark)


@needs_chromium
async def test_the_guarded_browser_reads_as_a_visitor_in_vietnam_without_doors_beside_the_guard(lab: Lab) -> None:
    assert CHROMIUM is not None
    async with (
        Guard(lab.rules, lab.resolve) as guard,
        a_browser(**launch_options(CHROMIUM, guard.address)) as browser,
    ):
        context = await browser.new_context(**CONTEXT_OPTIONS)
        await context.add_init_script(INIT_SCRIPT)
        page = await context.new_page()
        await page.goto(f"http://{BOARD}:{lab.board.port}/")
        seen = await page.evaluate(
            "() => [navigator.language, new Date(2026, 0).getTimezoneOffset(), 'RTCPeerConnection' in window]"
        )
        assert seen == ["vi-VN", -7 * 60, False]


@needs_chromium
async def test_the_same_page_does_reach_the_server_when_nothing_guards_the_browser(lab: Lab) -> None:
    async with a_browser(**unguarded_options()) as browser:
        page = await browser.new_page()
        await page.goto(f"http://{BOARD}:{lab.board.port}/attack")
        attacking = asyncio.ensure_future(page.evaluate(ATTACK, [lab.forbidden.port, lab.target.port]))
        await until(lambda: any(datagram[4:8] == STUN_COOKIE for datagram in lab.forbidden.datagrams))
        await until(lambda: any(datagram[0] & QUIC_LONG == QUIC_LONG for datagram in lab.forbidden.datagrams))
        await until(lambda: {"/fetch", "/img", "/redirected-fetch", "/socket"} <= set(lab.forbidden.paths))
        await page.close()
        with contextlib.suppress(PlaywrightError):
            await attacking
