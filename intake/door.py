"""The one door: whatever comes from outside leaves here clean, measured and masked."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from intake.clean import TEXT_CAP, safe_text
from intake.mask import mask
from records.post import AdmittedPost, MaskedText, RawPost

ADDRESS_CAP = 2_000
NAME_CAP = 300
#: A fragment is the page's own piece, kept whole as evidence but for what nobody posts.
FRAGMENT_CAP = 200_000


def admit(raw: RawPost) -> AdmittedPost:
    """Clean and mask a post; nothing else may reach the store.

    The caps, in code points after NFC: 20,000 for text and title, 2,000 for the address, 300 for names and ids,
    200,000 for the fragment.
    """
    text, title = safe_text(raw.text), safe_text(raw.title)
    address = safe_text(raw.url, cap=ADDRESS_CAP).text
    clean = replace(
        raw,
        text=text.text,
        title=title.text,
        url=address,
        external_id=_name(raw.external_id),
        author_id=_name(raw.author_id),
        author_name=_name(raw.author_name),
        channel=_name(raw.channel),
        fragment=safe_text(raw.fragment, cap=FRAGMENT_CAP).text,
    )
    return AdmittedPost(clean, mask(text), mask(title), _host(address))


def admit_text(text: str) -> MaskedText:
    """Clean and mask a text that is only scored, learned from or searched for."""
    return mask(safe_text(text, cap=TEXT_CAP))


def _name(value: str) -> str:
    """Clean a short string."""
    return safe_text(value, cap=NAME_CAP).text


def _host(address: str) -> str:
    """Return the host name of an address; an address that names none gives an empty string."""
    try:
        return (urlsplit(address).hostname or "")[:NAME_CAP]
    except ValueError:  # "http://[": urllib refuses it, and so it has no host
        return ""
