"""What the keeper's tests stand around it: folders, other programs that use the server, and a look at processes.

Run as a program it is such a user: it joins the server, answers each line it reads with one query, and leaves when
its input ends.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from riskscan.postgres import embedded_server
from riskscan.postgres_status import is_postmaster, postmaster

ROOT = Path(__file__).parents[2]
PAUSE = threading.Event()  # never set: another process gives no signal, so we look again after a moment


@dataclass(frozen=True)
class Place:
    """A folder with a data folder and a key folder in it, all for one test."""

    folder: Path

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def keys(self) -> Path:
        """The key folder, beside the data folder."""
        return self.folder / "keys"

    @property
    def cluster(self) -> Path:
        """The cluster's folder."""
        return self.data / "db"

    def pid(self) -> int:
        """The server's process id; a test that asks for it means it to run."""
        found = postmaster(self.cluster)
        assert found is not None, "no server runs"
        return found

    def log(self) -> str:
        """The server's log."""
        return (self.data / "log" / "postgresql.log").read_text("utf-8")


@contextmanager
def fresh_place(mode: int) -> Iterator[Place]:
    """Make a place whose folder has this mode; afterwards end a server that a failed test left, and remove all."""
    folder = Path(tempfile.mkdtemp(prefix="keeper-")).resolve()
    folder.chmod(mode)
    place = Place(folder)
    try:
        yield place
    finally:
        for cluster in folder.rglob("db"):
            pid = postmaster(cluster)
            if pid is not None:
                os.kill(pid, signal.SIGQUIT)
                until(lambda cluster=cluster, pid=pid: not is_postmaster(pid, cluster))
        shutil.rmtree(folder)


def until(true: Callable[[], object], seconds: float = 30) -> None:
    """Wait for something that another process brings about."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about in time"
        PAUSE.wait(0.002)


class Program:
    """Another program that uses the place's server."""

    def __init__(self, place: Place) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.postgres_lab", place.data, place.keys],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def joined(self) -> Program:
        """Wait until it uses the server."""
        assert self._read() == "joined"
        return self

    def asks(self) -> str:
        """Let it run one query; return what it says."""
        assert self._child.stdin is not None
        self._child.stdin.write("ask\n")
        self._child.stdin.flush()
        return self._read()

    def leaves(self) -> int:
        """Let it end in order; return its exit code."""
        assert self._child.stdin is not None
        self._child.stdin.close()
        return self._end()

    def dies(self) -> None:
        """SIGKILL it."""
        self._child.kill()
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._end()

    def _read(self) -> str:
        assert self._child.stdout is not None
        return self._child.stdout.readline().strip()

    def _end(self) -> int:
        code = self._child.wait(60)
        assert self._child.stdout is not None
        self._child.stdout.close()
        return code


def reaches_as(uid: int, path: Path) -> bool:
    """Tell whether a process of this user can connect to the socket: a fork, for it may reach no program of ours."""
    child = os.fork()
    if child == 0:
        code = 2
        try:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            with socket.socket(socket.AF_UNIX) as caller:
                caller.connect(os.fspath(path))
            code = 0
        except PermissionError:
            code = 1
        finally:
            os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in {0, 1}, "the other user's process met another error than a refusal"
    return status == 0


def modes_up(*paths: Path) -> dict[Path, tuple[int, int, int]]:
    """Mode, owner and group of every parent folder of these paths, up to the root."""
    found = {}
    for path in paths:
        for parent in path.resolve().parents:
            status = parent.stat()
            found[parent] = (status.st_mode, status.st_uid, status.st_gid)
    return found


def main() -> None:
    """Use the server of the data and key folders given."""
    data_folder, key_folder = (Path(word) for word in sys.argv[1:])
    with embedded_server(data_folder, key_folder, durable=False) as address:
        print("joined", flush=True)
        for _ in sys.stdin:
            with psycopg.connect(address.service_dsn()) as connection:
                row = connection.execute("select current_user").fetchone()
            print(row[0] if row else "nothing", flush=True)


if __name__ == "__main__":
    main()
