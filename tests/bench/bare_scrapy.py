"""The rival: bare Scrapy with the forum's selectors and fields, JSON Lines out, nothing stored, sealed or guarded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

from crawlers.source_file import read_source
from records.source import Source


class BareSpider(scrapy.Spider):
    """Walks the sample forum."""

    name = "bare"

    def __init__(self, source: Source, port: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.chosen, self.port = source.selectors, port

    async def start(self) -> Any:
        """Begin at the forum's list."""
        yield self._ask(f"http://127.0.0.1:{self.port}/forums/viec-lam.1/", self.parse)

    def _ask(self, url: str, callback: Any) -> scrapy.Request:
        # The site answers by Host name; the rival goes there without our guard.
        return scrapy.Request(url, callback, headers={"Host": f"forum.sample.test:{self.port}"})

    def parse(self, response: Response) -> Iterator[Any]:
        """Read a list."""
        for link in response.css(self.chosen["thread_link"]):
            yield self._ask(self._here(response, link.attrib["href"]), self.parse_thread)
        yield from self._next(response, self.parse)

    def parse_thread(self, response: Response) -> Iterator[Any]:
        """Read a thread."""
        title = "".join(response.css(self.chosen["title"] + " ::text").getall()) if "title" in self.chosen else ""
        for post in response.css(self.chosen["post"]):
            yield {
                "url": response.url,
                "title": title,
                "id": post.attrib.get("data-content"),
                "author": post.attrib.get("data-author"),
                "time": post.css("time::attr(datetime)").get(),
                "text": "".join(post.css(".message-body .bbWrapper ::text").getall()),
            }
        yield from self._next(response, self.parse_thread)

    def _next(self, response: Response, callback: Any) -> Iterator[scrapy.Request]:
        for link in response.css(self.chosen["next"])[:1]:
            yield self._ask(self._here(response, link.attrib["href"]), callback)

    def _here(self, response: Response, link: str) -> str:
        return response.urljoin(link).replace("forum.sample.test", "127.0.0.1")


def main() -> None:
    """Crawl; arguments: source file, port, requests in flight, output file."""
    path, port, flight, out = sys.argv[1:]
    source = read_source(Path(path), {"SAMPLE_PORT": port})
    process = AsyncCrawlerProcess(
        {
            "CONCURRENT_REQUESTS": int(flight),
            "CONCURRENT_REQUESTS_PER_DOMAIN": int(flight),
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": True,
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
            "FEEDS": {out: {"format": "jsonlines"}},
        }
    )
    process.crawl(BareSpider, source=source, port=port)
    process.start()


if __name__ == "__main__":
    main()
