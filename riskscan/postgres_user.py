"""The operating system's user that runs the embedded PostgreSQL, which refuses to run as root."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from records.errors import DatabaseUnavailable

UNPRIVILEGED_ACCOUNTS = ("postgres", "nobody")
# Inside its own user namespace root is an ordinary user, while every file stays owned by root outside.
NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
# The server must not inherit our settings (PGDATA, PGOPTIONS), language or secrets.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class RunAs(StrEnum):
    """How the server's programs are started."""

    OURSELVES = "ourselves"
    UNPRIVILEGED = "unprivileged user"
    NAMESPACE = "user namespace"


@dataclass(frozen=True)
class ServerUser:
    """Who runs the server and owns its files, seen from outside any namespace."""

    how: RunAs
    uid: int
    gid: int

    def run(
        self, command: Sequence[str | Path | int], output: int = subprocess.PIPE, pass_fds: Sequence[int] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the server as this user, away from our terminal, and return how it ended."""
        arguments = [str(part) for part in command]
        if self.how is RunAs.NAMESPACE:
            arguments = [*NAMESPACE, *arguments]
        changed = self.how is RunAs.UNPRIVILEGED
        return subprocess.run(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=ENVIRONMENT,
            cwd="/",
            pass_fds=pass_fds,
            start_new_session=True,  # Ctrl-C in our terminal is for us; the server is stopped in order
            umask=0o077,
            user=self.uid if changed else None,
            group=self.gid if changed else None,
            extra_groups=[] if changed else None,
            check=False,
        )

    def reaches(self, data_folder: Path, binaries: Path) -> bool:
        """Tell whether this user can run the programs and enter the data folder."""
        try:
            enters = self.run(["test", "-x", data_folder])
            starts = self.run([binaries / "postgres", "--version"])
        except OSError:  # the user cannot be taken on, or the program cannot be reached
            return False
        return enters.returncode == 0 and starts.returncode == 0

    def owns(self, path: Path) -> None:
        """Give this user a file or folder that we made."""
        if path.lstat().st_uid != self.uid:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def cluster_user(cluster: Path) -> ServerUser:
    """The user that owns an existing cluster and therefore runs it.

    Raises
    ------
    DatabaseUnavailable
        The cluster is another user's.
    """
    owner = cluster.stat().st_uid
    for user in _possible_users():
        if user.uid == owner:
            return user
    raise DatabaseUnavailable(
        f"{cluster} belongs to {user_name(owner)}: run riskscan as that user, or set RISKSCAN_DATA elsewhere"
    )


def first_user(data_folder: Path, binaries: Path) -> ServerUser:
    """The first user that can make and run a new cluster: an ordinary account, else root in a namespace.

    Raises
    ------
    DatabaseUnavailable
        Nobody but root reaches the folders.
    """
    for user in _possible_users():
        if user.reaches(data_folder, binaries):
            return user
    if os.geteuid():
        raise DatabaseUnavailable(f"{binaries} or {data_folder}: PostgreSQL cannot be run; check their permissions")
    raise DatabaseUnavailable(
        f"PostgreSQL does not run as root, and no other user reaches {data_folder} and {binaries}: "
        "run riskscan as an ordinary user, or install it and set RISKSCAN_DATA outside private folders "
        "(for example /var/lib/riskscan)"
    )


def _possible_users() -> list[ServerUser]:
    if os.geteuid():
        return [ServerUser(RunAs.OURSELVES, os.geteuid(), os.getegid())]
    accounts = []
    for name in UNPRIVILEGED_ACCOUNTS:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        accounts.append(ServerUser(RunAs.UNPRIVILEGED, account.pw_uid, account.pw_gid))
    return [*accounts, ServerUser(RunAs.NAMESPACE, 0, 0)]


def user_name(uid: int) -> str:
    """Name of an account, or its number where the system does not know it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
