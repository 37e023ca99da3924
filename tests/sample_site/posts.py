"""The sample posts as they stand in the three JSON Lines files."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SamplePost = Mapping[str, Any]


def read_posts(path: Path, edited: bool) -> list[SamplePost]:
    """Read one file in its order; with ``edited`` a post that was rewritten says what it says now."""
    with path.open(encoding="utf-8", newline="\n") as lines:
        posts: list[dict[str, Any]] = [json.loads(line) for line in lines if line.strip()]
    if edited:
        for post in posts:
            if post.get("edited_text"):
                post["description" if "description" in post else "text"] = post["edited_text"]
                post["edited"] = True
    return posts


def slug(title: str, tones: bool = False) -> str:
    """Return a title as it stands in an address: words joined by hyphens, with or without their tones."""
    spelled = unicodedata.normalize("NFC" if tones else "NFKD", title.lower().replace("đ", "đ" if tones else "d"))
    kept = "".join(sign if sign.isalnum() else " " for sign in spelled if not unicodedata.combining(sign))
    return "-".join(kept.split()[:12]) or "bai"


def member_number(author: str) -> int:
    """Return an author's number on a site, the same on every start."""
    return int.from_bytes(hashlib.sha256(author.encode()).digest()[:4], "big")
