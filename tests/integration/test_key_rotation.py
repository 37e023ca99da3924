"""Rotating the master key: nothing is lost at whatever moment it is killed, and the old key goes when unused."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

import psycopg
import pytest

from records.errors import ConfigurationError, SealError
from riskscan.keys import RotationRefused, rotate
from riskscan.runtime import Runtime
from store.key_file import add_master, drop_masters, master_names
from store.pool import Connection, connect
from store.posts import unseal_original
from store.seal import open_vault
from tests.builders import LURE, NOW, a_kept_post
from tests.conftest import Database
from tests.integration.task_lab import a_program, a_runtime, an_environment

ROTATE = """
    import sys
    from riskscan.cli import main
    sys.argv = ["riskscan", "key", "rotate", "--batch", "5"]
    main()
"""


@pytest.fixture
def runtime(db: Database, tmp_path: Path) -> Runtime:
    return a_runtime(db, tmp_path)


@pytest.fixture
async def captures(db: Database, runtime: Runtime) -> list[int]:
    """Twenty stored posts; nobody is left connected."""
    async with connect(db.service_dsn) as conn:
        kept = [(await a_kept_post(conn, runtime.vault)).capture_id for _ in range(20)]
        await conn.commit()
    return kept


async def masters(conn: Connection) -> dict[str, int]:
    rows = await conn.execute("select master_key_id, count(*) as n from data_key group by 1")
    return {row["master_key_id"]: row["n"] async for row in rows}


async def all_open(db: Database, runtime: Runtime, captures: list[int]) -> None:
    vault = open_vault(runtime.settings.key_file)
    async with connect(db.service_dsn) as conn:
        for capture_id in captures:
            assert (await unseal_original(conn, vault, capture_id))["text"] == LURE


async def test_every_data_key_is_wrapped_again_and_the_old_master_is_gone(
    db: Database, runtime: Runtime, captures: list[int]
) -> None:
    done = await rotate(runtime, NOW, batch=7)
    assert (done.current, done.rewrapped, done.dropped, done.kept) == ("k2", 20, {"k1"}, frozenset())
    assert master_names(runtime.settings.key_file) == ("k2", {"k2"})
    assert runtime.settings.key_file.stat().st_mode & 0o777 == 0o600
    await all_open(db, runtime, captures)
    async with connect(db.service_dsn) as conn:
        assert await masters(conn) == {"k2": 20}
        lines = await (await conn.execute("select action, facts from audit")).fetchall()
        assert lines == [{"action": "rotate_key", "facts": {"master_key": "k2", "rewrapped": 20, "dropped": "k1"}}]
        with pytest.raises(SealError, match="not in the key file"):
            await unseal_original(conn, type(runtime.vault)("k1", {"k1": b"\0" * 32}, b"\0" * 32), captures[0])


async def test_contacts_are_still_linked_after_a_rotation(runtime: Runtime, captures: list[int]) -> None:
    before = runtime.vault.digest("contact", "+84912000123")
    await rotate(runtime, NOW)
    assert open_vault(runtime.settings.key_file).digest("contact", "+84912000123") == before


async def test_a_rotation_killed_in_the_middle_loses_nothing_and_goes_on(
    db: Database, runtime: Runtime, tmp_path: Path, captures: list[int]
) -> None:
    with psycopg.connect(db.superuser_dsn) as holder, psycopg.connect(db.superuser_dsn, autocommit=True) as watcher:
        # Holding the twelfth data key stops the rotation in its third batch of five.
        holder.execute(
            "select 1 from data_key where data_key_id ="
            " (select data_key_id from data_key order by data_key_id offset 11 limit 1) for update"
        )
        with a_program(ROTATE, an_environment(db, tmp_path)) as rotation:
            await asyncio.to_thread(_until_it_waits, watcher, rotation.pid, rotation)
            os.kill(rotation.pid, signal.SIGKILL)
            rotation.wait(30)
        watcher.execute("select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'")
    current, names = master_names(runtime.settings.key_file)
    assert (current, names) == ("k2", {"k1", "k2"})
    async with connect(db.service_dsn) as conn:
        assert await masters(conn) == {"k1": 10, "k2": 10}
    await all_open(db, runtime, captures)
    _alone(db)
    done = await rotate(runtime, NOW)
    assert (done.current, done.rewrapped, done.dropped) == ("k2", 10, {"k1"})
    await all_open(db, runtime, captures)


def _until_it_waits(watcher: psycopg.Connection, pid: int, rotation: object) -> None:
    query = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    while watcher.execute(query).fetchone() != (1,):
        assert rotation.poll() is None, "the rotation ended before it could be killed"  # type: ignore[attr-defined]


def _alone(db: Database) -> None:
    """Wait until the server has noticed the death of a killed program."""
    query = "select count(*) from pg_stat_activity where datname = current_database() and usename = 'riskscan_service'"
    with psycopg.connect(db.superuser_dsn, autocommit=True) as watcher:
        while watcher.execute(query).fetchone() != (0,):
            pass


async def test_while_others_are_at_work_nothing_is_rotated(db: Database, runtime: Runtime, captures: list[int]) -> None:
    async with connect(db.service_dsn):
        with pytest.raises(RotationRefused, match="stop worker and serve first"):
            await rotate(runtime, NOW)
    assert master_names(runtime.settings.key_file) == ("k1", {"k1"})
    await all_open(db, runtime, captures)


async def test_two_rotations_never_work_at_once(db: Database, runtime: Runtime, captures: list[int]) -> None:
    with psycopg.connect(db.owner_dsn) as other:
        other.execute("select pg_advisory_lock(hashtext('riskscan.rotate'))")
        with pytest.raises(RotationRefused, match="another rotation"):
            await rotate(runtime, NOW)
    assert master_names(runtime.settings.key_file) == ("k1", {"k1"})


async def test_the_old_master_stays_while_somebody_slipped_in(
    db: Database, runtime: Runtime, captures: list[int]
) -> None:
    slipped_in: list[psycopg.Connection] = []

    def slip_in(_: int) -> None:
        slipped_in.append(psycopg.connect(db.service_dsn))

    done = await rotate(runtime, NOW, progress=slip_in)
    for conn in slipped_in:
        conn.close()
    assert (done.dropped, done.kept) == (frozenset(), {"k1"})
    assert master_names(runtime.settings.key_file) == ("k2", {"k1", "k2"})
    _alone(db)
    assert (await rotate(runtime, NOW)).dropped == {"k1"}


async def test_a_lost_master_stops_the_rotation_and_is_named(
    db: Database, runtime: Runtime, captures: list[int]
) -> None:
    with psycopg.connect(db.superuser_dsn) as root:
        root.execute("update data_key set master_key_id = 'k0'")
    with pytest.raises(SealError, match="k0 is not in the key file"):
        await rotate(runtime, NOW)
    assert "k1" in master_names(runtime.settings.key_file)[1]


def test_a_new_master_never_takes_a_name_that_was_used(runtime: Runtime) -> None:
    path = runtime.settings.key_file
    assert add_master(path) == "k2"
    drop_masters(path, frozenset({"k1", "k2"}))
    assert master_names(path) == ("k2", {"k2"}), "the current one always stays"
    assert add_master(path) == "k3"


def test_a_disk_that_fills_up_leaves_the_old_key_file(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    path = runtime.settings.key_file
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("store.key_file.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        add_master(path)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", json.dumps({"current": "k1", "masters": {"k1": "AA=="}, "digest": ""})]
)
def test_a_broken_key_file_is_refused_and_left_as_it_is(runtime: Runtime, content: str) -> None:
    runtime.settings.key_file.write_text(content, "utf-8")
    with pytest.raises(ConfigurationError):
        add_master(runtime.settings.key_file)
    assert runtime.settings.key_file.read_text("utf-8") == content
