"""E-mail addresses, links to a channel's account, and every other web address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import re2

from intake.patterns import AsciiPattern
from intake.shadow import Shadow
from intake.sighting import Sighting, Strength
from records.contact import ContactKind
from records.syllables import PLAIN_LETTER

_DOT = r"(?: ?\. ?| ?[(\[{] ?(?:\.|dot|cham) ?[)\]}] ?| (?:dot|cham) )"
_TIGHT_DOT = r"(?:\.|\[\.\]|\(\.\)|[(\[]dot[)\]])"
_SLASH = r" ?[/\\] ?"
_SCHEME = rf"(?:h(?:tt|xx)ps? ?:{_SLASH}{_SLASH})"
_ADDRESS = r"[^\s<>\"\x01-\x07\x0e\x0f]"

#: Top-level names that make a bare name a link; a word after a full stop is seldom one of these.
_SURE = (
    "(?:com|net|org|edu|gov|ac|name|info|biz|pro|id|io)\\.vn|(?:com|net|org|edu|gov)\\.(?:kh|la|mm|cn|hk|tw|sg|my|th|ph)"
    "|co\\.(?:jp|kr|th|uk|id)|com|net|org|edu|gov|info|biz|xyz|site|online|website|space|store|tech|asia|app|dev|click"
    "|club|icu|cfd|sbs|bond|test|example|invalid"
)
#: Names that are also words, or that follow a full stop without a space by mere haste: these need a path or "www".
_UNSURE = (
    "vn|gle|io|me|cc|co|ai|to|ly|gl|gg|tv|top|shop|vip|pro|link|live|life|work|jobs|job|fun|page|win|bet|one|run|new|web"
    "|kh|la|mm|cn|hk|tw|sg|my|th|ph|jp|kr|us|uk|eu|ru|de|fr|in|id|im|is|st|ws|pw|su|tk|ml|ga|cf|gq|mobi|today|world|media|news"
)
_LABEL = r"[a-z0-9][a-z0-9\-]*"
_HOST = rf"{_LABEL}(?:{_TIGHT_DOT}{_LABEL})*{_TIGHT_DOT}"
_MAIL_HOST = r"(?:gmail|gmai|yahoo|ymail|outlook|hotmail|icloud|live|proton(?:mail)?|zoho|qq|163|126|yandex|mail)"
_LOCAL = r"[a-z0-9][a-z0-9._%+\-]*"
_AT = r"(?:@ ?| @ | ?[(\[{<] ?(?:at|a|@|a cong|a moc|cong) ?[)\]}>] ?)"
_SPOKEN_AT = r"(?:[ .]{1,2}(?:a cong|acong|a moc|a vong) )"

_EDGE = r"(?:^|[^a-z0-9@_.])"

EMAIL_PATTERNS = (
    rf"(?P<local>{_LOCAL})(?:{_AT}|{_SPOKEN_AT})(?P<host>(?:{_LABEL}\.)+(?:[a-z]{{2,}}))",
    rf"(?P<local>{_LOCAL})(?:{_AT}|{_SPOKEN_AT})(?P<host>(?:{_LABEL}{_DOT}){{1,3}}(?:com|net|org|vn|example|test|info|edu|io|me)"
    rf"(?:{_DOT}(?:vn|kh|cn))?)(?:[^a-z0-9]|$)",
    rf"(?P<local>{_LOCAL})(?:{_AT}|{_SPOKEN_AT}| at )(?P<host>{_MAIL_HOST}(?:{_DOT}com(?:\.vn)?)?)(?:[^a-z0-9]|$)",
    rf"(?P<local>[a-z0-9._\-]{{3,}}[a-z0-9]) ?(?P<host>g ?mail{_DOT}com)",
)
_ID = r"[a-z0-9_.\-+%~]"


def _channel(host: str, path: str) -> str:
    """Return the pattern of a link to an account: what stands, then the part that names somebody."""
    return rf"{_EDGE}{_SCHEME}?(?:(?:www|m|web|mbasic|vi-vn){_DOT})?(?:{host}){_SLASH}(?P<account>{path})"


_CHANNEL_PATTERNS: dict[ContactKind, str] = {
    ContactKind.ZALO: _channel(rf"(?:chat{_DOT})?z ?a ?l ?o{_DOT}me", rf"(?:g{_SLASH}|pc\?[a-z]+=)?{_ID}{{3,}}"),
    ContactKind.TELEGRAM: _channel(
        rf"t{_DOT}me|tele{_DOT}me|tele ?gram{_DOT}(?:me|dog|im|org)|tlgr{_DOT}me",
        rf"(?:s/|joinchat{_SLASH}|c/|addstickers/)?{_ID}{{3,}}(?:/[0-9]+)?(?:\?[a-z]+=[a-z0-9_\-]+)?",
    )
    + r"|tg ?:// ?resolve\?domain=(?P<domain>[a-z0-9_]{3,})",
    ContactKind.FACEBOOK: _channel(
        rf"face ?book{_DOT}com|fb{_DOT}(?:com|me|gg|watch)|m{_DOT}me|messenger{_DOT}com{_SLASH}t", rf"{_ADDRESS}{{2,}}"
    ),
    ContactKind.WECHAT: _channel(rf"(?:weixin|u|work{_DOT}weixin){_DOT}(?:qq|wechat){_DOT}com", rf"{_ADDRESS}{{2,}}"),
    ContactKind.LINE: _channel(rf"(?:page{_DOT})?line{_DOT}me|lin{_DOT}ee", rf"(?:r/)?(?:ti/[pg]/)?{_ADDRESS}{{2,}}"),
    ContactKind.WHATSAPP: _channel(
        rf"wa{_DOT}me|(?:api{_DOT}|chat{_DOT}|web{_DOT})?whatsapp{_DOT}com", rf"{_ADDRESS}{{3,}}"
    ),
}
URL_PATTERNS = (
    rf"(?:{_SCHEME}|\bwww{_TIGHT_DOT}){_ADDRESS}+",
    rf"{_EDGE}(?P<bare>{_HOST}(?:{_SURE})(?::[0-9]+)?(?:/{_ADDRESS}*)?)(?:[^a-z0-9@]|$)",
    rf"{_EDGE}(?P<bare>{_HOST}(?:{_UNSURE})(?::[0-9]+)?/{_ADDRESS}+)",
    rf"{_EDGE}(?P<bare>{_LABEL}\.{_LABEL}\.vn)(?:[^a-z0-9@]|$)",
    rf"{_EDGE}(?P<bare>[a-z0-9\-]{{3,}}\.vn)(?:[^a-z0-9@]|$)",
    rf"{_EDGE}(?P<bare>[a-z0-9\-]{{3,}} (?:cham|dot) (?:com|vn|net|org))(?:[^a-z0-9]|$)",
    rf"{_EDGE}(?P<bare>(?:bit|cutt|shorturl|tinyurl|s|rb|t) ?\. ?(?:ly|at|com|id|gy|co) ?/ ?[a-z0-9\-]{{3,}})",
)
#: Names of programming platforms that look like addresses.
_NO_LINKS = frozenset({"asp.net", "vb.net", "ado.net", "c.net", "f.net"})
_CHANNEL_HOSTS = re2.compile(
    rb"^(?:www\.|m\.|web\.|mbasic\.|vi-vn\.|chat\.|api\.|page\.)?(?:zalo\.me|t\.me|tele\.me|telegram\.(?:me|dog|im|org)|tlgr\.me"
    rb"|facebook\.com|fb\.(?:com|me|gg|watch)|m\.me|messenger\.com|line\.me|lin\.ee|wa\.me|whatsapp\.com"
    rb"|weixin\.qq\.com|wechat\.com)$"
)
_TRAILING = ".,;:!?)]}'\"*>_-~/"
_SCHEME_START = re2.compile(rf"^{_SCHEME}".encode())
_DOTS = re2.compile(_DOT.encode())
_FACEBOOK_ID = re2.compile(rb"(?:[?&](?:id|story_fbid)=)([0-9]+)")
LINK_PATTERNS: tuple[tuple[ContactKind, str], ...] = (
    *((ContactKind.EMAIL, pattern) for pattern in EMAIL_PATTERNS),
    *_CHANNEL_PATTERNS.items(),
    *((ContactKind.URL, pattern) for pattern in URL_PATTERNS),
)
_COMPILED = tuple((kind, AsciiPattern(pattern)) for kind, pattern in LINK_PATTERNS)


def find_links(shadow: Shadow, rules: Iterable[int]) -> Iterator[Sighting]:
    """Find by those of ``LINK_PATTERNS`` (their indexes) that are known to occur in the text."""
    raw = shadow.text.encode()
    for rule in rules:
        kind, pattern = _COMPILED[rule]
        for match in pattern.finditer(raw):
            if kind is ContactKind.EMAIL:
                yield _email(shadow, pattern.span(match, "local"), pattern.span(match, "host"))
            elif kind is ContactKind.URL:
                yield from _address(shadow, *_span(pattern, match))
            else:
                yield from _account(shadow, kind, *_span(pattern, match))


def _span(pattern: AsciiPattern, match: re2._Match) -> tuple[int, int]:
    """Return the span of the group that holds the contact: the named group that took part, else the whole."""
    for group in pattern.groups:
        start, end = pattern.span(match, group)
        if start >= 0:
            return start, end
    start, end = match.span()
    return start, end


def _email(shadow: Shadow, local: tuple[int, int], place: tuple[int, int]) -> Sighting:
    """Build the normal form of an e-mail address however its at sign and dots are written."""
    host = _DOTS.sub(b".", shadow.text[slice(*place)].encode()).decode().replace(" ", "")
    host = host if "." in host else f"{host}.com"
    return Sighting(Strength.LINK, local[0], place[1], ContactKind.EMAIL, f"{shadow.text[slice(*local)]}@{host}")


def _address(shadow: Shadow, start: int, end: int) -> Iterator[Sighting]:
    """Read a web address; what only looks like one is left out."""
    text = shadow.text[start:end].rstrip(_TRAILING)
    schemeless = _SCHEME_START.sub(b"", text.encode()).decode()
    bare = len(schemeless) == len(text) and not text.startswith("www")
    host, path = _parted(schemeless)
    if not host or host in _NO_LINKS or "-." in host or (bare and "." not in host):
        return
    if bare and _is_no_host(host, shadow.spelling(start, start + len(text) - len(path)).partition(" ")[0]):
        return  # "hàng.shop": a full stop without a space after it
    if not any(map(str.isalnum, path)) and _CHANNEL_HOSTS.search(host.encode()) is not None:
        return  # the channel's own name is no contact
    path_as_spelt = shadow.letters(start + len(text) - len(path), start + len(text))
    canonical = host + _bare_path(path_as_spelt)
    yield Sighting(Strength.LINK, start, start + len(text), ContactKind.URL, canonical)


def _parted(schemeless: str) -> tuple[str, str]:
    """Part an address without its scheme into host name and the rest, beginning with its first sign."""
    cut = next((place for place, sign in enumerate(schemeless) if sign in "/?#\\"), len(schemeless))
    authority = schemeless[:cut].rpartition("@")[2].partition(":")[0]
    host = _DOTS.sub(b".", authority.encode()).decode().replace(" ", "").removeprefix("www.").strip(".")
    return host, schemeless[cut:]


def _bare_path(path: str) -> str:
    """Return a path without query, fragment and closing slash."""
    return path.partition("?")[0].partition("#")[0].rstrip("/")


def _is_no_host(host: str, spelling: str) -> bool:
    """Say whether a bare host name is none: spelt with Vietnamese letters, or digits before its last dot."""
    return spelling != spelling.translate(PLAIN_LETTER) or not any(map(str.isalpha, host.rpartition(".")[0]))


def _account(shadow: Shadow, kind: ContactKind, start: int, end: int) -> Iterator[Sighting]:
    """Read the part of a channel link that names somebody; the channel's name stands."""
    account = shadow.text[start:end].rstrip(_TRAILING)
    if not any(map(str.isalnum, account)):
        return
    canonical = _account_form(kind, account, shadow, start)
    yield Sighting(Strength.CHANNEL_LINK, start, start + len(account), kind, canonical)


def _account_form(kind: ContactKind, account: str, shadow: Shadow, start: int) -> str:
    """Return the normal form: E.164 for a number, an invitation as written, else the lower-case name."""
    path = account.replace(" ", "").lstrip("~@")
    if kind is ContactKind.FACEBOOK:
        return _facebook_form(path)
    if kind is ContactKind.TELEGRAM and path.startswith(("+", "joinchat/")):
        return shadow.letters(start, start + len(account)).replace(" ", "").replace("joinchat/", "+")
    for prefix in ("s/", "c/", "g/", "r/", "ti/p/", "ti/g/", "send?phone=", "send/?phone="):
        path = path.removeprefix(prefix)
    path = _bare_path(path.partition("&")[0]).lstrip("~@")
    name = path.partition("/")[0]
    return e164(name) or name or account


def _facebook_form(path: str) -> str:
    """Return the number of a profile or post, a group as "groups/name", else the first part of the path."""
    number = _FACEBOOK_ID.search(path.encode())
    if number is not None:
        return str(number.group(1).decode())
    parts = _bare_path(path).split("/")
    return "/".join(parts[: 2 if parts[0] == "groups" else 1])


def e164(name: str) -> str:
    """Return the E.164 form when an account's name is a telephone number, else an empty string."""
    digits = name.removeprefix("+")
    if not digits.isdigit() or not 9 <= len(digits) <= 15:
        return ""
    if digits.startswith("0"):
        return f"+84{digits[1:]}" if len(digits) == 10 else ""
    return f"+{digits}"
