"""Removes deleted keys from the database's own files, where they outlive their rows for a while."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from records.errors import DatabaseUnavailable
from riskscan.postgres import embedded_server
from riskscan.runtime import Runtime
from store.statements import parse

_SOURCE = Path(__file__).with_suffix(".sql")
SQL = parse(_SOURCE.read_text("utf-8"), _SOURCE.name)
STEPS = ("rewrite_data_keys", "checkpoint", "next_log_file", "checkpoint")
SECONDS_FOR_THE_LOCK = 5


class Scrubbed(StrEnum):
    """How far the files could be cleaned."""

    WHOLE = "whole"  # no file of the server holds a deleted key any more
    TABLE = "table"  # the write-ahead log may, until the server's next checkpoints
    NOTHING = "nothing"  # nobody gave us the owner's address


def scrub(runtime: Runtime) -> Scrubbed:
    """Write the table of wrapped keys anew and drop the log that remembers deleted ones.

    On the embedded server this is done as its superuser. On a server of yours it is done as the
    owner (``RISKSCAN_OWNER_URL``), who needs the role pg_checkpoint and the right to execute
    pg_switch_wal for the log; copies of the log (archives, standbys, backups) are out of reach.

    Raises
    ------
    DatabaseUnavailable
        The table is in use by somebody who does not let go of it within five seconds.
    """
    if not runtime.embedded:
        return Scrubbed.NOTHING if runtime.owner_dsn is None else scrub_as(runtime.owner_dsn)
    with embedded_server(runtime.settings.data, runtime.settings.key_folder) as address:
        database = str(conninfo_to_dict(runtime.dsn)["dbname"])
        return scrub_as(address.superuser_dsn(database))


def scrub_as(dsn: str) -> Scrubbed:
    """Scrub as the role of ``dsn``: the table's owner at least."""
    patient = make_conninfo(dsn, options=f"-c lock_timeout={SECONDS_FOR_THE_LOCK}s -c search_path=public")
    try:
        with psycopg.connect(patient, autocommit=True, connect_timeout=10) as conn:
            try:
                for step in STEPS:
                    conn.execute(SQL[step].sql)
            except psycopg.errors.InsufficientPrivilege:
                return Scrubbed.TABLE
    except psycopg.OperationalError as fault:
        raise DatabaseUnavailable("deleted keys are still in the database's files; run riskscan purge again") from fault
    return Scrubbed.WHOLE
