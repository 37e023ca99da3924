"""Bank accounts and identity numbers, found by the words beside them."""

from __future__ import annotations

from collections.abc import Iterator

import re2

from intake.cues import is_registered_number
from intake.patterns import AsciiPattern
from intake.shadow import Shadow
from intake.sighting import Sighting, Strength
from records.contact import ContactKind

_BANKS = (
    r"vietcombank|vcb|techcombank|tcb|mb ?bank|mb|acb|bidv|agribank|agri|vietinbank|vtb|ctg|vib|tp ?bank|vp ?bank"
    r"|sacombank|stb|shb|hd ?bank|ocb|msb|seabank|exim ?bank|lien ?viet|lp ?bank|nam ?a ?bank|nama|bac ?a ?bank"
    r"|dong ?a|scb|vietbank|kien ?long|pvcom ?bank|bao ?viet|timo|cake|momo|zalo ?pay|viettel ?(?:pay|money)"
    r"|shopee ?pay|vnpay|aba|wing|acleda|alipay"
)
_ACCOUNT_WORDS = (
    r"so tai khoan|so tk|stk|s\.t\.k|tai khoan|tk|account(?: number| no)?"
    r"|chuyen khoan|chuyen tien|chuyen (?:vao|qua|sang)|ck|coc|bank(?:ing)?|ngan hang|vi"
)
_SIGN = r"[ \n:=>.()\-,/#]"
_FILL = (
    rf"(?:{_SIGN}|(?:so|tk|tai khoan|stk|ngan hang|nh|bank|vao|qua|toi|den|cho|la|cua|em|minh|shop|no|dua|ben"
    rf"|gui|ho|nhan|chinh|phu|nay|sau|day|moi|thi|{_BANKS}){_SIGN})"
)
_DIGITS = r"[0-9](?:[ .\-_]{0,3}[0-9]){5,18}"
_LONG_DIGITS = r"[0-9](?:[ .\-_]{0,3}[0-9]){7,18}"
_EDGE = r"(?:^|[^a-z0-9])"

_CITIZEN = (
    r"can cuoc cong dan|can cuoc|cccd|c\.c\.c\.d|cmnd|cmtnd|cmt|chung minh(?: nhan dan| thu)?|cc|dinh danh(?: ca nhan)?"
)
NUMBER_PATTERNS: tuple[tuple[ContactKind, str], ...] = (
    (ContactKind.BANK_ACCOUNT, rf"{_EDGE}(?:{_ACCOUNT_WORDS}|{_BANKS}){_FILL}{{0,12}}(?P<number>{_DIGITS})"),
    (
        ContactKind.BANK_ACCOUNT,
        rf"{_EDGE}(?P<number>{_LONG_DIGITS}) ?[\-(/,:|]? ?(?:ngan hang|bank|(?:nh )?(?:{_BANKS}))(?:[^a-z0-9]|$)",
    ),
    (
        ContactKind.ID_NUMBER,
        rf"{_EDGE}(?:{_CITIZEN})(?:{_SIGN}|(?:so|la|gan chip|cong dan|nhan dan|moi|cu|em|minh|id){_SIGN}){{0,10}}"
        r"(?P<number>[0-9](?:[ .\-]{0,2}[0-9]){8,11})",
    ),
    (
        ContactKind.ID_NUMBER,
        rf"{_EDGE}(?:ho chieu|passport|pass|hc|pp)(?:{_SIGN}|(?:so|la|number|no|em|minh){_SIGN}){{1,10}}"
        r"(?P<number>[a-z]{1,2} ?[0-9](?:[ .\-]?[0-9]){5,8}|[0-9]{8,9})",
    ),
    (
        ContactKind.ID_NUMBER,
        r"(?:^|[^a-z0-9.,/_\-])(?P<number>0[0-9]{11}|0[0-9]{2} [0-9]{3} [0-9]{3} [0-9]{3})(?:[^a-z0-9]|$)",
    ),
)
_COMPILED = tuple((kind, AsciiPattern(pattern)) for kind, pattern in NUMBER_PATTERNS)
_HOTLINE = re2.compile(rb"^1[89]00[0-9]{4,6}$")
_AMOUNT = r"[1-9][0-9]{0,2}(?:[. ][0-9]{3})*"
_MONEY = re2.compile(rf"^(?:{_AMOUNT}(?: ?- ?{_AMOUNT})?|[1-9][0-9]{{2,4}}000)$".encode())
_MONEY_AFTER = re2.compile(rb"^ ?(?:d|dong|vnd|k|tr|trieu|ty|usd|\$|nghin|te)(?:[^a-z]|$)")
_DATE = re2.compile(
    rb"^[0-3]?[0-9][.\-][01]?[0-9][.\-](?:19|20)[0-9]{2}$|^(?:19|20)[0-9]{2}[.\- ]{1,3}(?:19|20)[0-9]{2}$"
)
_BARE = len(NUMBER_PATTERNS) - 1


def find_numbers(shadow: Shadow, rules: list[int]) -> Iterator[Sighting]:
    """Find by those of ``NUMBER_PATTERNS`` (their indexes) that are known to occur in the text."""
    raw = shadow.text.encode()
    for rule in rules:
        kind, pattern = _COMPILED[rule]
        for match in pattern.finditer(raw):
            start, end = pattern.span(match, "number")
            if rule == _BARE and is_registered_number(shadow.text, start):
                continue
            spelt = raw[start:end].rstrip(b" .-_")
            end = start + len(spelt)
            digits = "".join(sign for sign in spelt.decode() if sign.isalnum())
            if kind is ContactKind.BANK_ACCOUNT and not _may_be_account(spelt, digits, raw[end : end + 8]):
                continue
            yield Sighting(Strength.NAMED_NUMBER, start, end, kind, digits)


def _may_be_account(spelt: bytes, digits: str, after: bytes) -> bool:
    """Say whether the digits may be an account number: no money, no public hotline, no date or years."""
    if _HOTLINE.search(digits.encode()) is not None:
        return False
    if digits.endswith("000") and _MONEY.search(spelt) is not None:
        return False
    return _MONEY_AFTER.search(after) is None and _DATE.search(spelt) is None
