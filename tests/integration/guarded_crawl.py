"""A crawl of given addresses with real Scrapy, in a process of its own, its guard in the crawl's own event loop.

Reads one JSON value from standard input: the sites it may reach, what names resolve to, the addresses to fetch.
Writes one: how each fetch ended, and the guard's incidents.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.guard import Guard, GuardRules

SETTINGS = {
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    "LOG_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "RETRY_ENABLED": False,
    "ROBOTSTXT_OBEY": False,
    "DOWNLOAD_DELAY": 0,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
}


class GuardedSpider(scrapy.Spider):
    """Fetches every address through its guard and notes how the fetch ended."""

    name = "guarded"

    def __init__(self, wish: dict[str, Any], told: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.wish, self.told = wish, told
        rules = GuardRules(
            hosts=frozenset(wish["hosts"]),
            loopback=frozenset((name, port) for name, port in wish["loopback"]),
            names=wish["names"],
            ports=frozenset(wish["ports"]),
            max_bytes=wish["max_bytes"],
        )
        self.guard = Guard(rules, self._resolve)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> GuardedSpider:
        """Close the guard with the spider."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.leave, signal=signals.spider_closed)
        return spider

    async def _resolve(self, host: str, port: int) -> Sequence[str]:
        return self.wish["answers"].get(host, [])

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Enter the guard and ask for every address through it."""
        await self.guard.__aenter__()
        for url in self.wish["urls"]:
            yield scrapy.Request(
                url,
                callback=self.parse,
                errback=self.note_failure,
                dont_filter=True,
                cb_kwargs={"asked": url},
                meta={
                    "handle_httpstatus_all": False,
                    "handle_httpstatus_list": [403, 502],
                    "proxy": self.guard.address,
                },
            )

    def parse(self, response: Response, asked: str) -> None:
        """Note a response, the guard's own among them."""
        guard_says = response.headers.get("X-Guard")
        self.told["fetches"][asked] = guard_says.decode() if guard_says else response.status

    def note_failure(self, failure: Failure) -> None:
        """Note a fetch that ended without a response."""
        self.told["fetches"][failure.request.cb_kwargs["asked"]] = f"{failure.type.__name__}: {failure.value}"

    async def leave(self) -> None:
        """Note the guard's incidents and leave it."""
        self.told["incidents"] = [[incident.host, incident.reason] for incident in self.guard.incidents()]
        await self.guard.__aexit__(None, None, None)


def main() -> None:
    """Crawl as standard input says."""
    told: dict[str, Any] = {"fetches": {}, "incidents": []}
    crawl = AsyncCrawlerProcess(settings=SETTINGS)
    crawl.crawl(GuardedSpider, wish=json.load(sys.stdin), told=told)
    crawl.start()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
