"""The sample site's manners: how it starts, stops and waits, and the trials it holds for crawlers."""

from __future__ import annotations

import ast
import re
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator

import pytest

from tests.unit.sample_site_lab import FOLDER, Visitor, sample_site


@pytest.fixture(scope="module")
def visitor() -> Iterator[Visitor]:
    with sample_site() as visitor:
        yield visitor


def test_head_is_answered_without_the_body_and_the_connection_stays(visitor: Visitor) -> None:
    host = f"Host: board.sample.test:{visitor.port}\r\n".encode()
    with socket.create_connection(("127.0.0.1", visitor.port), timeout=10) as line:
        line.sendall(b"HEAD / HTTP/1.1\r\n" + host + b"\r\nGET / HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n")
        head, again, body = b"".join(iter(lambda: line.recv(65_536), b"")).split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert again.startswith(b"HTTP/1.1 200")
    assert f"Content-Length: {len(body)}".encode() in head


def test_redirects_go_where_they_are_told_and_cannot_carry_a_header(visitor: Visitor) -> None:
    answer = visitor.ask(visitor.root("trial.sample.test") + "redirect?to=http://127.0.0.2:8/secret%3Fa=1")
    assert (answer.status, answer.headers["Location"]) == (302, "http://127.0.0.2:8/secret?a=1")
    answer = visitor.ask(visitor.root("trial.sample.test") + "redirect?to=/%0D%0ASet-Cookie:%20a=b")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("status", [200, 204, 304, 403, 404, 410, 500, 503])
def test_a_status_is_answered_as_asked_for(visitor: Visitor, status: int) -> None:
    assert visitor.ask(visitor.root("trial.sample.test") + f"status/{status}").status == status


def test_a_small_gzip_body_unpacks_to_300_megabytes(visitor: Visitor) -> None:
    answer = visitor.ask(visitor.root("trial.sample.test") + "gzip-bomb")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.body) < 300_000
    unpacker, size, rest = zlib.decompressobj(31), 0, answer.body
    while rest:
        size += len(unpacker.decompress(rest, 1_000_000))
        rest = unpacker.unconsumed_tail
    assert size + len(unpacker.flush()) == 300_000_000


def test_an_endless_body_goes_on_until_the_visitor_leaves(visitor: Visitor) -> None:
    with socket.create_connection(("127.0.0.1", visitor.port), timeout=10) as line:
        line.sendall(b"GET /endless HTTP/1.1\r\nHost: trial.sample.test\r\n\r\n")
        received = 0
        while received < 20_000_000:
            received += len(line.recv(1_000_000))
    assert visitor.ask(visitor.root("trial.sample.test")).status == 200


def test_retry_after_turns_a_visitor_away_once(visitor: Visitor) -> None:
    address = visitor.root("trial.sample.test") + "retry-after/7"
    first, second = visitor.ask(address), visitor.ask(address)
    assert (first.status, first.headers["Retry-After"], second.status) == (429, "7", 200)


def test_one_host_has_a_robots_file_that_fails(visitor: Visitor) -> None:
    root = visitor.root("robots5xx.sample.test")
    assert visitor.ask(root + "robots.txt").status == 503
    assert visitor.ask(root + "page/1").status == 200


def test_the_site_waits_before_every_answer_when_told_to() -> None:
    with sample_site("--delay", "0.2") as slow:
        started = time.monotonic()
        slow.ask(slow.root("board.sample.test"))
        assert time.monotonic() - started >= 0.2


def test_an_unknown_page_a_wrong_method_and_a_broken_request_are_refused(visitor: Visitor) -> None:
    root = visitor.root("board.sample.test")
    assert visitor.ask(root + "?page=99").status == 404
    assert visitor.ask(root, method="POST").status == 405
    for request in (b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"GET /%ff HTTP/1.1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", visitor.port), timeout=10) as line:
            line.sendall(request)
            assert b" 40" in line.recv(100)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_site_says_where_it_is_and_stops_cleanly_on_a_signal(stop: signal.Signals) -> None:
    program = subprocess.Popen([sys.executable, str(FOLDER / "serve.py")], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    try:
        assert re.fullmatch(r"Sample site: http://127\.0\.0\.1:\d+\n", program.stdout.readline())
        program.send_signal(stop)
        assert program.wait(10) == 0
        assert program.stdout.read() == ""
    finally:
        program.kill()
        program.wait()
        program.stdout.close()


def test_the_sample_site_is_a_foreign_program_of_the_standard_library_alone() -> None:
    siblings = {path.stem for path in FOLDER.glob("*.py")}
    imported = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(str(node.module).partition(".")[0])
    assert imported - siblings <= sys.stdlib_module_names
