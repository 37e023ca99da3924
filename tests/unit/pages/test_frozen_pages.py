"""Every frozen page is read exactly as its folder says; a new page is a folder, not a new test."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.pages.judge import judge_response
from crawlers.pages.page import PageReading, SavedPage
from crawlers.pages.reading import read_page
from crawlers.source_file import read_source
from records.post import RawPost
from records.source import AddressKind, Outcome, SourceKind

PROJECT = Path(__file__).parents[3]
CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/*/about.toml"))
PROVENANCES = {"real", "rebuilt from the reference", "invented"}
PORTS = {"SAMPLE_PORT": "40123", "TESTBED_PORT": "4570", "TESTBED_API_PORT": "5570"}


@dataclass(frozen=True)
class Frozen:
    """One folder: the page as it was saved, and what is to be read from it."""

    about: dict[str, Any]
    page: SavedPage
    expected: dict[str, Any]


def frozen(case: Path) -> Frozen:
    about = tomllib.loads((case / "about.toml").read_text(encoding="utf-8"))
    page = SavedPage(
        url=about["url"],
        body=(case / "page.html").read_bytes(),
        captured_at=datetime.fromisoformat(about["captured_at"]),
        kind=AddressKind(about["kind"]),
        status=about["status"],
        headers=about.get("headers", {}),
        asked=about.get("asked", ""),
    )
    return Frozen(about, page, json.loads((case / "expected.json").read_text(encoding="utf-8")))


def told(reading: PageReading) -> dict[str, Any]:
    """Put a reading into the form of ``expected.json``: what is empty is left out."""
    words = {
        "outcome": reading.outcome.value,
        "posts": [told_post(post) for post in reading.posts],
        "next": list(reading.next_addresses),
        "details": list(reading.detail_addresses),
        "sticky": list(reading.sticky_addresses),
        "missing": list(reading.missing),
        "tombstones": list(reading.tombstones),
    }
    return {name: value for name, value in words.items() if value}


def told_post(post: RawPost) -> dict[str, Any]:
    times = {name: getattr(post, name) for name in ("posted_at", "edited_at", "expires_at")}
    words = {
        "id": post.external_id,
        "text": post.text,
        "title": post.title,
        "url": post.url,
        "author_id": post.author_id,
        "author_name": post.author_name,
        "channel": post.channel,
        **{name: moment and moment.isoformat() for name, moment in times.items()},
        "precision": post.posted_precision,
        "truncated": post.truncated,
    }
    return {name: value for name, value in words.items() if value}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_frozen_page_is_read_as_its_folder_says(case: Path) -> None:
    page = frozen(case)
    source = read_source(PROJECT / page.about["source_file"], PORTS)
    reading = read_page(page.page, source)
    assert told(reading) == page.expected
    assert all(post.fragment and post.captured_at == page.page.captured_at for post in reading.posts)


def test_a_post_s_fragment_holds_no_answer_that_stands_inside_it() -> None:
    case = frozen(Path(__file__).parent / "facebook/answers_inside")
    source = read_source(PROJECT / case.about["source_file"], PORTS)
    opening, answer, _ = read_page(case.page, source).posts
    assert "Tìm người rửa bát" in opening.fragment
    assert "Em nhận ạ" not in opening.fragment
    assert "Em nhận ạ" in answer.fragment
    assert "Tìm người rửa bát" not in answer.fragment


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_the_response_alone_gives_the_same_kind_of_outcome(case: Path) -> None:
    page = frozen(case)
    source = read_source(PROJECT / page.about["source_file"], PORTS)
    judged = judge_response(page.page.status, page.page.headers, page.page.body, source)
    read = Outcome(page.expected["outcome"])
    # Only reading shows that an ordinary page holds no posts, or that it is not the page that was asked for.
    assert judged is read or (judged is Outcome.OK and read in (Outcome.EMPTY, Outcome.GONE))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_frozen_page_says_where_it_comes_from(case: Path) -> None:
    about = frozen(case).about
    assert about["provenance"] in PROVENANCES
    assert about["shows"]
    assert {path.name for path in case.iterdir()} == {"page.html", "about.toml", "expected.json"}


def test_every_kind_of_page_and_every_provenance_is_frozen() -> None:
    pages = [frozen(case) for case in CASES]
    kinds = {read_source(PROJECT / page.about["source_file"], PORTS).kind for page in pages}
    assert kinds == {SourceKind.JOB_BOARD, SourceKind.FORUM, SourceKind.GROUP}
    assert {page.about["provenance"] for page in pages} == PROVENANCES
    outcomes = {Outcome(page.expected["outcome"]) for page in pages}
    assert outcomes >= {Outcome.OK, Outcome.EMPTY, Outcome.GONE, Outcome.LOGIN_WALL, Outcome.BLOCKED, Outcome.ERROR}
