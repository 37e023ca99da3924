"""Programs that nobody here wrote, crawled through a source file each: every post of the seed, word for word.

Runs only where the environment names the seed file and the programs' base URLs::

    TESTBED_SEED=seed.jsonl TESTBED_HYPERKITTY=http://127.0.0.1:4569 TESTBED_ISSO=http://127.0.0.1:4570 \\
        python -m pytest tests/acceptance/test_testbeds.py
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.rows import dict_row

from records.post import Precision
from riskscan.crawling import crawl_source
from riskscan.runtime import Runtime
from store.crawls import RunState
from store.pool import connect
from store.posts import unseal_original
from tests.acceptance.conftest import ROOT, TESTBEDS

#: Isso answers its script on another port than its pages.
API_PORT_AHEAD = 1000


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored post, unsealed."""

    title: str
    author: str
    text: str
    posted_at: datetime | None
    precision: str | None


def seed() -> list[dict[str, str]]:
    lines = Path(os.environ["TESTBED_SEED"]).read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line.strip()]


def crawl(runtime: Runtime, program: str) -> tuple[RunState, int, int, str]:
    port = urlsplit(os.environ[TESTBEDS[program]]).port or 80
    variables = {"TESTBED_PORT": str(port), "TESTBED_API_PORT": str(port + API_PORT_AHEAD)}
    path = ROOT / "tests" / "testbed_sources" / f"{program}.toml"
    run = asyncio.run(crawl_source(runtime, program, path, variables))
    return run.state, run.posts_new, run.posts_changed, run.reason


def stored(runtime: Runtime) -> Iterator[Stored]:
    with psycopg.connect(runtime.owner_dsn or "", row_factory=dict_row) as owner:
        rows = owner.execute(
            "select capture_id, posted_at, posted_precision::text as precision from capture join post using (post_id)"
        ).fetchall()

    async def opened() -> list[dict[str, str]]:
        async with connect(runtime.dsn) as conn:
            return [await unseal_original(conn, runtime.vault, row["capture_id"]) for row in rows]

    for row, one in zip(rows, asyncio.run(opened()), strict=True):
        yield Stored(one["title"], one["author_name"], one["text"], row["posted_at"], row["precision"])


@pytest.mark.parametrize("program", sorted(TESTBEDS))
def test_every_post_of_a_foreign_program_is_stored_word_for_word(program: str, runtime: Runtime) -> None:
    wanted = Counter((post["title"], post["author"], post["text"]) for post in seed())
    assert crawl(runtime, program) == (RunState.FINISHED, len(seed()), 0, "")
    found = list(stored(runtime))
    assert Counter((one.title, one.author, one.text) for one in found) == wanted
    whole = {Precision.SECOND: 1, Precision.MINUTE: 60}
    times = {(post["title"], post["text"], post["created_at"]) for post in seed()}
    exact = [one for one in found if one.precision in whole]
    # Both programs give every time, HyperKitty to the minute.
    assert len(exact) == len(found)
    for one in exact:
        assert one.posted_at is not None
        assert any(
            title == one.title
            and text == one.text
            and 0 <= (datetime.fromisoformat(at) - one.posted_at).total_seconds() < whole[Precision(str(one.precision))]
            for title, text, at in times
        ), one.posted_at
    print(f"\n{program}: {len(found)} of {len(seed())} posts word for word, {len(exact)} with the exact time")
    assert crawl(runtime, program) == (RunState.FINISHED, 0, 0, "")
    assert len(list(stored(runtime))) == len(seed())
