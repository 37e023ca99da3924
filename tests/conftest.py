"""What every test may ask for: a database of its own on a real server, a vault, a moment in time."""

from __future__ import annotations

import fcntl
import hashlib
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from riskscan.postgres import ServerAddress, embedded_server, find_postgres15
from riskscan.schema import bring_up_to_date
from store.migrate import FOLDER as MIGRATIONS
from store.pool import Connection, connect
from store.seal import Vault

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"

slow_machine = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}
settings.register_profile("short", max_examples=200, **slow_machine)
settings.register_profile("long", max_examples=1_000, **slow_machine)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run everything at full size")
    parser.addoption("--bench", action="store_true", help="run the benchmarks")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("long" if config.getoption("--long") else "short")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # Tiers are chosen, not skipped: what another make target runs does not count as skipped here.
    wanted = {"long": config.getoption("--long"), "bench": config.getoption("--bench")}
    out = [item for item in items if any(item.get_closest_marker(tier) and not on for tier, on in wanted.items())]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counts = {
        word: sum("postgres15" in report.nodeid for report in terminalreporter.stats.get(word, []))
        for word in ("passed", "failed")
    }
    ran = any(counts.values())
    shown = ", ".join(f"{count} {word}" for word, count in counts.items()) if ran else "not run"
    terminalreporter.write_line(f"PostgreSQL 15: {shown}")


def _servers() -> list[str]:
    return ["embedded", "postgres15"] if find_postgres15() else ["embedded"]


@pytest.fixture(scope="session", params=_servers())
def server(request: pytest.FixtureRequest) -> Iterator[ServerAddress]:
    """A PostgreSQL server shared by all workers of this test run."""
    binaries = find_postgres15() if request.param == "postgres15" else None
    folder = BUILD / f"{request.param}"
    folder.mkdir(parents=True, exist_ok=True)
    with embedded_server(folder / "data", folder / "keys", durable=False, binaries=binaries) as address:
        yield address


@dataclass(frozen=True, slots=True)
class Database:
    """One test's own database."""

    name: str
    server: ServerAddress

    @property
    def service_dsn(self) -> str:
        return self.server.service_dsn(self.name)

    @property
    def owner_dsn(self) -> str:
        return self.server.owner_dsn(self.name)

    @property
    def superuser_dsn(self) -> str:
        return self.server.superuser_dsn(self.name)


def _schema_hash() -> str:
    digest = hashlib.sha256()
    for path in [*sorted(MIGRATIONS.glob("*.sql")), ROOT / "riskscan" / "schema.py"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session")
def template(server: ServerAddress) -> str:
    """The name of a migrated database from which each test's own is cloned."""
    name = f"template_{_schema_hash()}"
    with open(BUILD / "template.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with psycopg.connect(server.superuser_dsn(), autocommit=True) as conn:
            if conn.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
                return name
            draft = f"draft_{secrets.token_hex(4)}"
            conn.execute(f'create database "{draft}" owner riskscan_owner')
            bring_up_to_date(server.owner_dsn(draft))
            conn.execute(f'alter database "{draft}" rename to "{name}"')
    return name


@pytest.fixture
def db(server: ServerAddress, template: str) -> Iterator[Database]:
    """A fresh database of this test's own, migrated and empty."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(server.superuser_dsn(), autocommit=True) as conn:
        conn.execute(f'create database "{name}" template "{template}" owner riskscan_owner')
        yield Database(name, server)
        conn.execute(f'drop database "{name}" with (force)')


@pytest.fixture
async def conn(db: Database) -> AsyncIterator[Connection]:
    """A connection as the service role; the test owns the transaction."""
    async with connect(db.service_dsn) as connection:
        yield connection


@pytest.fixture
def vault() -> Vault:
    """A vault with fresh keys."""
    return Vault("test", {"test": secrets.token_bytes(32)}, secrets.token_bytes(32))


@pytest.fixture
def now() -> datetime:
    """The moment at which the tests take place."""
    return datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
