"""Serve the sample site on loopback: a job board, a forum and a group to crawl, told apart by the Host header.

Example: ``python tests/sample_site/serve.py --port 0 --access-log hits.txt``
"""

from __future__ import annotations

import argparse
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer, ThreadingMixIn
from typing import BinaryIO, ClassVar, cast
from urllib.parse import unquote_to_bytes

import board
import forum
import group
from page import PLAIN, Page, Place, page
from posts import read_posts
from trials import Stream, Trials

MAX_LINE = 16_384
MAX_HEADERS = 100
MAX_BODY = 1_000_000
IDLE_SECONDS = 60.0


class AccessLog:
    """One tab-separated line a request: time, host, method, path, user agent."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._file: BinaryIO | None = path.open("ab", buffering=0) if path else None

    def write(self, host: str, method: str, target: str, agent: str) -> None:
        """Append one line and hand it to the kernel before the answer is sent."""
        if self._file is None:
            return
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = "\t".join(field.replace("\t", " ") for field in (now, host, method, target, agent))
        with self._lock:
            self._file.write(line.encode("utf-8", "backslashreplace") + b"\n")

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()


class SampleSite(ThreadingMixIn, TCPServer):
    """The places by host name, the trials for every other host, and one thread a connection."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int, places: Mapping[str, Place], log: AccessLog, delay: float) -> None:
        super().__init__(("127.0.0.1", port), Visit)
        self.places = places
        self.log = log
        self.delay = delay
        self.trials = Trials()

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent when a visitor hangs up in the middle; report everything else."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(cast(socket.socket, request), client_address)

    def answer(self, host: str, target: str) -> Page | Stream:
        """Find the answer to one request target."""
        raw_path, _, query = target.partition("?")
        try:
            path = unquote_to_bytes(raw_path.encode("latin-1")).decode()
        except UnicodeDecodeError:
            return page("bad path\n", PLAIN, HTTPStatus.BAD_REQUEST)
        place = self.places.get(host)
        if place is None:
            found: Page | Stream | None = self.trials.answer(host, path, query)
        else:
            found = place.get(f"{path}?{query}" if query else path)
        return found or page("Không tìm thấy trang.\n", PLAIN, HTTPStatus.NOT_FOUND)


class Visit(StreamRequestHandler):
    """One visitor's connection, kept alive for as many requests as it brings."""

    server: SampleSite
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    rbufsize = 65_536
    methods: ClassVar[frozenset[bytes]] = frozenset({b"GET", b"HEAD"})

    def handle(self) -> None:
        """Answer requests until the visitor leaves or asks to."""
        while self._one_request():
            pass

    def _one_request(self) -> bool:
        line = self.rfile.readline(MAX_LINE)
        if not line.strip():
            return bool(line)
        words = line.split()
        headers = self._headers()
        if len(words) != 3 or not words[2].startswith(b"HTTP/1.") or headers is None:
            return self._refuse(HTTPStatus.BAD_REQUEST)
        if b"transfer-encoding" in headers or not self._skip_body(headers.get(b"content-length", b"0")):
            return self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        method, target = words[0], _origin_form(words[1].decode("latin-1"))
        called = headers.get(b"host", b"").decode("latin-1").strip().lower()
        host = called.partition(":")[0]
        agent = headers.get(b"user-agent", b"").decode("latin-1")
        self.server.log.write(host, method.decode("latin-1"), target, agent)
        if self.server.delay:
            time.sleep(self.server.delay)
        if method not in self.methods:
            return self._refuse(HTTPStatus.METHOD_NOT_ALLOWED)
        keep = words[2] == b"HTTP/1.1" and headers.get(b"connection", b"").lower() != b"close"
        answer = self.server.answer(host, target)
        if isinstance(answer, Stream):
            return self._send_stream(answer, method == b"HEAD", words[2] == b"HTTP/1.1") and keep
        return self._send_page(answer, headers, called, method == b"HEAD", keep)

    def _headers(self) -> dict[bytes, bytes] | None:
        headers: dict[bytes, bytes] = {}
        for _ in range(MAX_HEADERS):
            line = self.rfile.readline(MAX_LINE)
            if line in (b"\r\n", b"\n", b""):
                return headers
            name, colon, value = line.partition(b":")
            if not colon:
                return None
            headers[name.strip().lower()] = value.strip()
        return None

    def _skip_body(self, length: bytes) -> bool:
        if not length.isdigit() or int(length) > MAX_BODY:
            return False
        self.rfile.read(int(length))
        return True

    def _refuse(self, status: HTTPStatus) -> bool:
        self._send_page(page(f"{status.phrase}\n", PLAIN, status), {}, "", False, keep=False)
        return False

    def _send_page(self, answer: Page, asked: Mapping[bytes, bytes], called: str, bare: bool, keep: bool) -> bool:
        unchanged = answer.etag != "" and _has_it_already(asked, answer)
        status = HTTPStatus.NOT_MODIFIED if unchanged else answer.status
        bodiless = unchanged or status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
        body = b"" if bodiless else answer.body(f"http://{called}".encode("latin-1"))
        lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
        if not bodiless:
            lines += [f"Content-Type: {answer.content_type}", f"Content-Length: {len(body)}"]
        if answer.etag:
            lines += [f"ETag: {answer.etag}", f"Last-Modified: {answer.last_modified}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        lines.append(f"Connection: {'keep-alive' if keep else 'close'}")
        self.wfile.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (b"" if bare else body))
        return keep

    def _send_stream(self, answer: Stream, bare: bool, chunked: bool) -> bool:
        lines = ["HTTP/1.1 200 OK", f"Content-Type: {answer.content_type}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        # A visitor who speaks HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
        lines.append("Transfer-Encoding: chunked" if chunked else "Connection: close")
        self.wfile.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")
        if bare:
            return chunked
        for chunk in answer.chunks:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk) if chunked else chunk)
        if chunked:
            self.wfile.write(b"0\r\n\r\n")
        return chunked


def _origin_form(target: str) -> str:
    """Return path and query of a target that may also come whole, as a visitor behind a proxy may send it."""
    if target.startswith("http://"):
        target = "/" + target.removeprefix("http://").partition("/")[2]
    return target.partition("#")[0]


def _has_it_already(asked: Mapping[bytes, bytes], answer: Page) -> bool:
    """Judge If-None-Match, and only without it If-Modified-Since (RFC 9110, 13.2.2)."""
    if (tags := asked.get(b"if-none-match")) is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.decode("latin-1").split(",")}
        return answer.etag in known or "*" in known
    if (since := asked.get(b"if-modified-since")) is not None:
        try:
            return parsedate_to_datetime(answer.last_modified) <= parsedate_to_datetime(since.decode("latin-1"))
        except (ValueError, TypeError):
            return False
    return False


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--access-log", type=Path, metavar="FILE", help="append one line a request to FILE")
    parser.add_argument("--edited", action="store_true", help="serve the edited text of the posts that have one")
    parser.add_argument("--delay", type=float, default=0.0, metavar="SECONDS", help="wait before every answer")
    parser.add_argument("--many", type=int, default=0, metavar="N", help="add N numbered forum posts")
    return parser.parse_args()


def places(edited: bool, many: int) -> dict[str, Place]:
    """Render every page of the three places."""
    here = Path(__file__).parent
    return {
        board.HOST: board.pages(read_posts(here / "job_board.jsonl", edited)),
        forum.HOST: forum.pages(read_posts(here / "forum.jsonl", edited), many),
        group.HOST: group.pages(read_posts(here / "group.jsonl", edited), here / "app.js"),
    }


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    asked = arguments()
    # Blocked before any thread exists, the two signals reach only the wait below.
    stops = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    log = AccessLog(asked.access_log)
    with SampleSite(asked.port, places(asked.edited, asked.many), log, asked.delay) as site:
        threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        print(f"Sample site: http://127.0.0.1:{site.server_address[1]}", flush=True)
        signal.sigwait(stops)
        site.shutdown()
    log.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
