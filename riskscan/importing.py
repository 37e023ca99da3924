"""Imports a file of posts through the one door, batch by batch, and takes up where a killed import stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from crawlers.importers.columns import Row
from crawlers.importers.formats import RESUMABLE, read_rows
from crawlers.importers.rejects import Reject, RejectFile
from intake.door import admit
from records.errors import ImportRefused
from records.source import Source
from riskscan.runtime import Runtime
from store.crawls import ImportFile, RunState, advance_import, end_import, open_import, put_source
from store.pool import Connection, connect
from store.posts import Change, Origin, keep_posts

BATCH = 500


@dataclass(frozen=True, slots=True)
class ImportTally:
    """What an import came to; ``again`` says that this very file had been imported before."""

    rows: int
    new: int
    changed: int
    rejected: int
    rejects: Path | None
    again: bool


def file_digest(path: Path) -> bytes:
    """Return the SHA-256 of a file; ImportRefused if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as fault:
        raise ImportRefused(f"{path}: cannot be read ({fault.strerror}); nothing was imported") from fault


async def import_file(runtime: Runtime, source: Source, path: Path, captured_at: datetime) -> ImportTally:
    """Import a file of an import source; the same file twice adds nothing.

    Raises
    ------
    ImportRefused
        The file as a whole cannot be read; what earlier batches stored stays.
    """
    digest = file_digest(path)
    async with connect(runtime.dsn) as conn:
        await put_source(conn, source)
        begun = await open_import(conn, source.source_id, digest)
        await conn.commit()
        rejects = runtime.settings.data / "rejects" / f"{source.source_id}-{begun.import_file_id}.jsonl"
        again = begun.state is RunState.FINISHED
        if not again:
            with open_rows(path) as file, _reject_file(rejects, begun.byte_offset) as rejected:
                await _read_on(conn, runtime, source, begun, file, rejected, captured_at)
                await end_import(conn, begun.import_file_id, RunState.FINISHED)
                await conn.commit()
        done = await open_import(conn, source.source_id, digest)
        await conn.commit()
    return ImportTally(
        done.rows_read,
        done.posts_new,
        done.posts_changed,
        done.rows_rejected,
        rejects if done.rows_rejected else None,
        again,
    )


def open_rows(path: Path) -> BinaryIO:
    """Open an export for reading."""
    return open(path, "rb")


def _reject_file(path: Path, byte_offset: int) -> closing[_Rejects]:
    return closing(_Rejects(path, byte_offset))


class _Rejects:
    """The reject file of one import; a resumed import first drops what lies beyond its last commit."""

    def __init__(self, path: Path, byte_offset: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
        kept = [line for line in known if line and json.loads(line)["byte_offset"] < byte_offset]
        self._path = path
        self._file = open(path, "w", encoding="utf-8")  # noqa: SIM115 - closed by close()
        self._file.write("".join(line + "\n" for line in kept))
        self.rejects = RejectFile(self._file)

    def flush(self) -> None:
        """Hand everything written so far to the operating system."""
        self._file.flush()

    def close(self) -> None:
        """Close the file; an empty one is removed."""
        self._file.close()
        if self._path.stat().st_size == 0:
            self._path.unlink()


async def _read_on(
    conn: Connection,
    runtime: Runtime,
    source: Source,
    begun: ImportFile,
    file: BinaryIO,
    rejected: _Rejects,
    captured_at: datetime,
) -> None:
    origin = Origin(source.source_id, import_file_id=begun.import_file_id)
    for batch in batches(rows_after(file, source, begun.byte_offset, begun.rows_read + 1, captured_at)):
        posts = [admit(row.post) for row in batch if isinstance(row, Row)]
        rejects = [row for row in batch if isinstance(row, Reject)]
        async with conn.transaction():
            kept = await keep_posts(conn, runtime.vault, posts, origin)
            changes = [one.change for one in kept]
            await advance_import(
                conn,
                begun.import_file_id,
                max(row.end for row in batch),
                rows=len(batch),
                new=changes.count(Change.NEW),
                changed=changes.count(Change.CHANGED),
                rejected=len(rejects),
            )
            for reject in rejects:
                rejected.rejects.write(reject)
            rejected.flush()


def rows_after(
    file: BinaryIO, source: Source, byte_offset: int, line: int, captured_at: datetime
) -> Iterator[Row | Reject]:
    """Yield the rows that end after a byte; formats that cannot be entered there are read from the start."""
    if byte_offset and source.file_format in RESUMABLE:
        file.seek(byte_offset)
        yield from read_rows(file, source, captured_at, byte_offset, line)
        return
    yield from (row for row in read_rows(file, source, captured_at) if row.end > byte_offset)


def batches(rows: Iterator[Row | Reject]) -> Iterator[list[Row | Reject]]:
    """Group rows into lots of at most 500."""
    while batch := list(islice(rows, BATCH)):
        yield batch
