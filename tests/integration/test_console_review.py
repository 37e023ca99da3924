"""Reading, taking and deciding in the console, as reviewers do it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from store.seal import Vault
from tests.builders import an_open_flag
from tests.conftest import Database
from tests.integration.console_lab import Console, a_console


@pytest.fixture
async def console(db: Database, vault: Vault) -> AsyncIterator[Console]:
    async with a_console(db, vault) as made:
        yield made


async def test_a_reviewer_takes_reads_decides_and_gets_the_next(console: Console, vault: Vault) -> None:
    first = await an_open_flag(console.conn, vault, score=0.95)
    second = await an_open_flag(console.conn, vault, score=0.81)
    reader = await console.signed_in()
    await reader.open("/console/queue")
    await reader.submit("/console/queue/next")
    assert f"Cờ số {first}" in reader.text
    await reader.submit(f"/console/flags/{first}/decide", verdict="refer", reason="bao hết chi phí đi", then="next")
    assert f"Cờ số {second}" in reader.text
    assert f"Đã lưu quyết định cho cờ số {first}" in reader.text
    rows = await (await console.conn.execute("select verdict::text, reason from decision")).fetchall()
    assert [tuple(row.values()) for row in rows] == [("refer", "bao hết chi phí đi")]
