"""What counts as a contact, how a found one is described, and the mask each kind gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ContactKind(StrEnum):
    """The ways a poster asks to be reached; bank accounts and ID numbers are masked alike."""

    PHONE = "phone"
    EMAIL = "email"
    ZALO = "zalo"
    TELEGRAM = "telegram"
    FACEBOOK = "facebook"
    WECHAT = "wechat"
    LINE = "line"
    WHATSAPP = "whatsapp"
    URL = "url"
    BANK_ACCOUNT = "bank_account"
    ID_NUMBER = "id_number"


#: One mask character per kind. Each is a single code point that NFC and NFKC leave alone, is no
#: letter or digit, and never occurs in ordinary posts, so the model learns "a phone stood here".
MASKS: dict[ContactKind, str] = {
    ContactKind.PHONE: "●",
    ContactKind.EMAIL: "◆",
    ContactKind.ZALO: "▲",
    ContactKind.TELEGRAM: "▼",
    ContactKind.FACEBOOK: "▶",
    ContactKind.WECHAT: "◀",
    ContactKind.LINE: "◈",
    ContactKind.WHATSAPP: "◉",
    ContactKind.URL: "■",
    ContactKind.BANK_ACCOUNT: "◇",
    ContactKind.ID_NUMBER: "○",
}


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact found in a text.

    ``start`` and ``end`` are code points into the NFC text, end exclusive. ``spelling`` is the text
    between them; ``canonical`` is the normal form that is digested (E.164 for phones, lower-case
    handle without ``@``, lower-case e-mail, host and path of a link, digits of a number).
    """

    kind: ContactKind
    start: int
    end: int
    spelling: str = field(repr=False)
    canonical: str = field(repr=False)
