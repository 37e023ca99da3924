"""Every surface form of a contact that we know, and every look-alike that is none, in one table."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from intake.clean import safe_text
from intake.contacts import find_contacts
from intake.mask import mask
from records.contact import MASKS, ContactKind

TABLE = Path(__file__).with_name("surface_forms.jsonl")
FORMS: list[tuple[str, list[tuple[str, str, str]]]] = [
    (form["text"], [(kind, spelling, canonical) for kind, spelling, canonical in form["contacts"]])
    for form in map(json.loads, TABLE.read_text("utf-8").strip().split("\n"))
]
POSITIVES = [form for form in FORMS if form[1]]
LOOK_ALIKES = [text for text, contacts in FORMS if not contacts]


@pytest.mark.parametrize(("text", "expected"), POSITIVES, ids=[ascii(text) for text, _ in POSITIVES])
def test_a_contact_is_found_in_this_spelling(text: str, expected: list[tuple[str, str, str]]) -> None:
    found = [(contact.kind.value, contact.spelling, contact.canonical) for contact in find_contacts(text)]
    assert found == expected


@pytest.mark.parametrize("text", LOOK_ALIKES, ids=ascii)
def test_a_look_alike_is_left_as_it_stands(text: str) -> None:
    assert mask(safe_text(text)).masked == text


@pytest.mark.parametrize(("text", "expected"), POSITIVES, ids=[ascii(text) for text, _ in POSITIVES])
def test_no_letter_or_digit_of_a_found_contact_is_left(text: str, expected: list[tuple[str, str, str]]) -> None:
    masked = mask(safe_text(text))
    assert not any(sign.isalnum() for contact in masked.contacts for sign in masked.masked[contact.start : contact.end])
    assert {MASKS[contact.kind] for contact in masked.contacts} <= set(masked.masked)


def test_the_table_is_wide_enough() -> None:
    kinds = Counter(kind for _, contacts in POSITIVES for kind, _, _ in contacts)
    assert len({text for text, _ in FORMS}) == len(FORMS) >= 300
    assert len(POSITIVES) >= 130
    assert len(LOOK_ALIKES) >= 120
    assert all(kinds[kind] >= 5 for kind in ContactKind), kinds


@pytest.mark.parametrize("number", ["111", "113", "114", "115", "18001769", "1900 6789", "1800 1769"])
def test_a_help_line_stays_readable(number: str) -> None:
    for text in (f"gọi {number}", f"Hotline: {number}", f"zalo {number}", f"LH {number} ngay", f"số {number} miễn phí"):
        assert mask(safe_text(text)).masked == text


@pytest.mark.parametrize("name", ["zalo", "Tele", "facebook", "WeChat", "line id", "whatsapp"])
def test_the_name_of_the_channel_stands(name: str) -> None:
    masked = mask(safe_text(f"{name}: 0912 000 012")).masked
    assert masked.startswith(f"{name}: ")
    assert "0" not in masked


def test_a_link_to_an_account_keeps_its_host_readable() -> None:
    assert mask(safe_text("https://zalo.me/0912000012")).masked == "https://zalo.me/▲▲▲▲▲▲▲▲▲▲"
    assert mask(safe_text("t.me/tenmau01")).masked == "t.me/▼▼▼▼▼▼▼▼"
