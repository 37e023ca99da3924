"""The keeper's parts that need no server: addresses, passwords, pid files, what a program said."""

from __future__ import annotations

import json
import os
import subprocess
from fcntl import LOCK_SH, flock
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from records.errors import ConfigurationError, DatabaseUnavailable
from riskscan.postgres_address import Passwords, ServerAddress, passwords_kept, socket_folder
from riskscan.postgres_cluster import drop_stale_pid, reason, refuse_other_version
from riskscan.postgres_status import is_postmaster, lock_users, postmaster, recorded_pid
from riskscan.postgres_user import RunAs, ServerUser, user_name

ADDRESS = ServerAddress(Path("/a folder/it's"), "super 'secret'", "owner\\secret", "service=secret")


def test_an_address_survives_spaces_quotes_and_backslashes() -> None:
    assert conninfo_to_dict(ADDRESS.owner_dsn()) == {
        "host": "/a folder/it's",
        "user": "riskscan_owner",
        "password": "owner\\secret",
        "dbname": "riskscan",
    }
    assert conninfo_to_dict(ADDRESS.service_dsn("clone"))["dbname"] == "clone"
    assert conninfo_to_dict(ADDRESS.service_dsn())["user"] == "riskscan_service"
    assert conninfo_to_dict(ADDRESS.superuser_dsn())["dbname"] == "postgres"


def test_passwords_are_not_shown() -> None:
    assert "secret" not in repr(ADDRESS)
    assert repr(Passwords.drawn()) == "Passwords()"


def test_passwords_are_drawn_once_and_kept_for_us_alone(tmp_path: Path) -> None:
    first = passwords_kept(tmp_path / "data", tmp_path / "keys", cluster_exists=False)
    assert passwords_kept(tmp_path / "data", tmp_path / "keys", cluster_exists=True) == first
    assert len({first.superuser_password, first.owner_password, first.service_password}) == 3
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert [(path.name, path.stat().st_mode & 0o777) for path in (tmp_path / "keys").iterdir()] == [
        ("postgres.json", 0o600)
    ]


def test_keys_below_the_data_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "data")
    for keys in (tmp_path / "data", tmp_path / "data" / "keys", tmp_path / "link" / "keys"):
        with pytest.raises(ConfigurationError, match="must not lie under"):
            passwords_kept(tmp_path / "data", keys, cluster_exists=False)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("opened", ["keys", "keys/postgres.json"])
def test_keys_open_to_others_are_refused(tmp_path: Path, opened: str) -> None:
    passwords_kept(tmp_path / "data", tmp_path / "keys", cluster_exists=False)
    (tmp_path / opened).chmod(0o744)
    with pytest.raises(ConfigurationError, match="open to other users"):
        passwords_kept(tmp_path / "data", tmp_path / "keys", cluster_exists=True)


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"superuser_password": "x"}), "\udcff"])
def test_a_damaged_password_file_is_named_without_its_content(tmp_path: Path, content: str) -> None:
    passwords_kept(tmp_path / "data", tmp_path / "keys", cluster_exists=False)
    (tmp_path / "keys" / "postgres.json").write_bytes(os.fsencode(content))
    with pytest.raises(ConfigurationError, match=r"postgres.json: not a password file"):
        passwords_kept(tmp_path / "data", tmp_path / "keys", cluster_exists=True)


def test_a_socket_folder_that_others_may_enter_or_that_is_a_link_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "sock"
    assert socket_folder(tmp_path, os.geteuid(), os.getegid()) == place
    assert place.stat().st_mode & 0o777 == 0o700
    place.chmod(0o711)
    with pytest.raises(ConfigurationError, match="not a private folder"):
        socket_folder(tmp_path, os.geteuid(), os.getegid())
    place.rmdir()
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError, match="not a private folder"):
        socket_folder(tmp_path, os.geteuid(), os.getegid())


@pytest.mark.parametrize(
    ("written", "read"), [(None, None), (b"", 0), (b"12", 0), (b"12x\n", 0), (b"\xff\n", 0), (b"12\n/db\n", 12)]
)
def test_a_pid_file_is_believed_only_when_its_first_line_is_whole(
    tmp_path: Path, written: bytes | None, read: int | None
) -> None:
    if written is not None:
        (tmp_path / "postmaster.pid").write_bytes(written)
    assert recorded_pid(tmp_path) == read


def test_a_pid_file_of_a_dead_server_is_left_to_postgresql_and_others_go(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    for written, stays in ((f"{ended.pid}\n", True), (f"{os.getpid()}\n", False), ("1", False)):
        (tmp_path / "postmaster.pid").write_text(written)
        drop_stale_pid(tmp_path)
        assert (tmp_path / "postmaster.pid").exists() is stays


def test_only_a_postgres_with_our_folder_in_its_command_line_is_ours(tmp_path: Path) -> None:
    # Shells under another name, which say that they live and wait for their input to end.
    stranger, ours = (
        subprocess.Popen(
            [name, "-c", "echo; read _; :", "-D", folder],
            executable="/bin/sh",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for name, folder in (("postgres", tmp_path / "other"), ("/x/postgres", tmp_path))
    )
    try:
        for child in (stranger, ours):
            assert child.stdout is not None
            assert child.stdout.readline() == b"\n"
        assert postmaster(tmp_path) == ours.pid
        assert not is_postmaster(stranger.pid, tmp_path)
        assert not is_postmaster(os.getpid(), tmp_path)
    finally:
        for child in (stranger, ours):
            child.communicate()
    assert postmaster(tmp_path) is None


def test_users_of_a_lock_are_counted_by_the_kernel(tmp_path: Path) -> None:
    lock = tmp_path / "users.lock"
    assert lock_users(lock) is None
    with lock.open("w") as first, lock.open("w") as second:
        assert lock_users(lock) == 0
        flock(first, LOCK_SH)
        flock(second, LOCK_SH)
        assert lock_users(lock) == 2


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("", "it did not say why"),
        (
            "creating\nunshare: unshare failed: Operation not permitted\n",
            "unshare: unshare failed: Operation not permitted",
        ),
        ("x ...2026-01-01 [7] FATAL:  the cause\n2026 [7] LOG:  down\npg_ctl: could not start\n", "FATAL:  the cause"),
        ("initdb: error: no such folder\ninitdb: hint: try\n", "initdb: error: no such folder"),
        (
            "[7] ERROR:  could not extend: No space left on device\n[7] PANIC:  cannot abort\n",
            "could not extend: No space left on device",
        ),
    ],
)
def test_the_line_that_says_why_is_found(said: str, why: str) -> None:
    assert reason(said) == why


def test_a_folder_that_is_no_cluster_is_refused(tmp_path: Path) -> None:
    refuse_other_version(tmp_path / "absent", tmp_path)
    refuse_other_version(tmp_path, tmp_path)  # empty: initdb's result takes its place
    (tmp_path / "photo").touch()
    with pytest.raises(DatabaseUnavailable, match="not empty and not a PostgreSQL cluster"):
        refuse_other_version(tmp_path, tmp_path)


def test_a_user_that_lacks_the_program_does_not_reach_it(tmp_path: Path) -> None:
    ourselves = ServerUser(RunAs.OURSELVES, os.geteuid(), os.getegid())
    assert not ourselves.reaches(tmp_path, tmp_path)
    (tmp_path / "postgres").symlink_to("/bin/true")
    assert ourselves.reaches(tmp_path, tmp_path)
    assert not ourselves.reaches(tmp_path / "absent", tmp_path)


def test_an_unknown_account_is_named_by_its_number() -> None:
    assert user_name(0) == "root"
    assert user_name(64999) == "uid 64999"
