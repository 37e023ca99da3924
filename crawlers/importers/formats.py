"""The importers by the name that a source file gives them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from crawlers.importers.columns import Row
from crawlers.importers.csv_table import read_csv
from crawlers.importers.json_lines import read_json_lines
from crawlers.importers.rejects import Reject
from crawlers.importers.zeeschuimer import read_zeeschuimer
from records.errors import ImportRefused
from records.source import Source

RESUMABLE = frozenset({"json-lines", "zeeschuimer-tiktok"})
"""Formats in which a row can be found by its byte alone."""


def read_rows(
    file: BinaryIO, source: Source, captured_at: datetime, resume_from: int = 0, first_line: int = 1
) -> Iterator[Row | Reject]:
    """Yield a post or a reject for every row of an export, in the order of the file and in constant memory.

    ``file`` stands at byte ``resume_from``, where line ``first_line`` begins; a csv is read from its start.
    Raises ImportRefused where the file as a whole cannot be read.
    """
    match source.file_format:
        case "csv" if resume_from == 0:
            return read_csv(file, source, captured_at)
        case "json-lines":
            return read_json_lines(file, source, captured_at, resume_from, first_line)
        case "zeeschuimer-tiktok":
            return read_zeeschuimer(file, source, captured_at, resume_from, first_line)
        case "csv":
            raise ImportRefused("a csv cannot be taken up in the middle; read it from its start")
        case other:
            raise ImportRefused(f"no importer is named {other!r}")
