"""What keeping a post stores, seals, and leaves alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from intake.door import admit
from records.errors import NotFound, SealError
from records.post import Platform, Precision, RawPost
from records.source import Expectations, Pace, Reach, Source, SourceKind
from store.crawls import put_source
from store.evidence import EvidenceFolder, PageMember, keep_page, pages_of_post, unseal_page
from store.originals import unseal_mentions
from store.pool import Connection, connect
from store.posts import Change, Kept, Origin, keep_posts, mark_deleted, unseal_original
from store.retention import RetentionRules, due, erase
from store.seal import Vault
from tests.conftest import Database

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
TEXT = "Tuyển phụ quán, liên hệ 0900 000 012 hoặc tele @tenmau12"


def a_raw_post(**changes: object) -> RawPost:
    base = RawPost(
        Platform.FORUM,
        "bai-so-01",
        TEXT,
        NOW,
        url="https://forum.mau.example/t/1",
        title="Tuyển người",
        author_name="tenmau01",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


async def a_source(conn: Connection) -> str:
    source = Source(
        "mau",
        "Mẫu",
        SourceKind.FORUM,
        Platform.FORUM,
        ("https://forum.mau.example/",),
        Reach(frozenset({"forum.mau.example"})),
        Pace(),
        Expectations(1),
        digest="00" * 32,
    )
    await put_source(conn, source)
    return source.source_id


async def keep(conn: Connection, vault: Vault, *posts: RawPost) -> list[Kept]:
    return await keep_posts(conn, vault, [admit(post) for post in posts], Origin(await a_source(conn)))


async def test_a_post_is_new_once_and_then_only_seen(conn: Connection, vault: Vault) -> None:
    (first,) = await keep(conn, vault, a_raw_post())
    (again,) = await keep(conn, vault, a_raw_post(captured_at=NOW + timedelta(hours=1)))
    assert (first.change, again.change) == (Change.NEW, Change.SEEN)
    assert again.post_id == first.post_id
    assert again.capture_id is None


async def test_an_edit_makes_exactly_one_new_version(conn: Connection, vault: Vault) -> None:
    await keep(conn, vault, a_raw_post())
    edited = a_raw_post(text=TEXT + " gấp", captured_at=NOW + timedelta(hours=1))
    (changed,) = await keep(conn, vault, edited)
    (seen,) = await keep(conn, vault, edited)
    rows = await (await conn.execute("select number from post_version order by number")).fetchall()
    assert (changed.change, seen.change) == (Change.CHANGED, Change.SEEN)
    assert [row["number"] for row in rows] == [1, 2]


async def test_a_truncated_text_never_replaces_a_longer_one(conn: Connection, vault: Vault) -> None:
    await keep(conn, vault, a_raw_post())
    (cut,) = await keep(conn, vault, a_raw_post(text=TEXT[:20], truncated=True))
    (whole,) = await keep(conn, vault, a_raw_post(text=TEXT + " và nhiều nữa", truncated=True))
    assert (cut.change, whole.change) == (Change.SEEN, Change.CHANGED)


async def test_a_coarser_time_never_replaces_a_finer_one(conn: Connection, vault: Vault) -> None:
    exact = NOW - timedelta(hours=5)
    await keep(conn, vault, a_raw_post(posted_at=exact, posted_precision=Precision.MINUTE))
    await keep(conn, vault, a_raw_post(posted_at=NOW, posted_precision=Precision.DAY))
    row = await (await conn.execute("select posted_at, posted_precision::text as p from post")).fetchone()
    assert row == {"posted_at": exact, "p": "minute"}
    await keep(conn, vault, a_raw_post(posted_at=exact + timedelta(seconds=7), posted_precision=Precision.SECOND))
    row = await (await conn.execute("select posted_precision::text as p from post")).fetchone()
    assert row == {"p": "second"}


async def test_a_batch_that_repeats_a_post_keeps_it_once(conn: Connection, vault: Vault) -> None:
    kept = await keep(
        conn, vault, a_raw_post(), a_raw_post(), a_raw_post(text="Khác hẳn"), a_raw_post(external_id="f-2")
    )
    assert [one.change for one in kept] == [Change.NEW, Change.SEEN, Change.CHANGED, Change.NEW]


async def test_rivals_that_keep_one_post_at_once_make_one_post(db: Database, vault: Vault) -> None:
    async def rival(number: int) -> None:
        async with connect(db.service_dsn) as conn:
            for index in range(20):
                await keep(
                    conn, vault, a_raw_post(external_id=f"f-{index}", captured_at=NOW + timedelta(seconds=number))
                )
                await conn.commit()

    async with connect(db.service_dsn) as conn:
        await a_source(conn)
        await conn.commit()
        await asyncio.gather(*(rival(number) for number in range(4)))
        counts = await (
            await conn.execute(
                "select (select count(*) from post) as posts, (select count(*) from post_version) as versions,"
                " (select count(*) from data_key) as keys"
            )
        ).fetchone()
    assert counts == {"posts": 20, "versions": 20, "keys": 20}


async def test_only_masked_text_stands_in_clear_and_the_original_unseals(
    db: Database, conn: Connection, vault: Vault
) -> None:
    (kept,) = await keep(conn, vault, a_raw_post())
    await conn.commit()
    assert kept.capture_id is not None
    with psycopg.connect(db.superuser_dsn) as owner:
        tables = [row[0] for row in owner.execute("select tablename from pg_tables where schemaname = 'public'")]
        clear = "\n".join(str(owner.execute(f'select t::text from "{name}" t').fetchall()) for name in tables)
    for secret in ("0900 000 012", "0900000012", "tenmau12", "tenmau01", "forum.mau.example/t/1", "bai-so-01"):
        assert secret not in clear
    assert "Tuyển phụ quán" in clear
    original = await unseal_original(conn, vault, kept.capture_id)
    assert original["text"] == TEXT
    assert original["author_name"] == "tenmau01"
    assert {one.canonical for one in await unseal_mentions(conn, vault, kept.capture_id)} == {
        "+84900000012",
        "tenmau12",
    }


async def test_a_sealed_value_moved_to_another_row_does_not_open(db: Database, conn: Connection, vault: Vault) -> None:
    one, other = await keep(conn, vault, a_raw_post(), a_raw_post(external_id="f-2"))
    await conn.commit()
    assert one.capture_id is not None
    with psycopg.connect(db.superuser_dsn, autocommit=True) as owner:
        owner.execute(
            "update original set sealed = (select sealed from original where capture_id = %s) where capture_id = %s",
            (other.capture_id, one.capture_id),
        )
    with pytest.raises(SealError):
        await unseal_original(conn, vault, one.capture_id)


async def test_the_service_role_cannot_rewrite_history(conn: Connection, vault: Vault) -> None:
    await keep(conn, vault, a_raw_post())
    await conn.commit()
    for statement in (
        "update capture set captured_at = now()",
        "delete from capture",
        "update decision set reason = 'khác'",
        "delete from decision",
        "update audit set purpose = ''",
        "delete from audit",
        "truncate audit",
        "drop table audit",
        "alter table audit disable trigger all",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await conn.execute(statement)
        await conn.rollback()
    row = await (
        await conn.execute("select rolsuper, rolbypassrls from pg_roles where rolname = current_user")
    ).fetchone()
    assert row == {"rolsuper": False, "rolbypassrls": False}
    # The control: what the service may do works on the same connection.
    await conn.execute("update post set host = host")


async def test_a_page_opens_only_while_all_its_posts_stand(conn: Connection, vault: Vault, tmp_path: object) -> None:
    evidence = EvidenceFolder(str(tmp_path))
    one, other = await keep(conn, vault, a_raw_post(), a_raw_post(external_id="f-2"))
    await conn.execute("insert into crawl_run (source_id) values ('mau')")
    page_id = await keep_page(
        conn,
        vault,
        evidence,
        crawl_run_id=1,
        records=b"WARC/1.0 " + TEXT.encode(),
        members=[PageMember(one.post_id, one.capture_id), PageMember(other.post_id, other.capture_id)],
        stored_at=NOW,
    )
    assert page_id is not None
    assert TEXT.encode() in await unseal_page(conn, vault, evidence, page_id)
    assert await pages_of_post(conn, other.post_id) == [page_id]
    await conn.execute("update post set data_key_id = null where post_id = %s", (other.post_id,))
    with pytest.raises(SealError):
        await unseal_page(conn, vault, evidence, page_id)


async def test_an_altered_evidence_object_is_named(conn: Connection, vault: Vault, tmp_path: object) -> None:
    evidence = EvidenceFolder(str(tmp_path))
    (one,) = await keep(conn, vault, a_raw_post())
    await conn.execute("insert into crawl_run (source_id) values ('mau')")
    page_id = await keep_page(
        conn,
        vault,
        evidence,
        crawl_run_id=1,
        records=b"WARC/1.0",
        members=[PageMember(one.post_id, one.capture_id)],
        stored_at=NOW,
    )
    assert page_id is not None
    row = await (await conn.execute("select evidence_name from page")).fetchone()
    assert row is not None
    evidence.put(row["evidence_name"], b"x" + evidence.get(row["evidence_name"])[1:])
    with pytest.raises(SealError, match="altered"):
        await unseal_page(conn, vault, evidence, page_id)


async def test_erasing_a_post_leaves_nothing_that_opens(conn: Connection, vault: Vault, tmp_path: object) -> None:
    evidence = EvidenceFolder(str(tmp_path))
    (one,) = await keep(conn, vault, a_raw_post())
    await conn.execute("insert into crawl_run (source_id) values ('mau')")
    await keep_page(
        conn,
        vault,
        evidence,
        crawl_run_id=1,
        records=b"WARC/1.0",
        members=[PageMember(one.post_id, one.capture_id)],
        stored_at=NOW,
    )
    later = NOW + timedelta(days=31)
    assert await due(conn, RetentionRules(), NOW + timedelta(days=29)) == []
    assert [one.post_id for one in await due(conn, RetentionRules(), later)] == [one.post_id]
    gone, names = await erase(conn, [one.post_id], later)
    assert gone == [one.post_id]
    assert len(names) == 1
    assert one.capture_id is not None
    with pytest.raises(NotFound):
        await unseal_original(conn, vault, one.capture_id)
    row = await (await conn.execute("select masked_text, masked_title from post_version")).fetchone()
    assert row == {"masked_text": None, "masked_title": None}
    (seen,) = await keep(conn, vault, a_raw_post(text="Bài mới", captured_at=later))
    assert seen.change is Change.SEEN
    assert await due(conn, RetentionRules(), later + timedelta(days=400)) == []


async def test_a_tombstone_marks_the_post_deleted_once(conn: Connection, vault: Vault) -> None:
    (one,) = await keep(conn, vault, a_raw_post())
    assert await mark_deleted(conn, vault, Platform.FORUM, ["bai-so-01", "unknown"], NOW) == [one.post_id]
    assert await mark_deleted(conn, vault, Platform.FORUM, ["bai-so-01"], NOW + timedelta(days=1)) == []
