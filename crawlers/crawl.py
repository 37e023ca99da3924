"""The process of one crawl run: told on standard input, it walks a source and leaves its word in the database."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner
from scrapy.utils.reactor import install_reactor

from crawlers.browser import find_chromium, launch_options
from crawlers.guard import Guard
from crawlers.guard_rules import GuardRules
from crawlers.keeping import Keeper
from crawlers.order import BEGUN, CrawlOrder
from crawlers.pacing import Pacing
from crawlers.source_file import read_source
from crawlers.walk import SourceSpider
from crawlers.wordless import write_wordless
from records.source import Source, SourceKind
from store.crawls import hold_run, put_source, start_run
from store.evidence import EvidenceFolder
from store.pool import connect
from store.seal import open_vault

MAX_BODY = 8 * 1024 * 1024
REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"


def scrapy_settings(source: Source, order: CrawlOrder) -> dict[str, Any]:
    """Return the settings of a crawl, each away from Scrapy's own choice for a reason."""
    pace = source.pace
    return {
        "TWISTED_REACTOR": REACTOR,
        "USER_AGENT": order.user_agent,
        "DEFAULT_REQUEST_HEADERS": {  # we read what a visitor in Vietnam reads: times in other languages are lost
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "vi,en;q=0.5",
        },
        "LOG_ENABLED": False,  # one handler of ours writes faults without their words
        "TELNETCONSOLE_ENABLED": False,  # a console nobody watches is a door
        "COOKIES_ENABLED": False,  # we are nobody's returning visitor
        "ROBOTSTXT_OBEY": False,  # our own rules read robots.txt: a server error means no, not yes
        "REDIRECT_ENABLED": False,  # each hop is judged by us
        "METAREFRESH_ENABLED": False,
        "RETRY_ENABLED": False,  # the frontier retries
        "HTTPERROR_ALLOW_ALL": True,  # every status is an outcome
        "DOWNLOAD_MAXSIZE": MAX_BODY,  # the default is 1 GiB
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": order.answer_seconds,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,  # off by default
        "DOWNLOAD_DELAY": pace.delay,
        "DOWNLOAD_DELAY_JITTER": 0,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": pace.requests_in_flight,
        "AUTOTHROTTLE_ENABLED": pace.delay >= 1,
        "AUTOTHROTTLE_START_DELAY": max(pace.delay, 2.0),
        "AUTOTHROTTLE_TARGET_CONCURRENCY": 1.0,
        "MEMUSAGE_ENABLED": False,
    }


def browser_settings(executable: Path, guard_address: str, order: CrawlOrder) -> dict[str, Any]:
    """Return what a browser source needs on top."""
    handler = "crawlers.watching.OneTryHandler"
    return {
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": launch_options(executable, guard_address),
        "PLAYWRIGHT_MAX_CONTEXTS": 2,
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 2,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": order.answer_seconds * 1000,
        "PLAYWRIGHT_RESTART_DISCONNECTED_BROWSER": True,
        "PLAYWRIGHT_ABORT_REQUEST": _heavy,
    }


def _heavy(request: Any) -> bool:
    # Saves the place's traffic; it is the guard that keeps us safe.
    return request.resource_type in {"image", "media", "font"}


@asynccontextmanager
async def _crew(order: CrawlOrder, source: Source) -> AsyncIterator[tuple[Keeper, Pacing]]:
    """Open what a crawl run works with and begin the run; its number goes to whoever started this process."""
    vault = open_vault(Path(order.key_file))
    async with connect(order.dsn) as storer, connect(order.dsn) as holder:
        async with holder.transaction():
            await put_source(holder, source)
            crawl_run_id = await start_run(holder, source.source_id)
            # Held by this session, not by the transaction: whoever looks sees whether we live.
            await hold_run(holder, crawl_run_id)
        await holder.set_autocommit(True)
        print(f"{BEGUN}{crawl_run_id}", flush=True)
        keeper = Keeper(storer, vault, EvidenceFolder(order.evidence), source, crawl_run_id)
        yield keeper, Pacing(holder, source.pace.delay)


async def crawl(order: CrawlOrder) -> None:
    """Walk the source of an order once."""
    source = read_source(order.source_path, order.variables)
    executable = find_chromium() if source.kind is SourceKind.GROUP else None
    async with _crew(order, source) as (keeper, pacing), Guard(GuardRules.of(source.reach)) as guard:
        settings = scrapy_settings(source, order)
        if executable is not None:
            settings |= browser_settings(executable, guard.address, order)
        await AsyncCrawlerRunner(settings).crawl(
            SourceSpider,
            keeper=keeper,
            pacing=pacing,
            guard=guard,
            user_agent=order.user_agent,
            browser=executable is not None,
        )


def main() -> None:
    """Read an order from standard input and do it."""
    write_wordless(logging.WARNING)
    order = CrawlOrder.from_json(sys.stdin.read())
    install_reactor(REACTOR)
    # Only now: importing the reactor before it is installed would install another one.
    reactor: Any = import_module("twisted.internet.reactor")
    # What is imported now stays: a collector that walks over it again and again finds nothing.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    failed: list[str] = []

    async def work() -> None:
        try:
            await crawl(order)
        finally:
            reactor.stop()

    def tell(task: asyncio.Task[None]) -> None:
        fault = task.exception() if not task.cancelled() else None
        if fault is not None:
            failed.append(type(fault).__name__)
            logging.getLogger("riskscan.crawl").error("the crawl ended", exc_info=fault)

    def begin() -> None:
        asyncio.get_event_loop().create_task(work()).add_done_callback(tell)

    reactor.callWhenRunning(begin)
    reactor.run()
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
