"""Structure of a post in numbers: who seems to speak, pay by size class, channels, places, hiding."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.reading import Reading
from records.contact import MASKS, ContactKind
from records.edit import HIDING, Operation
from records.places import Place, places

_SEEKS = (
    "em can tim viec", "can tim viec", "tim viec", "dang tim viec", "xin viec", "em muon di lam", "ai biet", "co ai",
    "cho em hoi", "cho e hoi", "cho minh hoi", "cho hoi", "xin hoi", "hoi chut", "giup em", "giup e", "chi em voi",
    "chi e voi", "em so", "em dang", "minh dang tim", "em nen", "phai lam sao", "lam sao a", "tu van giup",
    "khong biet",
)  # fmt: skip
_WARNS = (
    "canh bao", "canh giac", "dung tin", "dung di", "dung nghe", "can than", "lua dao", "bi lua", "bi ban", "giai cuu",
    "cong an", "bien phong", "khoi to", "bat giu", "nan nhan", "toa an", "nho la", "la lua", "la bay", "chia se de",
    "de phong", "to giac", "tuyen truyen", "goi 111", "duong day nong", "dung co", "lua do", "mat tien", "thoat",
    "tro ve", "bi danh", "bi nhot", "dung de", "khuyen cao", "thu doan",
)  # fmt: skip
_OFFERS = (
    "tuyen", "can nguoi", "can gap", "can nu", "can nam", "can ban", "can tuyen", "ai can", "ai muon", "ai di",
    "nhan nguoi", "nhan nu", "nhan nam", "lien he", "nhan", "inbox", "ung tuyen", "bao an o", "luong", "thu nhap",
    "di lam ngay", "ben em", "ben minh", "cho em xin", "em nhan", "minh can", "toi can", "anh can", "chi can",
)  # fmt: skip
_PROTECTS = (
    "cong ty tnhh", "cong ty co phan", "ctcp", "htx", "hop tac xa", "trung tam dich vu viec lam", "mst", "ma so thue",
    "giay phep", "gp so", "hop dong lao dong", "bao hiem", "phong nhan su", "ho so", "phong van", "kcn", "xa hoi",
)  # fmt: skip
_BORDER = frozenset(["VN-13", "VN-37", "VN-44", "VN-02", "VN-09", "VN-04", "VN-07", "VN-01"])
_QUOTES = frozenset("\"'“”‘’«»")
_KINDS = (ContactKind.PHONE, ContactKind.ZALO, ContactKind.TELEGRAM, ContactKind.FACEBOOK, ContactKind.URL)

NAMES = (
    "words", "lines", "questions", "calls", "quotes", "first is question", "seeks", "warns", "offers", "protects",
    "negations", "million", "thousand", "dollar", "yuan", "masks", *(kind.value for kind in _KINDS), "hiding",
    "separator", "invisible", "homoglyph", "leet", "styled", "chat forms", "abroad", "hotspot", "border", "named home",
    "emoji", "hashtags", "long words",
)  # fmt: skip


def numbers(readings: Sequence[Reading], named: Sequence[list[Place]]) -> NDArray[np.float64]:
    """Return one row of numbers for each reading (posts x ``NAMES``); ``named`` are the places of each."""
    rows = [_row(reading, some) for reading, some in zip(readings, named, strict=True)]
    return np.array(rows, np.float64).reshape(len(rows), len(NAMES))


def named_places(readings: Sequence[Reading]) -> list[list[Place]]:
    """Return the places each reading names."""
    return [places(reading.shadow) for reading in readings]


def _row(reading: Reading, named: list[Place]) -> list[float]:
    read, words = reading.shadow, [token.text for token in reading.tokens]
    folded = f" {read.folded} "
    counts = read.counts
    masks = [read.source.count(MASKS[kind]) for kind in _KINDS]
    return [
        math.log1p(len(words)),
        words.count("<line>"),
        words.count("?"),
        words.count("!"),
        sum(word in _QUOTES for word in words),
        float("?" in words[:25]),
        sum(folded.count(cue) for cue in _SEEKS),
        sum(folded.count(cue) for cue in _WARNS),
        sum(folded.count(cue) for cue in _OFFERS),
        sum(folded.count(cue) for cue in _PROTECTS),
        folded.count(" khong ") + folded.count(" chua ") + folded.count(" dung "),
        *(_largest(words, unit) for unit in ("triệu", "nghìn", "đô", "tệ")),
        float(any(masks)),
        *(float(bool(count)) for count in masks),
        sum(edit.operation in HIDING for edit in read.edits),
        counts[Operation.SEPARATOR],
        counts[Operation.INVISIBLE],
        counts[Operation.HOMOGLYPH],
        counts[Operation.LEET],
        counts[Operation.COMPATIBILITY],
        counts[Operation.CHAT_FORM],
        len({place.code for place in named if not place.code.startswith("VN-")}),
        sum(place.hotspot for place in named),
        sum(place.code in _BORDER for place in named),
        sum(place.home for place in named),
        sum(len(word) == 1 and ord(word) > 0x2100 for word in words),
        words.count("#"),
        sum(len(word) > 7 for word in words),
    ]


def _largest(words: list[str], unit: str) -> float:
    """Return the largest size class (0 for none) of a number that stands right before the unit."""
    sizes = [ord(words[index][1]) - ord("a") + 1 for index in range(len(words) - 1)
             if words[index + 1] == unit and len(words[index]) == 2 and words[index][0] == "#"]  # fmt: skip
    return float(max(sizes, default=0))
