"""The task queue finds what is due, chains crawling and scoring, and takes up what a killed worker left."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import procrastinate
import psycopg
import pytest

from riskscan.queue import queue_app, work
from riskscan.runtime import Runtime
from store.crawls import RunState, newest_run
from store.pool import Connection
from tests.acceptance.conftest import start_site, stop_site
from tests.builders import NOW, a_kept_post
from tests.conftest import ROOT, Database
from tests.integration.task_lab import a_program, a_runtime, an_environment, said, some_posts

#: A worker with a quick pulse. With "stuck" its first scoring never ends, else it says when it has scored.
WORKER = """
    import asyncio, os, sys
    from pathlib import Path
    from classifier.model import Model
    from riskscan.queue import work
    from riskscan.runtime import running
    from riskscan.settings import read_settings

    score = Model.score

    def telling(self, texts, threshold=None):
        print("scores", len(texts), flush=True)
        if sys.argv[1] == "stuck":
            sys.stdin.read()
        return score(self, texts, threshold)

    Model.score = telling
    with running(read_settings(os.environ, Path.cwd())) as runtime:
        print("works", flush=True)
        asyncio.run(work(runtime, heartbeat=0.2, stalled=1.0))
"""

FORUM = (ROOT / "sources" / "sample-forum.toml").read_text(encoding="utf-8")


@pytest.fixture
def runtime(db: Database, tmp_path: Path) -> Runtime:
    return a_runtime(db, tmp_path)


def a_source_file(runtime: Runtime, name: str, text: str = FORUM) -> Path:
    path = runtime.settings.sources / f"{name}.toml"
    path.write_text(text.replace('id = "sample-forum"', f'id = "{name}"'), encoding="utf-8")
    return path


async def tasks_waiting(app: procrastinate.App) -> Counter[str]:
    found = await app.job_manager.list_jobs_async(status="todo")
    return Counter(
        f"{one.task_name.removeprefix('riskscan:')} {one.task_kwargs.get('source_id', '')}".strip() for one in found
    )


async def one_beat(app: procrastinate.App, runtime: Runtime) -> None:
    """Let a worker look for work once, and do none of it."""
    await app.configure_task("riskscan:look_for_work").defer_async(timestamp=0)
    context = {"runtime": runtime, "stalled": 30.0, "told": set()}
    await app.run_worker_async(queues=["beat"], wait=False, additional_context=context, install_signal_handlers=False)


async def test_each_due_source_is_queued_once(runtime: Runtime) -> None:
    runtime = replace(runtime, variables={"SAMPLE_PORT": "9"})
    for name in ("dien-dan-1", "dien-dan-2"):
        a_source_file(runtime, name)
    async with queue_app(runtime.dsn).open_async() as app:
        await one_beat(app, runtime)
        first = await tasks_waiting(app)
        await one_beat(app, runtime)
        again = await tasks_waiting(app)
    wanted = Counter({"crawl dien-dan-1": 1, "crawl dien-dan-2": 1, "score": 1})
    assert first & wanted == wanted
    assert again & wanted == wanted
    assert (first + again)["crawl dien-dan-1"] == 2


async def test_a_source_that_is_disabled_or_not_due_is_left_alone(conn: Connection, runtime: Runtime) -> None:
    runtime = replace(runtime, variables={"SAMPLE_PORT": "9"})
    a_source_file(runtime, "tat", "enabled = false\n" + FORUM)
    a_source_file(runtime, "moi-doc")
    async with queue_app(runtime.dsn).open_async() as app:
        await one_beat(app, runtime)
        await conn.execute("update source set next_run_at = now() + interval '1 hour'")
        await conn.commit()
        await conn.set_autocommit(True)
        await _forget_tasks(app)
        await one_beat(app, runtime)
        assert [name for name in await tasks_waiting(app) if name.startswith("crawl")] == []


async def _forget_tasks(app: procrastinate.App) -> None:
    for one in await app.job_manager.list_jobs_async(status="todo"):
        assert one.id is not None
        await app.job_manager.cancel_job_by_id_async(one.id, delete_job=True)


async def test_a_refused_source_file_does_not_keep_the_others_from_being_read(
    runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    runtime = replace(runtime, variables={"SAMPLE_PORT": "9"})
    a_source_file(runtime, "hong", "kind = 'bulletin'\n")
    a_source_file(runtime, "lanh")
    async with queue_app(runtime.dsn).open_async() as app:
        await one_beat(app, runtime)
        assert (await tasks_waiting(app))["crawl lanh"] == 1
    assert [record.getMessage() for record in caplog.records if "hong.toml: kind" in record.getMessage()]


@pytest.fixture
def site_port(tmp_path: Path) -> Iterator[str]:
    process, site = start_site(tmp_path / "access.log")
    yield site.port
    stop_site(process)


async def test_a_due_source_is_crawled_and_its_posts_are_scored(
    conn: Connection, runtime: Runtime, site_port: str
) -> None:
    runtime = replace(runtime, variables={"SAMPLE_PORT": site_port})
    shutil.copy(ROOT / "sources" / "sample-forum.toml", runtime.settings.sources)
    await work(runtime, wait=False)
    run = await newest_run(conn, "sample-forum")
    assert run is not None
    assert (run.state, run.reason) == (RunState.FINISHED, "")
    row = await (
        await conn.execute(
            "select (select count(*) from post) as posts, (select count(*) from score) as scores,"
            " (select sum(posts_new) from crawl_run) as new,"
            " (select count(*) from post_version v where masked_text is not null and number ="
            " (select max(number) from post_version w where w.post_id = v.post_id)) as newest"
        )
    ).fetchone()
    assert row is not None
    # On a slow machine the beat may queue the source once more before its first crawl has begun; it finds nothing new.
    assert row["posts"] == row["new"] >= 100
    assert row["scores"] == row["newest"]
    async with queue_app(runtime.dsn).open_async() as app:
        assert [one.status for one in await app.job_manager.list_jobs_async() if one.queue != "beat"] == []


async def test_what_is_over_is_erased_and_swept_by_tasks(conn: Connection, runtime: Runtime) -> None:
    await a_kept_post(conn, runtime.vault, captured_at=NOW.replace(year=2020))
    await conn.commit()
    async with queue_app(runtime.dsn).open_async() as app:
        await app.configure_task("riskscan:erase").defer_async(timestamp=0)
        await app.configure_task("riskscan:sweep").defer_async(timestamp=0)
    await work(runtime, wait=False)
    assert await _erased(conn)


async def test_a_killed_workers_task_is_taken_up_by_exactly_one_other(
    db: Database, conn: Connection, runtime: Runtime, tmp_path: Path
) -> None:
    environment = an_environment(db, tmp_path)
    captures = await some_posts(conn, runtime.vault, 20)
    with ExitStack() as stack:
        async with queue_app(runtime.dsn).open_async() as app:
            await app.configure_task("riskscan:score", queueing_lock="score", lock="score").defer_async()
            stuck = stack.enter_context(a_program(WORKER, environment, ["stuck"]))
            assert await asyncio.to_thread(said, stuck) == "works"
            assert await asyncio.to_thread(said, stuck) == "scores 20"
            others = [stack.enter_context(a_program(WORKER, environment, ["sound"])) for _ in range(2)]
            assert [await asyncio.to_thread(said, other) for other in others] == ["works", "works"]
            os.kill(stuck.pid, signal.SIGKILL)
            stuck.wait(30)
            async with asyncio.timeout(60):
                while await _unscored(conn, captures):
                    await _retry_stalled(app)
        for other in others:
            other.terminate()
        words = [await asyncio.to_thread(other.communicate) for other in others]
        spoken = Counter(line for out, _ in words for line in out.split("\n") if line)
        assert spoken == Counter({"scores 20": 1})


async def _unscored(conn: Connection, captures: list[int]) -> bool:
    row = await (
        await conn.execute("select count(*) as n from score where capture_id = any(%s)", [captures])
    ).fetchone()
    await conn.commit()
    return row is None or row["n"] < len(captures)


async def _retry_stalled(app: procrastinate.App) -> None:
    """Do what the clock does each minute, as often as the test likes."""
    try:
        await app.configure_task("riskscan:retry_stalled", queueing_lock="retry_stalled").defer_async(timestamp=0)
    except procrastinate.exceptions.AlreadyEnqueued:
        await asyncio.sleep(0.05)


async def test_a_task_of_a_worker_that_is_long_gone_is_done_after_all(
    db: Database, conn: Connection, runtime: Runtime
) -> None:
    await a_kept_post(conn, runtime.vault, captured_at=NOW.replace(year=2020))
    await conn.commit()
    async with queue_app(runtime.dsn).open_async() as app:
        killed = await app.configure_task("riskscan:erase").defer_async(timestamp=0)
        _abandon(db, killed)
        await _retry_stalled(app)
        await work(runtime, wait=False)
        assert await _erased(conn)


def _abandon(db: Database, task: int) -> None:
    """Leave a task as a worker does that died so long ago that its own row was pruned."""
    with psycopg.connect(db.superuser_dsn, autocommit=True) as root:
        root.execute("set search_path = procrastinate, public")
        root.execute("update procrastinate_jobs set status = 'doing' where id = %s", [task])


async def _erased(conn: Connection) -> bool:
    row = await (await conn.execute("select erased_at is not null as erased from post")).fetchone()
    await conn.commit()
    assert row is not None
    return bool(row["erased"])


async def test_a_killed_task_that_was_queued_again_meanwhile_blocks_nobody(
    db: Database, conn: Connection, runtime: Runtime
) -> None:
    captures = await some_posts(conn, runtime.vault, 5)
    async with queue_app(runtime.dsn).open_async() as app:
        killed = await app.configure_task("riskscan:score", queueing_lock="score", lock="score").defer_async()
        _abandon(db, killed)
        await app.configure_task("riskscan:score", queueing_lock="score", lock="score").defer_async()
        await _retry_stalled(app)
        await work(runtime, wait=False)
        assert not await _unscored(conn, captures)
        assert await app.job_manager.list_jobs_async(status="doing") == []


async def test_a_worker_that_is_told_to_stop_leaves_its_task_to_the_next(
    db: Database, conn: Connection, runtime: Runtime, tmp_path: Path
) -> None:
    await some_posts(conn, runtime.vault, 5)
    async with queue_app(runtime.dsn).open_async() as app:
        await app.configure_task("riskscan:score", queueing_lock="score", lock="score").defer_async()
        context = {"runtime": runtime, "stalled": 30.0, "told": set()}
        stopped = asyncio.create_task(
            app.run_worker_async(
                queues=["score"],
                additional_context=context,
                shutdown_graceful_timeout=0,
                install_signal_handlers=False,
                delete_jobs="successful",
            )
        )
        async with asyncio.timeout(30):
            while not await app.job_manager.list_jobs_async(status="doing"):
                pass
        stopped.cancel()
        await asyncio.gather(stopped, return_exceptions=True)
        assert (await tasks_waiting(app))["score"] == 1
