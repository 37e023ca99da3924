"""Keeps admitted posts: masked text in clear, originals and contacts sealed, one version for each change."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from records.errors import NotFound
from records.post import AdmittedPost, Platform, Precision
from records.text import fold_search
from store.originals import Sealed, seal_capture
from store.pool import Connection
from store.seal import DataKey, Vault, associated
from store.statements import Family

SQL = Family("posts")
FINENESS = {precision: rank for rank, precision in enumerate(Precision)}


class Change(StrEnum):
    """What keeping a post changed."""

    NEW = "new"
    CHANGED = "changed"
    SEEN = "seen"


@dataclass(frozen=True, slots=True)
class Kept:
    """Where an admitted post ended up; ``capture_id`` is None when nothing new was to be kept."""

    post_id: int
    capture_id: int | None
    change: Change


@dataclass(frozen=True, slots=True)
class Origin:
    """Which source and pass a batch of posts comes from."""

    source_id: str
    crawl_run_id: int | None = None
    import_file_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    post_id: int
    key: DataKey | None
    number: int
    text_digest: bytes
    length: int
    precision: str | None
    truncated: bool


def external_digest(vault: Vault, platform: Platform, external_id: str) -> bytes:
    """Return the keyed digest under which a post is known for ever."""
    return vault.digest("post.external", f"{platform}\0{external_id}")


async def keep_posts(conn: Connection, vault: Vault, posts: Sequence[AdmittedPost], origin: Origin) -> list[Kept]:
    """Store a batch of posts idempotently and say, in order, what each changed.

    A post of the batch that repeats an earlier one of the same batch is compared with it like with
    a stored one. A truncated text never replaces a longer one, and an erased post stays erased.
    """
    kept: dict[int, Kept] = {}
    waiting = list(enumerate(posts))
    while waiting:
        # Repeats of one identity go in rounds, so that each sees what the one before it stored.
        seen: set[tuple[Platform, bytes]] = set()
        batch: list[tuple[int, AdmittedPost]] = []
        later: list[tuple[int, AdmittedPost]] = []
        for index, post in waiting:
            identity = (post.raw.platform, external_digest(vault, post.raw.platform, post.raw.external_id))
            (later if identity in seen else batch).append((index, post))
            seen.add(identity)
        for (index, _), result in zip(batch, await _keep_distinct(conn, vault, batch, origin), strict=True):
            kept[index] = result
        waiting = later
    return [kept[index] for index in range(len(posts))]


async def _keep_distinct(
    conn: Connection, vault: Vault, batch: Sequence[tuple[int, AdmittedPost]], origin: Origin
) -> list[Kept]:
    posts = [post for _, post in batch]
    identities = [
        (post.raw.platform, external_digest(vault, post.raw.platform, post.raw.external_id)) for post in posts
    ]
    known = await _known(conn, vault, identities)
    fresh = [index for index, identity in enumerate(identities) if identity not in known]
    new = await _insert_posts(conn, vault, [posts[i] for i in fresh], [identities[i] for i in fresh], origin)
    if len(new) < len(fresh):
        known = await _known(conn, vault, [identity for identity in identities if identity not in new])
    results: list[Kept] = []
    writing: list[tuple[int, AdmittedPost, int, DataKey, int]] = []
    for index, (post, identity) in enumerate(zip(posts, identities, strict=True)):
        if identity in new:
            post_id, key = new[identity]
            results.append(Kept(post_id, None, Change.NEW))
            writing.append((index, post, post_id, key, 1))
            continue
        before = known[identity]
        changed = before.key is not None and _supersedes(vault, post, before)
        results.append(Kept(before.post_id, None, Change.CHANGED if changed else Change.SEEN))
        if changed and before.key is not None:
            writing.append((index, post, before.post_id, before.key, before.number + 1))
    captures = await _insert_captures(conn, vault, [entry[1:] for entry in writing], origin)
    for (index, *_), capture_id in zip(writing, captures, strict=True):
        results[index] = replace(results[index], capture_id=capture_id)
    again = [(i, known[identity]) for i, identity in enumerate(identities) if identity not in new]
    await _touch(conn, [(posts[i], before, results[i].change) for i, before in again])
    return results


def text_digest(vault: Vault, post: AdmittedPost) -> bytes:
    """Return the keyed digest that tells an edit from a repeat."""
    return vault.digest("post.text", f"{post.title.original}\0{post.text.original}")


def _supersedes(vault: Vault, post: AdmittedPost, before: _Known) -> bool:
    if text_digest(vault, post) == before.text_digest:
        return False
    return not (post.raw.truncated and len(post.text.masked) < before.length)


async def _known(
    conn: Connection, vault: Vault, identities: Sequence[tuple[Platform, bytes]]
) -> dict[tuple[Platform, bytes], _Known]:
    values = {"platforms": [str(platform) for platform, _ in identities], "digests": [d for _, d in identities]}
    found: dict[tuple[Platform, bytes], _Known] = {}
    async for row in await conn.execute(SQL["posts_by_digest"], values):
        key = vault.unwrap(row["wrapped"], row["master_key_id"]) if row["wrapped"] and not row["erased_at"] else None
        found[Platform(row["platform"]), bytes(row["external_digest"])] = _Known(
            row["post_id"],
            key,
            row["number"] or 0,
            bytes(row["text_digest"] or b""),
            row["length"],
            row["posted_precision"],
            row["truncated"],
        )
    return found


async def _insert_posts(
    conn: Connection,
    vault: Vault,
    posts: Sequence[AdmittedPost],
    identities: Sequence[tuple[Platform, bytes]],
    origin: Origin,
) -> dict[tuple[Platform, bytes], tuple[int, DataKey]]:
    if not posts:
        return {}
    actors = await _actors(conn, vault, posts)
    keys = [vault.new_key() for _ in posts]
    ids = await reserve(conn, "reserve_keys", len(posts))
    await conn.execute(
        SQL["insert_keys"],
        {"ids": ids, "masters": [vault.current] * len(ids), "wrapped": [wrapped for _, wrapped in keys]},
    )
    rows = await conn.execute(
        SQL["insert_posts"],
        {
            "platforms": [str(platform) for platform, _ in identities],
            "digests": [digest for _, digest in identities],
            "source_id": origin.source_id,
            "hosts": [post.host for post in posts],
            "actors": actors,
            "keys": ids,
            **_facts(posts),
            "seen": [post.raw.captured_at for post in posts],
        },
    )
    won = {(Platform(row["platform"]), bytes(row["external_digest"])): row["post_id"] async for row in rows}
    by_identity = dict(zip(identities, zip(ids, keys, strict=True), strict=True))
    lost = [by_identity[identity][0] for identity in identities if identity not in won]
    if lost:
        await conn.execute(SQL["delete_keys"], {"ids": lost})
    return {identity: (post_id, by_identity[identity][1][0]) for identity, post_id in won.items()}


def _facts(posts: Sequence[AdmittedPost]) -> dict[str, list[object]]:
    return {
        "posted": [post.raw.posted_at for post in posts],
        "precisions": [str(post.raw.posted_precision) if post.raw.posted_precision else None for post in posts],
        "edited": [post.raw.edited_at for post in posts],
        "expires": [post.raw.expires_at for post in posts],
        "truncated": [post.raw.truncated for post in posts],
    }


async def _actors(conn: Connection, vault: Vault, posts: Sequence[AdmittedPost]) -> list[int | None]:
    names = [post.raw.author_id or post.raw.author_name for post in posts]
    digests = [
        vault.digest("actor", f"{post.raw.platform}\0{post.host}\0{name}") if name else None
        for post, name in zip(posts, names, strict=True)
    ]
    pairs = sorted({(str(p.raw.platform), d) for p, d in zip(posts, digests, strict=True) if d is not None})
    values = {"platforms": [platform for platform, _ in pairs], "digests": [digest for _, digest in pairs]}
    if pairs:
        await conn.execute(SQL["insert_actors"], values)
    found = {bytes(row["digest"]): row["actor_id"] async for row in await conn.execute(SQL["actors_by_digest"], values)}
    return [None if digest is None else found[digest] for digest in digests]


async def reserve(conn: Connection, statement: str, count: int) -> list[int]:
    """Take ``count`` ids from a sequence, in order."""
    return [row["id"] async for row in await conn.execute(SQL[statement], {"count": count})]


async def _insert_captures(
    conn: Connection, vault: Vault, entries: Sequence[tuple[AdmittedPost, int, DataKey, int]], origin: Origin
) -> list[int]:
    if not entries:
        return []
    ids = await reserve(conn, "reserve_captures", len(entries))
    posts = [post for post, *_ in entries]
    await conn.execute(
        SQL["insert_captures"],
        {
            "captures": ids,
            "posts": [post_id for _, post_id, *_ in entries],
            "crawl_run_id": origin.crawl_run_id,
            "import_file_id": origin.import_file_id,
            "captured": [post.raw.captured_at for post in posts],
            "digests": [text_digest(vault, post) for post in posts],
            "notes": [",".join(sorted(post.text.notes)) for post in posts],
            "removed": [post.text.removed for post in posts],
        },
    )
    await conn.execute(
        SQL["insert_versions"],
        {
            "captures": ids,
            "posts": [post_id for _, post_id, *_ in entries],
            "numbers": [number for *_, number in entries],
            "titles": [post.title.masked for post in posts],
            "texts": [post.text.masked for post in posts],
            "folded": [fold_search(f"{post.title.masked}\n{post.text.masked}") for post in posts],
        },
    )
    sealed = [
        seal_capture(vault, key, capture_id, post) for capture_id, (post, _, key, _) in zip(ids, entries, strict=True)
    ]
    await conn.execute(SQL["insert_originals"], {"captures": ids, "sealed": [one.original for one in sealed]})
    await _insert_mentions(conn, ids, sealed)
    return ids


async def _insert_mentions(conn: Connection, ids: Sequence[int], sealed: Sequence[Sealed]) -> None:
    rows = [(capture_id, mention) for capture_id, one in zip(ids, sealed, strict=True) for mention in one.mentions]
    if not rows:
        return
    contacts = sorted({(str(mention.kind), mention.digest) for _, mention in rows})
    await conn.execute(
        SQL["insert_contacts"], {"kinds": [kind for kind, _ in contacts], "digests": [digest for _, digest in contacts]}
    )
    await conn.execute(
        SQL["insert_mentions"],
        {
            "captures": [capture_id for capture_id, _ in rows],
            "starts": [mention.start for _, mention in rows],
            "ends": [mention.end for _, mention in rows],
            "in_title": [mention.in_title for _, mention in rows],
            "kinds": [str(mention.kind) for _, mention in rows],
            "digests": [mention.digest for _, mention in rows],
            "sealed": [mention.sealed for _, mention in rows],
        },
    )


async def _touch(conn: Connection, entries: Sequence[tuple[AdmittedPost, _Known, Change]]) -> None:
    if not entries:
        return
    posts = [post for post, *_ in entries]
    await conn.execute(
        SQL["touch_posts"],
        {
            "posts": [before.post_id for _, before, _ in entries],
            "seen": [post.raw.captured_at for post in posts],
            "changed": [change is Change.CHANGED for *_, change in entries],
            "finer": [_finer(post, before) for post, before, _ in entries],
            **_facts(posts),
        },
    )


def _finer(post: AdmittedPost, before: _Known) -> bool:
    new = post.raw.posted_precision
    if new is None or post.raw.posted_at is None:
        return False
    return before.precision is None or FINENESS[new] < FINENESS[Precision(before.precision)]


async def mark_deleted(
    conn: Connection, vault: Vault, platform: Platform, external_ids: Sequence[str], at: datetime
) -> list[int]:
    """Note that a place shows tombstones for these posts; returns the posts this changed."""
    digests = [external_digest(vault, platform, external_id) for external_id in external_ids]
    rows = await conn.execute(SQL["mark_deleted"], {"platform": str(platform), "digests": digests, "at": at})
    return [row["post_id"] async for row in rows]


async def unseal_original(conn: Connection, vault: Vault, capture_id: int) -> dict[str, str]:
    """Open a capture's original; the caller has checked role and purpose and writes the audit line.

    Raises
    ------
    NotFound
        There is no such original, or it was erased.
    SealError
        It does not open with the keys at hand.
    """
    row = await (await conn.execute(SQL["sealed_original"], {"capture_id": capture_id})).fetchone()
    if row is None:
        raise NotFound(f"capture {capture_id} has no original, or it was erased")
    key = vault.unwrap(row["wrapped"], row["master_key_id"])
    original: dict[str, str] = json.loads(key.open(row["sealed"], associated("original", "sealed", capture_id)))
    return original
