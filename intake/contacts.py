"""Where the contacts of a text are: every rule asked, overlaps settled, nothing left over."""

from __future__ import annotations

from collections.abc import Iterable

import re2

from intake.digits import RUN_PATTERN
from intake.handles import HANDLE_PATTERNS, find_handles
from intake.links import LINK_PATTERNS, find_links
from intake.numbers import NUMBER_PATTERNS, find_numbers
from intake.persons import PERSON_PATTERN, find_persons
from intake.phones import find_phones
from intake.shadow import Shadow, is_read_as_alnum, read_shadow
from intake.sighting import Sighting
from records.contact import MASKS, Contact

# Where each family's rules stand in the set.
_FIRST_NUMBER = len(LINK_PATTERNS)
_FIRST_HANDLE = _FIRST_NUMBER + len(NUMBER_PATTERNS)
_PHONES = _FIRST_HANDLE + len(HANDLE_PATTERNS)
_PERSONS, _ALWAYS = _PHONES + 1, _PHONES + 2


def _rules() -> re2.Set:
    """Compile all patterns into one set, which says in one pass which of them are worth asking."""
    options = re2.Options()
    options.max_mem = 64 << 20
    options.log_errors = False
    rules = re2.Set.SearchSet(options)
    for _, pattern in (*LINK_PATTERNS, *NUMBER_PATTERNS, *HANDLE_PATTERNS):
        rules.Add(pattern.encode())
    rules.Add(RUN_PATTERN)
    rules.Add(PERSON_PATTERN.encode())
    rules.Add(b"")
    rules.Compile()
    return rules


_RULES = _rules()


def find_contacts(text: str) -> tuple[Contact, ...]:
    """Return the contacts of an NFC text, ordered and without overlaps.

    What is found is masked and the rest read again until nothing is found: a contact cannot hide behind another.
    """
    found: list[Contact] = []
    rest = text
    read: str | None = None
    while rest != read:
        read = rest
        fresh = _find_once(read)
        rest = masked(read, fresh)
        found.extend(fresh)
    return tuple(sorted(found, key=lambda contact: contact.start))


def masked(text: str, contacts: Iterable[Contact]) -> str:
    """Replace every letter and digit of the contacts by its kind's mask; everything else stands."""
    pieces: list[str] = []
    at = 0
    for contact in sorted(contacts, key=lambda contact: contact.start):
        mask = MASKS[contact.kind]
        pieces.append(text[at : contact.start])
        pieces.extend(mask if is_read_as_alnum(sign) else sign for sign in text[contact.start : contact.end])
        at = contact.end
    pieces.append(text[at:])
    return "".join(pieces)


def _find_once(text: str) -> list[Contact]:
    """Ask every rule once and settle overlaps."""
    shadow = read_shadow(text)
    matched = _matched(shadow.text)
    if not matched:
        return []
    return [_contact(shadow, sighting) for sighting in _settled(_sightings(shadow, matched), len(shadow.text))]


def _matched(text: str) -> list[int]:
    """Return the rules that occur in a plain reading.

    The last rule of the set matches every text. Where it is missing RE2 ran out of memory for its set, which it
    reports as "nothing found": then every rule is asked, because a missed contact is worse than a slow one.
    """
    matched = _RULES.Match(text.encode()) or []
    if _ALWAYS not in matched:
        return list(range(_ALWAYS))
    return sorted(rule for rule in matched if rule != _ALWAYS)


def _sightings(shadow: Shadow, matched: list[int]) -> list[Sighting]:
    """Collect what the rules that occur in the text find in it."""
    found = [
        *find_links(shadow, [rule for rule in matched if rule < _FIRST_NUMBER]),
        *find_numbers(shadow, [rule - _FIRST_NUMBER for rule in matched if _FIRST_NUMBER <= rule < _FIRST_HANDLE]),
        *find_handles(shadow, [rule - _FIRST_HANDLE for rule in matched if _FIRST_HANDLE <= rule < _PHONES]),
    ]
    if _PHONES in matched:
        found.extend(find_phones(shadow))
    if _PERSONS in matched:
        found.extend(find_persons(shadow))
    return found


def _settled(sightings: list[Sighting], length: int) -> list[Sighting]:
    """Keep the strongest, then the longest, then the first of sightings that overlap."""
    taken = bytearray(length)
    kept = []
    for sighting in sorted(sightings, key=lambda one: (one.strength, one.start - one.end, one.start)):
        if not any(taken[sighting.start : sighting.end]):
            taken[sighting.start : sighting.end] = b"\1" * (sighting.end - sighting.start)
            kept.append(sighting)
    return kept


def _contact(shadow: Shadow, sighting: Sighting) -> Contact:
    """Say where a sighting stands in the text itself."""
    start, end = shadow.span(sighting.start, sighting.end)
    return Contact(sighting.kind, start, end, shadow.source[start:end], sighting.canonical)
