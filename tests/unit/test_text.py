"""The shadow of a text undoes hidden spellings and knows where each letter came from."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.contact import MASKS
from records.edit import Operation
from records.syllables import canonical_tone, is_syllable, split_syllables
from records.text import fold, fold_search, nfc, shadow, skeleton

_LETTERS = st.sampled_from("aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạếềểễệ")
_ODD = st.sampled_from(list("\u200b\u200d\u2060\ufe0f\u0301\u0323аеосо𝗖Ａ@!0134*.-_· \n\t\u2028🇰🇭✈️●▼ﷺ½…İß"))
texts = st.one_of(st.text(max_size=200), st.text(st.one_of(_LETTERS, _ODD), max_size=120))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("C.a.m", "cam"),
        ("t a y v ị n", "tay vịn"),
        ("q-u-a b-i-ê-n", "qua biên"),
        ("v.iệc nh.ẹ l.ương c.ao", "việc nhẹ lương cao"),
        ("đ.ầ.u t.ư", "đầu tư"),
        ("C\nA\nM", "cam"),
        ("t\u200bhận c\u2060ô dâu", "thận cô dâu"),
        ("Cаm", "cam"),  # Cyrillic а
        ("𝗖𝗮𝗺 Ｃａｍ ⓒⓐⓜ ᴄᴀᴍ", "cam cam cam cam"),
        ("t@y v!n", "tay vin"),
        ("l4o đ0ng", "lao đong"),
        ("b1ển", "biển"),
        ("điiiii gấpppp", "đi gấp"),
        ("hoà thuỷ khoẻ", "hòa thủy khỏe"),
        ("ko cần cty", "không cần công ty"),
    ],
)
def test_a_hidden_spelling_is_read(written: str, read: str) -> None:
    assert shadow(written).text == read


@pytest.mark.parametrize(
    "text",
    ["tp.hcm", "k.c.n", "v.v.", "4tr", "10k", "k9", "size 38", "@tenmau01", "1.000.000", "2k9", "nam/nữ", "xoong",
     "quý", "tuyendung@maubien.vn", "cccd"],
)  # fmt: skip
def test_an_ordinary_spelling_is_left_alone(text: str) -> None:
    assert shadow(text).text in (text, "căn cước")


def test_a_lone_capital_k_after_a_place_word_is_not_read_as_no() -> None:
    assert shadow("đi bên K k cần giấy tờ").text == "đi bên k không cần giấy tờ"


def test_a_whole_russian_word_keeps_its_letters() -> None:
    assert shadow("работа").text == "работа"


def test_the_span_of_a_joined_word_covers_its_separators() -> None:
    text = "đi C.a.m nhé"
    read = shadow(text)
    at = read.text.index("cam")
    start, end = read.span(at, at + 3)
    assert text[start:end] == "C.a.m"


def test_the_span_of_a_long_form_covers_the_chat_form() -> None:
    text = "ko cần"
    read = shadow(text)
    assert read.span(0, len("không")) == (0, 2)


def test_the_operations_are_counted_where_they_happened() -> None:
    read = shadow("C.a.m và t\u200bhận")
    assert read.counts[Operation.SEPARATOR] == 1
    assert read.counts[Operation.INVISIBLE] == 1
    edit = next(edit for edit in read.edits if edit.operation is Operation.SEPARATOR)
    assert (edit.start, edit.end) == (0, 5)


@given(texts)
def test_origins_never_decrease_and_spans_lie_within_the_text(text: str) -> None:
    read = shadow(text)
    assert len(read.text) == len(read.folded) == len(read.origin)
    assert list(read.origin) == sorted(read.origin)
    assert all(0 <= place < len(text) for place in read.origin)
    if read.text:
        start, end = read.span(0, len(read.text))
        assert 0 <= start < end <= len(text)
    assert all(0 <= edit.start < edit.end <= len(text) for edit in read.edits)


@given(texts)
def test_reading_is_the_same_each_time(text: str) -> None:
    assert shadow(text) == fold(text)


@given(st.text(_LETTERS, max_size=60))
def test_the_folded_channel_has_no_vietnamese_mark(text: str) -> None:
    assert "đ" not in shadow(text).folded
    assert unicodedata.normalize("NFD", shadow(text).folded).isascii()


@pytest.mark.parametrize("mask", MASKS.values())
def test_a_run_of_masks_stays_one_mask(mask: str) -> None:
    assert shadow(f"gọi {mask * 10} nha").text == f"gọi {mask} nha"


@pytest.mark.parametrize("piece", ["a.", "a b ", "@", "1a", "é", "t a y ", "c.a.m ", "\u200ba", "a\u0301\u0323"])
def test_cost_is_linear_in_the_length(piece: str) -> None:
    def cost(count: int) -> float:
        start = time.process_time()
        shadow(piece * count)
        return time.process_time() - start

    small = min(cost(4_000) for _ in range(3))
    assert min(cost(20_000) for _ in range(3)) < 10 * small + 0.05  # five times the text; quadratic cost would be 25


def test_search_folds_marks_case_and_the_barred_d() -> None:
    assert fold_search("  Đặng   QUÁ\u0300 Ｃａｍ ") == "dang qua cam"


@given(st.text(max_size=80))
def test_search_folding_twice_changes_nothing(text: str) -> None:
    once = fold_search(text)
    assert fold_search(once) == once


def test_nfc_composes() -> None:
    assert nfc("vie\u0323\u0302c") == "việc"


def test_look_alikes_have_one_skeleton() -> None:
    assert skeleton("BavЕt") == skeleton("b.a.v.e.t") == "bavet"


def test_syllables_are_told_from_other_letters() -> None:
    assert all(map(is_syllable, ["nghiêng", "quyển", "gì", "ương", "thuyen", "xoong"]))
    assert not any(map(is_syllable, ["", "kcn", "hcm", "ci", "ngi", "strong", "á\u0323o"]))


def test_a_run_of_letters_is_cut_into_the_fewest_syllables() -> None:
    assert split_syllables("tayvịn") == ("tay", "vịn")
    assert split_syllables("xyzw") == ()


@pytest.mark.parametrize(
    ("written", "canonical"), [("hoà", "hòa"), ("quý", "quý"), ("giừơng", "giường"), ("già", "già")]
)
def test_the_tone_stands_on_its_one_letter(written: str, canonical: str) -> None:
    assert canonical_tone(written) == canonical
