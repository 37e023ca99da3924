"""Places are read with their ISO codes; where the work is said to be follows from rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.gazetteer import COMMON_NAMES, PROVINCES, QUANG_NINH_UNITS
from records.places import destinations, places
from records.text import shadow


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("tuyển người qua Ba Vét làm", ("KH",)),
        ("đi C.a.m lương cao", ("KH",)),
        ("việc nhẹ 🇰🇭", ("KH",)),
        ("bên K cần 2 bạn", ("KH",)),
        ("qua Cam làm bếp", ("KH",)),
        ("can ng qua bavet", ("KH",)),
        ("làm ở Tam Giác Vàng", ("LA",)),
        ("sang Myawaddy", ("MM",)),
        ("đi Nhật phí 70tr", ("JP",)),
        ("phụ quán nhậu Mộc Bài", ("VN-37",)),
        ("quán hát V.Đồn", ("VN-13",)),
        ("can ng rua chen o Cam Pha", ("VN-13",)),
        ("làm ở Bình Dương", ("VN-SG",)),
        ("xưởng ở Hải Dương", ("VN-HP",)),
        ("xe đón ở Mộc Bài rồi qua Campuchia", ("KH",)),
        ("quê Gia Lai đi Hàn Quốc", ("KR",)),
        ("làm ở Lào Cai", ("VN-02",)),
    ],
)
def test_the_place_of_work_is_named(text: str, codes: tuple[str, ...]) -> None:
    assert destinations(shadow(text)) == codes


@pytest.mark.parametrize(
    "text",
    ["nước cam ép ngon", "cam kết uy tín", "nghỉ chủ nhật", "thợ hàn lành nghề", "tìm lao động", "thái độ tốt",
     "qua bển làm", "chân dài quá", "🇻🇳 tự hào", "", "anh em đi anh chị"],
)  # fmt: skip
def test_an_ordinary_word_is_no_place(text: str) -> None:
    assert destinations(shadow(text)) == ()


def test_cam_ranh_is_not_cambodia() -> None:
    assert destinations(shadow("đi Cam Ranh chơi")) == ("VN-34",)


def test_a_hotspot_and_a_home_district_are_told_apart() -> None:
    hotspot, home = places(shadow("qua Poipet, người Hà Giang"))
    assert hotspot.hotspot
    assert not hotspot.home
    assert home.home
    assert not home.hotspot


def test_the_reform_of_2025_is_held_whole() -> None:
    assert len(PROVINCES) == 34
    assert len(set(QUANG_NINH_UNITS)) == 54


@pytest.mark.parametrize("unit", [unit for unit in QUANG_NINH_UNITS if unit.lower() not in COMMON_NAMES])
def test_every_unit_of_quang_ninh_is_found(unit: str) -> None:
    assert destinations(shadow(f"cần người làm ở {unit}")) == ("VN-13",)


@given(st.text(max_size=150))
def test_places_lie_within_the_shadow(text: str) -> None:
    read = shadow(text)
    for place in places(read):
        assert 0 <= place.start < place.end <= len(read.text)
