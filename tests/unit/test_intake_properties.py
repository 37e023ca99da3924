"""What holds for the mask of any text: lengths, line breaks, everything unmasked, and nothing left to find."""

from __future__ import annotations

import json
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intake.clean import safe_text
from intake.contacts import find_contacts
from intake.door import admit_text
from intake.mask import mask
from records.contact import MASKS

FORMS = [
    json.loads(line)["text"]
    for line in Path(__file__).with_name("surface_forms.jsonl").read_text("utf-8").strip().split("\n")
]
CUES = ["zalo", "Zalo:", "tele", "@", "fb", "FB:", "line id", "微信", "STK", "VCB", "cccd", "gọi", "+", "0", "09", "o9",
        ".", "/", "-", ":", " ", "\n", "\u200b", "\u0301", "\ufe0f\u20e3", "t.me/", "www.", "a còng", "chấm com", "●",
        "không", "chín", "Nguyễn Mẫu", "tenmau01", "gmail", "84", "000", "(", "|"]  # fmt: skip
TEXTS = st.one_of(
    st.text(),
    st.lists(st.one_of(st.sampled_from(FORMS), st.sampled_from(CUES), st.text(max_size=4))).map("".join),
    st.lists(st.sampled_from(CUES), max_size=30).map("".join),
    st.lists(st.one_of(st.sampled_from(FORMS), st.text(max_size=8)), max_size=6).map(" ".join),
    st.text("09ol.-/ @+:tmezalo\n|()", max_size=80),
)


@given(TEXTS)
@example("0\u0338912000012")
@example("https://t.me/+●")
def test_length_line_breaks_and_every_unmasked_code_point_survive(text: str) -> None:
    masked = mask(safe_text(text))
    assert len(masked.masked) == len(masked.original)
    inside = {place for contact in masked.contacts for place in range(contact.start, contact.end)}
    for place, (before, after) in enumerate(zip(masked.original, masked.masked, strict=True)):
        if place not in inside:
            assert after == before
        elif after != before:
            assert after in MASKS.values()
            assert not before.isspace()
            assert unicodedata.category(before)[0] in "LNS"
        else:
            assert not before.isalnum()


@given(TEXTS)
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(safe_text(text))
    again = mask(safe_text(once.masked))
    assert again.masked == once.masked
    assert again.contacts == ()


@given(TEXTS)
def test_contacts_are_ordered_apart_and_spelt_as_in_the_text(text: str) -> None:
    clean = safe_text(text).text
    end = 0
    for contact in find_contacts(clean):
        assert end <= contact.start < contact.end <= len(clean)
        assert contact.spelling == clean[contact.start : contact.end]
        assert contact.canonical
        end = contact.end


@given(TEXTS)
def test_the_masked_text_is_still_in_nfc(text: str) -> None:
    assert unicodedata.is_normalized("NFC", mask(safe_text(text)).masked)


@given(st.sampled_from(FORMS), st.sampled_from(FORMS))
def test_a_contact_stays_found_beside_another_post(first: str, second: str) -> None:
    together = mask(safe_text(f"{first}\n\n---\n\n{second}"))
    for contact in find_contacts(first):
        assert not any(sign.isalnum() for sign in together.masked[contact.start : contact.end])


DISGUISES = {"0": "0oOΟо０𝟎⓪〇", "1": "1lI１①|", "2": "2２②", "3": "3３③", "4": "4４④", "5": "5５⑤", "6": "6６⑥",
             "7": "7７⑦", "8": "8８⑧", "9": "9９⑨"}  # fmt: skip
WORDS = dict(zip("0123456789", ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"], strict=True))
SEPARATORS = ["", " ", ".", "-", " - ", "–", "/", " / ", "_", "·", "…", "~", "*", "\n", "💥", "\u200b", "\u2060"]
GROUPS = [(10,), (4, 3, 3), (3, 3, 4), (3, 4, 3), (4, 6), (5, 5), (2,) * 5, (1,) * 10]


@given(
    st.from_regex(r"09[0-3]000[0-9]{4}", fullmatch=True),
    st.sampled_from(GROUPS),
    st.sampled_from(SEPARATORS),
    st.data(),
)
def test_a_number_is_found_however_it_is_grouped_and_disguised(
    number: str, groups: tuple[int, ...], separator: str, data: st.DataObject
) -> None:
    disguised = set(data.draw(st.lists(st.integers(0, 9), max_size=4)))
    signs = [
        data.draw(st.sampled_from(DISGUISES[digit])) if place in disguised else digit
        for place, digit in enumerate(number)
    ]
    cuts = [sum(groups[:length]) for length in range(len(groups) + 1)]
    written = separator.join("".join(signs[start:end]) for start, end in pairwise(cuts))
    found = admit_text(f"gọi {written} nhé").contacts
    assert [contact.canonical for contact in found] == [f"+84{number[1:]}"]


@given(st.from_regex(r"09[0-3]000[0-9]{4}", fullmatch=True), st.sampled_from([" ", "-", ", ", " . ", "\n", "/"]))
def test_a_number_is_found_when_it_is_written_in_words(number: str, separator: str) -> None:
    written = separator.join(WORDS[digit] for digit in number)
    found = admit_text(f"số của chị: {written}.").contacts
    assert [contact.canonical for contact in found] == [f"+84{number[1:]}"]


WORST = [
    "0", "09", "0 9 ", "o ", "o", "0.", "0/9/1/", "05 07 ", "a.", "a@", "@", "@abc1 ", "a@a.", "không ", "không chín ",
    "www.", "http://", "t.me/", "t.me/+", "zalo ", "zalo:::::", "tele @", "fb ", "fb Nguyễn ", "stk 123456 ", "+84",
    "123456789 vcb ", "001099000012 ", "((((+", "0️⃣", "\u200b", "0\u200b", "a.b.c.d.", "a cham com ", " a còng ",
    "line id ", "微信", "1|", "z.a.l.o", "15.000.000 - ", "\n0", "so0912000012", "B8", "lh aaaaaaaaa: a1 ",
    "zalo ab cd abcd12 ", "+855 12 000 012 ", "fb: Nguyễn Văn Mẫu ", "[.]", "ａ＠ａ．ｃｏｍ ", "0●9",
]  # fmt: skip


@contextmanager
def untraced() -> Iterator[None]:
    """Measure the code and not the coverage tracer that watches the tests."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


@pytest.mark.parametrize("piece", WORST, ids=ascii)
def test_twenty_thousand_code_points_of_the_worst_take_no_long_time(piece: str) -> None:
    text = (piece * (20_000 // len(piece) + 1))[:20_000]
    best = 10.0
    with untraced():
        for _ in range(3):
            start = time.process_time()
            admit_text(text)
            best = min(best, time.process_time() - start)
    assert best < 0.2


def test_three_thousand_posts_a_second_are_admitted() -> None:
    ordinary = "Cửa hàng cần một chị đứng quầy từ 6h30 đến 14h, lương 7.000.000 - 9.000.000, nghỉ chiều chủ nhật. "
    posts = [(ordinary * 4)[:300] + contact for contact in (" gọi 0912 000 012", " tele @tenmau01", " hỏi tại quán")]
    best = 10.0
    with untraced():
        for _ in range(3):
            start = time.process_time()
            for _ in range(200):
                for post in posts:
                    admit_text(post)
            best = min(best, (time.process_time() - start) / 600)
    assert best < 1 / 3_000
