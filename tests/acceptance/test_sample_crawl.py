"""The sample site is crawled whole: every post once, whatever is killed, and nothing that is forbidden."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from crawlers.browser import find_chromium
from crawlers.order import CrawlOrder
from riskscan.crawling import crawl_source
from riskscan.runtime import Runtime
from store.crawls import CrawlRun, RunState
from store.evidence import unseal_page
from store.pool import connect
from store.posts import unseal_original
from tests.acceptance.conftest import ROOT, SampleSite, start_site, stop_site

SAMPLE = ROOT / "tests" / "sample_site"


def sample(name: str) -> list[dict[str, str]]:
    lines = (SAMPLE / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line.strip()]


def texts_of(name: str) -> list[str]:
    """The texts a complete crawl of one of the sample's places stores, in no order."""
    return sorted(post["text"] for post in sample(name) if not post.get("deleted"))


def crawl(runtime: Runtime, source_id: str, site: SampleSite) -> CrawlRun:
    path = runtime.settings.sources / f"{source_id}.toml"
    return asyncio.run(crawl_source(runtime, source_id, path, {"SAMPLE_PORT": site.port}))


def originals(runtime: Runtime) -> list[dict[str, str]]:
    """Every original in the house, unsealed."""

    async def opened() -> list[dict[str, str]]:
        async with connect(runtime.dsn) as conn:
            rows = await (await conn.execute("select capture_id from capture order by capture_id")).fetchall()
            return [await unseal_original(conn, runtime.vault, row["capture_id"]) for row in rows]

    return asyncio.run(opened())


def count(runtime: Runtime, sql: str) -> int:
    with psycopg.connect(runtime.dsn) as conn:
        row = conn.execute(sql.encode()).fetchone()
    assert row is not None
    return int(row[0])


def test_the_forum_is_stored_once_with_exact_texts_and_a_second_run_adds_nothing(
    runtime: Runtime, site: SampleSite
) -> None:
    first = crawl(runtime, "sample-forum", site)
    assert (first.state, first.posts_new) == (RunState.FINISHED, 120)
    assert sorted(one["text"] for one in originals(runtime)) == texts_of("forum")
    second = crawl(runtime, "sample-forum", site)
    assert (second.state, second.posts_new, second.posts_changed) == (RunState.FINISHED, 0, 0)
    assert count(runtime, "select count(*) from post_version") == 120


def test_the_board_is_stored_once_and_its_forbidden_path_is_never_asked_for(runtime: Runtime, site: SampleSite) -> None:
    run = crawl(runtime, "sample-board", site)
    assert (run.state, run.posts_new) == (RunState.FINISHED, 200)
    stored = [one["text"] for one in originals(runtime)]
    for advert in sample("job_board"):
        assert sum(advert["description"] in text for text in stored) == 1, advert["id"]
    asked = site.asked_for()
    assert any("/viec-lam/" in line for line in asked)
    assert not any("/thanh-vien/" in line for line in asked)
    assert count(runtime, "select count(*) from fetch_outcome where outcome = 'login-wall'") == 1
    assert count(runtime, "select count(*) from fetch_outcome where outcome = 'gone'") == 2


def test_a_path_that_robots_forbids_is_stored_as_such_and_never_asked_for(
    runtime: Runtime, site: SampleSite, tmp_path: Path
) -> None:
    text = (runtime.settings.sources / "sample-board.toml").read_text(encoding="utf-8")
    start = '"http://board.sample.test:${SAMPLE_PORT}/"'
    assert start in text
    own = tmp_path / "forbidden.toml"
    own.write_text(text.replace(start, f'{start[:-1]}thanh-vien/", {start}'), encoding="utf-8")
    run = asyncio.run(crawl_source(runtime, "sample-board", own, {"SAMPLE_PORT": site.port}))
    assert run.posts_new == 200
    assert count(runtime, "select count(*) from fetch_outcome where outcome = 'robots'") == 1
    asked = site.asked_for()
    assert any("/robots.txt" in line for line in asked)
    assert not any("/thanh-vien/" in line for line in asked)


@pytest.mark.skipif(find_chromium() is None, reason="no Chromium here; riskscan itself skips browser sources too")
def test_the_group_is_stored_once_though_its_list_drops_what_is_out_of_sight(
    runtime: Runtime, site: SampleSite
) -> None:
    run = crawl(runtime, "sample-group", site)
    assert (run.state, run.posts_new) == (RunState.FINISHED, 80)
    assert sorted(one["text"] for one in originals(runtime)) == texts_of("group")


def test_every_page_that_gave_a_post_is_kept_as_evidence(runtime: Runtime, site: SampleSite) -> None:
    crawl(runtime, "sample-forum", site)
    expected = {post["text"] for post in sample("forum") if not post.get("deleted")}

    async def pages() -> list[bytes]:
        async with connect(runtime.dsn) as conn:
            rows = await (await conn.execute("select page_id from page order by page_id")).fetchall()
            return [await unseal_page(conn, runtime.vault, runtime.evidence, row["page_id"]) for row in rows]

    records = asyncio.run(pages())
    assert records
    assert all(b"WARC/1." in one and b"WARC-Type: response" in one for one in records)
    with_evidence = count(runtime, "select count(distinct capture_id) from page_post where capture_id is not null")
    assert with_evidence == len(expected)


def test_one_edit_makes_exactly_one_new_version_of_each_edited_post(
    runtime: Runtime, site: SampleSite, tmp_path: Path
) -> None:
    edited = [post for post in sample("forum") if post.get("edited_text")]
    assert edited
    crawl(runtime, "sample-forum", site)
    process, later = start_site(tmp_path / "edited.log", "--edited")
    try:
        with psycopg.connect(runtime.owner_dsn or "") as conn:
            conn.execute("delete from fetch_outcome")
            conn.execute("delete from frontier")
        run = crawl(runtime, "sample-forum", later)
    finally:
        stop_site(process)
    assert (run.posts_new, run.posts_changed) == (0, len(edited))
    assert count(runtime, "select count(*) from post_version") == 120 + len(edited)


def kill_after(runtime: Runtime, site: SampleSite, source_id: str, posts: int) -> bool:
    """Crawl in a process group and SIGKILL it once so many posts are stored; True if it was unfinished then."""
    order = CrawlOrder(
        source_file=str(runtime.settings.sources / f"{source_id}.toml"),
        dsn=runtime.dsn,
        key_file=str(runtime.settings.key_file),
        evidence=runtime.settings.evidence,
        user_agent=runtime.settings.user_agent,
        variables={"SAMPLE_PORT": site.port},
    )
    child = subprocess.Popen(
        [sys.executable, "-m", "crawlers.crawl"],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        start_new_session=True,
    )
    assert child.stdin is not None
    child.stdin.write(order.to_json())
    child.stdin.close()
    with psycopg.connect(runtime.dsn, autocommit=True) as conn:
        until = time.monotonic() + 60
        while time.monotonic() < until and child.poll() is None:
            row = conn.execute("select count(*) from post").fetchone()
            if row is not None and row[0] >= posts:
                break
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        row = conn.execute("select count(*) from crawl_run where state = 'running'").fetchone()
    return row is not None and row[0] > 0


@pytest.mark.parametrize("number", range(5))
def test_a_killed_crawl_is_taken_up_and_no_post_is_lost_or_kept_twice(
    runtime: Runtime, site: SampleSite, number: int
) -> None:
    posts = random.Random(number).randint(20, 180)
    assert kill_after(runtime, site, "sample-board", posts), "the crawl had finished before it was killed"
    stored = count(runtime, "select count(*) from post")
    assert posts <= stored < 200
    run = crawl(runtime, "sample-board", site)
    assert run.state is RunState.FINISHED
    assert count(runtime, "select count(*) from post") == 200
    assert count(runtime, "select count(*) from post_version") == 200
    assert count(runtime, "select count(*) from crawl_run where state = 'running'") == 0
    stored_texts = [one["text"] for one in originals(runtime)]
    assert all(sum(advert["description"] in text for text in stored_texts) == 1 for advert in sample("job_board"))
