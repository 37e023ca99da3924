"""The task queue: crawl what is due, score what waits, erase what is over, and retry what was killed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued

from crawlers.source_file import read_sources
from riskscan.crawling import crawl_source
from riskscan.retaining import erase_due
from riskscan.runtime import Runtime
from riskscan.scoring import score_waiting
from store.crawls import due_sources, put_source
from store.pool import connect

QUEUES = ("beat", "crawl", "score", "retention")
STALLED_SECONDS = 30

tasks = procrastinate.Blueprint()


def queue_app(dsn: str) -> procrastinate.App:
    """Return the queue on a database; its tables live in a schema of their own."""
    connector = procrastinate.PsycopgConnector(
        conninfo=dsn, min_size=1, max_size=4, kwargs={"options": "-c search_path=procrastinate,public"}
    )
    app = procrastinate.App(connector=connector)
    app.add_tasks_from(tasks, namespace="riskscan")
    return app


async def work(runtime: Runtime, *, wait: bool = True, concurrency: int = 2) -> None:
    """Work tasks until told to stop; with ``wait`` False until none is left."""
    app = queue_app(runtime.dsn)
    async with app.open_async():
        await app.run_worker_async(
            queues=list(QUEUES),
            concurrency=concurrency,
            wait=wait,
            additional_context={"runtime": runtime, "app": app},
            update_heartbeat_interval=10,
            stalled_worker_timeout=STALLED_SECONDS,
            shutdown_graceful_timeout=20,
            install_signal_handlers=wait,
            delete_jobs="successful",
        )


def _runtime(context: procrastinate.JobContext) -> Runtime:
    runtime: Runtime = context.additional_context["runtime"]
    return runtime


async def _defer(context: procrastinate.JobContext, name: str, lock: str, **values: Any) -> None:
    app: procrastinate.App = context.additional_context["app"]
    try:
        await app.configure_task(f"riskscan:{name}", queueing_lock=lock, lock=lock).defer_async(**values)
    except AlreadyEnqueued:
        return  # The same work waits already; it will see what this call wanted done.


@tasks.periodic(cron="* * * * *")
@tasks.task(name="look_for_work", queue="beat", queueing_lock="look_for_work", pass_context=True)
async def look_for_work(context: procrastinate.JobContext, timestamp: int) -> None:
    """Queue a crawl for each source that is due, and scoring."""
    runtime = _runtime(context)
    async with connect(runtime.dsn) as conn:
        for source in read_sources(runtime.settings.sources, runtime.variables):
            await put_source(conn, source)
        await conn.commit()
        due = await due_sources(conn)
    for source_id in due:
        await _defer(context, "crawl", f"crawl:{source_id}", source_id=source_id)
    await _defer(context, "score", "score")


@tasks.task(name="crawl", queue="crawl", pass_context=True)
async def crawl(context: procrastinate.JobContext, source_id: str) -> None:
    """Crawl one source, then have its posts scored."""
    runtime = _runtime(context)
    await crawl_source(runtime, source_id, runtime.settings.sources / f"{source_id}.toml", runtime.variables)
    await _defer(context, "score", "score")


@tasks.task(name="score", queue="score", pass_context=True)
async def score(context: procrastinate.JobContext) -> None:
    """Score everything the current model has not scored."""
    await score_waiting(_runtime(context))


@tasks.periodic(cron="17 3 * * *")
@tasks.task(name="erase", queue="retention", queueing_lock="erase", pass_context=True)
async def erase(context: procrastinate.JobContext, timestamp: int) -> None:
    """Erase posts whose time is over."""
    await erase_due(_runtime(context), datetime.now(UTC))


@tasks.periodic(cron="* * * * *")
@tasks.task(name="retry_stalled", queue="beat", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: procrastinate.JobContext, timestamp: int) -> None:
    """Take up tasks whose worker was killed; nothing else would."""
    app: procrastinate.App = context.additional_context["app"]
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await app.job_manager.retry_job(job)
