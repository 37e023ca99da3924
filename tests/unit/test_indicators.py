"""Spans lead from tokens back to the words a reader sees."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.context import context_keys
from classifier.evidence import pooled
from classifier.reading import part, read
from classifier.spans import findings, reasons
from classifier.structure import NAMES, named_places, numbers
from classifier.tokens import number_class, tokens
from records.text import shadow

CODES = 34


def odds_for(count: int, **columns: list[float]) -> np.ndarray:
    odds = np.full((count, CODES), -9.0, np.float32)
    for name, values in columns.items():
        odds[:, int(name[1:])] = values
    return odds


def present(*codes: int) -> np.ndarray:
    found = np.full(CODES, -9.0)
    found[list(codes)] = 2.0
    return found


def test_a_run_of_tokens_is_one_span_and_a_gap_of_one_is_bridged() -> None:
    text = "tuyển người việc nhẹ lương cao nha"
    reading = read([text]).readings[0]
    odds = odds_for(7, c0=[-9, -9, 3, -9, 3, 3, -9])
    (found,) = findings(reading, odds, present(0), np.zeros(CODES), 0.0)
    assert text[found.start : found.end] == "việc nhẹ lương cao"
    assert found.weight == 2.0


def test_an_indicator_below_its_limit_is_not_shown() -> None:
    reading = read(["việc nhẹ"]).readings[0]
    assert findings(reading, odds_for(2, c0=[5, 5]), present(), np.zeros(CODES), 0.0) == ()


def test_a_present_indicator_without_clear_token_shows_its_strongest() -> None:
    text = "bao hết vé"
    reading = read([text]).readings[0]
    (found,) = findings(reading, odds_for(3, c1=[-8, -2, -7]), present(1), np.zeros(CODES), 0.0)
    assert text[found.start : found.end] == "hết"


def test_punctuation_alone_is_never_a_span() -> None:
    reading = read(["!!! ... ,"]).readings[0]
    assert findings(reading, odds_for(len(reading.tokens)), present(0), np.zeros(CODES), -99.0) == ()


def test_at_most_three_spans_of_one_indicator() -> None:
    reading = read(["a1 b c d e f g h i j k l m n o p"]).readings[0]
    strong = [float(3 if index % 4 == 0 else -9) for index in range(len(reading.tokens))]
    found = findings(reading, odds_for(len(reading.tokens), c0=strong), present(0), np.zeros(CODES), 0.0)
    assert len(found) == 3


def test_the_span_of_a_parted_word_covers_it_whole() -> None:
    text = "sang C.a.m làm"
    reading = read([text]).readings[0]
    (found,) = findings(reading, odds_for(3, c2=[-9, 4, -9]), present(2), np.zeros(CODES), 0.0)
    assert text[found.start : found.end] == "C.a.m"


def test_reasons_join_neighbours_of_one_sign_and_keep_eight() -> None:
    text = " ".join(f"từ{'abcdefghijklmnopqrst'[index]}" for index in range(20))
    reading = read([text]).readings[0]
    weights = np.array([0.2, 0.3] + [(-1.0) ** index for index in range(18)])
    found = reasons(reading, weights)
    assert len(found) == 8
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    joined = reasons(reading, np.array([0.2, 0.3] + [0.0] * 18))
    assert [(one.start, one.end, round(one.weight, 6)) for one in joined] == [(0, 7, 0.5)]


def test_a_part_of_a_batch_reads_like_the_posts_alone() -> None:
    texts = ["một hai ba", "", "bốn năm", "sáu"]
    whole, alone = part(read(texts), np.array([0, 2, 3])), read([texts[0], texts[2], texts[3]])
    assert (whole.plain == alone.plain).all()
    assert (whole.marked == alone.marked).all()
    assert (whole.post == alone.post).all()


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("25tr", ["#f", "triệu"]),
        ("7.500.000đ", ["#n", "đồng"]),
        ("gọi ●●●● nha", ["gọi", "<phone>", "nha"]),
        ("a\nb", ["a", "<line>", "b"]),
        ("🇰🇭", ["🇰", "🇭"]),
        ("", []),
    ],
)
def test_a_text_is_cut_into_words_sizes_and_signs(text: str, read_as: list[str]) -> None:
    assert [one.text for one in tokens(shadow(text))] == read_as


def test_a_number_is_known_by_its_size_only() -> None:
    assert number_class("25") == number_class("29") != number_class("31")
    assert number_class("9" * 40) == "#z"


def test_every_post_has_a_row_of_structure() -> None:
    batch = read(["Tuyển người sang Campuchia, 25tr? ●●●●", ""])
    named = named_places(batch.readings)
    rows = numbers(batch.readings, named)
    assert rows.shape == (2, len(NAMES))
    row = dict(zip(NAMES, rows[0], strict=True))
    assert (row["questions"], row["phone"], row["abroad"], row["hotspot"]) == (1, 1, 1, 1)
    assert row["million"] > 0
    assert not rows[1].any()


def test_rules_see_places_and_hidden_words() -> None:
    batch = read(["đi C.a.m nhé, t.h.ậ.n"])
    keys = context_keys(batch.readings, named_places(batch.readings))
    words = [token.text for token in batch.readings[0].tokens]
    seen = dict(zip(words, keys.tolist(), strict=True))
    assert seen["nhé"] == 0
    assert seen["cam"] != 0
    assert seen["thận"] not in (0, seen["cam"])


def test_a_post_without_tokens_has_no_evidence() -> None:
    pool = pooled(np.zeros((2, CODES), np.float32), np.array([0, 0]), 2)
    assert (pool[0, :CODES] == 0).all()
    assert (pool[1, :CODES] == -12).all()
    assert (pool[1, CODES:] == 0).all()
