"""Examines the database: where it runs, who we are on it, what was migrated, who works its task queue."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from psycopg.conninfo import conninfo_to_dict

from records.errors import RiskscanError
from riskscan.checkup import Check, broken, note, ok
from riskscan.postgres import ServerState, embedded_server, server_status
from riskscan.settings import Settings
from store.health import ServiceRights, TaskQueue, applied_migrations, service_rights, task_queue
from store.migrate import FOLDER
from store.pool import connect
from store.wrapping import masters_in_use

OLDEST_VERSION = 15
#: A worker gives a sign of life every ten seconds.
SILENT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class _Asked:
    rights: ServiceRights | None
    applied: frozenset[str]
    queue: TaskQueue | None
    masters: frozenset[str]


def examine_database(settings: Settings) -> tuple[list[Check], frozenset[str] | None]:
    """Examine the database; returns the master keys its data keys need, None where it did not answer.

    A stopped embedded server is started for the examination; a database that was never made is not made.
    """
    try:
        if settings.database_url is not None:
            where = f"PostgreSQL at {_place(settings.database_url)}"
            asked = asyncio.run(_ask(settings.database_url))
        else:
            status = server_status(settings.data)
            if status.state is ServerState.ABSENT:
                says = f"none yet in {settings.data}; the first command that needs one makes it"
                return [note("database", says)], frozenset()
            where = f"embedded, {status.state}"
            if status.state is ServerState.RUNNING:
                where += f": process {status.pid} of {status.run_by}, {status.users} programs at work"
            with embedded_server(settings.data, settings.key_folder) as address:
                asked = asyncio.run(_ask(address.service_dsn()))
    except RiskscanError as fault:
        mend = (
            "check DATABASE_URL and the server"
            if settings.database_url
            else "see log/postgresql.log in the data folder"
        )
        return [broken("database", str(fault), mend)], None
    return list(_judged(where, asked)), asked.masters


def _place(address: str) -> str:
    """Name host and database of an address, never its password."""
    parts = conninfo_to_dict(address)
    return f"{parts.get('host', 'the local socket')}, database {parts.get('dbname', 'of the role')}"


async def _ask(dsn: str) -> _Asked:
    async with connect(dsn) as conn:
        rights, applied = await service_rights(conn), await applied_migrations(conn)
        masters = frozenset(await masters_in_use(conn)) if applied else frozenset()
        return _Asked(rights, applied, await task_queue(conn), masters)


def _judged(where: str, asked: _Asked) -> Iterator[Check]:
    version = asked.rights.version if asked.rights else 0
    if version < OLDEST_VERSION:
        yield broken("database", f"{where}, version {version}", f"use PostgreSQL {OLDEST_VERSION} or newer")
    else:
        yield ok("database", f"{where}, version {version}")
    yield _judged_rights(asked.rights)
    missing = sorted({path.stem for path in FOLDER.glob("*.sql")} - asked.applied)
    if missing:
        yield broken("migrations", f"missing: {', '.join(missing)}", "riskscan migrate, as the owner")
    else:
        yield ok("migrations", f"{len(asked.applied)} applied, none missing")
    yield _judged_queue(asked.queue)


def _judged_rights(rights: ServiceRights | None) -> Check:
    if rights is None:
        return broken("database role", "the server does not show our role", "connect as the service role")
    faults = ["has rights of an administrator"] * rights.privileged
    faults += [f"owns {rights.owned} tables"] * bool(rights.owned)
    faults += [f"may alter {rights.alterable}"] * bool(rights.alterable)
    if faults:
        mend = "connect as riskscan_service, which owns nothing and cannot alter what is append-only"
        return broken("database role", f"{rights.role} {' and '.join(faults)}", mend)
    return ok("database role", f"{rights.role} owns nothing and cannot alter what is append-only")


def _judged_queue(queue: TaskQueue | None) -> Check:
    if queue is None:
        return broken("workers", "the task queue was never made", "riskscan migrate, as the owner")
    alive = [seconds for seconds in queue.workers if seconds <= SILENT_SECONDS]
    waiting = queue.tasks.get("todo", 0)
    says = f"{len(alive)} at work, {waiting} tasks wait, {queue.tasks.get('failed', 0)} failed"
    if len(queue.workers) > len(alive):
        says += f", {len(queue.workers) - len(alive)} without a sign of life for {SILENT_SECONDS} s"
    return ok("workers", says) if alive else note("workers", says, "riskscan worker")
