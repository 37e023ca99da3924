"""Where the embedded PostgreSQL listens and the passwords of its three roles."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from psycopg.conninfo import make_conninfo

from records.errors import ConfigurationError

SUPERUSER = "postgres"
OWNER = "riskscan_owner"
SERVICE = "riskscan_service"
DATABASE = "riskscan"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107  # bytes: sun_path holds 108 with its closing NUL
KEY_FILE = "postgres.json"


@dataclass(frozen=True)
class ServerAddress:
    """How to reach one database of the embedded server, as one of three database roles."""

    socket_folder: Path
    superuser_password: str = field(repr=False)
    owner_password: str = field(repr=False)
    service_password: str = field(repr=False)

    def owner_dsn(self, database: str = DATABASE) -> str:
        """Conninfo of the role that owns the schema and migrates it."""
        return self._dsn(OWNER, self.owner_password, database)

    def service_dsn(self, database: str = DATABASE) -> str:
        """Conninfo of the role every process and test works as."""
        return self._dsn(SERVICE, self.service_password, database)

    def superuser_dsn(self, database: str = "postgres") -> str:
        """Conninfo of the cluster's superuser: only the keeper and the tests' database clones need it."""
        return self._dsn(SUPERUSER, self.superuser_password, database)

    def _dsn(self, role: str, password: str, database: str) -> str:
        return make_conninfo(host=str(self.socket_folder), user=role, password=password, dbname=database)


@dataclass(frozen=True)
class Passwords:
    """The three random passwords of one cluster."""

    superuser_password: str = field(repr=False)
    owner_password: str = field(repr=False)
    service_password: str = field(repr=False)

    @classmethod
    def drawn(cls) -> Passwords:
        """Three fresh passwords of 256 random bits each."""
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32))


def passwords_kept(data_folder: Path, key_folder: Path, cluster_exists: bool) -> Passwords:
    """Read the cluster's passwords, or draw and keep new ones where there is no cluster yet.

    Raises
    ------
    ConfigurationError
        The key folder lies under the data folder, is open to others, or has lost the passwords of a cluster.
    """
    if key_folder.resolve().is_relative_to(data_folder.resolve()):
        raise ConfigurationError(f"{key_folder}: keys must not lie under the data folder {data_folder}")
    key_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = key_folder / KEY_FILE
    if path.exists():
        return _read(path)
    if cluster_exists:
        raise ConfigurationError(
            f"{path}: missing, but {data_folder / 'db'} was made with it; restore the file, or move the db folder away"
        )
    _write(path, Passwords.drawn())
    return _read(path)


def _read(path: Path) -> Passwords:
    for place in (path.parent, path):
        if place.stat().st_mode & 0o077:
            raise ConfigurationError(f"{place}: open to other users; run: chmod go-rwx {place}")
    try:
        return Passwords(**json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError) as unreadable:
        raise ConfigurationError(f"{path}: not a password file of riskscan; restore it from a backup") from unreadable


def _write(path: Path, passwords: Passwords) -> None:
    """Write to the end before the file gets its name: a kill leaves no half of it, a rival's file is kept."""
    draft = path.with_suffix(f".{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(passwords), file)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):  # another data folder's first start was faster; its passwords serve both
        path.hardlink_to(draft)
    draft.unlink()


def socket_folder(data_folder: Path, uid: int, gid: int) -> Path:
    """Make sure of a folder of mode 0700 that the server's user owns and whose socket path the kernel accepts.

    A data folder with a long path, or a comma in it, gets `sock` as a link to a short folder of its own below the
    temporary folder; the link shows where the socket is.
    """
    place = data_folder / "sock"
    # A comma would part the path into several hosts in a connection string.
    if len(os.fsencode(place / SOCKET_NAME)) > LONGEST_SOCKET_PATH or "," in str(place):
        place = _short_folder(data_folder, uid)
    try:
        place.mkdir(mode=0o700)
    except FileExistsError:
        _refuse_unless_ours(place, uid)
    else:
        if place.stat().st_uid != uid:
            os.chown(place, uid, gid)
    return place


def _short_folder(data_folder: Path, uid: int) -> Path:
    digest = hashlib.sha256(os.fsencode(data_folder)).hexdigest()[:16]
    # Never TMPDIR: it may be another user's private folder, or long itself. The folder below is ours alone or refused.
    short = Path("/tmp") / f"riskscan-{uid}-{digest}"  # noqa: S108
    link = data_folder / "sock"
    if not link.is_symlink():
        link.symlink_to(short)
    elif link.readlink() != short:  # the data folder was moved here, or its owner changed
        link.unlink()
        link.symlink_to(short)
    return short


def remove_short_folder(data_folder: Path) -> None:
    """Leave no empty folder behind in the temporary folder once the server has stopped."""
    link = data_folder / "sock"
    if link.is_symlink():
        with suppress(OSError):  # a file of somebody's in it: then it stays, and the next start judges it
            link.readlink().rmdir()


def _refuse_unless_ours(place: Path, uid: int) -> None:
    found = place.lstat()
    # Root may have been stopped between making the folder and giving it away: root's own folder is as good.
    if place.is_symlink() or not place.is_dir() or found.st_uid not in {uid, os.geteuid()} or found.st_mode & 0o077:
        raise ConfigurationError(f"{place}: not a private folder of the database's user; remove it and start again")
    if found.st_uid != uid:
        os.chown(place, uid, -1)
