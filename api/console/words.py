"""The console's words for everything the records name: verdicts, levels, roles, types, kinds and weights."""

from __future__ import annotations

from collections.abc import Mapping

from api.console.language import phrase
from records.contact import ContactKind
from records.post import Platform
from records.review import AccountRole, Verdict
from records.score import Exploitation, OutOfScope, Role

VERDICTS: Mapping[str, str] = {
    Verdict.REFER: phrase("Refer"),
    Verdict.DISMISS: phrase("Dismiss"),
    Verdict.UNSURE: phrase("Unsure"),
    Verdict.ESCALATE: phrase("Escalate"),
}
VERDICT_MEANINGS: Mapping[str, str] = {
    Verdict.REFER: phrase("An agency should look into this post. Closes the flag."),
    Verdict.DISMISS: phrase("Nothing here needs an agency. Closes the flag."),
    Verdict.UNSURE: phrase("I cannot tell. Another reviewer will read it."),
    Verdict.ESCALATE: phrase("A lead should decide. Use this whenever a child may be concerned."),
}
PRESET_REASONS: tuple[str, ...] = (
    phrase("Offers work abroad without papers and pays the journey"),
    phrase("Advances money that must be worked off"),
    phrase("Speaks of holding papers or phones, or of fines for leaving"),
    phrase("May concern a person under 18"),
    phrase("Contact appears in other posts of this kind"),
    phrase("Lawful recruitment: company, contract and address are named"),
    phrase("The writer looks for work and offers none"),
    phrase("The writer warns others or reports news"),
    phrase("Ordinary local work without signs of pressure"),
    phrase("Too little text to judge"),
)
ROLES: Mapping[str, str] = {
    Role.RECRUITER: phrase("offers or brokers work"),
    Role.SEEKER: phrase("looks for work or help"),
    Role.WARNING: phrase("warns, reports or teaches"),
    Role.OTHER: phrase("something else"),
}
LEVELS: tuple[str, ...] = (
    phrase("0, no sign"),
    phrase("1, weak"),
    phrase("2, suspicious"),
    phrase("3, strong"),
)
TYPES: Mapping[str, str] = {
    Exploitation.FORCED_CRIMINALITY: phrase("Forced criminality (scam compounds)"),
    Exploitation.SEXUAL_EXPLOITATION: phrase("Sexual exploitation"),
    Exploitation.FORCED_LABOUR: phrase("Forced labour"),
    Exploitation.FORCED_MARRIAGE: phrase("Forced marriage"),
    Exploitation.ILLEGAL_ADOPTION: phrase("Illegal adoption"),
    Exploitation.ORGAN_REMOVAL: phrase("Organ removal"),
    Exploitation.SURROGACY: phrase("Commercial surrogacy"),
    Exploitation.SMUGGLING: phrase("Smuggling across the border"),
    Exploitation.BROKER_RECRUITMENT: phrase("Recruiting recruiters"),
}
NOT_JUDGED: Mapping[str, str] = {
    OutOfScope.LANGUAGE: phrase("the text is not in a language the model reads"),
    OutOfScope.EMPTY: phrase("there is no text"),
    OutOfScope.LENGTH: phrase("the text is too long or too short"),
}
CONTACT_KINDS: Mapping[str, str] = {
    ContactKind.PHONE: phrase("phone"),
    ContactKind.EMAIL: phrase("e-mail"),
    ContactKind.ZALO: phrase("Zalo"),
    ContactKind.TELEGRAM: phrase("Telegram"),
    ContactKind.FACEBOOK: phrase("Facebook"),
    ContactKind.WECHAT: phrase("WeChat"),
    ContactKind.LINE: phrase("LINE"),
    ContactKind.WHATSAPP: phrase("WhatsApp"),
    ContactKind.URL: phrase("web link"),
    ContactKind.BANK_ACCOUNT: phrase("bank account"),
    ContactKind.ID_NUMBER: phrase("ID number"),
}
PLATFORMS: Mapping[str, str] = {
    Platform.FACEBOOK: phrase("Facebook"),
    Platform.TELEGRAM: phrase("Telegram"),
    Platform.ZALO: phrase("Zalo"),
    Platform.TIKTOK: phrase("TikTok"),
    Platform.FORUM: phrase("forum"),
    Platform.JOB_BOARD: phrase("job board"),
    Platform.OTHER: phrase("other place"),
}
ACCOUNT_ROLES: Mapping[str, str] = {
    AccountRole.INVESTIGATOR: phrase("investigator"),
    AccountRole.ANALYST: phrase("analyst"),
    AccountRole.LEAD: phrase("lead"),
    AccountRole.ADMIN: phrase("administrator"),
}


def score_word(score: float) -> str:
    """Say a score (0 to 1) in words that do not claim more than it does."""
    for least, word in ((0.9, phrase("very high")), (0.7, phrase("high")), (0.4, phrase("middling"))):
        if score >= least:
            return word
    return phrase("low")


def weight_word(weight: float) -> str:
    """Say how far a finding or a span moved the score; ``weight`` in log-odds."""
    strength = abs(weight)
    if strength >= 1.0:
        return phrase("raises strongly") if weight > 0 else phrase("lowers strongly")
    if strength >= 0.4:
        return phrase("raises") if weight > 0 else phrase("lowers")
    return phrase("raises slightly") if weight > 0 else phrase("lowers slightly")
