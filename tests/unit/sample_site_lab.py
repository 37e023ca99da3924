"""A sample site of one's own for a test, and a plain visitor who follows its links."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import extruct
from lxml import html

FOLDER = Path(__file__).parents[1] / "sample_site"
AGENT = "sample-visitor/1.0 (unit test)"


@dataclass(frozen=True, slots=True)
class Answer:
    """One response, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> html.HtmlElement:
        """The body, parsed as the UTF-8 it claims to be."""
        return html.document_fromstring(self.body.decode(), parser=html.HTMLParser(encoding="utf-8"))


class Visitor:
    """Asks one running sample site, over one kept-alive connection, under any host name."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, address: str, method: str = "GET", **headers: str) -> Answer:
        """Fetch a full address without following redirects; header names are written with underscores."""
        parts = urlsplit(address)
        target = quote(parts.path or "/", safe="/%:") + (f"?{parts.query}" if parts.query else "")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, target, headers={"Host": parts.netloc, "User-Agent": AGENT, **named})
        response = self.connection.getresponse()
        return Answer(response.status, dict(response.headers), response.read())

    def root(self, host: str) -> str:
        """Return the first address of a place."""
        return f"http://{host}:{self.port}/"

    def turn(self, start: str) -> Iterator[tuple[str, html.HtmlElement]]:
        """Yield every page from the first one on, by its link to the next."""
        seen: set[str] = set()
        address = start
        while address:
            assert address not in seen, "the pages go round in a circle"
            seen.add(address)
            answer = self.ask(address)
            assert answer.status == 200, address
            yield address, answer.document
            following = answer.document.xpath("//a[@rel='next']/@href")
            address = urljoin(address, following[0]) if following else ""


@contextmanager
def sample_site(*options: str) -> Iterator[Visitor]:
    """Run the sample site with these options; on the way out it must end cleanly on SIGTERM."""
    program = subprocess.Popen(
        [sys.executable, str(FOLDER / "serve.py"), "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stderr is not None
    try:
        first_line = program.stdout.readline()
        assert first_line.startswith("Sample site: http://127.0.0.1:"), program.stderr.read()
        visitor = Visitor(int(first_line.rstrip("\n").rpartition(":")[2]))
        yield visitor
        visitor.connection.close()
        program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0
        assert program.stderr.read() == "", "the site reports nothing that went well"
    finally:
        if program.poll() is None:
            program.kill()
            program.wait()
        program.stdout.close()
        program.stderr.close()


def written(name: str) -> dict[str, dict[str, Any]]:
    """Return the posts of one file by id."""
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
    return {post["id"]: post for post in (json.loads(line) for line in lines if line)}


def words(element: html.HtmlElement) -> str:
    """Return an element's words; a line ends at each break, and nowhere else."""
    pieces = []
    for node in element.xpath(".//text() | .//br"):
        pieces.append(node.replace("\n", "") if isinstance(node, str) else "\n")
    return "".join(pieces)


def job_posting(page: bytes) -> dict[str, Any]:
    """Find the one JobPosting of a page in whatever shape it stands there."""
    found: list[dict[str, Any]] = []
    for block in extruct.extract(page.decode(), syntaxes=["json-ld"])["json-ld"]:
        found += [node for node in block.get("@graph", [block]) if "JobPosting" in node["@type"]]
    assert len(found) == 1
    return found[0]


def board_cards(visitor: Visitor) -> list[list[str]]:
    """Return the advert addresses of every list page."""
    return [
        [urljoin(address, href) for href in page.xpath("//a[@class='job-title']/@href")]
        for address, page in visitor.turn(visitor.root("board.sample.test"))
    ]


def read_board(visitor: Visitor) -> dict[str, tuple[str, str]]:
    """Return title and description by id, as the JSON-LD of every advert that can be read gives them."""
    read = {}
    for address in {address for cards in board_cards(visitor) for address in cards}:
        answer = visitor.ask(address)
        if answer.status == 200 and b"JobPosting" in answer.body:
            posting = job_posting(answer.body)
            description = words(html.fragment_fromstring(posting["description"], create_parent="div"))
            assert words(answer.document.xpath("//div[@class='job-description']")[0]) == description
            title = posting["title"].replace("&amp;", "&").replace("&quot;", '"').replace("&lt;", "<")
            assert answer.document.xpath("string(//h1)") == title
            read[re.search(r"jb-\d+(?=\.html$)", address)[0]] = (title, description)  # type: ignore[index]
    return read


def thread_addresses(visitor: Visitor) -> list[list[str]]:
    """Return the thread addresses of every page of the forum's list."""
    start = visitor.ask(visitor.root("forum.sample.test"))
    assert start.status == 301
    lists = visitor.turn(urljoin(visitor.root("forum.sample.test"), start.headers["Location"]))
    return [[urljoin(at, href) for href in page.xpath("//a[@data-tp-primary]/@href")] for at, page in lists]


def read_forum(visitor: Visitor) -> list[tuple[str, html.HtmlElement]]:
    """Return every post element in the order of reading, repeated ones too, with its id."""
    threads = dict.fromkeys(address for page in thread_addresses(visitor) for address in page)
    return [
        (element.get("data-content").removeprefix("post-"), element)
        for thread in threads
        for _, page in visitor.turn(thread)
        for element in page.xpath("//article[contains(@class, 'message--post')]")
    ]


def forum_words(element: html.HtmlElement) -> str:
    """Return a post's own words: without the quotes of a reply, with those that open a thread."""
    body = element.xpath(".//div[contains(@class, 'message-body')]/div[@class='bbWrapper']")[0]
    if element.xpath("string(.//*[@class='message-attribution-opposite'])") != "#1":
        for quote in body.xpath("./blockquote"):
            quote.drop_tree()
    return words(body)


def read_group(visitor: Visitor) -> dict[str, str]:
    """Return every text of the group by id, asking as the page's own script asks."""
    read: dict[str, str] = {}
    last, more = "", True
    while more:
        lot = json.loads(visitor.ask(visitor.root("group.sample.test") + f"api/posts?after={last}&limit=10").body)
        assert not read.keys() & {post["id"] for post in lot["posts"]}
        read |= {post["id"]: post["text"] for post in lot["posts"]}
        last, more = lot["posts"][-1]["id"], lot["more"]
    return read
