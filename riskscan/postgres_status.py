"""What runs on a data folder's PostgreSQL cluster, seen from /proc without connecting to it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from riskscan.postgres_user import user_name

CLUSTER = "db"
USERS_LOCK = "users.lock"
PROC = Path("/proc")


class ServerState(StrEnum):
    """What there is of a server."""

    ABSENT = "absent"  # no cluster yet
    STOPPED = "stopped"
    RUNNING = "running"


@dataclass(frozen=True)
class ServerStatus:
    """What `riskscan doctor` says about the embedded server."""

    state: ServerState
    version: str | None  # major version of the cluster
    pid: int | None
    users: int | None  # riskscan programs at work on it; None where the kernel does not tell
    socket_folder: Path | None
    run_by: str | None  # name of the account that runs it


def server_status(data_folder: Path) -> ServerStatus:
    """Look at a data folder's server without starting, stopping or joining it."""
    data_folder = data_folder.resolve()
    cluster = data_folder / CLUSTER
    if not cluster.exists():
        return ServerStatus(ServerState.ABSENT, None, None, None, None, None)
    version = _read(cluster / "PG_VERSION")
    pid = postmaster(cluster)
    users = lock_users(data_folder / USERS_LOCK)
    if pid is None:
        return ServerStatus(ServerState.STOPPED, version, None, users, None, None)
    runner = _runner(pid)
    return ServerStatus(ServerState.RUNNING, version, pid, users, (data_folder / "sock").resolve(), runner)


def postmaster(cluster: Path) -> int | None:
    """Process id of the PostgreSQL that serves this cluster, by its command line; None where there is none.

    The pid file is never believed: it may be stale, half written, or name a stranger.
    """
    for entry in PROC.iterdir():
        if entry.name.isdecimal() and is_postmaster(int(entry.name), cluster):
            return int(entry.name)
    return None


def is_postmaster(pid: int, cluster: Path) -> bool:
    """Tell whether a process is the PostgreSQL of this cluster. A zombie has no command line and is not."""
    try:
        words = (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:  # it ended, or the kernel hides it: then it is another user's
        return False
    if Path(os.fsdecode(words[0])).name != "postgres":
        return False
    return (b"-D", os.fsencode(cluster)) in pairwise(words)


def recorded_pid(cluster: Path) -> int | None:
    """First line of postmaster.pid: 0 where the file is there and that line is not whole, None without a file."""
    try:
        first, newline, _ = (cluster / "postmaster.pid").read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    return int(first) if newline and first.isdigit() else 0


def process_lives(pid: int) -> bool:
    """Tell whether the kernel knows a process of this id, zombies included."""
    return (PROC / str(pid)).exists()


def lock_users(lock: Path) -> int | None:
    """How many hold the shared lock, as far as the kernel tells."""
    table = _read(PROC / "locks")
    if table is None or not lock.exists():
        return None
    found = lock.stat()
    name = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    rows = [row.split() for row in table.split("\n")]
    # A waiting lock has "->" in its second column; only held ones are users.
    return sum(len(row) > 5 and row[1] == "FLOCK" and row[5] == name for row in rows)


def _runner(pid: int) -> str | None:
    try:
        return user_name((PROC / str(pid)).stat().st_uid)
    except OSError:
        return None


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", errors="replace").strip()
    except OSError:
        return None
