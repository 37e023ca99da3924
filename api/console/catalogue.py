"""Reads a .po file: what the console says in English, and the same in another language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from records.errors import ConfigurationError

KEYWORDS = ("msgid", "msgid_plural", "msgstr", "msgstr[0]")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Translations by their English text; ``plurals`` are those of phrases that count something.

    Only languages without grammatical number fit here: one form serves every count.
    """

    phrases: Mapping[str, str]
    plurals: Mapping[str, tuple[str, str]]


def read_catalogue(path: Path) -> Catalogue:
    """Read a .po file strictly.

    Raises
    ------
    ConfigurationError
        A line is none of gettext's, an entry stands twice, or it is not translated.
    """
    phrases: dict[str, str] = {}
    plurals: dict[str, tuple[str, str]] = {}
    for number, entry in _entries(path):
        english, plural = entry.get("msgid", ""), entry.get("msgid_plural")
        translated = entry.get("msgstr[0]" if plural is not None else "msgstr", "")
        if not english:
            continue  # The header, which tells translators' tools the character set and who translated.
        if not translated or english in phrases or english in plurals:
            raise ConfigurationError(f"{path.name}, before line {number}: {english!r} has no translation, or two")
        if plural is None:
            phrases[english] = translated
        else:
            plurals[english] = (plural, translated)
    return Catalogue(phrases, plurals)


def _entries(path: Path) -> list[tuple[int, dict[str, str]]]:
    entries: list[tuple[int, dict[str, str]]] = []
    entry: dict[str, str] = {}
    keyword = ""
    lines = [*path.read_text(encoding="utf-8").split("\n"), ""]
    for number, line in enumerate(lines, 1):
        if line.startswith("#"):
            continue
        if not line.strip():
            if entry:
                entries.append((number, entry))
            entry, keyword = {}, ""
            continue
        word, _, quoted = ("", "", line) if line.startswith('"') else line.partition(" ")
        if word:
            keyword = word
            if keyword not in KEYWORDS or keyword in entry:
                raise ConfigurationError(f"{path.name}, line {number}: {keyword!r} cannot stand here")
        entry[keyword] = entry.get(keyword, "") + _unquoted(quoted, path, number)
    return entries


def _unquoted(quoted: str, path: Path, number: int) -> str:
    """Return what stands between the quotes; gettext's escapes are those of JSON."""
    try:
        text = json.loads(quoted)
    except ValueError as fault:
        raise ConfigurationError(f"{path.name}, line {number}: a phrase stands between double quotes") from fault
    if not isinstance(text, str):
        raise ConfigurationError(f"{path.name}, line {number}: a phrase stands between double quotes")
    return text
