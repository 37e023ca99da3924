"""The importer of CSV tables: UTF-8 with a header, quoted line breaks, columns mapped by name."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import BinaryIO

from crawlers.importers.columns import Row, RowRefused, post_of
from crawlers.importers.lines import MAX_LINE, Line, read_lines
from crawlers.importers.rejects import Reject
from records.errors import ImportRefused
from records.source import Source

MAX_ROW_LINES = 500
"""Line ends within one row's quotes; more than that is a quote that nobody closed."""


def read_csv(file: BinaryIO, source: Source, captured_at: datetime) -> Iterator[Row | Reject]:
    """Yield a post or a reject for every row under the header.

    Raises ImportRefused where the header lacks a mapped column, names one twice or is not UTF-8.
    """
    table = _Table(file, source.delimiter)
    header = _header(table, source)
    columns = {name: header.index(column) for name, column in source.mapping.items()}
    while (first := table.next_line()) is not None:
        try:
            cells = table.row(first)
            if not cells:
                continue
            if len(cells) != len(header):
                raise RowRefused(f"{len(cells)} columns; the header has {len(header)}")
            found = post_of(
                lambda name, cells=cells: cells[columns[name]] if name in columns else None,  # type: ignore[misc]
                source,
                captured_at,
                table.text(),
            )
        except RowRefused as error:
            yield Reject(first.number, first.offset, str(error), table.end)
        else:
            yield Row(found.post, first.number, first.offset, table.end, found.unread)


def _header(table: _Table, source: Source) -> Sequence[str]:
    first = table.next_line()
    if first is None:
        raise ImportRefused("the file is empty; its first line must name the columns")
    if first.content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ImportRefused("the file is UTF-16; save it as CSV in UTF-8")
    try:
        header = [name.strip() for name in table.row(first)]
    except RowRefused as error:
        raise ImportRefused(f"the first line, which names the columns: {error}") from error
    for column in source.mapping.values():
        if header.count(column) != 1:
            problem = "no column" if column not in header else "more than one column"
            raise ImportRefused(f"{problem} {column!r}; the file has: {', '.join(header)[:2000]}")
    return header


class _Table:
    """The rows of a table; lines that a row took in error are given back."""

    def __init__(self, file: BinaryIO, delimiter: str) -> None:
        self._lines = read_lines(file)
        self._delimiter = delimiter
        self._returned: deque[Line] = deque()
        self._taken: list[Line] = []
        self.end = 0

    def next_line(self) -> Line | None:
        """Return the line that the next row begins with, or None at the end."""
        line = self._returned.popleft() if self._returned else next(self._lines, None)
        self._taken = []
        if line is not None:
            self.end = line.end
        return line

    def row(self, first: Line) -> list[str]:
        """Return the cells of the row that begins with a line; none for a blank line.

        Raises RowRefused, after which reading goes on with the line after ``first``: a quote that
        nobody closed costs one row, not the rest of the file.
        """
        try:
            cells = next(csv.reader(self._texts(first), delimiter=self._delimiter, strict=True), [])
        except (csv.Error, RowRefused) as error:
            self._returned.extendleft(reversed(self._taken[1:]))
            self._taken, self.end = [first], first.end
            raise (
                error if isinstance(error, RowRefused) else RowRefused("not CSV: a quote or a cell has no end")
            ) from error
        self.end = self._taken[-1].end
        return cells

    def text(self) -> str:
        """Return the row as it stands in the file."""
        return b"".join(line.content for line in self._taken).decode("utf-8").rstrip("\r\n")

    def _texts(self, first: Line) -> Iterator[str]:
        line: Line | None = first
        while line is not None:
            self._taken.append(line)
            if len(self._taken) > MAX_ROW_LINES:
                raise RowRefused(f"a quote that is not closed within {MAX_ROW_LINES} lines")
            if line.too_long:
                raise RowRefused(f"a line longer than {MAX_LINE} bytes")
            try:
                yield line.content.decode("utf-8")
            except UnicodeDecodeError as error:
                raise RowRefused("not UTF-8") from error
            line = self._returned.popleft() if self._returned else next(self._lines, None)
