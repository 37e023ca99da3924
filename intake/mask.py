"""Every contact of a safe text replaced by its kind's mask, code point for code point."""

from __future__ import annotations

from intake.contacts import find_contacts, masked
from records.post import MaskedText, SafeText


def mask(text: SafeText) -> MaskedText:
    """Mask a safe text. A text that is masked already is returned as it stands."""
    contacts = find_contacts(text.text)
    return MaskedText(text.text, masked(text.text, contacts), contacts, text.notes, text.removed)
