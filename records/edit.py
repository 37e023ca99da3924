"""The operations by which a text is read into its normal spelling, and a record of each one done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Operation(StrEnum):
    """What was undone between the text and its shadow."""

    INVISIBLE = "invisible"
    COMPATIBILITY = "compatibility"
    HOMOGLYPH = "homoglyph"
    SEPARATOR = "separator"
    LEET = "leet"
    STARRED = "starred"
    STRETCH = "stretch"
    TONE = "tone"
    CHAT_FORM = "chat_form"


#: Operations by which a poster hides a word; the others are careless or quick typing.
HIDING = frozenset(
    {
        Operation.INVISIBLE,
        Operation.COMPATIBILITY,
        Operation.HOMOGLYPH,
        Operation.SEPARATOR,
        Operation.LEET,
        Operation.STARRED,
    }
)


@dataclass(frozen=True, slots=True)
class Edit:
    """One operation on one span (code points of what was read, end exclusive)."""

    operation: Operation
    start: int
    end: int

    def moved(self, by: int) -> Edit:
        """Return the same edit ``by`` code points further on."""
        return Edit(self.operation, self.start + by, self.end + by)


Letters = list[tuple[str, int]]  # each letter of the reading with the place it came from
