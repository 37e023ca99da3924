"""Retention: what is over is erased so that no file can give it back; what people still need stays."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from records.errors import DatabaseUnavailable, NotFound
from records.review import FlagReason, Verdict
from riskscan.retaining import BATCH, erase_due, sweep_evidence
from riskscan.runtime import Runtime
from riskscan.scrubbing import Scrubbed, scrub, scrub_as
from store.evidence import PageMember, keep_page
from store.flags import decide, take
from store.pool import Connection
from store.posts import unseal_original
from tests.builders import NOW, SOURCE, KeptPost, a_flag, a_kept_post, a_scored_post, an_account
from tests.conftest import Database
from tests.integration.task_lab import a_runtime

DAY = timedelta(days=1)


@pytest.fixture
def runtime(db: Database, tmp_path: Path) -> Runtime:
    return a_runtime(db, tmp_path)


async def a_decided_post(conn: Connection, runtime: Runtime, verdict: Verdict) -> KeptPost:
    """A post whose flag was decided on at NOW."""
    post = await a_scored_post(conn, runtime.vault)
    flag_id = await a_flag(conn, post)
    account = await an_account(conn, f"dieutra{post.post_id}")
    lease = await take(conn, account.account_id, flag_id=flag_id)
    assert lease is not None
    await decide(conn, account.account_id, flag_id, lease.token, verdict, "lý do của bài thử")
    await conn.execute("update flag set closed_at = %s where closed_at is not null", [NOW])
    return post


async def is_erased(conn: Connection, post: KeptPost) -> bool:
    row = await (await conn.execute("select erased_at from post where post_id = %s", [post.post_id])).fetchone()
    assert row is not None
    return row["erased_at"] is not None


async def a_page(conn: Connection, runtime: Runtime, *posts: KeptPost, stored_at: datetime = NOW) -> Path:
    """A sealed page on which posts stand; returns its file."""
    row = await (
        await conn.execute("insert into crawl_run (source_id) values (%s) returning crawl_run_id", [SOURCE])
    ).fetchone()
    assert row is not None
    page_id = await keep_page(
        conn,
        runtime.vault,
        runtime.evidence,
        crawl_run_id=row["crawl_run_id"],
        records=b"WARC/1.1 mau",
        members=[PageMember(post.post_id, post.capture_id) for post in posts],
        stored_at=stored_at,
    )
    name = await (await conn.execute("select evidence_name from page where page_id = %s", [page_id])).fetchone()
    assert name is not None
    return Path(runtime.settings.evidence) / name["evidence_name"]


async def test_an_unflagged_post_is_kept_thirty_days_and_not_longer(conn: Connection, runtime: Runtime) -> None:
    post = await a_kept_post(conn, runtime.vault)
    await conn.commit()
    assert await erase_due(runtime, NOW + 30 * DAY) == Counter()
    assert not await is_erased(conn, post)
    assert await erase_due(runtime, NOW + 30 * DAY + timedelta(seconds=1)) == Counter(unflagged=1)
    assert await is_erased(conn, post)


async def test_a_post_seen_again_begins_its_thirty_days_anew(conn: Connection, runtime: Runtime) -> None:
    post = await a_kept_post(conn, runtime.vault, external_id="lai-thay")
    await a_kept_post(conn, runtime.vault, external_id="lai-thay", captured_at=NOW + 20 * DAY)
    await conn.commit()
    assert await erase_due(runtime, NOW + 40 * DAY) == Counter()
    assert not await is_erased(conn, post)


async def test_a_dismissed_post_is_kept_ninety_days_after_its_decision(conn: Connection, runtime: Runtime) -> None:
    post = await a_decided_post(conn, runtime, Verdict.DISMISS)
    await conn.commit()
    assert await erase_due(runtime, NOW + 90 * DAY) == Counter()
    assert await erase_due(runtime, NOW + 91 * DAY) == Counter(dismissed=1)
    assert await is_erased(conn, post)


async def test_a_dismissed_post_that_still_stands_is_kept(conn: Connection, runtime: Runtime) -> None:
    post = await a_decided_post(conn, runtime, Verdict.DISMISS)
    await conn.execute("update post set last_seen_at = %s where post_id = %s", [NOW + 80 * DAY, post.post_id])
    await conn.commit()
    assert await erase_due(runtime, NOW + 91 * DAY) == Counter()


@pytest.mark.parametrize("verdict", [Verdict.REFER, Verdict.ESCALATE, Verdict.UNSURE])
async def test_what_was_referred_or_is_still_undecided_is_never_erased(
    conn: Connection, runtime: Runtime, verdict: Verdict
) -> None:
    post = await a_decided_post(conn, runtime, verdict)
    await conn.commit()
    assert await erase_due(runtime, NOW + 4000 * DAY) == Counter()
    assert not await is_erased(conn, post)


@pytest.mark.parametrize("reason", list(FlagReason))
async def test_a_post_that_waits_to_be_read_is_never_erased(
    conn: Connection, runtime: Runtime, reason: FlagReason
) -> None:
    score = 0.1 if reason is FlagReason.AUDIT_SAMPLE else 0.9
    post = await a_scored_post(conn, runtime.vault, score=score)
    await a_flag(conn, post, reason)
    await conn.commit()
    assert await erase_due(runtime, NOW + 4000 * DAY) == Counter()
    assert not await is_erased(conn, post)


async def test_the_days_are_settings(db: Database, conn: Connection, tmp_path: Path) -> None:
    runtime = a_runtime(db, tmp_path, RISKSCAN_UNFLAGGED_DAYS="3")
    await a_kept_post(conn, runtime.vault)
    await conn.commit()
    assert await erase_due(runtime, NOW + 4 * DAY) == Counter(unflagged=1)


async def test_a_dry_run_counts_and_changes_nothing(conn: Connection, runtime: Runtime) -> None:
    post = await a_kept_post(conn, runtime.vault)
    page = await a_page(conn, runtime, post)
    await conn.commit()
    assert await erase_due(runtime, NOW + 31 * DAY, dry_run=True) == Counter(unflagged=1)
    assert not await is_erased(conn, post)
    assert page.exists()
    assert (await unseal_original(conn, runtime.vault, post.capture_id))["text"]
    assert (await (await conn.execute("select count(*) as n from audit")).fetchone()) == {"n": 0}


async def test_more_than_one_lot_is_erased_in_one_pass(conn: Connection, runtime: Runtime) -> None:
    for _ in range(BATCH + 3):
        await a_kept_post(conn, runtime.vault)
    await conn.commit()
    assert await erase_due(runtime, NOW + 31 * DAY) == Counter(unflagged=BATCH + 3)
    assert await erase_due(runtime, NOW + 31 * DAY) == Counter()


async def test_an_erased_post_takes_its_text_seals_and_evidence_with_it(conn: Connection, runtime: Runtime) -> None:
    gone = await a_kept_post(conn, runtime.vault)
    neighbour = await a_kept_post(conn, runtime.vault, captured_at=NOW + 5 * DAY)
    shared, own = await a_page(conn, runtime, gone, neighbour), await a_page(conn, runtime, neighbour)
    await conn.commit()
    assert shared.exists()
    assert await erase_due(runtime, NOW + 31 * DAY) == Counter(unflagged=1)
    assert not shared.exists()
    assert own.exists()
    with pytest.raises(NotFound):
        await unseal_original(conn, runtime.vault, gone.capture_id)
    left = await (
        await conn.execute(
            "select (select count(*) from contact_mention where capture_id = %(c)s) as mentions,"
            " (select count(*) from original where capture_id = %(c)s) as originals,"
            " masked_text, masked_title, search from post_version where capture_id = %(c)s",
            {"c": gone.capture_id},
        )
    ).fetchone()
    assert left == {"mentions": 0, "originals": 0, "masked_text": None, "masked_title": None, "search": None}
    assert (await unseal_original(conn, runtime.vault, neighbour.capture_id))["text"]
    lines = await (await conn.execute("select action, facts from audit")).fetchall()
    assert lines == [{"action": "erase", "facts": {"unflagged": 1}}]


async def test_stray_evidence_is_swept_once_it_is_a_day_old(conn: Connection, runtime: Runtime) -> None:
    kept = await a_page(conn, runtime, await a_kept_post(conn, runtime.vault))
    await conn.commit()
    folder = Path(runtime.settings.evidence) / "2026" / "11" / "19"
    folder.mkdir(parents=True)
    stray, half, young = folder / "a.warc.gz.sealed", folder / "b.warc.gz.sealed.part", folder / "c.warc.gz.sealed"
    for path, age in ((stray, 25), (half, 25), (young, 23), (kept, 25)):
        path.touch()
        written = (NOW - timedelta(hours=age)).timestamp()
        os.utime(path, (written, written))
    assert await sweep_evidence(runtime, NOW, dry_run=True) == 2
    assert stray.exists()
    assert await sweep_evidence(runtime, NOW) == 2
    assert [path.exists() for path in (stray, half, young, kept)] == [False, False, True, True]
    assert await sweep_evidence(runtime, NOW) == 0


async def test_sweeping_a_store_that_holds_nothing_is_fine(runtime: Runtime) -> None:
    assert await sweep_evidence(runtime, NOW) == 0


def files_with(folder: Path, needle: bytes) -> Iterator[Path]:
    """Find a byte string in every file under a folder, also across the blocks in which it is read."""
    for path in folder.rglob("*"):
        try:
            if path.is_file() and needle in path.read_bytes():
                yield path
        except FileNotFoundError:
            continue


async def test_the_key_of_an_erased_post_is_in_no_file_of_the_database(
    db: Database, conn: Connection, runtime: Runtime
) -> None:
    gone, stays = await a_kept_post(conn, runtime.vault), await a_kept_post(conn, runtime.vault)
    await conn.execute(
        "update post set last_seen_at = last_seen_at + interval '9 days' where post_id = %s", [stays.post_id]
    )
    keys = await (
        await conn.execute(
            "select post_id, wrapped from data_key join post using (data_key_id) order by post_id = %s", [gone.post_id]
        )
    ).fetchall()
    await conn.commit()
    with psycopg.connect(db.superuser_dsn, autocommit=True) as root:
        root.execute("checkpoint")
        row = root.execute("show data_directory").fetchone()
    assert row is not None
    cluster = Path(row[0])
    kept_key, gone_key = (bytes(key["wrapped"]) for key in keys)
    assert len(list(files_with(cluster, gone_key))) >= 2, "the table and the write-ahead log held it"
    assert await erase_due(runtime, NOW + 31 * DAY) == Counter(unflagged=1)
    assert list(files_with(cluster, gone_key)), "deleting a row alone leaves its bytes behind"
    assert scrub_as(db.superuser_dsn) is Scrubbed.WHOLE
    assert list(files_with(cluster, gone_key)) == []
    assert list(files_with(cluster, kept_key)), "what stays is still found by the same search"
    assert (await unseal_original(conn, runtime.vault, stays.capture_id))["text"]


def test_the_owner_alone_cleans_the_table_and_says_that_the_log_is_left(db: Database) -> None:
    assert scrub_as(db.owner_dsn) is Scrubbed.TABLE


def test_without_an_owner_nothing_can_be_scrubbed(runtime: Runtime) -> None:
    assert scrub(runtime) is Scrubbed.NOTHING
    assert scrub(replace(runtime, owner_dsn=None)) is Scrubbed.NOTHING


def test_with_an_owner_scrubbing_goes_as_far_as_its_rights(db: Database, runtime: Runtime) -> None:
    assert scrub(replace(runtime, owner_dsn=db.owner_dsn)) is Scrubbed.TABLE


def test_scrubbing_waits_for_nobody_for_ever(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskscan.scrubbing.SECONDS_FOR_THE_LOCK", "0.1")
    with psycopg.connect(db.owner_dsn) as reader:
        reader.execute("lock table data_key in access share mode")
        with pytest.raises(DatabaseUnavailable, match="run riskscan purge again"):
            scrub_as(db.owner_dsn)
