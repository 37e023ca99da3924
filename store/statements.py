"""Reads the named SQL statements of a family from its .sql file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import LiteralString

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Statement:
    """One named statement; values go in by name, ``%(name)s::type``."""

    name: str
    description: str
    sql: LiteralString


def parse(source: str, path: str) -> dict[str, Statement]:
    """Split a family's file at its ``-- name:`` lines.

    Raises
    ------
    ValueError
        Two statements share a name, or one has no description.
    """
    found: dict[str, Statement] = {}
    for piece in source.split("-- name: ")[1:]:
        name, _, rest = piece.partition("\n")
        lines = rest.split("\n")
        words = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
        body = "\n".join(line for line in lines if not line.startswith("--")).strip().removesuffix(";")
        if name.strip() in found or not words:
            raise ValueError(f"{path}: statement {name.strip()!r} stands twice or has no description")
        # The text comes from our own checked-in file, which is as literal as the code beside it.
        found[name.strip()] = Statement(name.strip(), " ".join(words), body)
    return found


@cache
def family(name: str) -> dict[str, Statement]:
    """Return the statements of ``store/<name>.sql`` by their names."""
    path = FOLDER / f"{name}.sql"
    return parse(path.read_text(encoding="utf-8"), path.name)


def families() -> list[str]:
    """Return the names of all statement families."""
    return sorted(path.stem for path in FOLDER.glob("*.sql") if path.stem != "schema")


class Family:
    """Gives the SQL of a family's statements by attribute-like lookup: ``SQL["take_flag"]``."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getitem__(self, statement: str) -> LiteralString:
        return family(self._name)[statement].sql
