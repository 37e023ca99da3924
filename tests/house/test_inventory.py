"""The data inventory is whole, is what the schema says, and breaks when a comment is missing."""

from __future__ import annotations

import re

import pytest

from riskscan.inventory import (
    BASES,
    CLASSES,
    KEEPING,
    PAGE,
    SCHEMA,
    DataClass,
    InventoryGap,
    declared_columns,
    read_inventory,
    write_inventory,
)

SQL = SCHEMA.read_text(encoding="utf-8")


def without_comment(place: str) -> str:
    doctored, count = re.subn(rf"comment on \w+ {re.escape(place)} is\s(?:.|\n)*?';\n", "", SQL, count=1)
    assert count == 1, place
    return doctored


def test_the_page_says_what_the_schema_says() -> None:
    written = write_inventory(read_inventory(SQL))
    assert PAGE.read_text(encoding="utf-8") == written, "run: python -m riskscan.inventory"
    assert sum(len(columns) for columns in declared_columns(SQL).values()) > 200


@pytest.mark.parametrize("place", ["decision", "post", "post.host", "capture.removed", "audit.entry_hash"])
def test_a_missing_comment_is_named(place: str) -> None:
    with pytest.raises(InventoryGap, match=rf"^{re.escape(place)}: no comment"):
        read_inventory(without_comment(place))


def test_each_comment_is_needed() -> None:
    places = [f"{column.table}.{column.name}" for columns in declared_columns(SQL).values() for column in columns]
    for place in [*places, *declared_columns(SQL)]:
        with pytest.raises(InventoryGap, match=rf"^{re.escape(place)}: no comment"):
            read_inventory(without_comment(place))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("class: none; basis: not personal; keep: with the database'", "class: none; keep: with the database'",
         r"^source\.source_id: expected"),
        ("basis: Law 91/2025; keep", "basis: Law 19/2025; keep", r"^frontier\.fingerprint: basis 'Law 19/2025'"),
        ("class: pseudonymous; ", "class: secret; ", r"^frontier\.fingerprint: class 'secret'"),
        ("keep: with the post'", "keep: for ever'", r"^data_key\.data_key_id: keep 'for ever'"),
        ("null: it still runs; ", "", r"^crawl_run\.ended_at: expected"),
        ("is 'When the source was first seen; '", "is 'When it was seen; null: never; '", r"^source\.created_at: says"),
        ("comment on column source.title is", "comment on column source.titel is", r"^source\.title: no comment"),
        ("comment on table source is", "comment on column source.kind is 'x';\ncomment on table source is", "two comm"),
        ("    kind source_kind not null,", "    kind source_kind not null,\n    (broken),", r"^source: cannot read"),
        ("comment on table source is 'A", "comment on table source is E'A", "a comment cannot be read"),
    ],
)  # fmt: skip
def test_a_comment_that_lacks_a_part_is_refused(before: str, after: str, message: str) -> None:
    assert before in SQL
    with pytest.raises(InventoryGap, match=message):
        read_inventory(SQL.replace(before, after, 1))


def test_a_comment_on_nothing_is_refused() -> None:
    with pytest.raises(InventoryGap, match=r"^post\.ghost: a comment, but no such"):
        read_inventory(SQL + "\ncomment on column post.ghost is 'Nothing';\n")


def test_every_class_ground_and_keeping_is_explained_and_used() -> None:
    rows = [row for table in read_inventory(SQL) for row in table.rows]
    assert {row.data_class for row in rows} == set(DataClass) == set(CLASSES)
    assert {row.basis for row in rows} == set(BASES)
    assert {row.keep for row in rows} == set(KEEPING)


def test_sealed_columns_are_bytes_and_say_so() -> None:
    rows = [row for table in read_inventory(SQL) for row in table.rows]
    sealed = [row for row in rows if row.column.name.startswith("sealed") and row.column.type == "bytea"]
    named = {row.column.place for row in sealed if row.column.name != "sealed_digest"}
    assert named == {row.column.place for row in rows if row.data_class is DataClass.PERSONAL_SEALED}


def test_no_comment_calls_a_person_what_no_score_can_say() -> None:
    for table in read_inventory(SQL):
        for text in [table.meaning, *(row.meaning for row in table.rows)]:
            assert not re.search(r"\b(victim|trafficker|suspect|criminal)s?\b", text, re.IGNORECASE), text
