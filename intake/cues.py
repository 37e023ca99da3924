"""The words beside a number or name that say by which channel it reaches somebody."""

from __future__ import annotations

from collections.abc import Mapping

import re2

from intake.shadow import ADD, CALL, CHINESE_NUMBER, OTHER, PLANE, SYMBOL, WEI, XIN
from records.contact import ContactKind

_GAP = r"[ .\-_]?"
ZALO = rf"z{_GAP}[a@4]{_GAP}l{_GAP}[o0]|z+l|dalo"
TELEGRAM = rf"t{_GAP}e{_GAP}l{_GAP}[e3](?:{_GAP}g{_GAP}r{_GAP}[a4]{_GAP}m)?|telegr|tlgr|tlg|tg|{PLANE}"
FACEBOOK = r"facebook|fbook|f\.?b|face|fanpage|messenger|mess|phay ?buc|phay"
WECHAT = (
    rf"we{_GAP}ch?at|wei ?xin|{WEI} ?{XIN}(?: ?{CHINESE_NUMBER})?|v{XIN}{CHINESE_NUMBER}?"
    rf"|w\.?x|v\.?x|{ADD} ?(?:v|{WEI})"
)
LINE = r"line"
WHATSAPP = r"what'?s?[ \-]?app|whatapp|watsapp|wapp|wsap|wa"
_CALL = (
    rf"sdt|so dt|dt|d\.t|dthoai|(?:so )?dien thoai|phone|tel|goi|call|alo|hotline|lhe?|l/h|lien he|lien lac|nhan tin"
    rf"|nhan|ib|inbox|inb|mobile|mob|cell|sim|contact|viber|{CALL}|{OTHER}{OTHER}"
)

#: Words that may stand between a cue and what it announces.
FILL = (
    rf"(?:[ \n:=>.()\-,{SYMBOL}/{CHINESE_NUMBER}]"
    r"|(?:id|so|nick|ten|la|acc|name|num|qua|cho|chi|anh|em|co|minh|a|c|e|cam|campuchia|lao|thai|trung|tq"
    r"|vn|viet|viet nam|mien|myanmar|dai loan|han|nhat|nuoc ngoai)(?:[ \n:=>.()\-,/]|$))"
)

_EDGE = r"(?:^|[^a-z0-9])"
_NEAREST = re2.compile(
    rf"{_EDGE}(?:(?P<zalo>{ZALO})|(?P<telegram>{TELEGRAM})|(?P<wechat>{WECHAT})|(?P<line>line(?: ?id| ?:))"
    rf"|(?P<whatsapp>{WHATSAPP})|(?P<phone>{_CALL})){FILL}{{0,14}}$".encode()
)
#: Up to three short words: "zalo em Tí: 0912 000 012". Asked only when no cue stands nearer.
_NEAR = re2.compile(
    rf"{_EDGE}(?:(?P<zalo>{ZALO})|(?P<telegram>{TELEGRAM})|(?P<wechat>{WECHAT})|(?P<whatsapp>{WHATSAPP}))"
    r"(?:[ :]{1,2}[a-z]{1,7}){1,3}[ :]{1,2}$".encode()
)
_AFTER = re2.compile(
    rf"^[ ]?[(\-/+]?[ ]?(?:co |qua |la )?(?:(?P<zalo>{ZALO})|(?P<whatsapp>{WHATSAPP}))(?:[^a-z0-9]|$)".encode()
)
_REACH = 44  # how far back a cue is looked for, in code points

_NO_PHONE = re2.compile(
    rb"(?:^|[^a-z])(?:mst|ma so thue|ms thue|tax(?: code| id)?|ma so(?: doanh nghiep| dn)?|msdn|dkkd|gpkd|gcn|gp"
    rb"|giay phep|ma(?: van)? don|don hang|don so|order|van don|ma vach|barcode|serial|imei|isbn|so lo|hoa don"
    rb"|hop dong|hd|ma tin|tin so|quyet dinh|qd|ma so bhxh|bhxh|so so|seri|sn|lot|ma)"
    rb"[ :#.\-(]{0,3}(?:so |la |hang |dn |cua cty )?[ :#.\-(]{0,3}$"
)


def kind_before(text: str, start: int) -> ContactKind | None:
    """Return the channel named right before ``start``, PHONE for "call" and the like; None without a cue."""
    before = text[max(0, start - _REACH) : start].encode()
    match = _NEAREST.search(before) or _NEAR.search(before)
    if match is None:
        return None
    return _named(match.groupdict())


def kind_after(text: str, end: int) -> ContactKind | None:
    """Return the channel named right after ``end``, as in "0912 000 012 (zalo)"."""
    match = _AFTER.search(text[end : end + 24].encode())
    if match is None:
        return None
    return _named(match.groupdict())


def _named(groups: Mapping[bytes, bytes | None]) -> ContactKind:
    """Return the kind whose group took part in a match."""
    return next(ContactKind(name.decode()) for name, found in groups.items() if found is not None)


def is_registered_number(text: str, start: int) -> bool:
    """Say whether the words before ``start`` name a tax code, licence, order or the like: evidence, no contact."""
    return _NO_PHONE.search(text[max(0, start - _REACH) : start].encode()) is not None
