"""Answers that try a crawler's patience: redirects, bombs, endless bodies and hosts that ask to be left alone."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, quote

from page import PLAIN, Page, document, page

ROBOTS_5XX_HOST = "robots5xx.sample.test"
BOMB_SIZE = 300_000_000
CHUNK = bytes(1_000_000)
LONGEST_WAIT = 600.0


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer without a known length, sent in chunks until it ends or the visitor leaves."""

    chunks: Iterator[bytes]
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()


def gzip_bomb() -> Iterator[bytes]:
    """Yield about 290 kB of gzip that unpack to 300 MB of zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    for _ in range(BOMB_SIZE // len(CHUNK)):
        if packed := packer.compress(CHUNK):
            yield packed
    yield packer.flush()


def endless() -> Iterator[bytes]:
    """Yield HTML for as long as somebody reads it."""
    yield b"<!DOCTYPE html><title>endless</title>"
    while True:
        yield b"<p>endless</p>" * 4096


class Trials:
    """The trial addresses, served on every host that is no place of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turned_away: set[tuple[str, str]] = set()

    def answer(self, host: str, path: str, query: str) -> Page | Stream | None:
        """Return the answer for one trial address, or None when there is no such trial."""
        match path.strip("/").split("/"):
            case [""]:
                return page(document("Sample site", "<p>board.sample.test, forum.sample.test, group.sample.test</p>"))
            case ["robots.txt"]:
                return self._robots(host)
            case ["redirect"]:
                return self._redirect(query)
            case ["status", code]:
                return self._status(code)
            case ["gzip-bomb"]:
                return Stream(gzip_bomb(), "text/html; charset=utf-8", (("Content-Encoding", "gzip"),))
            case ["endless"]:
                return Stream(endless(), "text/html; charset=utf-8")
            case ["slow"]:
                return self._slow(query)
            case ["retry-after", seconds] if seconds.isdecimal():
                return self._retry_after(host, f"{path}?{query}", seconds)
            case ["page", number]:
                return page(document(f"Page {number}", f"<p>page {quote(number)}</p>"))
        return None

    def _robots(self, host: str) -> Page:
        if host == ROBOTS_5XX_HOST:
            return page("busy\n", PLAIN, HTTPStatus.SERVICE_UNAVAILABLE)
        return page("User-agent: *\nDisallow:\n", PLAIN)

    def _redirect(self, query: str) -> Page:
        targets = parse_qs(query).get("to", [])
        if len(targets) != 1:
            return page("one ?to=URL is wanted\n", PLAIN, HTTPStatus.BAD_REQUEST)
        # Quoting keeps line ends out of the header and leaves everything an address may hold as it is.
        target = quote(targets[0], safe="/:?#[]@!$&'()*+,;=%~")
        return page("", status=HTTPStatus.FOUND, headers=(("Location", target),))

    def _status(self, code: str) -> Page | None:
        try:
            status = HTTPStatus(int(code))
        except ValueError:
            return None
        if status < HTTPStatus.OK:
            return None
        bodiless = status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
        return page("" if bodiless else document(str(code), f"<p>{status.phrase}</p>"), status=status)

    def _slow(self, query: str) -> Page:
        wanted = parse_qs(query).get("seconds", ["60"])[0]
        seconds = min(float(wanted), LONGEST_WAIT) if wanted.replace(".", "", 1).isdecimal() else LONGEST_WAIT
        time.sleep(seconds)
        return page(document("slow", "<p>at last</p>"))

    def _retry_after(self, host: str, target: str, seconds: str) -> Page:
        with self._lock:
            first = (host, target) not in self._turned_away
            self._turned_away.add((host, target))
        if first:
            too_many = HTTPStatus.TOO_MANY_REQUESTS
            return page("later\n", PLAIN, too_many, headers=(("Retry-After", seconds),))
        return page(document("now", "<p>welcome back</p>"))
