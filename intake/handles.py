"""Names by which a channel finds somebody: "tele @tenmau01", "zalo: tenmau_02", "fb Nguyễn Mẫu Hoa"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import re2
from records.contact import ContactKind
from records.syllables import is_syllable

from intake.cues import FACEBOOK, LINE, TELEGRAM, WECHAT, WHATSAPP, ZALO
from intake.patterns import AsciiPattern
from intake.shadow import CHINESE_NUMBER, OTHER, PLANE, SYMBOL, Shadow
from intake.sighting import Sighting, Strength

_EDGE = r"(?:^|[^a-z0-9@_])"
_SIGN = rf"[ \n:=>()\-,|{SYMBOL}{OTHER}{PLANE}{CHINESE_NUMBER}]"
_FILL = (
    rf"(?:{_SIGN}|(?:id|so|nick ?name|nick|ten|acc|name|user ?name|user|kenh|nhom|group|channel|la|cua|chi|anh|em"
    rf"|minh|sep|admin|ad|qua){_SIGN})"
)
_NAME = r"[a-z0-9][a-z0-9_.\-]{2,}"
_CUES: dict[ContactKind, str] = {
    ContactKind.ZALO: ZALO,
    ContactKind.TELEGRAM: TELEGRAM,
    ContactKind.FACEBOOK: FACEBOOK,
    ContactKind.WECHAT: WECHAT,
    ContactKind.LINE: LINE,
    ContactKind.WHATSAPP: WHATSAPP,
}


def _announced(cue: str) -> str:
    """Return the pattern of a cue, what may stand between, and a name."""
    return rf"{_EDGE}(?:{cue})(?P<gap>{_FILL}{{0,10}})(?P<at>@ ?|(?:a cong|acong) )?(?P<name>{_NAME})"


HANDLE_PATTERNS: tuple[tuple[ContactKind, str], ...] = (
    *((kind, _announced(cue)) for kind, cue in _CUES.items()),
    (ContactKind.TELEGRAM, rf"(?:^|[^a-z0-9_.])(?P<at>@ ?|a cong )(?P<name>[a-z][a-z0-9_.\-]{{2,}})"),
)
_COMPILED = tuple((kind, AsciiPattern(pattern)) for kind, pattern in HANDLE_PATTERNS)
_BARE = len(HANDLE_PATTERNS) - 1
_MENTION_OF_ALL = frozenset({"all", "everyone", "here", "channel", "moinguoi", "tatca", "admin", "highlight", "followers"})

#: Foreign words that stand after a channel's name in ordinary posts.
_WORDS = frozenset(
    "online inbox group admin channel support private only chat call video link contact direct telegram zalo facebook"
    " whatsapp wechat messenger marketing sales sale seller page fanpage profile account clone offline premium business"
    " official mobile phone hotline website web app email gmail mail ship shipper part-time full-time parttime fulltime"
    " freelance free vip bot spam ads kpi team leader time work staff office company booking order check test review"
    " reels story live stream livestream tiktok youtube shopee lazada instagram viber skype signal line bank number"
    " sdt ctv nvkd cskh telesale telesales telemarketing desktop update login password token members member sticker"
    " nickname username user name nick acc face mess add kb ket-ban kbạn".split()
)
_TITLE = r"\p{Lu}[\p{Ll}\p{M}]+"
_UPPER = r"\p{Lu}{2,7}"
_PERSON = re2.compile(
    r"^[ ]{0,2}[:\-–=>]{0,2}[ ]{0,2}(?P<called>(?:tên|ten|là|la|nick|của|cua|mình|em)[ :]{1,3})?"
    r"(?:(?:Chị|Anh|Em|Cô|Chú|Bác|Ms|Mr|A|C)\.?[ ])?"
    rf"(?P<name>{_TITLE}(?:[ ]{_TITLE}){{0,3}}|{_UPPER}(?:[ ]{_UPPER}){{1,3}})"
)
PERSON_PATTERN = rf"{_EDGE}(?P<cue>facebook|fbook|fb|face|phay|zalo|zl|dalo)[^a-z0-9@]"
_PERSON_CUE = AsciiPattern(PERSON_PATTERN)
#: First words of what is capitalised after "fb" and is no person's name.
_NO_PERSON = frozenset(
    "hội công nhóm group ban page trang việc tuyển cho lao sở phòng trung đoàn báo đài messenger zalo tele telegram"
    " tiktok việt quảng hà nhà bên khu xã phường tỉnh thành huyện đồn bộ cục chi liên lh nhắn gọi inbox ib kết lương"
    " chỉ không có em anh chị mình ai bạn các mọi để nếu khi vì và hoặc hay rồi xin cần làm được đã sẽ đang này đó nhận"
    " xem tìm giá miễn hỗ fanpage ads marketplace reels watch live business page shop cửa dịch bán mua thanh tổng đại"
    " add kb sđt đt hotline website youtube instagram viber group gr".split()
)
_SURNAMES = frozenset(
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý mẫu đinh lương trịnh đoàn mai tô hà cao"
    " nguyen tran le pham hoang huynh vu vo dang bui do ho ngo duong ly mau dinh trinh".split()
)


def find_handles(shadow: Shadow, rules: Iterable[int]) -> Iterator[Sighting]:
    """Find by those of ``HANDLE_PATTERNS`` (their indexes) that are known to occur in the text."""
    raw = shadow.text.encode()
    for rule in rules:
        kind, pattern = _COMPILED[rule]
        for match in pattern.finditer(raw):
            start, end = pattern.span(match, "name")
            name = shadow.text[start:end].rstrip("._-")
            at = match.group(b"at") or b""
            gap = b"" if rule == _BARE else match.group(b"gap")
            if not _is_name(shadow, start, name, at.decode(), gap.decode(), kind):
                continue
            first = pattern.span(match, "at")[0] if at.strip() == b"@" else start
            strength = Strength.BARE if rule == _BARE else Strength.NAMED_HANDLE
            yield Sighting(strength, first, start + len(name), kind, name)


def _is_name(shadow: Shadow, start: int, name: str, at: str, gap: str, kind: ContactKind) -> bool:
    """Say whether what follows a cue or at sign names an account and is not the next word of the sentence."""
    if len(name) < 3 or name in _MENTION_OF_ALL or not any(sign.isalpha() for sign in name):
        return kind is ContactKind.WECHAT and name.isdigit() and len(name) >= 6
    spelling = shadow.spelling(start, start + len(name))
    is_mixed = any(sign.isdigit() for sign in name) and sum(sign.isalpha() for sign in name) >= 3
    if at == "@":
        return len(name) >= 4 and (spelling.isascii() or is_mixed or "_" in name or kind is not ContactKind.TELEGRAM)
    if kind is ContactKind.LINE and not ("id" in gap or ":" in gap):
        return False
    if is_mixed or "_" in name or (at and name.isascii() and len(name) >= 4):
        return len(name) >= 4
    announced = any(sign in gap for sign in ":=>") or "id" in gap or "nick" in gap or "user" in gap
    return announced and _is_no_word(spelling.lower(), name)


def _is_no_word(spelling: str, name: str) -> bool:
    """Say whether letters on their own cannot be read as Vietnamese or as a word used beside channels."""
    if name in _WORDS or len(name) < 5:
        return False
    parts = [part for part in name.replace("-", ".").split(".") if part]
    return not all(is_syllable(part) or part in _WORDS or len(part) < 3 for part in parts) and not is_syllable(spelling)


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
    announced = any(sign in before for sign in ":=>") or any(word in before.lower() for word in ("tên", "nick"))
    if kind is ContactKind.ZALO:
        return announced
    return announced or len(words) >= 2
