"""The importer of JSON Lines: one object a line, its values found by dotted paths."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO, NoReturn

from crawlers.importers.columns import Row, RowPost, RowRefused, post_of
from crawlers.importers.lines import MAX_LINE, Line, read_lines
from crawlers.importers.rejects import Reject
from records.source import Source

Node = dict[str, Any]
Reader = Callable[[Node, str], RowPost]
"""Makes a post of one object and of the line it was written in."""


def read_json_lines(
    file: BinaryIO, source: Source, captured_at: datetime, resume_from: int = 0, first_line: int = 1
) -> Iterator[Row | Reject]:
    """Yield a post or a reject for every line that is not blank.

    The file stands at byte ``resume_from``, where line ``first_line`` begins. ``captured_at`` is for
    rows that do not say when they were collected.
    """
    mapping = source.mapping

    def read(node: Node, line: str) -> RowPost:
        return post_of(lambda name: value_at(node, mapping.get(name, "")), source, captured_at, line)

    return read_objects(file, read, resume_from, first_line)


def read_objects(file: BinaryIO, read: Reader, resume_from: int, first_line: int) -> Iterator[Row | Reject]:
    """Yield what ``read`` makes of each line's object, and a reject for each line that is none or is refused."""
    for line in read_lines(file, resume_from, first_line):
        if not line.too_long and not line.content.strip():
            continue
        try:
            text, node = _object(line)
            found = read(node, text)
        except RowRefused as error:
            yield Reject(line.number, line.offset, str(error), line.end)
        else:
            yield Row(found.post, line.number, line.offset, line.end, found.unread)


def value_at(node: Mapping[str, Any], path: str) -> object:
    """Return the value at a dotted path (``author.name``, ``media.0.url``), or None."""
    value: object = node
    for step in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and int(step[:9]) < len(value):
            value = value[int(step[:9])]
        else:
            return None
    return value if path else None


def _object(line: Line) -> tuple[str, Node]:
    if line.too_long:
        raise RowRefused(f"longer than {MAX_LINE} bytes")
    if b"\0" in line.content:
        raise RowRefused("holds NUL bytes")
    try:
        text = line.content.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise RowRefused("not UTF-8") from error
    try:
        node = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise RowRefused("the last line is cut" if line.cut else "not JSON") from error
    if not isinstance(node, dict):
        raise RowRefused("not a JSON object")
    return text, node


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
