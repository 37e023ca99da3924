"""Rows that could not be read, and the file that counts them without a word of what they said."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was left out: its first line (from 1), the byte it begins at, why, and the byte after it.

    ``reason`` never holds anything of the row itself.
    """

    line: int
    byte_offset: int
    reason: str
    end: int = 0


class RejectFile:
    """JSON Lines of rejects; ``count`` is how many were written."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.count = 0

    def write(self, reject: Reject) -> None:
        """Add one reject, as a line of its own."""
        told = {"line": reject.line, "byte_offset": reject.byte_offset, "reason": reject.reason}
        self._file.write(json.dumps(told, ensure_ascii=False) + "\n")
        self.count += 1
