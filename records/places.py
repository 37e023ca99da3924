"""Places named in a text, and by rules which of them is where the work is said to be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from records.contact import MASKS
from records.gazetteer import COMMON_NAMES, COUNTRIES, HOTSPOTS, PROVINCES, QUANG_NINH_UNITS
from records.syllables import without_marks
from records.text import Shadow, shadow

#: Names that are ordinary words once the diacritics are gone ("lao động", "chân thái"): read only with them.
_ONLY_WITH_MARKS = frozenset(
    without_marks(name)
    for name in (
        *(
            "huế",
            "vinh",
            "muse",
            "phil",
            "shan",
            "đông hà",
            "long bình",
            "tân an",
            "an phú",
            "bình di",
            "hà an",
            "cô tô",
        ),
        *("hòa bình", "thái bình", "tân bình", "tân phú", "vân nam", "hà nam", "an dương", "hải hà", "mã lai"),
    )
)
_REGION_A = "\U0001f1e6"  # the first of the 26 letters that make flags
_HOME_BEFORE = frozenset(["quê", "người", "gốc", "sinh", "từ"])
_LONGEST_NAME = 5
#: Punctuation and masks stand as white space between words, letter for letter; an apostrophe may be part of a name.
_SPACES = {ord(sign): " " for sign in '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~–—…“”‘’«»•·' + "".join(MASKS.values())}
#: Country names of one syllable that are ordinary words too ("thợ hàn", "chủ nhật"): read only in a frame.
_FRAMED = {
    "cam": "KH", "lào": "LA", "thái": "TH", "đài": "TW", "hàn": "KR", "nhật": "JP", "úc": "AU", "sing": "SG",
    "miến": "MM", "trung": "CN", "tàu": "CN", "đức": "DE", "mỹ": "US", "nga": "RU", "pháp": "FR", "anh": "GB",
    "phi": "PH", "mã": "MY", "síp": "CY", "séc": "CZ", "campot": "KH", "dubai": "AE",
}  # fmt: skip
_FRAMES = frozenset(["bên", "sang", "qua", "nước", "xứ"])
_LOOSE_FRAMES = frozenset(["đi", "ở", "tại", "bay", "chồng", "ck", "gái", "về"])
_LOOSE_NAMES = frozenset(["lào", "thái", "đài", "hàn", "nhật", "úc", "sing", "cam", "đức"])
_NOT_AFTER = {
    "cam": "kết ranh lâm đoan thảo đường tâm", "anh": "em chị ấy này kia ơi nào rể trai hai ba tư năm", "trung": "tâm",
    "nhật": "ký", "đài": "truyền phát", "thái": "nguyên bình", "phi": "trường lao công", "mỹ": "phẩm thuật đình tho",
    "hàn": "xì điện tig gió que", "đức": "hòa huệ trọng cơ", "mã": "số", "lào": "cai", "tàu": "cá hàng thủy hỏa",
    "pháp": "lý luật", "nga": "sơn",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """One place named in a text: its ISO code and its span in the shadow.

    ``hotspot``: a known compound town or staging place; ``home``: named as where somebody comes from.
    """

    code: str
    start: int
    end: int
    hotspot: bool
    home: bool = False


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    bare: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _first_words() -> frozenset[str]:
    """Return every word a name may begin with; most words of a post are none."""
    marked, plain = _names()
    return frozenset(
        [name[0] for name in marked] + [name[0] for name in plain] + list(_FRAMED) + [*map(without_marks, _FRAMED)]
    )


def _name_words(name: str) -> tuple[str, ...]:
    return tuple(word.text for word in _words(shadow(name)))


@lru_cache(maxsize=1)
def _names() -> tuple[dict[tuple[str, ...], tuple[str, bool]], dict[tuple[str, ...], tuple[str, bool]]]:
    """Return the names with diacritics, and those that may be read without."""
    marked: dict[tuple[str, ...], tuple[str, bool]] = {}
    for table in (COUNTRIES, PROVINCES, {"VN-13": QUANG_NINH_UNITS}):
        for code, names in table.items():
            for name in names:
                if name.lower() not in COMMON_NAMES and name.lower() not in _FRAMED:
                    marked.setdefault(_name_words(name), (code, name.lower() in HOTSPOTS))
    plain: dict[tuple[str, ...], tuple[str, bool]] = {}
    for words, place in marked.items():
        bare = tuple(map(without_marks, words))
        if " ".join(bare) not in _ONLY_WITH_MARKS:
            plain.setdefault(bare, place)
    return marked, plain


def _words(read: Shadow) -> list[_Word]:
    """Cut a shadow into words: runs without white space and without punctuation."""
    words: list[_Word] = []
    text, at = read.text.translate(_SPACES), 0
    for word in text.split():
        at = text.index(word, at)
        words.append(_Word(word, read.folded[at : at + len(word)], at, at + len(word)))
        at += len(word)
    return words


def _flags(read: Shadow) -> list[Place]:
    """Read pairs of regional indicators as countries; Vietnam's own flag is decoration."""
    found: list[Place] = []
    if not read.text or max(read.text) < _REGION_A:
        return found
    letters = [ord(letter) - ord(_REGION_A) for letter in read.text]
    index = 0
    while index + 1 < len(letters):
        if 0 <= letters[index] < 26 and 0 <= letters[index + 1] < 26:
            code = chr(letters[index] + ord("A")) + chr(letters[index + 1] + ord("A"))
            if code in COUNTRIES:
                found.append(Place(code, index, index + 2, code in ("KH", "MM")))
            index += 1
        index += 1
    return found


def places(read: Shadow) -> list[Place]:
    """Return the places named in a text, longest name first at each spot, in reading order."""
    marked, plain = _names()
    words = _words(read)
    bare_text = read.text.isascii()
    found = _flags(read)
    index = 0
    firsts = _first_words()
    while index < len(words):
        taken = 1
        longest = min(_LONGEST_NAME, len(words) - index) if words[index].text in firsts else 0
        for count in range(longest, 0, -1):
            name = tuple(word.text for word in words[index : index + count])
            hit = marked.get(name)
            if hit is None and (bare_text or count > 1 or " ".join(name).isascii()):
                hit = plain.get(tuple(word.bare for word in words[index : index + count]))
                if hit and not bare_text and not " ".join(name).isascii():
                    hit = None  # other diacritics make another word: "cảm phá" is not Cẩm Phả
            if hit is None and count == 1:
                hit = _by_frame(read, words, index)
            if hit:
                home = index > 0 and words[index - 1].text in _HOME_BEFORE
                found.append(Place(hit[0], words[index].start, words[index + count - 1].end, hit[1], home))
                taken = count
                break
        index += taken
    return sorted(found, key=lambda place: place.start)


def _by_frame(read: Shadow, words: list[_Word], index: int) -> tuple[str, bool] | None:
    """Read short names that are words of their own only in a frame of travel or work ("bên Cam", "đi Nhật")."""
    bare = read.text.isascii()
    framed, frames, loose, names, ordinary = _frame_tables(bare)
    word = words[index].text
    if word not in framed or not index:
        return None
    before = words[index - 1].text
    after = words[index + 1].text if index + 1 < len(words) else ""
    if before not in frames and not (before in loose and word in names):
        return None
    if after in ordinary.get(word, ()) or (word == "cam" and before in ("nước", "nuoc")):
        return None
    if word == "anh" and before not in ("nước", "nuoc") and not read.source[read.origin[words[index].start]].isupper():
        return None
    return framed[word], framed[word] == "KH"


_Tables = tuple[dict[str, str], frozenset[str], frozenset[str], frozenset[str], dict[str, list[str]]]


@lru_cache(maxsize=2)
def _frame_tables(bare: bool) -> _Tables:
    """Return the tables of framed names, as they stand or for texts written without diacritics."""
    spelt = without_marks if bare else str
    return (
        {spelt(name): code for name, code in _FRAMED.items()},
        frozenset(map(spelt, _FRAMES)),
        frozenset(map(spelt, _LOOSE_FRAMES)),
        frozenset(map(spelt, _LOOSE_NAMES)),
        {spelt(name): spelt(words).split() for name, words in _NOT_AFTER.items()},
    )


def destinations(read: Shadow) -> tuple[str, ...]:
    """Return the ISO codes of where the work is said to be, in order of first mention."""
    return workplaces(places(read))


def workplaces(named: list[Place]) -> tuple[str, ...]:
    """Choose among the places a text names.

    A foreign country outranks the Vietnamese places on the way; a home district or birthplace is left out.
    """
    codes = [place.code for place in named if not place.home]
    abroad = [code for code in codes if not code.startswith("VN-")]
    return tuple(dict.fromkeys(abroad or codes))
