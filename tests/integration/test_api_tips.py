"""Agencies hand in tips: each is admitted through the one door and kept once, however often it is sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest

from api.v1.keys import Scope
from store.audit import verify
from store.pool import Connection
from store.posts import unseal_original
from store.seal import Vault
from tests.builders import HandedOut, an_api_key
from tests.conftest import Database
from tests.integration.api_lab import Api, served, settings_for

TEXT = "Tuyển người đi Campuchia, việc nhẹ, gọi 0912 000 321"


@pytest.fixture
async def api(db: Database, vault: Vault, now: datetime) -> AsyncIterator[Api]:
    async with served(settings_for(db.service_dsn, vault, lambda: now)) as api:
        yield api


@pytest.fixture
async def key(conn: Connection) -> HandedOut:
    handed = await an_api_key(conn)
    await conn.commit()
    return handed


async def sent(api: Api, key: HandedOut, idempotency_key: str = "", **body: Any) -> tuple[int, dict[str, Any]]:
    """The answer to a tip."""
    headers = key.header | ({"Idempotency-Key": idempotency_key} if idempotency_key else {})
    answer = await api.client.post("/v1/tips", json={"text": TEXT} | body, headers=headers)
    return answer.status_code, answer.json()


async def count(conn: Connection, table: str) -> int:
    """How many rows a table holds now."""
    row = await (await conn.execute(f"select count(*) as n from {table}")).fetchone()
    await conn.rollback()
    assert row is not None
    return int(row["n"])


async def test_a_tip_becomes_a_masked_post_with_a_sealed_original_and_an_audit_line(
    api: Api, conn: Connection, vault: Vault, key: HandedOut, now: datetime
) -> None:
    url, note = "https://nhom.mau.example/bai/0913000654", "Người báo: 0913 000 987"
    answer = await api.client.post("/v1/tips", json={"text": TEXT, "url": url, "note": note}, headers=key.header)
    assert answer.status_code == 201
    receipt = answer.json()
    assert (receipt["repeated"], receipt["received_at"]) == (False, "2026-11-20T03:00:00Z")
    assert "Campuchia" not in answer.text, "an answer does not repeat the text"

    shown = (await api.client.get(answer.headers["location"], headers=key.header)).json()
    assert shown["post_id"] == receipt["post_id"]
    assert shown["text"] == "Tuyển người đi Campuchia, việc nhẹ, gọi ●●●● ●●● ●●●"
    assert (shown["source"], shown["platform"], shown["host"]) == ("tips", "other", "nhom.mau.example")

    tip = await (await conn.execute("select * from tip")).fetchone()
    assert tip is not None
    assert (tip["agency_id"], tip["note"]) == (key.agency_id, "Người báo: ●●●● ●●● ●●●")
    capture = await (await conn.execute("select capture_id from capture")).fetchone()
    assert capture is not None
    original = await unseal_original(conn, vault, capture["capture_id"])
    assert (original["text"], original["url"]) == (TEXT, url)
    line = await (await conn.execute("select action, agency_id, subject_id, facts from audit")).fetchone()
    assert line == {
        "action": "tip",
        "agency_id": key.agency_id,
        "subject_id": shown["post_id"],
        "facts": {"change": "new", "tip": receipt["tip_id"]},
    }
    assert await verify(conn) == (1, None)


@pytest.mark.parametrize("idempotency_key", ["", "8e03978e-40d5-43dd-bc93-6894a57f9324"])
async def test_the_same_tip_sent_again_is_kept_once(
    api: Api, conn: Connection, key: HandedOut, idempotency_key: str
) -> None:
    first = await sent(api, key, idempotency_key)
    again = await sent(api, key, idempotency_key)
    assert first[0] == 201
    assert again == (200, first[1] | {"repeated": True})
    assert [await count(conn, table) for table in ("tip", "post", "capture", "audit")] == [1, 1, 1, 1]


@pytest.mark.parametrize("idempotency_key", ["", "một lần".encode().hex()])
async def test_a_tip_sent_ten_times_at_once_is_kept_once(
    api: Api, conn: Connection, key: HandedOut, idempotency_key: str
) -> None:
    answers = await asyncio.gather(*(sent(api, key, idempotency_key) for _ in range(10)))
    assert sorted(status for status, _ in answers) == [200] * 9 + [201]
    assert len({receipt["tip_id"] for _, receipt in answers}) == 1
    assert [await count(conn, table) for table in ("tip", "post", "capture")] == [1, 1, 1]


@pytest.mark.parametrize("other", [{"text": "Bài khác"}, {"note": "thêm"}, {"url": "https://khac.mau.example/"}])
async def test_an_idempotency_key_with_another_body_is_refused(
    api: Api, conn: Connection, key: HandedOut, other: dict[str, str]
) -> None:
    await sent(api, key, "k-1")
    status, problem = await sent(api, key, "k-1", **other)
    assert (status, problem["code"]) == (422, "idempotency-key-reused")
    assert [await count(conn, table) for table in ("tip", "post", "capture")] == [1, 1, 1]


async def test_an_outside_id_names_one_post_whose_text_may_change(api: Api, conn: Connection, key: HandedOut) -> None:
    first = await sent(api, key, external_id="hồ sơ 17")
    edited = await sent(api, key, external_id="hồ sơ 17", text="Đã sửa lại")
    assert (first[0], edited[0]) == (201, 200)
    assert edited[1]["post_id"] == first[1]["post_id"]
    shown = (await api.client.get(f"/v1/posts/{first[1]['post_id']}", headers=key.header)).json()
    assert (shown["text"], shown["version"]) == ("Đã sửa lại", 2)
    assert await count(conn, "tip") == 1


async def test_two_agencies_never_learn_of_each_others_tips(api: Api, conn: Connection, key: HandedOut) -> None:
    other = await an_api_key(conn, agency="Cơ quan Khác Mẫu")
    await conn.commit()
    for words in ({}, {"external_id": "17"}, {"idempotency_key": "k-1"}):
        mine, theirs = await sent(api, key, **words), await sent(api, other, **words)
        assert (mine[0], theirs[0]) == (201, 201)
        assert mine[1]["post_id"] != theirs[1]["post_id"]


MISFITS: list[tuple[Any, str]] = [
    ({}, "body/text"),
    ({"text": ""}, "body/text"),
    ({"text": "x" * 20_001}, "body/text"),
    ({"text": 7}, "body/text"),
    ({"text": None}, "body/text"),
    ({"text": "x", "url": "x" * 2_001}, "body/url"),
    ({"text": "x", "note": ["x"]}, "body/note"),
    ({"text": "x", "tên lạ": 1}, "body"),
    ([], "body"),
    ("x", "body"),
    (None, "body"),
]


async def test_a_tip_that_does_not_fit_is_refused_field_by_field(api: Api, conn: Connection, key: HandedOut) -> None:
    headers = key.header | {"Content-Type": "application/json"}
    for body, at in MISFITS:
        answer = await api.client.post("/v1/tips", content=json.dumps(body), headers=headers)
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (422, "body-refused"), body
        assert [fault["at"] for fault in problem["errors"]] == [at]
        assert "tên lạ" not in answer.text
    assert await count(conn, "tip") == 0


async def test_an_idempotency_key_that_cannot_be_one_is_refused(api: Api, key: HandedOut) -> None:
    for value in ("", "a b", "x" * 256, "khóa".encode()):
        headers: Any = key.header | {"Idempotency-Key": value}
        answer = await api.client.post("/v1/tips", json={"text": "x"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "parameter-refused"), value


async def test_a_key_for_tips_alone_hands_in_but_reads_nothing(api: Api, conn: Connection) -> None:
    sender = await an_api_key(conn, [Scope.TIPS_WRITE])
    await conn.commit()
    status, receipt = await sent(api, sender)
    assert status == 201
    assert (await api.client.get(f"/v1/posts/{receipt['post_id']}", headers=sender.header)).status_code == 403


async def test_any_text_that_json_can_carry_is_kept_as_intake_admits_it(api: Api, key: HandedOut) -> None:
    for text in ("\u202emẫu", "a\u0301", "👩\u200d👧", "\ufeff", " \n ", "x" * 20_000, "\U0010ffff"):
        status, receipt = await sent(api, key, text=text)
        assert status == 201
        shown = await api.client.get(f"/v1/posts/{receipt['post_id']}", headers=key.header)
        assert shown.status_code == 200
    assert shown.json()["text"] == "\U0010ffff"
