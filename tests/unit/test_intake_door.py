"""The one door: what a raw post becomes before anything may keep it."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.door import admit, admit_text
from records.post import AdmittedPost, Platform, RawPost

RAW = RawPost(Platform.FACEBOOK, "p-1", "Gọi 0912 000 012", datetime(2026, 9, 15, tzinfo=UTC))


def test_text_and_title_are_masked() -> None:
    post = admit(replace(RAW, title="Zalo 0913000013"))
    assert post.text.masked == "Gọi ●●●● ●●● ●●●"
    assert post.title.masked == "Zalo ▲▲▲▲▲▲▲▲▲▲"
    assert post.text.original == "Gọi 0912 000 012"


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://Mau.Example/a?b=1", "mau.example"),
        ("https://user:pass@mau.example:8080/", "mau.example"),
        ("http://[::1]/", "::1"),
        ("http://[", ""),
        ("no address", ""),
        ("", ""),
    ],
)
def test_the_host_is_taken_from_the_address(address: str, host: str) -> None:
    assert admit(replace(RAW, url=address)).host == host


def test_names_and_addresses_are_capped_and_otherwise_kept() -> None:
    post = admit(replace(RAW, url="u" * 3_000, author_name=" Mẫu\n" * 100, channel="k" * 299, fragment="<p>\n</p>"))
    assert len(post.raw.url) == 2_000
    assert len(post.raw.author_name) == 300
    assert post.raw.author_name.startswith(" Mẫu\n Mẫu\n")
    assert post.raw.channel == "k" * 299
    assert post.raw.fragment == "<p>\n</p>"


def test_times_and_marks_pass_unchanged() -> None:
    raw = replace(RAW, posted_at=RAW.captured_at, truncated=True, deleted=True)
    post = admit(raw)
    assert (post.raw.posted_at, post.raw.truncated, post.raw.deleted) == (RAW.captured_at, True, True)


def test_a_query_is_masked_like_a_post() -> None:
    assert admit_text("0912 000 012").masked == "●●●● ●●● ●●●"


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
def test_no_string_of_an_admitted_post_holds_what_a_database_refuses(text: str, name: str, address: str) -> None:
    post = admit(replace(RAW, text=text, title=name, author_id=name, author_name=name, external_id=name,
                         channel=name, url=address, fragment=text))  # fmt: skip
    for string in _strings(post):
        string.encode("utf-8")
        assert "\0" not in string
        assert unicodedata.is_normalized("NFC", string)


def _strings(post: AdmittedPost) -> list[str]:
    raw = post.raw
    return [raw.text, raw.title, raw.url, raw.external_id, raw.author_id, raw.author_name, raw.channel, raw.fragment,
            post.text.original, post.text.masked, post.title.original, post.title.masked, post.host]  # fmt: skip
