"""Seals what a capture holds in the original: the whole raw post, and each contact by itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from records.contact import Contact, ContactKind
from records.post import AdmittedPost
from store.pool import Connection
from store.seal import DataKey, Vault, associated
from store.statements import Family

SQL = Family("posts")


@dataclass(frozen=True, slots=True)
class SealedMention:
    """One contact at one place of a capture, ready for the database."""

    kind: ContactKind
    start: int
    end: int
    in_title: bool
    digest: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """A capture's sealed original and contacts."""

    original: bytes = field(repr=False)
    mentions: tuple[SealedMention, ...] = ()


@dataclass(frozen=True, slots=True)
class UnsealedMention:
    """A contact opened again; ``spelling`` as posted, ``canonical`` as digested."""

    kind: ContactKind
    start: int
    end: int
    in_title: bool
    spelling: str = field(repr=False)
    canonical: str = field(repr=False)


def seal_capture(vault: Vault, key: DataKey, capture_id: int, post: AdmittedPost) -> Sealed:
    """Seal everything of a post that may name or reach a person under the post's own key."""
    raw = post.raw
    original = {
        "text": post.text.original,
        "title": post.title.original,
        "external_id": raw.external_id,
        "url": raw.url,
        "author_id": raw.author_id,
        "author_name": raw.author_name,
        "channel": raw.channel,
        "fragment": raw.fragment,
    }
    sealed = key.seal(json.dumps(original, ensure_ascii=False).encode(), associated("original", "sealed", capture_id))
    mentions = [
        _mention(vault, key, capture_id, contact, in_title)
        for in_title, contacts in ((False, post.text.contacts), (True, post.title.contacts))
        for contact in contacts
    ]
    return Sealed(sealed, tuple(mentions))


def _mention(vault: Vault, key: DataKey, capture_id: int, contact: Contact, in_title: bool) -> SealedMention:
    value = json.dumps([contact.spelling, contact.canonical], ensure_ascii=False).encode()
    return SealedMention(
        contact.kind,
        contact.start,
        contact.end,
        in_title,
        contact_digest(vault, contact.canonical),
        key.seal(value, mention_place(capture_id, in_title, contact.start)),
    )


def contact_digest(vault: Vault, canonical: str) -> bytes:
    """Return the digest that links every spelling of one contact."""
    return vault.digest("contact", canonical)


def mention_place(capture_id: int, in_title: bool, start: int) -> bytes:
    """Name the row a sealed contact belongs to."""
    return associated("contact_mention", "sealed", capture_id, int(in_title), start)


async def unseal_mentions(conn: Connection, vault: Vault, capture_id: int) -> list[UnsealedMention]:
    """Open a capture's contacts; the caller has checked role and purpose and writes the audit line."""
    found = []
    async for row in await conn.execute(SQL["sealed_mentions"], {"capture_id": capture_id}):
        key = vault.unwrap(row["wrapped"], row["master_key_id"])
        opened = key.open(row["sealed"], mention_place(capture_id, row["in_title"], row["start_at"]))
        spelling, canonical = json.loads(opened)
        found.append(
            UnsealedMention(
                ContactKind(row["kind"]), row["start_at"], row["end_at"], row["in_title"], spelling, canonical
            )
        )
    return found
