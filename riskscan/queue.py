"""The task queue: crawl what is due, score what waits, erase what is over, and retry what was killed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Status

from crawlers.source_file import read_source
from records.errors import SourceFileError
from riskscan.crawling import crawl_source
from riskscan.retaining import retain, sweep_evidence
from riskscan.runtime import Runtime
from riskscan.scoring import score_waiting
from store.crawls import due_sources, put_source
from store.pool import connect

QUEUES = ("beat", "crawl", "score", "retention")
HEARTBEAT_SECONDS = 10.0
STALLED_SECONDS = 30.0
SECONDS_TO_STOP = 20.0

log = logging.getLogger(__name__)

#: A task that an orderly stop cut short is taken up by the next worker; one that failed is queued by its cause again.
AFTER_A_STOP = procrastinate.RetryStrategy(max_attempts=10, retry_exceptions={asyncio.CancelledError})  # type: ignore[arg-type]


def queue_app(dsn: str) -> procrastinate.App:
    """Return the queue on a database; its tables live in a schema of their own."""
    connector = procrastinate.PsycopgConnector(
        conninfo=dsn, min_size=1, max_size=4, kwargs={"options": "-c search_path=procrastinate,public"}
    )
    app = procrastinate.App(connector=connector)
    # Registered anew on each app: a shared blueprint would belong to the app that was made last.
    for kind in KINDS:
        name = kind.work.__name__
        queueing_lock = name if kind.cron else None
        task = app.task(
            name=f"riskscan:{name}",
            queue=kind.queue,
            lock=kind.lock,
            queueing_lock=queueing_lock,
            pass_context=True,
            retry=kind.retry or False,
        )(kind.work)
        if kind.cron:
            app.periodic(cron=kind.cron)(task)
    return app


async def work(
    runtime: Runtime,
    *,
    wait: bool = True,
    concurrency: int = 2,
    heartbeat: float = HEARTBEAT_SECONDS,
    stalled: float = STALLED_SECONDS,
) -> None:
    """Work tasks until told to stop; with ``wait`` False look for work once, and stop when no task is left.

    Parameters
    ----------
    heartbeat
        Seconds between two signs of life of this worker.
    stalled
        Seconds without a sign of life after which another worker's tasks are taken up.
    """
    app = queue_app(runtime.dsn)
    async with app.open_async():
        if not wait:
            await _queue(app, "look_for_work", "look_for_work", timestamp=0)
        seen: set[int | None] = set()
        told: set[str] = set()
        # A worker that stops of itself has all the time its tasks need; one that is told to stop has not.
        patience: Any = {"shutdown_graceful_timeout": SECONDS_TO_STOP} if wait else {}
        while True:
            await app.run_worker_async(
                queues=list(QUEUES),
                concurrency=concurrency,
                wait=wait,
                additional_context={"runtime": runtime, "stalled": stalled, "told": told},
                update_heartbeat_interval=heartbeat,
                stalled_worker_timeout=stalled,
                install_signal_handlers=wait,
                delete_jobs="successful",
                **patience,
            )
            # A worker that does not wait misses what its last tasks queued, such as scoring after a crawl.
            waiting = await _waiting(app)
            if wait or waiting <= seen:
                return
            seen |= waiting


async def _waiting(app: procrastinate.App) -> set[int | None]:
    """Return the tasks that could be worked now."""
    now = datetime.now(UTC)
    todo = await app.job_manager.list_jobs_async(status=Status.TODO.value)
    return {job.id for job in todo if job.scheduled_at is None or job.scheduled_at <= now}


def _runtime(context: procrastinate.JobContext) -> Runtime:
    runtime: Runtime = context.additional_context["runtime"]
    return runtime


async def _queue(app: procrastinate.App, name: str, lock: str, **values: Any) -> None:
    try:
        await app.configure_task(f"riskscan:{name}", queueing_lock=lock, lock=lock).defer_async(**values)
    except AlreadyEnqueued:
        return  # The same work waits already; it will see what this call wanted done.


async def look_for_work(context: procrastinate.JobContext, timestamp: int) -> None:
    """Queue a crawl for each source that is due, and scoring."""
    runtime = _runtime(context)
    readable = set()
    async with connect(runtime.dsn) as conn:
        for path in sorted(runtime.settings.sources.glob("*.toml")):
            try:
                source = read_source(path, runtime.variables)
            except SourceFileError as fault:
                # One refused file must not keep the others from being read; doctor and source check say the same.
                told: set[str] = context.additional_context["told"]
                if str(fault) not in told:
                    log.warning("source skipped: %s", fault)
                    told.add(str(fault))
                continue
            readable.add(source.source_id)
            await put_source(conn, source)
        await conn.commit()
        due = await due_sources(conn)
    for source_id in due:
        if source_id in readable:
            await _queue(context.app, "crawl", f"crawl:{source_id}", source_id=source_id)
    await _queue(context.app, "score", "score")


async def crawl(context: procrastinate.JobContext, source_id: str) -> None:
    """Crawl one source, then have its posts scored."""
    runtime = _runtime(context)
    await crawl_source(runtime, source_id, runtime.settings.sources / f"{source_id}.toml", runtime.variables)
    await _queue(context.app, "score", "score")


async def score(context: procrastinate.JobContext) -> None:
    """Score everything the current model has not scored."""
    await score_waiting(_runtime(context))


async def erase(context: procrastinate.JobContext, timestamp: int) -> None:
    """Erase posts whose time is over."""
    await retain(_runtime(context), datetime.now(UTC))


async def sweep(context: procrastinate.JobContext, timestamp: int) -> None:
    """Delete evidence that no page refers to."""
    await sweep_evidence(_runtime(context), datetime.now(UTC))


async def retry_stalled(context: procrastinate.JobContext, timestamp: int) -> None:
    """Take up tasks whose worker was killed; nothing else would."""
    stalled: float = context.additional_context["stalled"]
    jobs = context.app.job_manager
    for task in await jobs.get_stalled_jobs(seconds_since_heartbeat=stalled):
        try:
            await jobs.retry_job(task)
        except UniqueViolation:
            # The same work was queued again meanwhile and waits for the lock that the killed task still holds.
            await jobs.finish_job(task, Status.FAILED, delete_job=True)


@dataclass(frozen=True, slots=True)
class TaskKind:
    """A kind of task: what it does, in which queue, how often by itself, and what it may not run beside."""

    work: Callable[..., Coroutine[Any, Any, None]]
    queue: str
    cron: str = ""
    lock: str | None = None
    retry: procrastinate.RetryStrategy | None = None


KINDS = (
    TaskKind(look_for_work, "beat", cron="* * * * *"),
    TaskKind(retry_stalled, "beat", cron="* * * * *", lock="retry_stalled"),
    TaskKind(crawl, "crawl", retry=AFTER_A_STOP),
    TaskKind(score, "score", retry=AFTER_A_STOP),
    TaskKind(erase, "retention", cron="17 * * * *", lock="erase"),  # hourly: a machine that is off at night erases, too
    TaskKind(sweep, "retention", cron="47 */6 * * *", lock="erase"),
)
