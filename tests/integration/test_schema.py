"""The schema for readers, the migrations for machines, and the statements agree with each other and with the code."""

from __future__ import annotations

import hashlib
import secrets
from enum import StrEnum
from pathlib import Path
from typing import Any

import psycopg
import pytest

from records.contact import ContactKind
from records.post import Platform, Precision
from records.review import AccountRole, FlagReason, FlagState, Verdict
from records.score import Exploitation, OutOfScope, Role
from records.source import AddressKind, Outcome, SourceKind
from riskscan.schema import bring_up_to_date
from store.crawls import RunState
from store.migrate import FOLDER
from store.pool import Connection
from store.statements import FOLDER as STORE
from store.statements import families, family, parse
from tests.conftest import Database

ENUMS: dict[str, type[StrEnum]] = {
    "platform": Platform,
    "source_kind": SourceKind,
    "run_state": RunState,
    "address_kind": AddressKind,
    "outcome": Outcome,
    "time_precision": Precision,
    "contact_kind": ContactKind,
    "post_role": Role,
    "exploitation": Exploitation,
    "out_of_scope": OutOfScope,
    "flag_state": FlagState,
    "flag_reason": FlagReason,
    "verdict": Verdict,
    "account_role": AccountRole,
}

#: The SHA-256 of every migration that was released; a released migration is never edited, a new one is added.
RELEASED: dict[str, str] = {}

SHAPE = """
select 'column' as kind, table_name || '.' || column_name as name,
       concat_ws(' ', udt_name, is_nullable, column_default, is_identity) as shape
from information_schema.columns where table_schema = 'public' and table_name not like '%%yoyo%%'
union all
select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
from pg_constraint where connamespace = 'public'::regnamespace and conrelid::regclass::text not like '%%yoyo%%'
  and contype <> 'n'
union all
select 'index', indexname, indexdef from pg_indexes where schemaname = 'public' and indexname not like '%%yoyo%%'
union all
select 'enum', t.typname, string_agg(e.enumlabel, ',' order by e.enumsortorder)
from pg_type t join pg_enum e on e.enumtypid = t.oid
where t.typnamespace = 'public'::regnamespace group by t.typname
union all
select 'grant', table_name || '.' || coalesce(column_name, ''), privilege_type
from information_schema.column_privileges
where grantee = 'riskscan_service' and table_schema = 'public' and table_name not like '%%yoyo%%'
union all
select 'table grant', table_name, privilege_type from information_schema.table_privileges
where grantee = 'riskscan_service' and table_schema = 'public' and table_name not like '%%yoyo%%'
union all
select 'comment', c.relname || '.' || coalesce(a.attname, ''), d.description
from pg_description d join pg_class c on c.oid = d.objoid left join pg_attribute a
  on a.attrelid = c.oid and a.attnum = d.objsubid and d.objsubid > 0
where c.relnamespace = 'public'::regnamespace and d.classoid = 'pg_class'::regclass
order by 1, 2, 3
"""


def shape(dsn: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as conn:
        return conn.execute(SHAPE.replace("%%", "%").encode()).fetchall()


def test_the_schema_for_readers_is_what_the_migrations_make(db: Database) -> None:
    name = f"reader_{secrets.token_hex(4)}"
    with psycopg.connect(db.server.superuser_dsn(), autocommit=True) as conn:
        conn.execute(f'create database "{name}" owner riskscan_owner'.encode())
    try:
        with psycopg.connect(db.server.owner_dsn(name)) as conn:
            conn.execute((STORE / "schema.sql").read_bytes())
        made, read = shape(db.server.superuser_dsn(db.name)), shape(db.server.superuser_dsn(name))
        assert len(made) > 300
        assert made == read
    finally:
        with psycopg.connect(db.server.superuser_dsn(), autocommit=True) as conn:
            conn.execute(f'drop database "{name}" with (force)'.encode())


def test_migrating_twice_does_nothing(db: Database) -> None:
    assert bring_up_to_date(db.owner_dsn) == []


def test_a_released_migration_is_never_edited() -> None:
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.glob("*.sql")}
    assert {name: files.get(name) for name in RELEASED} == RELEASED


async def test_enums_say_the_same_in_python_and_in_sql(conn: Connection) -> None:
    for name, enum in ENUMS.items():
        rows = await (
            await conn.execute(
                "select enumlabel from pg_enum where enumtypid = %s::regtype order by enumsortorder", (name,)
            )
        ).fetchall()
        assert [row["enumlabel"] for row in rows] == [str(member) for member in enum], name


def placeholders(sql: str) -> set[str]:
    return {piece.split(")s", 1)[0] for piece in sql.split("%(")[1:]}


async def test_every_statement_is_planned_with_nulls(conn: Connection) -> None:
    statements = [statement for name in families() for statement in family(name).values()]
    assert len(statements) > 80
    for statement in statements:
        values = dict.fromkeys(placeholders(statement.sql))
        async with conn.transaction(force_rollback=True):
            await conn.execute(b"explain " + statement.sql.encode(), values)


@pytest.mark.parametrize("name", families())
def test_every_parameter_of_a_statement_is_cast(name: str) -> None:
    for statement in family(name).values():
        for piece in statement.sql.split("%(")[1:]:
            assert piece.split(")s", 1)[1].startswith("::"), f"{name}.{statement.name}: {piece[:30]}"


def test_a_statement_without_a_description_is_refused() -> None:
    with pytest.raises(ValueError, match="no description"):
        parse("-- name: bare\nselect 1;", "bare.sql")
    assert parse("-- name: told\n-- Says what.\nselect 1;", "told.sql")["told"].sql == "select 1"


def test_statements_are_all_used() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in Path(STORE).glob("*.py"))
    unused = [f"{name}.{one}" for name in families() for one in family(name) if f'"{one}"' not in code]
    assert unused == []
