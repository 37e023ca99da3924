"""Keeps sealed pages as files of the evidence store, one an object, written whole or not at all."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import fsspec

from records.errors import NotFound, SealError
from store.pool import Connection
from store.seal import DataKey, Vault, associated, page_key
from store.statements import Family

SQL = Family("evidence")


class EvidenceFolder:
    """The place where sealed pages lie: a local folder, or any store fsspec can address."""

    def __init__(self, address: str) -> None:
        self._files, self._root = fsspec.core.url_to_fs(address)
        self._local = "file" in self._files.protocol

    def put(self, name: str, sealed: bytes) -> None:
        """Write an object; after a crash it is there whole or not at all."""
        path = f"{self._root}/{name}"
        if not self._local:
            # An object store makes an object visible only when all of it has arrived.
            self._files.pipe_file(path, sealed)
            return
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = f"{path}.part"
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(sealed)
            stream.flush()
            os.fsync(stream.fileno())
        os.rename(part, path)

    def get(self, name: str) -> bytes:
        """Read an object; NotFound if it is not there."""
        try:
            content: bytes = self._files.cat_file(f"{self._root}/{name}")
        except FileNotFoundError as fault:
            raise NotFound(f"the evidence store has no {name}") from fault
        return content

    def delete(self, names: Sequence[str]) -> None:
        """Delete objects; one that is gone already is fine."""
        for name in names:
            if self._files.exists(f"{self._root}/{name}"):
                self._files.rm_file(f"{self._root}/{name}")


@dataclass(frozen=True, slots=True)
class PageMember:
    """A post that stands on a page, and the capture of it that this page gave, if any."""

    post_id: int
    capture_id: int | None


async def keep_page(
    conn: Connection,
    vault: Vault,
    folder: EvidenceFolder,
    *,
    crawl_run_id: int,
    records: bytes,
    members: Sequence[PageMember],
    stored_at: datetime,
) -> int | None:
    """Seal a page's WARC records under the keys of all its posts together; returns the page's id.

    None means that one of the posts is erased already: then the page may not be kept.
    """
    keys = await _keys(conn, vault, [member.post_id for member in members])
    if keys is None:
        return None
    name = f"{stored_at:%Y/%m/%d}/{uuid.uuid4().hex}.warc.gz.sealed"
    key = page_key(keys, name)
    sealed = await asyncio.to_thread(
        lambda: key.seal(gzip.compress(records, 6, mtime=0), associated("page", "evidence", name))
    )
    await asyncio.to_thread(folder.put, name, sealed)
    row = await (
        await conn.execute(
            SQL["insert_page"],
            {
                "crawl_run_id": crawl_run_id,
                "name": name,
                "payload_digest": hashlib.sha256(records).digest(),
                "sealed_digest": hashlib.sha256(sealed).digest(),
                "sealed_bytes": len(sealed),
                "posts": [member.post_id for member in members],
                "captures": [member.capture_id for member in members],
            },
        )
    ).fetchone()
    if row is None:
        raise NotFound("the page was not stored")
    return int(row["page_id"])


async def _keys(conn: Connection, vault: Vault, post_ids: Sequence[int]) -> list[DataKey] | None:
    ordered = sorted(set(post_ids))
    rows = await (await conn.execute(SQL["keys_of_posts"], {"posts": ordered})).fetchall()
    if len(rows) != len(ordered):
        return None
    return [vault.unwrap(row["wrapped"], row["master_key_id"]) for row in rows]


async def unseal_page(conn: Connection, vault: Vault, folder: EvidenceFolder, page_id: int) -> bytes:
    """Return a page's WARC records; the caller has checked role and purpose and writes the audit line.

    Raises
    ------
    NotFound
        There is no such page.
    SealError
        A post of the page was erased, or the object was altered.
    """
    row = await (await conn.execute(SQL["page"], {"page_id": page_id})).fetchone()
    if row is None:
        raise NotFound(f"no page {page_id}")
    keys = await _keys(conn, vault, row["posts"])
    if keys is None:
        raise SealError(f"page {page_id} holds a post that was erased; it cannot be read any more")
    sealed = await asyncio.to_thread(folder.get, row["evidence_name"])
    if hashlib.sha256(sealed).digest() != bytes(row["sealed_digest"]):
        raise SealError(f"page {page_id} was altered after it was sealed")
    key = page_key(keys, row["evidence_name"])
    records = gzip.decompress(key.open(sealed, associated("page", "evidence", row["evidence_name"])))
    if hashlib.sha256(records).digest() != bytes(row["payload_digest"]):
        raise SealError(f"page {page_id} does not hold what was stored")
    return records


async def pages_of_post(conn: Connection, post_id: int) -> list[int]:
    """List the pages on which a post stands, oldest first."""
    return [row["page_id"] async for row in await conn.execute(SQL["pages_of_post"], {"post_id": post_id})]
