"""Every contact that the sample site's writers declared is found and gone from the masked text."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from intake.door import admit_text
from intake.shadow import read_shadow
from records.contact import ContactKind

SAMPLE = Path(__file__).resolve().parent.parent / "sample_site"
TEXT_FIELDS = ("title", "thread_title", "description", "text", "body")
#: A number announced by "zalo" is both a phone and a Zalo account; the writers name the one, intake the other.
NUMBER_KINDS = frozenset({"phone", "zalo", "telegram", "whatsapp", "wechat", "line"})
#: These adverts give an account's name without any channel's; intake takes such a name for Telegram's.
NO_CHANNEL_NAMED = frozenset({"jb-073", "7510000000000000009", "7510000000000000024"})


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").split("\n") if line.strip()]


def _posts() -> list[dict[str, Any]]:
    """Every post with its text; TikTok's export keeps text and labels in two files."""
    posts = [post for name in ("job_board", "forum", "group") for post in _lines(SAMPLE / f"{name}.jsonl")]
    captions = _captions((SAMPLE / "tiktok.ndjson").read_bytes())
    labels = _lines(SAMPLE / "tiktok_labels.jsonl")
    return posts + [{**label, "text": captions[label["id"]]} for label in labels]


def _captions(export: bytes) -> dict[str, str]:
    """Read the captions of an export in which some rows are broken on purpose."""
    captions = {}
    for line in export.split(b"\n"):
        with suppress(ValueError, KeyError, TypeError):
            row = json.loads(line)
            captions[row["data"]["id"]] = row["data"]["desc"]
    return captions


POSTS = [post for post in _posts() if post.get("contacts")]


def _kind_agrees(declared: dict[str, str], kind: ContactKind, post: str) -> bool:
    if kind == declared["kind"] or post in NO_CHANNEL_NAMED:
        return True
    return declared["canonical"].startswith("+") and {kind.value, declared["kind"]} <= NUMBER_KINDS


@pytest.mark.parametrize("post", POSTS, ids=[post["id"] for post in POSTS])
def test_every_declared_contact_is_found_and_masked(post: dict[str, Any]) -> None:
    text = "\n".join(post[field] for field in TEXT_FIELDS if isinstance(post.get(field), str))
    masked = admit_text(text)
    # Masked spellings are compared as read: without separators, disguises and case.
    left = _letters(masked.masked)
    for declared in post["contacts"]:
        canonical = declared["canonical"].partition("?")[0] if declared["kind"] == "url" else declared["canonical"]
        kinds = [contact.kind for contact in masked.contacts if contact.canonical == canonical]
        assert any(_kind_agrees(declared, kind, post["id"]) for kind in kinds), declared["kind"]
        name = _letters(canonical)
        assert name not in left
        assert name.removeprefix("84") not in left or not canonical.startswith("+84")


def _letters(text: str) -> str:
    return "".join(sign for sign in read_shadow(text).text if sign.isalnum())


def test_the_sample_holds_contacts_to_compare_with() -> None:
    assert sum(len(post["contacts"]) for post in POSTS) >= 200
