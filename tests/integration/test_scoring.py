"""Scoring takes what waits, once, in batches that a kill undoes whole, and opens flags at the threshold."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from classifier.model_file import read_manifest
from records.errors import ConfigurationError, ModelError
from records.review import FlagReason
from riskscan.runtime import Runtime
from riskscan.scoring import ScoreTally, newest_model_folder, score_waiting
from store.pool import Connection, connect
from store.scores import claim_unscored, current_model, promote, register_model, set_threshold
from tests.conftest import Database
from tests.integration.task_lab import a_program, a_runtime, an_environment, another_model, said, some_posts

#: A scorer that has claimed a batch, says so, and thinks about it for ever.
STUCK_SCORER = """
    import asyncio, os, sys
    from pathlib import Path
    from classifier.model import Model
    from riskscan.runtime import running
    from riskscan.scoring import score_waiting
    from riskscan.settings import read_settings

    def think(self, texts, threshold=None):
        print("claimed", len(texts), flush=True)
        sys.stdin.read()

    Model.score = think
    with running(read_settings(os.environ, Path.cwd())) as runtime:
        asyncio.run(score_waiting(runtime))
"""


async def count(conn: Connection, query: str, *values: object) -> int:
    row = await (await conn.execute(query.encode(), values)).fetchone()
    assert row is not None
    return int(next(iter(row.values())))


async def in_force(conn: Connection, runtime: Runtime, model_id: str, *, threshold: float = 0.5) -> None:
    manifest = read_manifest(runtime.settings.models / model_id)
    await register_model(conn, model_id, bytes.fromhex(manifest["sha256"]), manifest)
    await set_threshold(conn, model_id, threshold, "a test")
    await promote(conn, model_id, "a test")


async def a_threshold_that_splits(conn: Connection, model_id: str) -> float:
    """Set the threshold in the middle of the scores that are there, so that some posts lie on either side."""
    rows = await (await conn.execute("select score from score where out_of_scope is null order by score")).fetchall()
    scores = [row["score"] for row in rows]
    middle = (scores[len(scores) // 2] + scores[len(scores) // 2 - 1]) / 2
    await set_threshold(conn, model_id, middle, "a test needs some on either side")
    return float(middle)


async def test_everything_that_waits_is_scored_and_a_second_pass_adds_nothing(
    db: Database, conn: Connection, tmp_path: Path
) -> None:
    runtime = a_runtime(db, tmp_path)
    await some_posts(conn, runtime.vault, 30)
    first, again = await score_waiting(runtime), await score_waiting(runtime)
    assert first.scored == 30
    assert again == ScoreTally(0, 0, 0)
    assert await count(conn, "select count(*) from score") == 30
    assert await count(conn, "select count(*) from promotion") == 1


async def test_a_flag_opens_at_the_threshold_and_nowhere_below_it(
    db: Database, conn: Connection, tmp_path: Path
) -> None:
    runtime = a_runtime(db, tmp_path, RISKSCAN_AUDIT_SHARE="0")
    await some_posts(conn, runtime.vault, 40)
    await score_waiting(runtime)
    first = await current_model(conn)
    assert first is not None
    second = another_model(runtime, tmp_path)
    model_id = "recruitment-risk-0002"
    await conn.execute("update flag set state = 'closed', closed_at = now()")
    await in_force(conn, second, model_id)
    middle = await a_threshold_that_splits(conn, model_id)
    await conn.commit()
    tally = await score_waiting(second)
    rows = await (
        await conn.execute(
            "select s.score, s.out_of_scope, f.flag_id is not null as flagged"
            " from score s left join flag f using (score_id) where s.model_id = %s",
            [model_id],
        )
    ).fetchall()
    assert len(rows) == tally.scored == 40
    assert 0 < tally.flagged < 40
    assert [row["flagged"] for row in rows] == [row["score"] >= middle and not row["out_of_scope"] for row in rows]


async def test_a_new_model_adds_scores_and_the_old_ones_stay(db: Database, conn: Connection, tmp_path: Path) -> None:
    runtime = a_runtime(db, tmp_path)
    await some_posts(conn, runtime.vault, 10)
    await score_waiting(runtime)
    before = await (await conn.execute("select score_id, score, model_id from score order by score_id")).fetchall()
    second = another_model(runtime, tmp_path)
    await in_force(conn, second, "recruitment-risk-0002")
    await conn.commit()
    assert (await score_waiting(second)).scored == 10
    after = await (await conn.execute("select score_id, score, model_id from score order by score_id")).fetchall()
    assert after[: len(before)] == before
    assert {row["model_id"] for row in after[len(before) :]} == {"recruitment-risk-0002"}
    assert len(after) == 20


async def test_two_scorers_at_once_score_each_post_once(db: Database, conn: Connection, tmp_path: Path) -> None:
    runtime = a_runtime(db, tmp_path)
    await some_posts(conn, runtime.vault, 60)
    tallies = await asyncio.gather(score_waiting(runtime), score_waiting(runtime))
    assert sum(tally.scored for tally in tallies) == 60
    assert await count(conn, "select count(*) from score") == 60
    assert await count(conn, "select count(*) from promotion") == 1
    assert await count(conn, "select count(*) from threshold") == 1


async def test_a_killed_scorers_batch_is_free_at_once(db: Database, conn: Connection, tmp_path: Path) -> None:
    runtime = a_runtime(db, tmp_path)
    await some_posts(conn, runtime.vault, 20)
    await score_waiting(runtime)
    await some_posts(conn, runtime.vault, 20)
    model_id = await current_model(conn)
    assert model_id is not None
    with a_program(STUCK_SCORER, an_environment(db, tmp_path)) as scorer:
        assert await asyncio.to_thread(said, scorer) == "claimed 20"
        async with connect(db.service_dsn) as beside:
            assert await claim_unscored(beside, model_id, 100) == []
        os.kill(scorer.pid, signal.SIGKILL)
        scorer.wait(30)
        assert (await _scored_within(runtime, 5)) == 20
    assert await count(conn, "select count(*) from score") == 40


async def _scored_within(runtime: Runtime, seconds: float) -> int:
    # The server learns of a death by its closed socket, which takes a moment and no lease.
    async with asyncio.timeout(seconds):
        while not (scored := (await score_waiting(runtime)).scored):
            continue
    return scored


async def test_the_audit_sample_is_a_fixed_small_share_of_the_unflagged(
    db: Database, conn: Connection, tmp_path: Path
) -> None:
    runtime = a_runtime(db, tmp_path)
    # Two thousand posts without a word are out of scope: never above the threshold, so all may be drawn.
    await some_posts(conn, runtime.vault, 1)
    await conn.execute(
        """with one as (select * from post limit 1), keys as (
             insert into data_key (master_key_id, wrapped) select 'k1', decode(repeat('00', 60), 'hex')
             from generate_series(1, 2000) returning data_key_id), posts as (
             insert into post (platform, external_digest, source_id, data_key_id, first_seen_at, last_seen_at)
             select 'other', int8send(data_key_id), (select source_id from one), data_key_id, now(), now() from keys
             returning post_id), captures as (
             insert into capture (post_id, captured_at, text_digest) select post_id, now(), int8send(post_id) from posts
             returning capture_id, post_id)
           insert into post_version (capture_id, post_id, number, masked_title, masked_text)
           select capture_id, post_id, 1, '', '…' from captures"""
    )
    await conn.commit()
    tally = await score_waiting(runtime)
    drawn = await _audit_sample(conn)
    assert tally.scored == 2001
    assert tally.audit_sample == len(drawn)
    assert 20 <= len(drawn) <= 62  # 2 % of 2,000 is 40; outside of these the chance is below 1 in 1,000
    second = another_model(runtime, tmp_path)
    await conn.execute("update flag set state = 'closed', closed_at = now()")
    await in_force(conn, second, "recruitment-risk-0002", threshold=0.999999)
    await conn.commit()
    await score_waiting(second)
    assert await _audit_sample(conn, "recruitment-risk-0002") == drawn


async def _audit_sample(conn: Connection, model_id: str | None = None) -> set[int]:
    rows = await conn.execute(
        "select capture_id from flag join score using (score_id)"
        " where reason = %s and model_id = coalesce(%s, model_id)",
        [str(FlagReason.AUDIT_SAMPLE), model_id],
    )
    return {row["capture_id"] async for row in rows}


async def test_without_a_model_scoring_says_so_in_one_line(db: Database, tmp_path: Path) -> None:
    runtime = a_runtime(db, tmp_path, RISKSCAN_MODELS=str(tmp_path / "nowhere"))
    with pytest.raises(ModelError, match="holds no model"):
        await score_waiting(runtime)


async def test_a_model_without_a_threshold_scores_nothing(db: Database, conn: Connection, tmp_path: Path) -> None:
    runtime = a_runtime(db, tmp_path)
    manifest = read_manifest(newest_model_folder(runtime.settings.models))
    await register_model(conn, manifest["model"], bytes.fromhex(manifest["sha256"]), manifest)
    await promote(conn, manifest["model"], "a test")
    await conn.commit()
    with pytest.raises(ConfigurationError, match="has no threshold"):
        await score_waiting(runtime)


@pytest.mark.parametrize("promoted", [False, True])
async def test_the_same_model_id_with_other_bytes_is_refused(
    db: Database, conn: Connection, tmp_path: Path, promoted: bool
) -> None:
    runtime = a_runtime(db, tmp_path)
    model_id = newest_model_folder(runtime.settings.models).name
    await register_model(conn, model_id, b"\1" * 32, {})
    if promoted:
        await promote(conn, model_id, "a test")
        await set_threshold(conn, model_id, 0.5, "a test")
    await conn.commit()
    with pytest.raises(ModelError, match="registered with other bytes"):
        await score_waiting(runtime)
