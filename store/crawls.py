"""Keeps sources, their crawl runs, the outcome of every fetch, and import files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from psycopg.rows import DictRow

from records.errors import NotFound
from records.source import Outcome, Source
from store.pool import Connection
from store.statements import Family

SQL = Family("crawls")

#: The class of the advisory locks by which living crawl runs are known.
RUN_LOCK = 0x5249534B


class RunState(StrEnum):
    """Where a crawl run or an import stands."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class CrawlRun:
    """One pass over one source, as far as it got."""

    crawl_run_id: int
    source_id: str
    state: RunState
    pages: int
    posts_seen: int
    posts_new: int
    posts_changed: int
    reason: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """How one fetch ended. ``reason`` is a word or a rule's name, never text of the page."""

    outcome: Outcome
    address_id: int | None = None
    page_id: int | None = None
    status: int | None = None
    bytes: int = 0
    milliseconds: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ImportFile:
    """How far one import file has been read; ``byte_offset`` is where to go on."""

    import_file_id: int
    state: RunState
    byte_offset: int
    rows_read: int
    posts_new: int
    posts_changed: int
    rows_rejected: int


async def put_source(conn: Connection, source: Source) -> None:
    """Mirror a source file in the database, where runs and posts refer to it."""
    await conn.execute(
        SQL["put_source"],
        {
            "source_id": source.source_id,
            "title": source.title,
            "kind": str(source.kind),
            "platform": str(source.platform),
            "file_digest": bytes.fromhex(source.digest),
            "enabled": source.enabled,
            "revisit_after": timedelta(hours=source.pace.revisit_hours),
            "min_posts": source.expectations.min_posts,
            "max_wall_share": source.expectations.max_wall_share,
        },
    )


async def sources(conn: Connection) -> list[dict[str, object]]:
    """List all sources with their last crawl run, by id."""
    return await (await conn.execute(SQL["sources"])).fetchall()


async def due_sources(conn: Connection) -> list[str]:
    """List the sources whose next crawl run is due, longest waiting first."""
    return [row["source_id"] async for row in await conn.execute(SQL["due_sources"])]


async def start_run(conn: Connection, source_id: str) -> int:
    """Begin a crawl run; runs of this source that a kill cut short are closed as interrupted."""
    row = await (await conn.execute(SQL["start_run"], {"source_id": source_id})).fetchone()
    if row is None:
        raise NotFound(f"no source {source_id}")
    await conn.execute(
        SQL["interrupt_runs"], {"source_id": source_id, "except_id": row["crawl_run_id"], "class": RUN_LOCK}
    )
    return int(row["crawl_run_id"])


async def hold_run(conn: Connection, crawl_run_id: int) -> None:
    """Hold a run on a connection of its own for as long as its process lives; the kernel of the lease rules."""
    await conn.execute(SQL["hold_run"], {"class": RUN_LOCK, "run": crawl_run_id % 2147483647})


async def standing_posts(conn: Connection, source_id: str) -> int:
    """Count the posts of a source that are known and not deleted."""
    row = await (await conn.execute(SQL["standing_posts"], {"source_id": source_id})).fetchone()
    return 0 if row is None else int(row["posts"])


async def count_run(conn: Connection, crawl_run_id: int, *, pages: int, seen: int, new: int, changed: int) -> None:
    """Add what some pages yielded to their run."""
    values = {"crawl_run_id": crawl_run_id, "pages": pages, "seen": seen, "new": new, "changed": changed}
    await conn.execute(SQL["count_run"], values)


async def end_run(conn: Connection, crawl_run_id: int, state: RunState, reason: str = "") -> None:
    """Write how a run ended; the first word stands."""
    await conn.execute(SQL["end_run"], {"crawl_run_id": crawl_run_id, "state": str(state), "reason": reason})


async def run(conn: Connection, crawl_run_id: int) -> CrawlRun:
    """Show one crawl run."""
    row = await (await conn.execute(SQL["run"], {"crawl_run_id": crawl_run_id})).fetchone()
    if row is None:
        raise NotFound(f"no crawl run {crawl_run_id}")
    return _run(row)


async def newest_run(conn: Connection, source_id: str) -> CrawlRun | None:
    """Show the newest crawl run of a source; None before the first."""
    row = await (await conn.execute(SQL["newest_run"], {"source_id": source_id})).fetchone()
    return None if row is None else _run(row)


def _run(row: DictRow) -> CrawlRun:
    return CrawlRun(
        row["crawl_run_id"],
        row["source_id"],
        RunState(row["state"]),
        row["pages"],
        row["posts_seen"],
        row["posts_new"],
        row["posts_changed"],
        row["reason"],
    )


async def outcome_mix(conn: Connection, crawl_run_id: int) -> dict[Outcome, int]:
    """Count a run's fetches by outcome."""
    rows = await conn.execute(SQL["outcome_mix"], {"crawl_run_id": crawl_run_id})
    return {Outcome(row["outcome"]): row["fetches"] async for row in rows}


async def keep_fetches(conn: Connection, crawl_run_id: int, fetches: Sequence[Fetch]) -> None:
    """Store how fetches ended."""
    await conn.execute(
        SQL["insert_fetches"],
        {
            "crawl_run_id": crawl_run_id,
            "addresses": [fetch.address_id for fetch in fetches],
            "pages": [fetch.page_id for fetch in fetches],
            "outcomes": [str(fetch.outcome) for fetch in fetches],
            "statuses": [fetch.status for fetch in fetches],
            "bytes": [fetch.bytes for fetch in fetches],
            "milliseconds": [fetch.milliseconds for fetch in fetches],
            "reasons": [fetch.reason[:200] for fetch in fetches],
        },
    )


async def open_import(conn: Connection, source_id: str, file_digest: bytes) -> ImportFile:
    """Begin an import file, or return how far an earlier attempt came."""
    row = await (
        await conn.execute(SQL["open_import"], {"source_id": source_id, "file_digest": file_digest})
    ).fetchone()
    if row is None:
        raise NotFound(f"no source {source_id}")
    return ImportFile(**(row | {"state": RunState(row["state"])}))


async def advance_import(
    conn: Connection, import_file_id: int, byte_offset: int, *, rows: int, new: int, changed: int, rejected: int
) -> None:
    """Note progress in the transaction that stores the rows' posts."""
    await conn.execute(
        SQL["advance_import"],
        {
            "import_file_id": import_file_id,
            "byte_offset": byte_offset,
            "rows": rows,
            "new": new,
            "changed": changed,
            "rejected": rejected,
        },
    )


async def end_import(conn: Connection, import_file_id: int, state: RunState) -> None:
    """Write how an import ended."""
    await conn.execute(SQL["end_import"], {"import_file_id": import_file_id, "state": str(state)})
