"""Persons' names that say whom to look for: "fb Nguyễn Mẫu Hoa", "Zalo: Mẫu Hoa"."""

from __future__ import annotations

from collections.abc import Iterator

import re2

from intake.patterns import AsciiPattern
from intake.shadow import Shadow
from intake.sighting import Sighting, Strength
from records.contact import ContactKind

_EDGE = r"(?:^|[^a-z0-9@_])"
_TITLE = r"\p{Lu}[\p{Ll}\p{M}]+"
_UPPER = r"\p{Lu}{2,7}"
_PERSON = re2.compile(
    r"^[ ]{0,2}[:\-–=>]{0,2}[ ]{0,2}(?P<called>(?:tên|ten|là|la|nick|của|cua|mình|em)[ :]{1,3})?"
    r"(?:(?:Chị|Anh|Em|Cô|Chú|Bác|Ms|Mr|A|C)\.?[ ])?"
    rf"(?P<name>{_TITLE}(?:[ ]{_TITLE}){{0,3}}|{_UPPER}(?:[ ]{_UPPER}){{1,3}})(?:[^\p{{L}}\p{{M}}\p{{Nd}}]|$)"
)
PERSON_PATTERN = rf"{_EDGE}(?P<cue>facebook|fbook|fb|face|phay|zalo|zl|dalo)[^a-z0-9@]"
_PERSON_CUE = AsciiPattern(PERSON_PATTERN)
#: First words of what is capitalised after "fb" and is no person's name.
_NO_PERSON = frozenset(
    [
        "hội", "công", "nhóm", "group", "ban", "page", "trang", "việc", "tuyển", "cho", "lao", "sở", "phòng",
        "trung", "đoàn", "báo", "đài", "messenger", "zalo", "tele", "telegram", "tiktok", "việt", "quảng", "hà",
        "nhà", "bên", "khu", "xã", "phường", "tỉnh", "thành", "huyện", "đồn", "bộ", "cục", "chi", "liên", "lh",
        "nhắn", "gọi", "inbox", "ib", "kết", "lương", "chỉ", "không", "có", "em", "anh", "chị", "mình", "ai", "bạn",
        "các", "mọi", "để", "nếu", "khi", "vì", "và", "hoặc", "hay", "rồi", "xin", "cần", "làm", "được", "đã", "sẽ",
        "đang", "này", "đó", "nhận", "xem", "tìm", "giá", "miễn", "hỗ", "fanpage", "ads", "marketplace", "reels",
        "watch", "live", "business", "page", "shop", "cửa", "dịch", "bán", "mua", "thanh", "tổng", "đại", "add",
        "kb", "sđt", "đt", "hotline", "website", "youtube", "instagram", "viber", "group", "gr"
    ]
)  # fmt: skip
_SURNAMES = frozenset(
    [
        "nguyễn", "trần", "lê", "phạm", "hoàng", "huỳnh", "phan", "vũ", "võ", "đặng", "bùi", "đỗ", "hồ", "ngô",
        "dương", "lý", "mẫu", "đinh", "lương", "trịnh", "đoàn", "mai", "tô", "hà", "cao", "nguyen", "tran", "le",
        "pham", "hoang", "huynh", "vu", "vo", "dang", "bui", "do", "ho", "ngo", "duong", "ly", "mau", "dinh",
        "trinh"
    ]
)  # fmt: skip


def find_persons(shadow: Shadow) -> Iterator[Sighting]:
    """Find persons' names after "fb" and, with a colon, after "zalo": a name is how such accounts are found."""
    for match in _PERSON_CUE.finditer(shadow.text.encode()):
        after = _PERSON_CUE.span(match, "cue")[1]
        kind = ContactKind.ZALO if match.group(b"cue") in (b"zalo", b"zl", b"dalo") else ContactKind.FACEBOOK
        first, _ = shadow.span(after, after + 1)
        source = shadow.source[first : first + 64]
        person = _PERSON.search(source)
        name = person.group("name") if person is not None else ""
        before = source[: source.find(name)]
        if not name or not _is_person(name, before, kind):
            continue
        start = shadow.place(first + len(before))
        yield Sighting(Strength.BARE, start, shadow.place(first + len(before) + len(name) - 1) + 1, kind, name.lower())


def _is_person(name: str, before: str, kind: ContactKind) -> bool:
    """Say whether capitalised words after a cue are a person's name and not the start of a sentence or a body."""
    words = name.lower().split()
    if words[0] in _NO_PERSON:
        return False
    if name.isupper():
        return words[0] in _SURNAMES
    called = any(word in before.lower() for word in ("tên", "nick"))
    announced = called or any(sign in before for sign in ":=>")
    if kind is ContactKind.ZALO or called:
        return announced
    return len(words) >= 2 and (announced or words[0] in _SURNAMES or not name.isascii())
