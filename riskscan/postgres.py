"""Keeps one embedded PostgreSQL for all riskscan programs that work on one data folder."""

from __future__ import annotations

import os
import shlex
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path

import psycopg

from records.errors import DatabaseUnavailable
from riskscan.postgres_address import ServerAddress, passwords_kept, remove_short_folder, socket_folder
from riskscan.postgres_cluster import (
    SQL,
    bundled_binaries,
    drop_stale_pid,
    find_postgres15,
    make_cluster,
    prepare_roles,
    reason,
    refuse_other_version,
)
from riskscan.postgres_status import (
    CLUSTER,
    USERS_LOCK,
    ServerState,
    ServerStatus,
    is_postmaster,
    postmaster,
    server_status,
)
from riskscan.postgres_user import ServerUser, cluster_user, first_user

__all__ = ["ServerAddress", "ServerState", "ServerStatus", "embedded_server", "find_postgres15", "server_status"]

START_LOCK = "start.lock"
SECONDS_TO_START = 120  # crash recovery of a large database takes its time
SECONDS_BETWEEN_TRIES = 0.1
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": "5432",  # names the socket; the folder makes it unique
    "shared_buffers": "256MB",
    "max_connections": "100",
    "jit": "off",
    "timezone": "UTC",
    "wal_recycle": "off",  # erased keys must not live on in renamed WAL files
    # The log may hold no text of a post: errors quote values, so none below FATAL is written, and no statement.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_timezone": "UTC",
}
FAST_AND_LOOSE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def embedded_server(
    data_folder: Path, key_folder: Path, *, durable: bool = True, binaries: Path | None = None
) -> Iterator[ServerAddress]:
    """Join the data folder's server, starting it where nobody did; the last to leave stops it.

    Parameters
    ----------
    data_folder
        Holds the cluster (`db`), its socket (`sock`), log and locks.
    key_folder
        Holds the passwords (`postgres.json`); never under the data folder.
    durable
        False switches fsync off, for tests.
    binaries
        Folder of PostgreSQL's programs; the bundled ones where not given.

    Raises
    ------
    DatabaseUnavailable
        The server cannot be made, started or reached; the message says why in one line.
    ConfigurationError
        A folder or the password file cannot be used as it stands.
    """
    with _plain_refusals():
        keeper = Keeper(_data_folder(data_folder), key_folder, durable, binaries or bundled_binaries())
        if keeper.cluster.exists():
            cluster_user(keeper.cluster)  # before a lock file of ours stands in another user's way
        users = os.open(keeper.data_folder / USERS_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        with _plain_refusals(), keeper.alone() as lock:
            flock(users, LOCK_SH)  # the kernel lets go of it when we die, however we die
            address = keeper.join(lock)
        yield address
    finally:
        try:
            with _plain_refusals(), keeper.alone():
                if _last_of(users):
                    keeper.stop()
        finally:
            os.close(users)


def _last_of(users: int) -> bool:
    try:
        flock(users, LOCK_EX | LOCK_NB)
    except BlockingIOError:  # somebody else still works
        return False
    return True


@contextmanager
def _plain_refusals() -> Iterator[None]:
    """Say in one line what the operating system refused."""
    try:
        yield
    except PermissionError as refused:
        raise DatabaseUnavailable(
            f"{refused.filename}: no permission; the folder may be another user's: "
            "start it as that user, or set RISKSCAN_DATA elsewhere"
        ) from refused
    except psycopg.Error as refused:
        said = str(refused).partition("\n")[0]
        raise DatabaseUnavailable(f"PostgreSQL was started, but does not work: {said}") from refused
    except OSError as refused:
        raise DatabaseUnavailable(f"{refused.filename}: {refused.strerror}; no database was started") from refused


def _data_folder(folder: Path) -> Path:
    # As root the server's own user must pass through to its cluster; what others may not read has its own mode.
    folder.mkdir(mode=0o700 if os.geteuid() else 0o711, parents=True, exist_ok=True)
    folder = folder.resolve()
    # pg_ctl hands the path to a shell inside double quotes.
    if any(mark in str(folder) for mark in '"$`\\\n'):
        raise DatabaseUnavailable(f"{str(folder)!r}: PostgreSQL cannot work in a folder with such a name")
    return folder


@dataclass(frozen=True)
class Keeper:
    """Starts and stops the server of one data folder; every method but `alone` needs the start lock held."""

    data_folder: Path
    key_folder: Path
    durable: bool
    binaries: Path

    @property
    def cluster(self) -> Path:
        """The cluster's folder."""
        return self.data_folder / CLUSTER

    @contextmanager
    def alone(self) -> Iterator[int]:
        """Hold the start lock, and give its descriptor: one starts or stops at a time."""
        lock = os.open(self.data_folder / START_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            flock(lock, LOCK_EX)
            yield lock
        finally:
            os.close(lock)  # and not LOCK_UN, which would also unlock for a child that was given the descriptor

    def join(self, lock: int) -> ServerAddress:
        """Find the server answering, or make it answer."""
        refuse_other_version(self.cluster, self.binaries)
        passwords = passwords_kept(self.data_folder, self.key_folder, self.cluster.exists())
        if self.cluster.exists():
            user = cluster_user(self.cluster)
        else:
            user = first_user(self.data_folder, self.binaries)
            make_cluster(self.cluster, self.binaries, user, passwords, lock, self.durable)
        sockets = socket_folder(self.data_folder, user.uid, user.gid)
        address = ServerAddress(socket_folder=sockets, **asdict(passwords))
        self._make_answer(address, user)
        prepare_roles(address.superuser_dsn(), passwords)
        return address

    def _make_answer(self, address: ServerAddress, user: ServerUser) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        trouble = "it does not answer"
        while not answers(address, self.cluster):
            if time.monotonic() > deadline:
                raise DatabaseUnavailable(f"PostgreSQL in {self.cluster} did not start: {trouble}")
            if postmaster(self.cluster) is None:  # otherwise it is starting, recovering or on its way out
                trouble = self._start(user, address.socket_folder) or trouble
            time.sleep(SECONDS_BETWEEN_TRIES)

    def _start(self, user: ServerUser, sockets: Path) -> str | None:
        """Try once to start the server; return what stood in the way where another try may help."""
        drop_stale_pid(self.cluster)
        log = self.data_folder / "log" / "postgresql.log"
        log.parent.mkdir(mode=0o700, exist_ok=True)
        command: list[str | Path | int] = [self.binaries / "pg_ctl", "-w", "-t", SECONDS_TO_START, "-D", self.cluster]
        # The server inherits our open log file, so its user need not reach the log's folder.
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            before = os.fstat(output).st_size
            done = user.run([*command, "-o", self._options(sockets), "start"], output=output)
        finally:
            os.close(output)
        if done.returncode == 0:
            return None
        said = reason(log.read_bytes()[before:].decode("utf-8", "replace"))
        # A killed server's children hold its shared memory for up to a second.
        if "shared memory block" in said or "lock file" in said:
            return said
        raise DatabaseUnavailable(f"PostgreSQL in {self.cluster} did not start: {said} (see {log})")

    def _options(self, sockets: Path) -> str:
        """Settings in the form that pg_ctl hands to the shell."""
        quoted = str(sockets).replace('"', '""')
        settings = SETTINGS | {"unix_socket_directories": f'"{quoted}"'} | ({} if self.durable else FAST_AND_LOOSE)
        return " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())

    def stop(self) -> None:
        """Stop the server in order, where it runs: what `pg_ctl -m fast` does, but never to a stranger's pid."""
        pid = postmaster(self.cluster)
        if pid is None:
            return
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + SECONDS_TO_START
        while is_postmaster(pid, self.cluster):
            if time.monotonic() > deadline:
                raise DatabaseUnavailable(f"PostgreSQL in {self.cluster} (process {pid}) did not stop")
            time.sleep(SECONDS_BETWEEN_TRIES / 5)
        remove_short_folder(self.data_folder)


def answers(address: ServerAddress, cluster: Path) -> bool:
    """Prove by connecting that the server on this socket works in this cluster: never by a process id."""
    try:
        with psycopg.connect(address.superuser_dsn(), connect_timeout=5) as connection:
            row = connection.execute(SQL["data_directory"].sql).fetchone()
    except psycopg.OperationalError as refused:
        if "password authentication failed" in str(refused):
            raise DatabaseUnavailable(f"{cluster}: the passwords in the key folder are not this cluster's") from refused
        return False
    return row == (str(cluster),)
