"""Names by which a channel finds somebody: "tele @tenmau01", "zalo: tenmau_02", "fb Nguyễn Mẫu Hoa"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from intake.cues import FACEBOOK, LINE, TELEGRAM, WECHAT, ZALO
from intake.patterns import AsciiPattern
from intake.shadow import CHINESE_NUMBER, OTHER, PLANE, SYMBOL, Shadow
from intake.sighting import Sighting, Strength
from records.contact import ContactKind
from records.syllables import is_syllable

_EDGE = r"(?:^|[^a-z0-9@_])"
_SIGN = rf"[ \n:=>()\-,|/{SYMBOL}{OTHER}{PLANE}{CHINESE_NUMBER}]"
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
}


def _announced(cue: str) -> str:
    """Return the pattern of a cue, what may stand between, and a name."""
    return rf"{_EDGE}(?:{cue})(?P<gap>{_FILL}{{0,10}})(?P<at>@ ?|(?:a cong|acong) )?(?P<name>{_NAME})"


#: "Liên lạc cô Mai: tenmau_02": the channel was named before, or never.
_ANNOUNCED_ANYHOW = (
    r"(?:^|[^a-z0-9])(?:lien lac|lien he|lh|add|kb|ket ban|nick|id|inbox|ib|nhan tin|nhan)[^\n:@0-9]{0,24}: ?"
    r"(?P<at>@ ?)?(?P<name>[a-z][a-z.]*[a-z0-9._]*[0-9_][a-z0-9_]*)"
)
#: "Zalo điều hành tenmau02": up to three words between, so only what is plainly no word.
_ANNOUNCED_FROM_AFAR = (
    rf"{_EDGE}(?:{'|'.join(_CUES.values())})(?:[ :]{{1,2}}[a-z]{{1,7}}){{1,3}}[ :]{{1,2}}(?P<at>@ ?)?"
    r"(?P<name>[a-z]{4}[a-z_.]*[0-9]{2}[a-z0-9_]*)"
)
HANDLE_PATTERNS: tuple[tuple[ContactKind, str], ...] = (
    *((kind, _announced(cue)) for kind, cue in _CUES.items()),
    (ContactKind.TELEGRAM, _ANNOUNCED_ANYHOW),
    (ContactKind.TELEGRAM, _ANNOUNCED_FROM_AFAR),
    (ContactKind.TELEGRAM, r"(?:^|[^a-z0-9_.])(?P<at>@ ?|a cong )(?P<name>[a-z][a-z0-9_.\-]{2,})"),
)
_COMPILED = tuple((kind, AsciiPattern(pattern)) for kind, pattern in HANDLE_PATTERNS)
_CHANNELS = {
    kind: AsciiPattern(rf"{_EDGE}(?:{cue})(?:[^a-z0-9]|$)")
    for kind, cue in _CUES.items()
    if kind is not ContactKind.LINE  # "line" is a factory's, too
}
#: The rules whose handles carry no channel's name in front.
_BARE = len(_CUES)
_MENTION_OF_ALL = frozenset(
    {"all", "everyone", "here", "channel", "moinguoi", "tatca", "admin", "highlight", "followers"}
)
#: Signs that stand for letters inside a word; a name that reads as a word then is a word in disguise.
_LEET = str.maketrans("01345", "oieas")

#: Foreign words that stand after a channel's name in ordinary posts.
_WORDS = frozenset(
    [
        "online", "inbox", "group", "admin", "channel", "support", "private", "only", "chat", "call", "video",
        "link", "contact", "direct", "telegram", "zalo", "facebook", "whatsapp", "wechat", "messenger", "marketing",
        "sales", "sale", "seller", "page", "fanpage", "profile", "account", "clone", "offline", "premium",
        "business", "official", "mobile", "phone", "hotline", "website", "web", "app", "email", "gmail", "mail",
        "ship", "shipper", "part-time", "full-time", "parttime", "fulltime", "freelance", "free", "vip", "bot",
        "spam", "ads", "kpi", "team", "leader", "time", "work", "staff", "office", "company", "booking", "order",
        "check", "test", "review", "reels", "story", "live", "stream", "livestream", "tiktok", "youtube", "shopee",
        "lazada", "instagram", "viber", "skype", "signal", "line", "bank", "number", "sdt", "ctv", "nvkd", "cskh",
        "telesale", "telesales", "telemarketing", "desktop", "update", "login", "password", "token", "members",
        "member", "sticker", "nickname", "username", "user", "name", "nick", "acc", "face", "mess", "resolve",
        "add", "kb", "ket-ban", "kbạn"
    ]
)  # fmt: skip


def find_handles(shadow: Shadow, rules: Iterable[int]) -> Iterator[Sighting]:
    """Find by those of ``HANDLE_PATTERNS`` (their indexes) that are known to occur in the text."""
    raw = shadow.text.encode()
    for rule in rules:
        kind, pattern = _COMPILED[rule]
        for match in pattern.finditer(raw):
            start, end = pattern.span(match, "name")
            name = shadow.text[start:end].rstrip("._-")
            at = match.group(b"at") or b""
            gap = b"" if rule >= _BARE else match.group(b"gap")
            if not _is_name(shadow, start, name, at.decode(), gap.decode(), kind):
                continue
            first = pattern.span(match, "at")[0] if at.strip() == b"@" else start
            end = start + len(name)
            if rule < _BARE:
                yield Sighting(Strength.NAMED_HANDLE, first, end, kind, name)
            else:
                yield Sighting(Strength.BARE, first, end, _nearest_channel(shadow.text, first, end), name)


def _nearest_channel(text: str, start: int, end: int) -> ContactKind:
    """Return the channel named right after a handle, else last in its sentence, else last before; else Telegram."""
    clause = text[end : end + 18].replace("\n", ",").replace(".", ",").replace("-", ",")
    after, before = clause.partition(",")[0], text[max(0, start - 120) : start]
    sentence = before.replace("\n", ". ").rpartition(". ")[2]
    return _last_channel(after) or _last_channel(sentence) or _last_channel(before) or ContactKind.TELEGRAM


def _last_channel(text: str) -> ContactKind | None:
    """Return the channel that a piece of the plain reading names last."""
    raw = text.encode()
    last = {kind: max((match.end() for match in cue.finditer(raw)), default=0) for kind, cue in _CHANNELS.items()}
    kind = max(last, key=last.__getitem__)
    return kind if last[kind] else None


def _is_name(shadow: Shadow, start: int, name: str, at: str, gap: str, kind: ContactKind) -> bool:
    """Say whether what follows a cue or at sign names an account and is not the next word of the sentence."""
    if len(name) < 3 or name in _MENTION_OF_ALL or not any(sign.isalpha() for sign in name):
        return kind is ContactKind.WECHAT and name.isdigit() and len(name) >= 6
    spelling = shadow.spelling(start, start + len(name))
    is_mixed = any(sign.isdigit() for sign in name) and sum(sign.isalpha() for sign in name) >= 3
    if at == "@":
        return len(name) >= 4 and (spelling.isascii() or is_mixed or "_" in name or kind is not ContactKind.TELEGRAM)
    if kind is ContactKind.LINE and not ("id" in gap or ":" in gap or (name[:4].isalpha() and is_mixed)):
        return False
    if is_mixed and is_syllable(name.translate(_LEET)):
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
