"""The importer of TikTok captions from Zeeschuimer's NDJSON exports (1.14)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO
from urllib.parse import quote

from crawlers.importers.columns import Row, RowPost, RowRefused, post_of, text_of
from crawlers.importers.json_lines import Node, read_objects
from crawlers.importers.rejects import Reject
from records.source import Source

_MODULES = frozenset({"tiktok", "tiktok.com"})


def read_zeeschuimer(
    file: BinaryIO, source: Source, captured_at: datetime, resume_from: int = 0, first_line: int = 1
) -> Iterator[Row | Reject]:
    """Yield a post or a reject for every line.

    A post may come more than once, a later copy fuller than an earlier one: each copy is yielded, and
    the store keeps them as versions of one post. Comments share TikTok's address, so the module that
    collected a line decides whether it is a post.
    """

    def read(node: Node, line: str) -> RowPost:
        values = _values(node)
        return post_of(values.get, source, captured_at, line)

    return read_objects(file, read, resume_from, first_line)


def _values(envelope: Node) -> dict[str, Any]:
    if envelope.get("source_platform") not in _MODULES:
        raise RowRefused("source_platform is not tiktok.com")
    post = envelope.get("data")
    if not isinstance(post, dict):
        raise RowRefused("data is not an object")
    handle, author_id, name = _author(post)
    post_id = text_of("id", post.get("id")) or text_of("item_id", envelope.get("item_id"))
    return {
        "external_id": post_id,
        "text": post.get("desc"),
        "url": f"https://www.tiktok.com/@{quote(handle)}/video/{quote(post_id, safe='')}" if handle and post_id else "",
        "author_id": author_id or handle,
        "author_name": name or handle,
        "posted_at": post.get("createTime"),
        "captured_at": envelope.get("timestamp_collected"),
    }


def _author(post: Node) -> tuple[str, str, str]:
    """Return handle, id and shown name from either shape: an object, or the handle with the name beside it."""
    author = post.get("author")
    if isinstance(author, dict):
        parts = (author.get("uniqueId"), author.get("id"), author.get("nickname"))
    else:
        parts = (author, post.get("authorId"), post.get("nickname"))
    handle, author_id, name = (text_of("author", part) for part in parts)
    return handle, author_id, name
