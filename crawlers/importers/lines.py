"""The lines of an export file with their number and place in bytes, none longer than memory allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

MAX_LINE = 1024 * 1024
"""Bytes of one line; the longest known export lines have about 60,000."""

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its line end; ``number`` counts from 1, ``offset`` and ``end`` are bytes from the file's start.

    ``too_long`` lines come without content. ``cut`` says that the file ends before the line does.
    """

    number: int
    offset: int
    end: int
    content: bytes = field(repr=False)
    too_long: bool = False
    cut: bool = False


def read_lines(file: BinaryIO, resume_from: int = 0, first_line: int = 1) -> Iterator[Line]:
    """Yield the lines of a file that stands at byte ``resume_from``, the place where line ``first_line`` begins."""
    offset, number = resume_from, first_line
    while content := file.readline(MAX_LINE):
        too_long, end = len(content) == MAX_LINE and not content.endswith(b"\n"), offset + len(content)
        if too_long:
            content, end = b"", end + _skip_line(file)
        elif offset == 0:
            content = content.removeprefix(_BOM)
        yield Line(number, offset, end, content, too_long, cut=not too_long and not content.endswith(b"\n"))
        offset, number = end, number + 1


def _skip_line(file: BinaryIO) -> int:
    skipped = 0
    while piece := file.readline(MAX_LINE):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped
