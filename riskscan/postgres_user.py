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
            arguments = [*namespace_command(), *arguments]
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


def namespace_command() -> list[str]:
    """Command that makes us an ordinary account inside, while every file stays ours outside.

    initdb wants a name for its user id, so the account must exist.
    """
    uid, gid = next(((account.pw_uid, account.pw_gid) for account in _accounts()), (1000, 1000))
    return ["unshare", "--user", f"--map-user={uid}", f"--map-group={gid}", "--"]


def _accounts() -> list[pwd.struct_passwd]:
    known = {account.pw_name: account for account in pwd.getpwall()}
    return [known[name] for name in UNPRIVILEGED_ACCOUNTS if name in known]


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
        f"{cluster} belongs to {user_name(owner)}: start it as that user, or set RISKSCAN_DATA elsewhere"
    )


def first_user(data_folder: Path, binaries: Path) -> ServerUser:
    """The first user that can make and run a new cluster: an ordinary account, else ourselves in a namespace.

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
        "start it as an ordinary user, or install it and set RISKSCAN_DATA outside private folders "
        "(for example /var/lib/riskscan)"
    )


def _possible_users() -> list[ServerUser]:
    in_namespace = ServerUser(RunAs.NAMESPACE, os.geteuid(), os.getegid())
    if os.geteuid() == 0:
        others = [ServerUser(RunAs.UNPRIVILEGED, account.pw_uid, account.pw_gid) for account in _accounts()]
        return [*others, in_namespace]
    # A container may run us under a number without a name, which initdb refuses.
    nameless = user_name(os.geteuid()).startswith("uid ")
    return [in_namespace if nameless else ServerUser(RunAs.OURSELVES, os.geteuid(), os.getegid())]


def user_name(uid: int) -> str:
    """Name of an account, or its number where the system does not know it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
