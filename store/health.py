"""Tells how a database is set up and who works on it: what `riskscan doctor` asks."""

from __future__ import annotations

from dataclasses import dataclass

from store.pool import Connection
from store.statements import Family

SQL = Family("health")


@dataclass(frozen=True, slots=True)
class ServiceRights:
    """Who we are on the server; ``alterable`` names append-only tables that we could alter."""

    version: int
    role: str
    privileged: bool
    owned: int
    alterable: str


@dataclass(frozen=True, slots=True)
class TaskQueue:
    """Seconds since each worker's last sign of life, and the number of tasks by state."""

    workers: tuple[float, ...]
    tasks: dict[str, int]


async def service_rights(conn: Connection) -> ServiceRights | None:
    """Show what our role may do; None if the server hides its roles."""
    row = await (await conn.execute(SQL["service_rights"])).fetchone()
    return None if row is None else ServiceRights(**row)


async def applied_migrations(conn: Connection) -> frozenset[str]:
    """Return the names of the applied migrations; none before the first."""
    row = await (await conn.execute(SQL["migrated"])).fetchone()
    if row is None or not row["migrations"]:
        return frozenset()
    return frozenset([one["migration_id"] async for one in await conn.execute(SQL["applied_migrations"])])


async def task_queue(conn: Connection) -> TaskQueue | None:
    """Show who works the task queue and what waits in it; None before it was made."""
    row = await (await conn.execute(SQL["migrated"])).fetchone()
    if row is None or not row["task_queue"]:
        return None
    workers = tuple([one["seconds"] async for one in await conn.execute(SQL["workers"])])
    tasks = {one["state"]: one["tasks"] async for one in await conn.execute(SQL["waiting_tasks"])}
    return TaskQueue(workers, tasks)
