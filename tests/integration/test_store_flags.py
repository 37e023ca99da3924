"""Flags pass from hand to hand on leases; decisions stay; the audit chain tells of every change."""

from __future__ import annotations

import psycopg
import pytest

from records.errors import AlreadyDecided, StaleLease
from records.review import Verdict
from store.audit import record, verify
from store.flags import decide, extend, flag, own_lease, queue, queue_size, release, take
from store.pool import Connection
from store.seal import Vault
from tests.builders import NOW, an_account, an_open_flag
from tests.conftest import Database


async def two_people(conn: Connection) -> tuple[int, int]:
    one = await an_account(conn, "mot")
    other = await an_account(conn, "hai")
    return int(getattr(one, "account_id", one)), int(getattr(other, "account_id", other))


async def test_taking_gives_the_next_flag_and_nobody_else_the_same(conn: Connection, vault: Vault) -> None:
    flag_id = await an_open_flag(conn, vault)
    one, other = await two_people(conn)
    lease = await take(conn, one)
    assert lease is not None
    assert lease.flag_id == flag_id
    assert await take(conn, other) is None
    assert await own_lease(conn, one, flag_id) == lease
    assert await own_lease(conn, other, flag_id) is None
    assert await queue_size(conn) == (1, 0)


async def test_a_lease_that_ran_out_is_free_and_its_late_decision_is_refused(conn: Connection, vault: Vault) -> None:
    flag_id = await an_open_flag(conn, vault)
    one, other = await two_people(conn)
    old = await take(conn, one, seconds=-1)
    new = await take(conn, other)
    assert old is not None
    assert new is not None
    assert new.token > old.token
    with pytest.raises(StaleLease):
        await decide(conn, one, flag_id, old.token, Verdict.DISMISS, "đã đọc kỹ")
    await decide(conn, other, flag_id, new.token, Verdict.DISMISS, "đã đọc kỹ")
    shown = await flag(conn, flag_id)
    assert [one["verdict"] for one in shown["decisions"]] == ["dismiss"]
    rows = await (await conn.execute("select ended::text as ended from review order by review_id")).fetchall()
    assert [row["ended"] for row in rows] == ["expired", "decided"]


async def test_a_decision_just_after_the_lease_ran_out_counts_while_nobody_took_the_flag(
    conn: Connection, vault: Vault
) -> None:
    flag_id = await an_open_flag(conn, vault)
    one, _ = await two_people(conn)
    lease = await take(conn, one, seconds=-1)
    assert lease is not None
    await decide(conn, one, flag_id, lease.token, Verdict.REFER, "chuyển đơn vị")
    assert (await flag(conn, flag_id))["state"] == "closed"


async def test_a_closed_flag_takes_no_second_decision(conn: Connection, vault: Vault) -> None:
    flag_id = await an_open_flag(conn, vault)
    one, _ = await two_people(conn)
    lease = await take(conn, one)
    assert lease is not None
    await decide(conn, one, flag_id, lease.token, Verdict.REFER, "chuyển đơn vị")
    with pytest.raises(AlreadyDecided):
        await decide(conn, one, flag_id, lease.token, Verdict.DISMISS, "đổi ý rồi")


async def test_unsure_gives_the_flag_to_somebody_else(conn: Connection, vault: Vault) -> None:
    flag_id = await an_open_flag(conn, vault)
    one, other = await two_people(conn)
    lease = await take(conn, one)
    assert lease is not None
    await decide(conn, one, flag_id, lease.token, Verdict.UNSURE, "không chắc")
    assert await take(conn, one) is None
    again = await take(conn, other)
    assert again is not None
    assert again.flag_id == flag_id


async def test_an_escalated_flag_waits_for_a_lead(conn: Connection, vault: Vault) -> None:
    flag_id = await an_open_flag(conn, vault)
    one, other = await two_people(conn)
    lease = await take(conn, one)
    assert lease is not None
    await decide(conn, one, flag_id, lease.token, Verdict.ESCALATE, "có thể là trẻ em")
    assert await take(conn, other) is None
    assert await queue(conn) == []
    led = await take(conn, other, lead=True)
    assert led is not None
    assert led.flag_id == flag_id
    assert [row["flag_id"] for row in await queue(conn, lead=True)] == [flag_id]


async def test_a_released_flag_is_free_at_once_and_a_lease_can_be_kept(conn: Connection, vault: Vault) -> None:
    flag_id = await an_open_flag(conn, vault)
    one, other = await two_people(conn)
    lease = await take(conn, one)
    assert lease is not None
    await extend(conn, one, flag_id, lease.token)
    with pytest.raises(StaleLease):
        await extend(conn, other, flag_id, lease.token)
    await release(conn, one, flag_id, lease.token)
    assert (await take(conn, other)) is not None


async def test_wrong_states_are_unwritable(db: Database, conn: Connection, vault: Vault) -> None:
    flag_id = await an_open_flag(conn, vault)
    one, _ = await two_people(conn)
    await conn.commit()
    for statement in (
        "update flag set state = 'taken' where flag_id = %(flag)s",
        "update flag set state = 'closed' where flag_id = %(flag)s",
        "update flag set taken_by = %(account)s where flag_id = %(flag)s",
        "insert into flag (post_id, score_id, reason, threshold_id) select post_id, score_id, reason, threshold_id"
        " from flag",
        "insert into label (capture_id, account_id, codebook_version, role, risk, score_visible)"
        " select min(capture_id), %(account)s, 1, 'seeker', 2, false from capture",
    ):
        with pytest.raises((psycopg.errors.CheckViolation, psycopg.errors.UniqueViolation)):
            await conn.execute(statement.encode(), {"flag": flag_id, "account": one})
        await conn.rollback()


async def test_the_audit_chain_notices_every_kind_of_change(db: Database, conn: Connection) -> None:
    for number in range(5):
        await record(conn, "look", at=NOW, subject_kind="flag", subject_id=number, facts={"n": number})
    await conn.commit()
    assert await verify(conn) == (5, None)
    await conn.commit()
    for tampering, first_bad in (
        ("update audit set purpose = 'khác' where audit_id = 3", 3),
        ("delete from audit where audit_id = 2", 3),
        ("update audit set facts = '{\"n\": 9}' where audit_id = 4", 4),
        ("update audit set subject_id = 7 - subject_id where audit_id in (2, 3)", 2),
    ):
        with psycopg.connect(db.superuser_dsn) as owner:
            owner.execute("create table kept as select * from audit")
            owner.execute(tampering.encode())
            owner.commit()
            assert (await verify(conn))[1] == first_bad, tampering
            await conn.commit()
            owner.execute("delete from audit")
            owner.execute("insert into audit overriding system value select * from kept")
            owner.execute("drop table kept")
    assert await verify(conn) == (5, None)
