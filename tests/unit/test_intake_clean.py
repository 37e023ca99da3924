"""Bytes and strings from anywhere become text that every room may hold."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.clean import TEXT_CAP, safe_text
from records.post import Note

WORDS = "Tuyển gấp ở Quảng Ninh, đi làm ngay: ổn định, lương cứng 8 triệu"


def test_decomposed_letters_are_composed() -> None:
    assert safe_text(unicodedata.normalize("NFD", WORDS)).text == WORDS


def test_nul_is_replaced_and_noted() -> None:
    clean = safe_text("a\0b")
    assert (clean.text, clean.notes) == ("a\ufffdb", {Note.NUL_REPLACED})


def test_a_lone_surrogate_is_replaced_and_noted() -> None:
    clean = safe_text("a\ud83d b")
    assert (clean.text, clean.notes) == ("a\ufffd b", {Note.SURROGATE_REPLACED})


def test_a_pair_of_surrogates_becomes_its_letter() -> None:
    assert safe_text("\ud83d\ude00").text == "😀"


def test_what_is_beyond_the_cap_is_cut_and_counted() -> None:
    clean = safe_text("ế" * (TEXT_CAP + 5))
    assert (len(clean.text), clean.removed, clean.notes) == (TEXT_CAP, 5, {Note.CUT_AT_CAP})


def test_the_cap_counts_code_points_after_nfc() -> None:
    assert safe_text(unicodedata.normalize("NFD", "ế") * 10, cap=10).removed == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_bytes_are_read_by_mark_or_as_utf_8(encoding: str) -> None:
    assert safe_text(WORDS.encode(encoding)).text == WORDS


def test_windows_1258_is_read_when_it_is_no_utf_8() -> None:
    # The code page writes a tone as a byte of its own, after the letter.
    written = "đươ\u0300ng Mâ\u0303u, cà phê".encode("cp1258")
    assert safe_text(written).text == "đường Mẫu, cà phê"


def test_the_declared_encoding_is_believed_before_a_guess() -> None:
    assert safe_text("招聘".encode("gb18030"), declared="GB2312").text != ""
    assert safe_text("招聘".encode("gb18030"), declared="gb18030").text == "招聘"


@pytest.mark.parametrize("declared", ["zip", "idna", "rot13", "nonsense", "\0", "utf-8 ", "đ"])
def test_a_declaration_of_no_use_does_no_harm(declared: str) -> None:
    assert safe_text(b"caf\xe9", declared=declared).text == "café"


def test_utf_8_that_was_cut_in_mid_letter_is_still_utf_8() -> None:
    assert safe_text(WORDS.encode()[:-1] + "ế".encode()[:2]).text.startswith(WORDS[:-1])


@given(st.one_of(st.binary(), st.text(st.characters(codec=None))))
def test_whatever_comes_in_is_safe(value: str | bytes) -> None:
    clean = safe_text(value, cap=50)
    clean.text.encode("utf-8")
    assert "\0" not in clean.text
    assert len(clean.text) <= 50
    assert unicodedata.is_normalized("NFC", clean.text)
    assert (clean.removed > 0) == (Note.CUT_AT_CAP in clean.notes)


@given(st.text())
def test_text_that_is_safe_is_left_alone(text: str) -> None:
    once = safe_text(text)
    again = safe_text(once.text)
    assert (again.text, again.notes) == (once.text, frozenset())
