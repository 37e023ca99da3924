"""One possible contact in the plain reading, before overlaps are settled."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from records.contact import ContactKind


class Strength(IntEnum):
    """Who wins where two sightings overlap: the lower one."""

    CHANNEL_LINK = 0
    LINK = 1
    NAMED_NUMBER = 2
    PHONE = 3
    NAMED_HANDLE = 4
    BARE = 5


class Sighting(NamedTuple):
    """A span of the plain reading (end exclusive) that may be a contact, in normal form."""

    strength: Strength
    start: int
    end: int
    kind: ContactKind
    canonical: str
