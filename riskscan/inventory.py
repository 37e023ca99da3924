"""Writes the data inventory from the comments in schema.sql: what each column means, its class, ground and keeping."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from records.errors import RiskscanError
from riskscan.settings import ROOT

SCHEMA = ROOT / "store" / "schema.sql"
PAGE = ROOT / "docs" / "reference" / "data-inventory.md"


class InventoryGap(RiskscanError):
    """A table or column lacks its comment, or a part of it; the message names it as table.column."""


class DataClass(StrEnum):
    """What a column tells about people."""

    NONE = "none"
    PSEUDONYMOUS = "pseudonymous"
    PERSONAL_SEALED = "personal-sealed"
    PERSONAL = "personal"
    ACCOUNT = "account"
    OPERATIONAL = "operational"


CLASSES: dict[DataClass, str] = {
    DataClass.NONE: "says nothing about any person",
    DataClass.PSEUDONYMOUS: "an id or keyed digest that stands for a post, contact or poster; "
    "without the key file it leads nowhere outside this database",
    DataClass.PERSONAL_SEALED: "encrypted; opened with a role, a purpose and an audit line only",
    DataClass.PERSONAL: "in clear, and may say something about whoever wrote a post or is meant in it",
    DataClass.ACCOUNT: "about people who sign in here, and about agencies",
    DataClass.OPERATIONAL: "how and when the program worked",
}

BASES: dict[str, str] = {
    "not personal": "no ground is needed",
    "Law 91/2025": "Law 91/2025/QH15 on personal data protection: processing without consent, for crime prevention, by "
    "competent state bodies (to be confirmed by counsel)",
    "Law 91/2025 and Law 53/2024 art. 3(10)": "the same ground, and the duty of Law 53/2024/QH15 art. 3(10) to "
    "disclose nothing about those whom a post may concern (to be confirmed by counsel)",
    "public duty": "needed so that officers and agencies can do their work and answer for it (to be confirmed by "
    "counsel)",
}

KEEPING: dict[str, str] = {
    "with the post": "goes when its post is erased: by default 30 days after an unflagged post was last seen, "
    "90 days after a flag was dismissed; a referred or escalated post stays until a person erases it",
    "pseudonym stays": "the row outlives erasure, without text or key, so that an erased post stays erased and "
    "figures stay true",
    "with the database": "nothing removes it by itself",
    "append-only": "never changed or removed by the program",
    "until replaced": "the newest value replaces the one before",
    "until the session ends": "deleted at sign-out, or after the session has run out",
}

_TABLE = re.compile(r"^create table (\w+) \(\n(.*?)^\);$", re.MULTILINE | re.DOTALL)
_COLUMN = re.compile(r"^(\w+) ([a-z_]+(?: precision)?(?:\[\])?)(?= |$)(.*)$")
_KEY = re.compile(r"^primary key \(([\w, ]+)\)$")
_COMMENT = re.compile(r"^comment on (table|column) ([\w.]+) is\s+'((?:[^']|''|'\n\s+')*)';$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Column:
    """A column as its table declares it."""

    table: str
    name: str
    type: str
    nullable: bool

    @property
    def place(self) -> str:
        """The column's name with its table's."""
        return f"{self.table}.{self.name}"


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """A column with the parts of its comment; ``null`` is empty where the column takes none."""

    column: Column
    meaning: str
    null: str
    data_class: DataClass
    basis: str
    keep: str


@dataclass(frozen=True, slots=True)
class InventoryTable:
    """A table with its meaning and its columns in order."""

    name: str
    meaning: str
    rows: tuple[InventoryRow, ...]


def declared_columns(sql: str) -> dict[str, list[Column]]:
    """Return the columns of every table; InventoryGap for a line of a table that cannot be read."""
    found: dict[str, list[Column]] = {}
    for table, body in _TABLE.findall(sql):
        columns: list[Column] = []
        keys: set[str] = set()
        for entry in _entries(body):
            if key := _KEY.match(entry):
                keys |= set(key.group(1).split(", "))
            elif not entry.startswith("constraint "):
                column = _COLUMN.match(entry)
                if column is None:
                    raise InventoryGap(f"{table}: cannot read {entry!r}")
                name, kind, rest = column.groups()
                columns.append(Column(table, name, kind, " not null" not in rest and " primary key" not in rest))
        found[table] = [Column(c.table, c.name, c.type, c.nullable and c.name not in keys) for c in columns]
    if sql.count("create table ") != len(found):
        raise InventoryGap("schema.sql: a table cannot be read")
    return found


def _entries(body: str) -> list[str]:
    """Cut a table's body at the commas that stand in no brackets, comments left out."""
    entries, depth = [""], 0
    for sign in re.sub(r"--.*", "", body):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            entries.append("")
        else:
            entries[-1] += sign
    return [" ".join(entry.split()) for entry in entries]


def comments(sql: str) -> dict[str, str]:
    """Return every comment by table or table.column; InventoryGap for one that stands there twice."""
    found: dict[str, str] = {}
    for _, name, text in _COMMENT.findall(sql):
        if name in found:
            raise InventoryGap(f"{name}: two comments")
        found[name] = re.sub(r"'\n\s+'", "", text).replace("''", "'")
    if len(re.findall(r"^comment on (?:table|column) ", sql, re.MULTILINE)) != len(found):
        raise InventoryGap("schema.sql: a comment cannot be read")
    return found


def read_comment(column: Column, text: str) -> InventoryRow:
    """Take a comment apart; InventoryGap if a part is missing, empty or not among the known words."""
    wanted = ["null"] * column.nullable + ["class", "basis", "keep"]
    pieces = text.split("; ")
    meaning = "; ".join(pieces[: -len(wanted)])
    parts = dict(piece.split(": ", 1) for piece in pieces[-len(wanted) :] if ": " in piece)
    if not meaning or list(parts) != wanted:
        raise InventoryGap(f"{column.place}: expected 'meaning; {'; '.join(f'{part}: …' for part in wanted)}'")
    if not column.nullable and "; null: " in text:
        raise InventoryGap(f"{column.place}: says what null means, but takes none")
    known: dict[str, Sequence[str]] = {"class": list(DataClass), "basis": list(BASES), "keep": list(KEEPING)}
    for part, words in known.items():
        if parts[part] not in words:
            raise InventoryGap(f"{column.place}: {part} {parts[part]!r} is none of {', '.join(words)}")
    return InventoryRow(
        column, meaning, parts.get("null", ""), DataClass(parts["class"]), parts["basis"], parts["keep"]
    )


def read_inventory(sql: str) -> list[InventoryTable]:
    """Read tables, columns and comments of a schema, in its order.

    Raises
    ------
    InventoryGap
        A table or column has no comment or half of one, or a comment names nothing that exists.
    """
    declared, said = declared_columns(sql), comments(sql)
    places = {*declared, *(column.place for columns in declared.values() for column in columns)}
    if missing := [place for place in sorted(places) if place not in said]:
        raise InventoryGap(f"{missing[0]}: no comment in schema.sql")
    if stray := sorted(set(said) - places):
        raise InventoryGap(f"{stray[0]}: a comment, but no such table or column")
    return [
        InventoryTable(table, said[table], tuple(read_comment(column, said[column.place]) for column in columns))
        for table, columns in declared.items()
    ]


def write_inventory(tables: Sequence[InventoryTable]) -> str:
    """Return the page that lists them all, as Markdown."""
    lines = [
        "# Data inventory",
        "",
        "Every table and column of the database, with its class, legal ground and keeping. This page is made from the",
        "comments in `store/schema.sql`; edit them there, then run `python -m riskscan.inventory`.",
        "The grounds are our reading of the law and have to be confirmed by counsel: see",
        "[safeguards](../safeguards.md).",
        "",
    ]
    lines += _words("Classes", {str(name): text for name, text in CLASSES.items()})
    lines += _words("Grounds", BASES) + _words("Keeping", KEEPING)
    for table in tables:
        lines += [
            f"## {table.name}",
            "",
            f"{table.meaning}.",
            "",
            "| column | type | meaning | class | ground | kept |",
        ]
        lines += ["|---|---|---|---|---|---|", *(_line(row) for row in table.rows), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _words(title: str, words: dict[str, str]) -> list[str]:
    return [f"## {title}", "", *(f"- **{name}**: {text}." for name, text in words.items()), ""]


def _line(row: InventoryRow) -> str:
    meaning = f"{row.meaning}. Null: {row.null}." if row.null else f"{row.meaning}."
    cells = [f"`{row.column.name}`", row.column.type, meaning, str(row.data_class), row.basis, row.keep]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Write the page; an error of ours is one line and exit code 1."""
    try:
        page = write_inventory(read_inventory(SCHEMA.read_text(encoding="utf-8")))
    except InventoryGap as gap:
        print(f"riskscan: {gap}", file=sys.stderr)
        sys.exit(1)
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
