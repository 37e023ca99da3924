"""Patterns over the plain reading, which is ASCII, so that byte offsets are places in it."""

from __future__ import annotations

from collections.abc import Iterator

import re2


class AsciiPattern:
    """An RE2 pattern whose named groups know their place; RE2's own matches know places by number only."""

    __slots__ = ("_regexp", "groups", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self._regexp = re2.compile(source.encode())
        self.groups = {name.decode(): index for name, index in self._regexp.groupindex.items()}

    def search(self, text: str) -> re2._Match | None:
        """Return the first match in an ASCII text, or None."""
        return self._regexp.search(text.encode())

    def finditer(self, raw: bytes) -> Iterator[re2._Match]:
        """Find all matches that do not overlap."""
        found: Iterator[re2._Match] = self._regexp.finditer(raw)
        return found

    def span(self, match: re2._Match, group: str) -> tuple[int, int]:
        """Return where a named group stands; (-1, -1) when it took no part."""
        start, end = match.span(self.groups[group])
        return int(start), int(end)
