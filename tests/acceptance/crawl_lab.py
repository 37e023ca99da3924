"""A place that answers as a test tells it to, source files for it, and crawls of them in processes of their own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

from crawlers.order import CrawlOrder
from riskscan.crawling import crawl_source
from riskscan.runtime import Runtime
from store.crawls import CrawlRun
from tests.acceptance.conftest import ROOT

HOST = "place.sample.test"
POST = (
    '<article class="post" data-id="{0}"><time datetime="2026-11-20T03:00:00Z"></time><p class="text">{1}</p></article>'
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the place saw it; ``at`` is in seconds that only grow."""

    at: float
    host: str
    path: str
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the place answers."""

    body: bytes | str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Told = Answer | Callable[[Asked], Answer]


class Place:
    """A web server on loopback: what it answers by path, and what it was asked. Unknown paths are 404."""

    def __init__(self, answers: Mapping[str, Told]) -> None:
        self.answers = dict(answers)
        self.asked: list[Asked] = []
        self.port = 0
        self.closing = threading.Event()

    def paths(self, *, robots: bool = False) -> list[str]:
        """Return the paths asked for, in order."""
        return [one.path for one in self.asked if robots or one.path != "/robots.txt"]

    def times(self) -> list[float]:
        """Return when it was asked, in order."""
        return sorted(one.at for one in self.asked)

    def url(self, path: str = "/", host: str = HOST) -> str:
        """Return an address of this place."""
        return f"http://{host}:{self.port}{path}"


@contextmanager
def a_place(answers: Mapping[str, Told], address: str = "127.0.0.1") -> Iterator[Place]:
    """Serve a place."""
    place = Place(answers)

    class Desk(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = self.headers.get("Host", "").partition(":")[0]
            asked = Asked(time.monotonic(), host, self.path, dict(self.headers))
            place.asked.append(asked)
            told = place.answers.get(self.path, Answer("nothing here", 404))
            answer = told(asked) if callable(told) else told
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self.send_response(answer.status)
            headers = {"Content-Type": "text/html; charset=utf-8", **answer.headers}
            if answer.status != 304:
                headers["Content-Length"] = str(len(body))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if answer.status != 304:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, request: object, client_address: object) -> None:
            if not isinstance(sys.exc_info()[1], ConnectionError):
                super().handle_error(request, client_address)  # type: ignore[arg-type]

    with Server((address, 0), Desk) as server:
        place.port = server.server_address[1]
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        try:
            yield place
        finally:
            place.closing.set()
            server.shutdown()
            serving.join()


def thread(*posts: tuple[str, str], more: str = "") -> str:
    """Return a page of posts, each an id and a text."""
    shown = "".join(POST.format(*post) for post in posts)
    return f"<!DOCTYPE html><title>t</title><h1>t</h1><div id=feed>{shown}</div>{more}"


def links(*paths: str) -> str:
    """Return a page that leads on to threads."""
    return "<!DOCTYPE html><title>l</title>" + "".join(f'<a class="thread" href="{path}">x</a>' for path in paths)


@dataclass(frozen=True, slots=True)
class Trial:
    """A source file for a test."""

    source_id: str
    starts: Sequence[str]
    port: str
    kind: str = "forum"
    hosts: tuple[str, ...] = (HOST,)
    delay: float = 0
    flight: int = 1
    pages: int = 1000
    min_posts: int = 1
    max_wall_share: float = 1.0
    selectors: Mapping[str, str] = field(default_factory=dict)
    reachable: tuple[str, ...] = ()

    def write(self, folder: Path) -> Path:
        """Write the source file."""
        chosen = {
            "thread_link": "a.thread",
            "post": "article.post",
            "post_id": "article.post::attr(data-id)",
            "text": ".text",
            "time": "time",
            **self.selectors,
        }
        hosts = [*self.hosts, *self.reachable]
        lines = [
            f'id = "{self.source_id}"',
            f'title = "{self.source_id}"',
            f'kind = "{self.kind}"',
            'platform = "forum"',
            'contact = "riskscan tests"',
            'terms = "our own"',
            f"start.addresses = {list(self.starts)!r}",
            f"pace.delay = {self.delay}",
            f"pace.requests_in_flight = {self.flight}",
            f"pace.pages_a_run = {self.pages}",
            f"reach.hosts = {hosts!r}",
            f"reach.loopback = {[f'{host}:{self.port}' for host in self.hosts]!r}",
            "reach.names = { " + ", ".join(f'"{host}" = "127.0.0.1"' for host in self.hosts) + " }",
            f"expectations.min_posts = {self.min_posts}",
            f"expectations.max_wall_share = {self.max_wall_share}",
            "[selectors]",
            *(f'{name} = "{value}"' for name, value in chosen.items() if value),
        ]
        path = folder / f"{self.source_id}.toml"
        path.write_text("\n".join(lines), encoding="utf-8")
        return path


def peak_mebibytes(pid: int) -> int:
    """Return the most memory a living process has held since it began its program, in MiB; 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in status.split("\n") if line.startswith("VmHWM:")), 0)


@dataclass(frozen=True, slots=True)
class House:
    """A running riskscan to crawl with."""

    runtime: Runtime
    folder: Path

    def crawl(self, trial: Trial) -> CrawlRun:
        """Crawl a trial's source to its end."""
        return asyncio.run(self.crawling(trial))

    async def crawling(self, trial: Trial) -> CrawlRun:
        """Crawl a trial's source, for tests that do more than one thing at once."""
        return await crawl_source(self.runtime, trial.source_id, trial.write(self.folder), {})

    def order(self, trial: Trial) -> CrawlOrder:
        """Return the order of a crawl."""
        return CrawlOrder(
            source_file=str(trial.write(self.folder)),
            dsn=self.runtime.dsn,
            key_file=str(self.runtime.settings.key_file),
            evidence=self.runtime.settings.evidence,
            user_agent=self.runtime.settings.user_agent,
        )

    def measured(self, trial: Trial, answer_seconds: float = 60.0) -> int:
        """Crawl by a child of our own and return the most memory it held, in MiB."""
        order = replace(self.order(trial), answer_seconds=answer_seconds)
        child = subprocess.Popen(
            [sys.executable, "-m", "crawlers.crawl"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            cwd=ROOT,
            start_new_session=True,
        )
        assert child.stdin is not None
        child.stdin.write(order.to_json())
        child.stdin.close()
        # Not wait4's ru_maxrss: it also counts what this test's own process held when it forked.
        most = 0
        while child.poll() is None:
            most = max(most, peak_mebibytes(child.pid))
            time.sleep(0.02)
        assert child.returncode == 0
        assert most > 30, "the child's memory was never seen"
        return most

    def rows(self, sql: str, **values: object) -> list[dict[str, object]]:
        """Ask the database as its owner."""
        with psycopg.connect(self.runtime.owner_dsn or "", row_factory=dict_row) as conn:
            cursor = conn.execute(sql.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def cut_connections(self) -> None:
        """End every other connection of the service role, as a server that restarts does."""
        with psycopg.connect(self.runtime.dsn, autocommit=True) as conn:
            conn.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where usename = current_user and pid <> pg_backend_pid()"
            )

    def outcomes(self, trial: Trial) -> list[tuple[str, str]]:
        """Return outcome and reason of every fetch of a source, in order."""
        rows = self.rows(
            "select f.outcome::text as outcome, f.reason from fetch_outcome f join crawl_run using (crawl_run_id)"
            " where source_id = %(source_id)s order by fetch_outcome_id",
            source_id=trial.source_id,
        )
        return [(str(row["outcome"]), str(row["reason"])) for row in rows]

    def log(self) -> str:
        """Return what crawls have logged."""
        path = self.runtime.settings.data / "log" / "crawl.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""
