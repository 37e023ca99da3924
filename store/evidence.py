"""Keeps sealed pages as files of the evidence store, one an object, written whole or not at all."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import uuid
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import fsspec

from records.errors import NotFound, SealError
from store.pool import Connection
from store.seal import DataKey, Vault, associated, page_key
from store.statements import Family

SQL = Family("evidence")
#: Level 6 makes pages a tenth smaller and takes twice as long.
GZIP_LEVEL = 3
WRITERS = 8


class EvidenceFolder:
    """The place where sealed pages lie: a local folder, or any store fsspec can address."""

    def __init__(self, address: str) -> None:
        self._files, self._root = fsspec.core.url_to_fs(address)
        self._local = "file" in self._files.protocol

    def put(self, name: str, sealed: bytes) -> None:
        """Write one object as `put_all` does."""
        self.put_all({name: sealed})

    def put_all(self, objects: Mapping[str, bytes]) -> None:
        """Write objects; once this returns they outlive a power cut, and after a crash none is there in part."""
        if not self._local:
            for name, sealed in objects.items():
                # An object store makes an object visible only when all of it has arrived.
                self._files.pipe_file(f"{self._root}/{name}", sealed)
            return
        places = {Path(f"{self._root}/{name}"): sealed for name, sealed in objects.items()}
        for folder in {place.parent for place in places}:
            _make_folder(folder)
        # At once, because the disk makes many files durable in the time it takes for one.
        with ThreadPoolExecutor(WRITERS) as writers:
            list(writers.map(_write_durably, places.keys(), places.values()))
        for folder in {place.parent for place in places}:
            _sync_folder(folder)

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


def _write_durably(place: Path, sealed: bytes) -> None:
    part = f"{place}.part"
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(sealed)
        stream.flush()
        os.fsync(stream.fileno())
    os.rename(part, place)


def _make_folder(folder: Path) -> None:
    """Make a folder and its parents so that a power cut cannot take it away from under a committed page."""
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@dataclass(frozen=True, slots=True)
class PageMember:
    """A post that stands on a page, and the capture of it that this page gave, if any."""

    post_id: int
    capture_id: int | None


@dataclass(frozen=True, slots=True)
class PageDraft:
    """A page to be kept: its WARC records and the posts that stand on it."""

    records: bytes = field(repr=False)
    members: Sequence[PageMember]


@dataclass(frozen=True, slots=True)
class _SealedPage:
    name: str
    sealed: bytes
    payload_digest: bytes
    sealed_digest: bytes


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
    """Keep one page as `keep_pages` does."""
    drafts = [PageDraft(records, members)]
    return (await keep_pages(conn, vault, folder, drafts, crawl_run_id=crawl_run_id, stored_at=stored_at))[0]


async def keep_pages(
    conn: Connection,
    vault: Vault,
    folder: EvidenceFolder,
    drafts: Sequence[PageDraft],
    *,
    crawl_run_id: int,
    stored_at: datetime,
) -> list[int | None]:
    """Seal each page's WARC records under the keys of all its posts together; returns the pages' ids in order.

    The objects are durable before the rows that name them can be committed. None stands for a page one of whose
    posts is erased already: it may not be kept.
    """
    keys = await _keys(conn, vault, {member.post_id for draft in drafts for member in draft.members})
    whole = {
        index: [keys[post_id] for post_id in sorted({member.post_id for member in draft.members})]
        for index, draft in enumerate(drafts)
        if all(member.post_id in keys for member in draft.members)
    }
    if not whole:
        return [None] * len(drafts)

    def seal_and_write() -> dict[int, _SealedPage]:
        pages = {index: _seal(drafts[index].records, members, stored_at) for index, members in whole.items()}
        folder.put_all({page.name: page.sealed for page in pages.values()})
        return pages

    # A thread of its own: neither compression nor the disk may keep the crawl's other conversations waiting.
    pages = await asyncio.to_thread(seal_and_write)
    ids = await _insert_pages(conn, crawl_run_id, list(pages.values()))
    named = {index: ids[page.name] for index, page in pages.items()}
    members = [(named[index], member) for index in named for member in drafts[index].members]
    await conn.execute(
        SQL["insert_members"],
        {
            "pages": [page_id for page_id, _ in members],
            "posts": [member.post_id for _, member in members],
            "captures": [member.capture_id for _, member in members],
        },
    )
    return [named.get(index) for index in range(len(drafts))]


def _seal(records: bytes, members: Sequence[DataKey], stored_at: datetime) -> _SealedPage:
    name = f"{stored_at:%Y/%m/%d}/{uuid.uuid4().hex}.warc.gz.sealed"
    sealed = page_key(list(members), name).seal(
        gzip.compress(records, GZIP_LEVEL, mtime=0), associated("page", "evidence", name)
    )
    return _SealedPage(name, sealed, hashlib.sha256(records).digest(), hashlib.sha256(sealed).digest())


async def _insert_pages(conn: Connection, crawl_run_id: int, pages: Sequence[_SealedPage]) -> dict[str, int]:
    rows = await conn.execute(
        SQL["insert_pages"],
        {
            "crawl_run_id": crawl_run_id,
            "names": [page.name for page in pages],
            "payload_digests": [page.payload_digest for page in pages],
            "sealed_digests": [page.sealed_digest for page in pages],
            "sealed_bytes": [len(page.sealed) for page in pages],
        },
    )
    return {row["evidence_name"]: row["page_id"] for row in await rows.fetchall()}


async def _keys(conn: Connection, vault: Vault, post_ids: Collection[int]) -> dict[int, DataKey]:
    """Return the keys of these posts; an erased post has none."""
    rows = await (await conn.execute(SQL["keys_of_posts"], {"posts": sorted(post_ids)})).fetchall()
    return {row["post_id"]: vault.unwrap(row["wrapped"], row["master_key_id"]) for row in rows}


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
    if len(keys) < len(row["posts"]):
        raise SealError(f"page {page_id} holds a post that was erased; it cannot be read any more")
    sealed = await asyncio.to_thread(folder.get, row["evidence_name"])
    if hashlib.sha256(sealed).digest() != bytes(row["sealed_digest"]):
        raise SealError(f"page {page_id} was altered after it was sealed")
    key = page_key([keys[post_id] for post_id in sorted(keys)], row["evidence_name"])
    records = gzip.decompress(key.open(sealed, associated("page", "evidence", row["evidence_name"])))
    if hashlib.sha256(records).digest() != bytes(row["payload_digest"]):
        raise SealError(f"page {page_id} does not hold what was stored")
    return records


async def pages_of_post(conn: Connection, post_id: int) -> list[int]:
    """List the pages on which a post stands, oldest first."""
    return [row["page_id"] async for row in await conn.execute(SQL["pages_of_post"], {"post_id": post_id})]
