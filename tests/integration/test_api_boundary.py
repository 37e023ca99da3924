"""The edge of the API: hostile bodies, query strings, hosts and errors; nothing that came in goes out in a refusal."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.boundary import BODY_CAP, DEPTH_CAP, broken_rule, strict_json
from api.headers import DEFAULTS, host_name
from api.problems import Problem
from records.errors import ModelError
from store.pool import Connection
from store.seal import Vault
from tests.builders import HandedOut, a_model, an_api_key
from tests.conftest import Database
from tests.integration.api_lab import HOST, Api, served, settings_for

CANARY = "canary0912000777"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def api(db: Database, vault: Vault, now: datetime) -> AsyncIterator[Api]:
    async with served(settings_for(db.service_dsn, vault, lambda: now)) as api:
        yield api


@pytest.fixture
async def key(conn: Connection) -> HandedOut:
    handed = await an_api_key(conn)
    await conn.commit()
    return handed


BODIES: list[tuple[str, bytes, int, str]] = [
    ("nothing", b"", 400, "body-malformed"),
    ("half an object", b'{"text": "' + CANARY.encode(), 400, "body-malformed"),
    ("latin-1", '{"text": "café"}'.encode("latin-1"), 400, "body-malformed"),
    ("utf-16", f'{{"text": "{CANARY}"}}'.encode("utf-16"), 400, "body-malformed"),
    ("a byte order mark", b"\xef\xbb\xbf" + b'{"text": "x"}', 400, "body-malformed"),
    ("NaN", b'{"text": NaN}', 400, "body-malformed"),
    ("Infinity", b'{"text": "x", "note": -Infinity}', 400, "body-malformed"),
    ("a number beyond every float", b'{"text": 1e999}', 400, "body-malformed"),
    ("a number of 5,000 digits", b'{"text": ' + b"9" * 5000 + b"}", 400, "body-malformed"),
    ("a name twice", b'{"text": "x", "text": "' + CANARY.encode() + b'"}', 400, "body-malformed"),
    ("a name twice, deep inside", b'{"text": {"a": [{"b": 1, "b": 2}]}}', 400, "body-malformed"),
    ("NUL in a value", b'{"text": "' + CANARY.encode() + b'\\u0000"}', 400, "body-malformed"),
    ("NUL in a name", b'{"text": "x", "a\\u0000": 1}', 400, "body-malformed"),
    ("half of a surrogate pair", b'{"text": "' + CANARY.encode() + b'\\ud800"}', 400, "body-malformed"),
    ("half of a surrogate pair in a name", b'{"text": "x", "\\udfff": 1}', 400, "body-malformed"),
    ("100,000 brackets", b"[" * 100_000, 400, "body-malformed"),
    ("100,000 closed brackets", b"[" * 100_000 + b"]" * 100_000, 400, "body-malformed"),
    ("50,000 objects", b'{"a":' * 50_000, 400, "body-malformed"),
    ("one level too many", b"[" * (DEPTH_CAP + 1) + b"]" * (DEPTH_CAP + 1), 400, "body-malformed"),
    ("an unknown name", f'{{"text": "x", "{CANARY}": 1}}'.encode(), 422, "body-refused"),
    ("a wrong type", f'{{"text": ["{CANARY}"]}}'.encode(), 422, "body-refused"),
    ("256 kB and one byte", b'{"text": "' + b"x" * BODY_CAP + b'"}', 413, "body-too-large"),
]


async def test_a_hostile_body_is_refused_without_being_repeated(api: Api, key: HandedOut) -> None:
    for name, body, status, code in BODIES:
        answer = await api.client.post("/v1/tips", content=body, headers=key.header | JSON)
        assert (answer.status_code, answer.json()["code"]) == (status, code), name
        assert answer.headers["content-type"] == "application/problem+json"
        assert CANARY not in answer.text, name


async def test_a_body_in_pieces_is_read_no_further_than_the_cap(api: Api, key: HandedOut) -> None:
    read = 0

    async def long() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(64):
            read += 65_536
            yield b"x" * 65_536

    answer = await api.client.post("/v1/tips", content=long(), headers=key.header | JSON)
    assert answer.status_code == 413
    assert read <= BODY_CAP + 2 * 65_536


async def test_only_plain_json_is_read(api: Api, key: HandedOut) -> None:
    for headers in (
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": f"{CANARY}/json"},
    ):
        answer = await api.client.post("/v1/tips", content=b'{"text": "x"}', headers=key.header | headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "media-type-refused"), headers
        assert CANARY not in answer.text
    charset = {"Content-Type": 'Application/JSON; Charset="UTF-8"'}
    assert (await api.client.post("/v1/tips", content=b'{"text": "x"}', headers=key.header | charset)).is_success


async def test_a_caller_without_a_key_is_sent_away_before_the_body_is_read(api: Api) -> None:
    answer = await api.client.post("/v1/tips", content=b"[" * 1000, headers=JSON)
    assert answer.status_code == 401


QUERIES = [
    "q=%00",
    "q=a%00b",
    "q=%ed%a0%80",
    "q=%ff",
    "q=%",
    "q=%zz",
    "q=",
    "q=" + "x" * 201,
    "q=" + "x" * 5000,
    "q=a&q=b",
    "q=a&%71=b",
    f"{CANARY}=1",
    f"flagged={CANARY}",
    "flagged=1",
    "flagged=yes",
    "flagged=True",
    "min_score=nan",
    "min_score=inf",
    "min_score=1e999",
    "min_score=-0.1",
    "min_score=1.1",
    "min_score=0.1_5",
    "min_score=%200.5",
    "min_score=",
    f"role={CANARY}",
    "role=Recruiter",
    f"exploitation={CANARY}",
    "destination=kh",
    "destination=K",
    "source=../etc",
    "since=yesterday",
    "since=1700000000",
    "since=2026-01-01",
    "since=2026-01-01T00:00:00",
    "since=2026-13-01T00:00:00Z",
    f"until={CANARY}",
    "limit=0",
    "limit=201",
    "limit=-1",
    "limit=1.0",
    "limit=1_0",
    "limit=" + "9" * 50,
    f"cursor={CANARY}",
    "cursor=" + "%F0%9F%98%80",
]


async def test_a_hostile_query_string_is_refused_without_being_repeated(api: Api, key: HandedOut) -> None:
    for query in QUERIES:
        answer = await api.client.get(f"/v1/posts?{query}", headers=key.header)
        assert (answer.status_code, answer.json()["code"]) == (400, "parameter-refused"), query
        assert CANARY not in answer.text


async def test_a_post_id_that_cannot_be_one_is_refused(api: Api, key: HandedOut) -> None:
    for post_id in ("0", "-1", "x", "1.0", "1_0", "9" * 19, "%00", "%ed%a0%80", CANARY):
        answer = await api.client.get(f"/v1/posts/{post_id}", headers=key.header)
        assert (answer.status_code, answer.json()["code"]) == (400, "parameter-refused"), post_id
        assert CANARY not in answer.text


@given(st.text(max_size=50) | st.text(alphabet='[]{},:"\\u0d8-eE.19 ntfaN', max_size=60))
def test_strict_json_gives_a_value_or_a_problem_and_never_another_error(text: str) -> None:
    with suppress(Problem):
        strict_json(text.encode("utf-8", "surrogatepass"))


PLAIN = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text("ạ\u202e😀a", max_size=9)
NESTED = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("aạ", max_size=4), inner)
)


@given(NESTED)
def test_what_json_can_say_plainly_is_read_as_it_stands(value: Any) -> None:
    assert strict_json(json.dumps(value).encode()) == value
    assert strict_json(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary(max_size=80))
def test_any_query_string_is_judged_without_an_error(query: bytes) -> None:
    broken_rule(query, once=True)


async def test_canaries_in_every_place_of_a_request_come_back_in_no_refusal(
    api: Api, key: HandedOut, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bearer = {"Authorization": f"Bearer rsk_{CANARY}"}
    tries = [
        ("GET", f"/{CANARY}", {}, None),
        ("GET", f"/v1/{CANARY}", key.header, None),
        ("GET", f"/v1/posts/{CANARY}", key.header, None),
        ("GET", "/v1/posts", bearer, None),
        ("GET", f"/v1/me?{CANARY}=%00", key.header, None),
        ("DELETE", f"/v1/posts/1?x={CANARY}", key.header, None),
        (CANARY.upper(), "/v1/posts", key.header, None),
        ("POST", "/v1/tips", key.header | JSON | {"Idempotency-Key": CANARY + " " + CANARY}, b'{"text": "x"}'),
        ("POST", "/v1/tips", key.header | JSON, f'{{"text": {{"{CANARY}": "{CANARY}"}}}}'.encode()),
        ("GET", "/healthz", {"Host": f"{CANARY}.example"}, None),
    ]
    for method, path, headers, body in tries:
        answer = await api.client.request(method, path, headers=headers, content=body)
        assert 400 <= answer.status_code < 500, path
        assert CANARY not in answer.text
        assert CANARY not in str(answer.headers)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("riskscan", "api"))]
    assert ours, "the refused key is counted"
    assert not any(CANARY in line for line in ours)


# ── Around every answer ──────────────────────────────────────────────────────────────────────────────────────


async def test_every_answer_wears_the_security_headers_even_an_unforeseen_one(
    api: Api, key: HandedOut, caplog: pytest.LogCaptureFixture
) -> None:
    @api.app.get("/v1/broken")
    async def broken() -> None:
        raise ZeroDivisionError(CANARY)

    @api.app.get("/v1/broken-too")
    async def broken_too() -> None:
        raise ModelError(CANARY)

    for path, status in {
        "/healthz": 200,
        "/v1/openapi.json": 200,
        "/v1/me": 200,
        "/v1/none": 404,
        "/v1/posts?x=%00": 400,
        "/v1/broken": 500,
        "/v1/broken-too": 500,
    }.items():
        answer = await api.client.get(path, headers=key.header)
        assert answer.status_code == status
        for name in DEFAULTS:
            assert name in answer.headers, (path, name)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "access-control-allow-origin" not in answer.headers
        assert CANARY not in answer.text
    assert CANARY not in caplog.text
    assert "ZeroDivisionError at broken:" in caplog.text


async def test_another_host_name_is_not_answered(api: Api) -> None:
    for host in ("khac.mau.example", f"{HOST}.khac.example", "127.0.0.1", "", f"{HOST}@khac.example", f"{HOST}:80:80"):
        answer = await api.client.get("/healthz", headers={"Host": host})
        assert (answer.status_code, answer.json()["code"]) == (400, "host-refused"), host
        assert "x-frame-options" in answer.headers
    for host in (HOST, HOST.upper(), f"{HOST}:8600"):
        assert (await api.client.get("/healthz", headers={"Host": host})).status_code == 200
    twice = [("Host", HOST), ("Host", "khac.mau.example")]
    assert (await api.client.get("/healthz", headers=twice)).status_code == 400


@pytest.mark.parametrize(
    ("header", "name"),
    [("A.Example:80", "a.example"), ("[::1]", "[::1]"), ("[::1]:8600", "[::1]"), ("127.0.0.1", "127.0.0.1")],
)
def test_a_host_header_is_read_without_its_port(header: str, name: str) -> None:
    assert host_name(header) == name


async def test_an_unknown_address_is_not_found_and_redirects_nowhere(api: Api) -> None:
    for path in ("/docs", "/redoc", "/openapi.json", "/v1", "/v1/", "/v1/posts/", "/v1/posts/1/x"):
        answer = await api.client.get(path)
        assert answer.status_code == 404, path
        assert "location" not in answer.headers


async def test_a_method_that_an_address_does_not_know_is_refused(api: Api) -> None:
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "POST", "TRACE"):
        answer = await api.client.request(method, "/v1/posts", headers={"Origin": "https://khac.mau.example"})
        assert (answer.status_code, answer.json()["code"]) == (405, "method-refused"), method
        assert answer.headers["allow"] == "GET"


# ── Health ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_program_is_ready_once_a_model_is_current(api: Api, conn: Connection) -> None:
    early = await api.client.get("/readyz")
    assert (early.status_code, early.json()["code"]) == (503, "not-ready")
    assert early.headers["retry-after"]
    await a_model(conn)
    await conn.commit()
    assert (await api.client.get("/readyz")).json() == {"status": "ready", "model": "recruitment-risk-0001"}


async def test_a_lost_database_makes_the_api_unavailable_but_not_unhealthy(
    api: Api, db: Database, conn: Connection, key: HandedOut
) -> None:
    await a_model(conn)
    await conn.commit()
    await conn.close()
    with psycopg.connect(db.server.superuser_dsn(), autocommit=True) as admin:
        admin.execute(f'alter database "{db.name}" with allow_connections false')
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [db.name])
        api.app.state.pool.timeout = 1.0
        lost = await api.client.get("/v1/me", headers=key.header)
        assert (lost.status_code, lost.json()["code"]) == (503, "unavailable")
        assert lost.headers["retry-after"]
        assert (await api.client.get("/readyz")).json()["code"] == "not-ready"
        assert (await api.client.get("/healthz")).json() == {"status": "ok"}
        admin.execute(f'alter database "{db.name}" with allow_connections true')


async def test_a_database_without_our_tables_is_not_ready(api: Api, db: Database) -> None:
    with psycopg.connect(db.superuser_dsn, autocommit=True) as admin:
        admin.execute("drop table audit")
    answer = await api.client.get("/readyz")
    assert (answer.status_code, "not migrated" in answer.json()["detail"]) == (503, True)
