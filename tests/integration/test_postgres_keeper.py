"""The embedded PostgreSQL is shared, recovered, stopped by the last user, and closed to everybody else."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from records.errors import ConfigurationError, DatabaseUnavailable
from riskscan.postgres import ServerState, embedded_server, find_postgres15, server_status
from riskscan.postgres_cluster import bundled_binaries
from riskscan.postgres_status import is_postmaster, process_lives
from riskscan.postgres_user import cluster_user, namespace_command
from tests.integration.postgres_lab import Place, Program, fresh_place, modes_up, reaches_as, until

AS_ROOT = os.geteuid() == 0
STRANGER = 64999  # a user id that owns nothing here


@pytest.fixture
def place() -> Iterator[Place]:
    """A place that other users may pass through, as an ordinary data folder is."""
    with fresh_place(0o755) as made:
        yield made


@pytest.fixture
def private_place() -> Iterator[Place]:
    """A place below a folder that is closed to everybody else, as a home is."""
    with fresh_place(0o700) as made:
        yield made


def namespace_is_allowed() -> bool:
    return subprocess.run([*namespace_command(), "true"], capture_output=True, check=False).returncode == 0


def note(dsn: str, text: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("create table if not exists note (text text primary key)")
        connection.execute("insert into note values (%s)", [text])


def notes(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        return [row[0] for row in connection.execute("select text from note order by text")]


# Sharing one server


def test_two_users_share_one_server_and_the_last_to_leave_stops_it(place: Place) -> None:
    assert server_status(place.data).state is ServerState.ABSENT
    with embedded_server(place.data, place.keys, durable=False):
        first = place.pid()
        with embedded_server(place.data, place.keys, durable=False) as address:
            status = server_status(place.data)
            assert (status.state, status.pid, status.users) == (ServerState.RUNNING, first, 2)
            note(address.owner_dsn(), "kept")
        assert server_status(place.data).users == 1
        assert notes(address.owner_dsn()) == ["kept"]
    assert server_status(place.data).state is ServerState.STOPPED
    assert not is_postmaster(first, place.cluster)
    assert not (place.cluster / "postmaster.pid").exists()
    assert not list((place.data / "sock").iterdir())


def test_what_was_written_is_there_after_a_stop(place: Place) -> None:
    with embedded_server(place.data, place.keys) as address:  # durable, as users run it
        note(address.owner_dsn(), "kept")
    with embedded_server(place.data, place.keys) as address:
        assert notes(address.owner_dsn()) == ["kept"]


def test_an_error_of_the_user_passes_through_and_the_server_is_stopped(place: Place) -> None:
    with pytest.raises(LookupError, match="mine"), embedded_server(place.data, place.keys, durable=False):
        raise LookupError("mine")
    assert server_status(place.data).state is ServerState.STOPPED


def test_the_server_outlives_a_killed_starter_while_another_works(place: Place) -> None:
    starter = Program(place).joined()
    other = Program(place).joined()
    pid = place.pid()
    starter.dies()
    assert other.asks() == "riskscan_service"
    with embedded_server(place.data, place.keys, durable=False):
        assert place.pid() == pid
        assert server_status(place.data).users == 2
    assert other.asks() == "riskscan_service"
    assert other.leaves() == 0
    assert server_status(place.data).state is ServerState.STOPPED


def test_the_next_user_finds_the_server_of_killed_ones_and_stops_it(place: Place) -> None:
    killed = [Program(place).joined() for _ in range(2)]
    pid = place.pid()
    for program in killed:
        program.dies()
    assert place.pid() == pid
    assert server_status(place.data).users == 0
    with embedded_server(place.data, place.keys, durable=False):
        assert place.pid() == pid
    assert server_status(place.data).state is ServerState.STOPPED


def test_four_starting_at_once_on_an_empty_folder_get_one_server(place: Place) -> None:
    programs = [Program(place) for _ in range(4)]
    for program in programs:
        program.joined()
    assert server_status(place.data).users == 4
    assert place.log().count("database system is ready") == 1
    assert {program.asks() for program in programs} == {"riskscan_service"}
    assert [program.leaves() for program in programs] == [0, 0, 0, 0]
    assert server_status(place.data).state is ServerState.STOPPED


def test_programs_that_a_user_starts_do_not_inherit_its_locks(place: Place) -> None:
    look = "import os\nfor fd in os.listdir('/proc/self/fd'):\n  try: print(os.readlink(f'/proc/self/fd/{fd}'))\n"
    look += "  except OSError: pass"
    with embedded_server(place.data, place.keys, durable=False):
        child = subprocess.run(
            [sys.executable, "-c", look], capture_output=True, text=True, check=True, close_fds=False
        )
        server = [os.readlink(link) for link in Path(f"/proc/{place.pid()}/fd").iterdir()]
        ours = [os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    assert str(place.data / "users.lock") in ours  # the look is at the right file
    assert ".lock" not in child.stdout
    assert not [name for name in server if name.endswith(("users.lock", "start.lock"))]


# Recovering


def test_a_killed_server_is_started_again_for_the_next_user(place: Place) -> None:
    # Durable, as users run it: without fsync a commit may be lost.
    with embedded_server(place.data, place.keys) as address:
        note(address.owner_dsn(), "committed")
        killed = place.pid()
        os.kill(killed, signal.SIGKILL)
        until(lambda: not is_postmaster(killed, place.cluster))
        with embedded_server(place.data, place.keys) as again:
            assert place.pid() != killed
            assert notes(again.owner_dsn()) == ["committed"]
    assert server_status(place.data).state is ServerState.STOPPED


def test_a_stale_pid_that_names_a_stranger_neither_stops_us_nor_ends_the_stranger(place: Place) -> None:
    with embedded_server(place.data, place.keys, durable=False):
        written = (place.cluster / "postmaster.pid").read_text("ascii")
    user = cluster_user(place.cluster)
    # Of the server's own user: PostgreSQL itself would take such a process for a running server.
    stranger = subprocess.Popen(["cat"], stdin=subprocess.PIPE, user=user.uid if AS_ROOT else None)
    try:
        stale = place.cluster / "postmaster.pid"
        stale.write_text(f"{stranger.pid}\n{written.partition(chr(10))[2]}", "ascii")
        user.owns(stale)
        with embedded_server(place.data, place.keys, durable=False):
            assert place.pid() != stranger.pid
        assert server_status(place.data).state is ServerState.STOPPED
        assert stranger.poll() is None
    finally:
        stranger.communicate()


@pytest.mark.parametrize("written", [b"", b"12"])
def test_a_half_written_pid_file_does_not_stop_us(place: Place, written: bytes) -> None:
    with embedded_server(place.data, place.keys, durable=False):
        pass
    stale = place.cluster / "postmaster.pid"
    stale.write_bytes(written)
    cluster_user(place.cluster).owns(stale)
    with embedded_server(place.data, place.keys, durable=False):
        assert server_status(place.data).state is ServerState.RUNNING


def test_a_cluster_whose_making_was_cut_short_is_made_anew(place: Place) -> None:
    killed = Program(place)
    draft = place.data / "db.new"
    until((draft / "PG_VERSION").exists)
    killed.dies()
    assert not place.cluster.exists()
    with embedded_server(place.data, place.keys, durable=False) as address:
        note(address.owner_dsn(), "works")
        assert notes(address.owner_dsn()) == ["works"]
    assert not draft.exists()


def test_roles_that_were_cut_short_are_made_by_the_next_user(place: Place) -> None:
    with embedded_server(place.data, place.keys, durable=False) as address:
        with psycopg.connect(address.superuser_dsn(), autocommit=True) as connection:
            connection.execute("drop database riskscan")
            connection.execute("drop role riskscan_service")
        with (
            embedded_server(place.data, place.keys, durable=False),
            psycopg.connect(address.service_dsn()) as connection,
        ):
            assert connection.info.user == "riskscan_service"


# Closed to everybody else


@pytest.mark.parametrize("mode", [0o755, 0o700])
def test_no_parent_folder_changes_its_mode_or_owner(mode: int) -> None:
    with fresh_place(mode) as place:
        place.data.mkdir(mode=mode)
        place.keys.mkdir(mode=0o700)
        watched = (place.cluster, place.keys / "postgres.json", bundled_binaries() / "postgres")
        before = modes_up(*watched)
        with embedded_server(place.data, place.keys, durable=False):
            during = modes_up(*watched)
        assert place.data in before
        assert during == before
        assert modes_up(*watched) == before


def test_what_we_make_is_closed_to_others(place: Place) -> None:
    with embedded_server(place.data, place.keys, durable=False):
        closed = [place.cluster, place.data / "sock", place.data / "log", place.keys, place.keys / "postgres.json"]
        closed += [place.data / "log" / "postgresql.log", place.data / "users.lock", place.data / "start.lock"]
        assert {path: path.stat().st_mode & 0o077 for path in closed} == dict.fromkeys(closed, 0)
        # Others may at most pass through, which the server's own user needs when root starts it.
        assert place.data.stat().st_mode & 0o066 == 0


@pytest.mark.skipif(not AS_ROOT, reason="only root can become another user")
def test_another_local_user_cannot_connect(place: Place) -> None:
    with embedded_server(place.data, place.keys, durable=False) as address:
        path = address.socket_folder / ".s.PGSQL.5432"
        assert reaches_as(cluster_user(place.cluster).uid, path)
        assert reaches_as(0, path)
        assert not reaches_as(STRANGER, path)


@pytest.mark.parametrize("role", ["postgres", "riskscan_owner", "riskscan_service"])
def test_nobody_gets_in_without_the_password(place: Place, role: str) -> None:
    with embedded_server(place.data, place.keys, durable=False) as address:
        right = {
            "postgres": address.superuser_dsn(),
            "riskscan_owner": address.owner_dsn("riskscan"),
            "riskscan_service": address.service_dsn("riskscan"),
        }[role]
        with psycopg.connect(right) as connection:
            assert connection.info.user == role
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(right, password="guessed")
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(right, password="", passfile="/dev/null")


def test_the_service_role_owns_and_bypasses_nothing(place: Place) -> None:
    question = (
        "select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication from pg_roles where rolname = %s"
    )
    with embedded_server(place.data, place.keys, durable=False) as address:
        with psycopg.connect(address.service_dsn()) as connection:
            for role in ("riskscan_owner", "riskscan_service"):
                assert connection.execute(question, [role]).fetchone() == (False,) * 5
            assert connection.execute(question, ["postgres"]).fetchone() == (True,) * 5
        for forbidden in ("create table t ()", "create temporary table t ()", "create schema s", "create role r"):
            with (
                psycopg.connect(address.service_dsn()) as connection,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                connection.execute(forbidden)
        with psycopg.connect(address.owner_dsn()) as connection:
            connection.execute("create table t ()")
            connection.execute("create schema s")
        for dsn in (address.service_dsn("postgres"), address.owner_dsn("postgres")):
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(dsn)


def test_no_text_of_a_failed_statement_reaches_the_log(place: Place) -> None:
    phone = "0900 000 001"
    with embedded_server(place.data, place.keys, durable=False) as address:
        note(address.owner_dsn(), phone)
        with pytest.raises(psycopg.errors.UniqueViolation, match=phone):
            note(address.owner_dsn(), phone)
        with psycopg.connect(address.service_dsn()) as connection, pytest.raises(psycopg.DataError, match=phone):
            connection.execute(f"select '{phone}'::integer")
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(address.service_dsn(), password="guessed")
    assert "password authentication failed" in place.log()  # the log is this server's and is written
    assert "0900" not in place.log()


def test_the_settings_are_in_effect(place: Place) -> None:
    wanted = {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "shared_buffers": "256MB",
        "max_connections": "100",
        "jit": "off",
        "TimeZone": "UTC",
        "wal_recycle": "off",
        "server_encoding": "UTF8",
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
    }
    with embedded_server(place.data, place.keys) as address, psycopg.connect(address.service_dsn()) as connection:
        found = {name: connection.execute("select current_setting(%s)", [name]).fetchone() for name in wanted}
        assert found == {name: (value,) for name, value in wanted.items()}
        assert connection.execute("show fsync").fetchone() == ("on",)
        row = connection.execute("select lower('ĐẮK LẮK Ở'), 'Ở' ~* 'ở'").fetchone()
        assert row == ("đắk lắk ở", True)


# Folders that are not ordinary


@pytest.mark.parametrize("name", ["Bà Hạnh's dữ liệu", "một, hai", "@ %40 (x) & y;"])
def test_a_folder_with_spaces_quotes_and_vietnamese_letters_works(place: Place, name: str) -> None:
    odd = place.folder / name
    with embedded_server(odd / "data", place.keys, durable=False) as address:
        note(address.owner_dsn(), "works")
    assert server_status(odd / "data").state is ServerState.STOPPED


@pytest.mark.parametrize("mark", ['"', "$HOME", "`id`", "\n"])
def test_a_folder_whose_name_a_shell_would_read_is_refused(place: Place, mark: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="such a name"), embedded_server(place.folder / mark, place.keys):
        pass


def test_a_long_path_gets_a_short_private_socket_folder(place: Place) -> None:
    data = place.folder / ("x" * 60) / ("y" * 60) / "data"
    with embedded_server(data, place.keys, durable=False) as address:
        short = address.socket_folder
        assert len(os.fsencode(short / ".s.PGSQL.5432")) <= 107
        assert short.stat().st_mode & 0o777 == 0o700
        assert short.stat().st_uid == cluster_user(data / "db").uid
        assert server_status(data).socket_folder == short
        with embedded_server(data, place.keys, durable=False) as again:
            assert again.socket_folder == short
    assert not short.exists()
    short.mkdir(mode=0o755)  # somebody else was there first, and reads along
    short.chmod(0o755)
    try:
        with pytest.raises(ConfigurationError, match="not a private folder"), embedded_server(data, place.keys):
            pass
    finally:
        short.rmdir()


@pytest.mark.skipif(not AS_ROOT, reason="an ordinary user runs PostgreSQL itself")
def test_root_gives_the_server_to_an_unprivileged_user_that_reaches_the_folder(place: Place) -> None:
    with embedded_server(place.data, place.keys, durable=False):
        owner = place.cluster.stat().st_uid
        assert server_status(place.data).run_by == pwd.getpwuid(owner).pw_name
        reached = owner != 0
    if not reached:
        pytest.skip("this checkout lies below a private folder: the server ran in a user namespace")
    assert {(place.data / name).stat().st_uid for name in ("log", "users.lock", "start.lock")} == {0}
    assert place.data.stat().st_uid == 0


@pytest.mark.skipif(not AS_ROOT, reason="an ordinary user runs PostgreSQL itself")
def test_root_uses_a_user_namespace_where_no_other_user_reaches_the_folder(private_place: Place) -> None:
    if not namespace_is_allowed():
        with pytest.raises(DatabaseUnavailable, match="RISKSCAN_DATA"):
            embedded_server(private_place.data, private_place.keys).__enter__()
        return
    for _ in range(2):  # the second start goes by the cluster's owner
        with embedded_server(private_place.data, private_place.keys, durable=False) as address:
            server = Path(f"/proc/{private_place.pid()}/ns/user").readlink()
            assert server != Path("/proc/self/ns/user").readlink()
            with psycopg.connect(address.service_dsn()) as connection:
                assert connection.info.user == "riskscan_service"
        assert server_status(private_place.data).state is ServerState.STOPPED
    assert private_place.folder.stat().st_mode & 0o777 == 0o700
    assert {path.lstat().st_uid for path in private_place.folder.rglob("*")} == {0}


@pytest.mark.skipif(not AS_ROOT, reason="only root can give a folder away")
def test_a_cluster_of_another_user_is_refused_by_name(place: Place) -> None:
    place.data.mkdir()
    place.cluster.mkdir()
    os.chown(place.cluster, STRANGER, STRANGER)
    with (
        pytest.raises(DatabaseUnavailable, match=f"belongs to uid {STRANGER}"),
        embedded_server(place.data, place.keys),
    ):
        pass
    assert [path.name for path in place.data.iterdir()] == ["db"]


@pytest.mark.skipif(not AS_ROOT, reason="only root can mount a small disk")
def test_a_full_disk_is_one_clear_line_and_room_mends_it(place: Place) -> None:
    place.data.mkdir()
    small = ["mount", "-t", "tmpfs", "-o", "size=20m,mode=755", "tmpfs", place.data]
    if subprocess.run(small, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets us mount nothing")
    try:
        with pytest.raises(DatabaseUnavailable, match="No space left on device") as full:
            embedded_server(place.data, place.keys).__enter__()
        assert "\n" not in str(full.value)
        assert not place.cluster.exists()
        subprocess.run(["mount", "-o", "remount,size=400m", place.data], check=True)
        with embedded_server(place.data, place.keys, durable=False) as address:
            note(address.owner_dsn(), "works")
    finally:
        subprocess.run(["umount", place.data], check=True)


# Passwords and versions


def test_a_cluster_of_another_version_is_named_and_not_started(place: Place) -> None:
    with embedded_server(place.data, place.keys, durable=False):
        pass
    log = place.log()
    right = (place.cluster / "PG_VERSION").read_text()
    (place.cluster / "PG_VERSION").write_text("14\n")
    with pytest.raises(DatabaseUnavailable, match=r"made by PostgreSQL 14, but .* is PostgreSQL 18") as refused:
        embedded_server(place.data, place.keys, durable=False).__enter__()
    assert "\n" not in str(refused.value)
    assert place.log() == log
    (place.cluster / "PG_VERSION").write_text(right)
    with embedded_server(place.data, place.keys, durable=False):
        assert server_status(place.data).version == "18"


def test_lost_passwords_are_said_and_not_drawn_anew(place: Place) -> None:
    with embedded_server(place.data, place.keys, durable=False):
        pass
    (place.keys / "postgres.json").unlink()
    with pytest.raises(ConfigurationError, match="missing"), embedded_server(place.data, place.keys):
        pass
    assert not list(place.keys.iterdir())


def test_passwords_of_another_cluster_are_said_and_the_server_is_stopped(place: Place) -> None:
    with embedded_server(place.data, place.keys, durable=False):
        pass
    other = place.folder / "other"
    with embedded_server(other / "data", other / "keys", durable=False):
        pass
    with pytest.raises(DatabaseUnavailable, match="not this cluster's"), embedded_server(place.data, other / "keys"):
        pass
    assert server_status(place.data).state is ServerState.STOPPED


def test_no_password_lies_below_the_data_folder(place: Place) -> None:
    with embedded_server(place.data, place.keys, durable=False) as address:
        passwords = [address.superuser_password, address.owner_password, address.service_password]
        kept = (place.keys / "postgres.json").read_text()
        assert all(password in kept for password in passwords)
    for path in place.data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [1 for password in passwords if password.encode() in content], path


def test_postgres_15_starts_from_its_own_folder(place: Place) -> None:
    binaries = find_postgres15()
    if binaries is None:
        pytest.skip("PostgreSQL 15: not run")
    with embedded_server(place.data, place.keys, durable=False, binaries=binaries) as address:
        assert server_status(place.data).version == "15"
        with psycopg.connect(address.service_dsn()) as connection:
            assert connection.info.server_version // 10000 == 15
            assert connection.execute("select lower('ĐẮK LẮK Ở')").fetchone() == ("đắk lắk ở",)
        with pytest.raises(DatabaseUnavailable, match="made by PostgreSQL 15"), embedded_server(place.data, place.keys):
            pass
    assert server_status(place.data).state is ServerState.STOPPED


def test_a_process_that_ended_is_not_taken_for_a_living_one() -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert not process_lives(ended.pid)
    assert process_lives(os.getpid())
