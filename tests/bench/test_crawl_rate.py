"""Measures the crawl with everything on against bare Scrapy on the same site."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from riskscan.crawling import crawl_source
from riskscan.runtime import running
from riskscan.settings import ROOT, read_settings
from tests.acceptance.conftest import SampleSite, start_site, stop_site
from tests.bench.figures import keep

POSTS = 4000
IN_FLIGHT = 8
ROUNDS = 3


def own_source(folder: Path) -> Path:
    """The sample forum's source file with the rival's concurrency."""
    text = (ROOT / "sources" / "sample-forum.toml").read_text(encoding="utf-8")
    assert "requests_in_flight = 2" in text
    path = folder / "sample-forum.toml"
    path.write_text(text.replace("requests_in_flight = 2", f"requests_in_flight = {IN_FLIGHT}"), encoding="utf-8")
    return path


def ours(folder: Path, source_file: Path, site: SampleSite) -> tuple[int, int, float]:
    """Crawl into a fresh house; pages, posts, seconds of the crawl's process."""
    environment = {"RISKSCAN_DATA": str(folder / "data"), "RISKSCAN_KEY_FILE": str(folder / "keys" / "master.json")}
    with running(read_settings(environment, folder)) as runtime:
        began = time.monotonic()
        run = asyncio.run(crawl_source(runtime, "sample-forum", source_file, {"SAMPLE_PORT": site.port}))
        return run.pages, run.posts_new, time.monotonic() - began


def bare(folder: Path, source_file: Path, site: SampleSite) -> tuple[int, float]:
    """Crawl with bare Scrapy; posts, seconds of its process."""
    out = folder / "bare.jsonl"
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "tests.bench.bare_scrapy", str(source_file), site.port, str(IN_FLIGHT), str(out)],
        check=True,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    seconds = time.monotonic() - began
    return len(out.read_text(encoding="utf-8").split("\n")) - 1, seconds


@pytest.mark.bench
@pytest.mark.timeout(900)
def test_crawl_rate(tmp_path: Path) -> None:
    process, site = start_site(tmp_path / "access.log", "--many", str(POSTS))
    source_file = own_source(tmp_path)
    pairs = []
    try:
        for number in range(ROUNDS):
            folder = tmp_path / str(number)
            folder.mkdir()
            pages, posts, seconds = ours(folder, source_file, site)
            bare_posts, bare_seconds = bare(folder, source_file, site)
            assert posts == POSTS + 120
            assert bare_posts >= posts
            pairs.append((pages / seconds, pages / bare_seconds))
    finally:
        stop_site(process)
    ratio = statistics.median(mine / rival for mine, rival in pairs)
    keep(
        "crawl_rate",
        "Crawling the sample forum, everything on, against bare Scrapy",
        [
            ("pages a second, riskscan (guard, frontier, extraction, masking, sealing, WARC, PostgreSQL)",
             f"{statistics.median(mine for mine, _ in pairs):.0f}"),
            ("pages a second, bare Scrapy (same selectors and fields, JSON Lines out)",
             f"{statistics.median(rival for _, rival in pairs):.0f}"),
            ("ratio, median of three pairs", f"{ratio:.2f}"),
        ],
        f"{pages} pages, {POSTS + 120} posts, {IN_FLIGHT} requests in flight, process start included on both sides.",
    )  # fmt: skip
