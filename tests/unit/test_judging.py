"""Scoring line by line: strict about what a post is, silent about what a line says, exact about offsets."""

from __future__ import annotations

import io
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.door import admit_text
from records.score import Finding, Reason, Role, Score
from riskscan.judging import LONGEST_LINE, Asked, Broken, _lines, as_given, read_plain, read_post
from riskscan.offsets import origins


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'{"text": "x"}', "has no id"),
        (b'{"id": "a"}', "has no text"),
        (b'{"id": null, "text": "x"}', "id is neither a string nor a whole number"),
        (b'{"id": true, "text": "x"}', "id is neither a string nor a whole number"),
        (b'{"id": 1.5, "text": "x"}', "id is neither a string nor a whole number"),
        (b'{"id": "a", "text": 7}', "text is not a string"),
        (b'{"id": "a", "text": "\xff"}', "not UTF-8"),
        (b'{"id": ' + b"9" * 5000 + b', "text": "x"}', "not JSON"),
        (b" " * (LONGEST_LINE + 1), "longer than"),
    ],
)
def test_a_line_that_is_no_post_is_told_by_number_and_reason(raw: bytes, reason: str) -> None:
    broken = read_post(raw, 7)
    assert isinstance(broken, Broken)
    assert broken.line == 7
    assert reason in broken.reason


def test_a_post_needs_no_more_than_id_and_text() -> None:
    assert read_post(b'{"id": "a", "text": "x", "role": "other"}', 1) == Asked("a", "x")
    assert read_post(b'{"id": 17, "text": ""}', 1) == Asked(17, "")


def test_plain_text_is_one_post_a_line_known_by_its_number() -> None:
    assert read_plain("việc nhẹ".encode(), 3) == Asked("3", "việc nhẹ")
    assert isinstance(read_plain(b"\xff", 3), Broken)
    assert isinstance(read_plain(b"x" * (LONGEST_LINE + 1), 3), Broken)


def test_lines_end_at_a_line_feed_only_and_empty_ones_are_no_posts() -> None:
    stream = io.BytesIO("một\u2028hai\u0085ba\r\n\n  \nbốn".encode())
    assert list(_lines(stream)) == [(1, "một\u2028hai\u0085ba".encode()), (4, "bốn".encode())]


def test_an_endless_line_does_not_swallow_the_one_after_it() -> None:
    long, short = _lines(io.BytesIO(b"x" * (2 * LONGEST_LINE + 9) + b"\nsau"))
    assert len(long[1]) > LONGEST_LINE
    assert short == (2, b"sau")


VIETNAMESE = st.text(
    st.sampled_from("aeiouyđ ăâêôơưAEOUĐ\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b.0\u1100\u1161\u11a8가")
)


@given(st.one_of(st.text(), VIETNAMESE))
def test_every_code_point_of_an_admitted_text_is_traced_to_its_own_place(text: str) -> None:
    admitted, spans = admit_text(text).original, origins(text)
    assert len(spans) >= len(admitted)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[0] <= after[0] for before, after in pairwise(spans))
    if text == admitted:
        assert [text[start:end] for start, end in spans] == list(admitted)


@given(st.text(st.sampled_from("aăâđeêioôơuưyáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ ABC.0\n")))
def test_a_decomposed_text_is_traced_piece_by_piece(text: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    whole = unicodedata.normalize("NFC", apart)
    for (start, end), letter in zip(origins(apart), whole, strict=True):
        assert unicodedata.normalize("NFC", apart[start:end]) == letter


def a_score(start: int, end: int) -> Score:
    spans = (Finding("unrealistic_pay", start, end, 1.0),), (Reason(start, end, 1.0),)
    return Score(0.5, 2, True, Role.RECRUITER, {}, {}, *spans, (), None, "recruitment-risk-0001")


def test_spans_are_counted_in_the_text_that_was_given() -> None:
    given_text = unicodedata.normalize("NFD", "Tuyển gấp: lương 30 triệu")
    admitted = admit_text(given_text)
    start = admitted.masked.index("lương")
    moved = as_given(a_score(start, start + 5), given_text, admitted)
    found, reason = moved.findings[0], moved.reasons[0]
    assert unicodedata.normalize("NFC", given_text[found.start : found.end]) == "lương"
    assert (reason.start, reason.end) == (found.start, found.end) != (start, start + 5)


def test_a_text_in_normal_form_keeps_its_spans_even_when_it_was_cut() -> None:
    text = "Lương cao " * 3000
    score = a_score(6, 9)
    assert as_given(score, text, admit_text(text)) is score


def test_a_letter_for_a_null_or_half_a_pair_moves_nothing() -> None:
    text = "a\0b\ud800c lương"
    start = text.index("lương")
    moved = as_given(a_score(start, start + 5), text, admit_text(text))
    assert (moved.findings[0].start, moved.findings[0].end) == (start, start + 5)
