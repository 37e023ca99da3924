"""Every route of the console refuses what did not come from a page of ours, and no session outlives its person."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from records.review import AccountRole
from store.seal import Vault
from tests.builders import PASSWORD, an_account, an_open_flag
from tests.conftest import Database
from tests.integration.console_lab import COOKIE, ORIGIN, Console, Reader, a_console, console_settings

#: Browsers send these reports by themselves, so no page can give them a token; the route only counts.
WITHOUT_TOKEN = {"/console/csp-report"}


@pytest.fixture
async def console(db: Database, vault: Vault) -> AsyncIterator[Console]:
    async with a_console(db, vault) as made:
        yield made


def routes(app: FastAPI) -> list[APIRoute]:
    """Every route that people's pages stand on."""
    found: list[APIRoute] = []
    waiting = list(app.routes)
    while waiting:
        route = waiting.pop()
        waiting += getattr(getattr(route, "original_router", route), "routes", [])
        if isinstance(route, APIRoute):
            found.append(route)
    return found


def changing_paths(app: FastAPI) -> list[str]:
    """The addresses of the console that answer anything but reading; flag 1 stands for all flags."""
    schema = {"/console" + path if not path.startswith("/console") else path for path in _paths(app)}
    return sorted(path.replace("{flag_id}", "1") for path in schema)


def _paths(app: FastAPI) -> set[str]:
    return {
        route.path for route in routes(app) if not route.methods <= {"GET", "HEAD"} and not route.path.startswith("/v1")
    }


async def test_the_walk_knows_every_route_that_changes_something(console: Console) -> None:
    assert changing_paths(console.app) == [
        "/console/csp-report",
        "/console/flags/1/decide",
        "/console/flags/1/extend",
        "/console/flags/1/release",
        "/console/flags/1/take",
        "/console/language",
        "/console/password",
        "/console/queue/next",
        "/console/sign-in",
        "/console/sign-out",
    ]


async def _state(console: Console) -> list[object]:
    """Everything a refused request must leave alone."""
    rows = []
    for question in (
        "select account_id, locale, password_hash, failed_sign_ins from account order by account_id",
        "select flag_id, state, taken_by, lease_token, lease_until from flag order by flag_id",
        "select count(*) from decision",
        "select count(*) from audit",
        "select session_digest from session order by session_digest",
    ):
        rows.append(await (await console.conn.execute(question)).fetchall())
    await console.conn.commit()
    return rows


async def _ready_reader(console: Console, vault: Vault) -> tuple[Reader, dict[str, str]]:
    """A reader who holds flag 1, and fields with which every form would be accepted."""
    flag_id = await an_open_flag(console.conn, vault)
    reader = await console.signed_in()
    await reader.open("/console/queue")
    await reader.submit("/console/queue/next")
    good = reader.fields(f"/console/flags/{flag_id}/decide") | {
        "verdict": "dismiss",
        "reason": "không có gì",
        "locale": "en",
        "old": PASSWORD,
        "new": "một câu thật dài và mới",
        "again": "một câu thật dài và mới",
        "username": "dieutra01",
        "password": PASSWORD,
    }
    return reader, good


async def test_no_route_changes_anything_without_a_token_of_its_own_page(console: Console, vault: Vault) -> None:
    reader, good = await _ready_reader(console, vault)
    other = await console.signed_in("dieutra02")
    await other.open("/console/queue")
    foreign = other.page.forms[0].fields["csrf"]
    before = await _state(console)
    for path in changing_paths(console.app):
        if path in WITHOUT_TOKEN:
            continue
        for token in (None, "", foreign, good["csrf"][:-1], good["csrf"] + "é", "\u0000"):
            fields = {name: value for name, value in good.items() if name != "csrf"}
            if token is not None:
                fields["csrf"] = token
            answer = await reader.post(path, fields)
            assert answer.status_code == 403, (path, token)
    assert await _state(console) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.mau.example", "sec_fetch_site": "cross-site"},
        {"origin": "https://elsewhere.mau.example"},
        {"origin": "https://evil.console.mau.example", "sec_fetch_site": "same-site"},
        {"origin": ORIGIN, "sec_fetch_site": "cross-site"},
        {"origin": "null", "sec_fetch_site": "cross-site"},
        {"origin": "null", "sec_fetch_site": "none"},
        {"origin": ORIGIN + ":8443", "sec_fetch_site": "same-origin"},
        {"origin": "https://console.mau.example.evil.example", "sec_fetch_site": "same-origin"},
        {"origin": "https://x@evil.example", "sec_fetch_site": "same-origin"},
    ],
)
async def test_no_route_changes_anything_for_a_foreign_origin(
    console: Console, vault: Vault, headers: dict[str, str]
) -> None:
    reader, good = await _ready_reader(console, vault)
    before = await _state(console)
    for path in changing_paths(console.app):
        answer = await reader.post(path, good, **headers)
        assert answer.status_code == 403, path
    assert await _state(console) == before
    assert console.app.state.desk.csp_reports == 0


async def test_no_route_changes_anything_for_a_request_that_names_no_page(console: Console, vault: Vault) -> None:
    reader, good = await _ready_reader(console, vault)
    before = await _state(console)
    for path in changing_paths(console.app):
        answer = await reader.client.post(path, data=good)
        assert answer.status_code == 403, path
    assert await _state(console) == before


async def test_every_route_but_signing_in_sends_a_stranger_away(console: Console, vault: Vault) -> None:
    await an_open_flag(console.conn, vault)
    await console.conn.commit()
    before = await _state(console)
    for path in changing_paths(console.app):
        if path in WITHOUT_TOKEN | {"/console/sign-in"}:
            continue
        answer = await console.reader().post(path, {"csrf": "x"})
        assert (answer.status_code, answer.headers.get("location")) == (303, "/console/sign-in"), path
    for path in ("/console/queue", "/console/flags/1", "/console/help", "/console/password"):
        answer = await console.reader().client.get(path)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/console/sign-in"), path
        assert "Campuchia" not in answer.text
    assert await _state(console) == before


async def test_our_own_forms_pass_with_the_null_origin_our_referrer_policy_makes(
    console: Console, vault: Vault
) -> None:
    reader, _ = await _ready_reader(console, vault)
    answer = await reader.post(
        "/console/language",
        {"csrf": reader.page.forms[0].fields["csrf"], "locale": "en", "back": "/console/queue"},
        origin="null",
        sec_fetch_site="same-origin",
    )
    assert answer.status_code == 303


async def test_a_report_of_the_browser_is_counted_and_nothing_else(console: Console) -> None:
    reader = console.reader()
    before = await _state(console)
    answer = await reader.post("/console/csp-report", {"csp-report": "x" * 100_000})
    assert (answer.status_code, console.app.state.desk.csp_reports) == (204, 1)
    assert await _state(console) == before


async def test_signing_in_never_keeps_a_session_that_came_with_the_browser(console: Console) -> None:
    person = await an_account(console.conn)
    await console.conn.commit()
    planted = console.reader()
    planted.client.cookies.set(COOKIE, "planted-by-somebody-else", domain="console.mau.example")
    await planted.sign_in(person)
    assert planted.secret not in ("", "planted-by-somebody-else")

    first = planted.secret
    await planted.sign_in(person)
    assert planted.secret != first
    old = console.reader()
    old.client.cookies.set(COOKIE, first, domain="console.mau.example")
    assert (await old.client.get("/console/queue")).status_code == 303


async def test_after_signing_out_the_old_cookie_opens_nothing(console: Console) -> None:
    reader = await console.signed_in()
    secret = reader.secret
    await reader.open("/console/queue")
    await reader.submit("/console/sign-out")
    assert "Bạn đã đăng xuất" in reader.text
    assert not reader.secret
    thief = console.reader()
    thief.client.cookies.set(COOKIE, secret, domain="console.mau.example")
    assert (await thief.client.get("/console/queue")).status_code == 303


async def test_an_idle_session_ends(db: Database, vault: Vault) -> None:
    async with a_console(db, vault, idle_seconds=0.0) as console:
        reader = await console.signed_in()
        assert (await reader.client.get("/console/queue")).status_code == 303


async def test_a_session_ends_after_its_time_even_in_use(db: Database, vault: Vault) -> None:
    async with a_console(db, vault, session_seconds=0.0) as console:
        reader = await console.signed_in()
        assert (await reader.client.get("/console/queue")).status_code == 303


async def test_the_cookie_is_for_this_host_over_tls_and_out_of_scripts_reach(console: Console) -> None:
    person = await an_account(console.conn)
    await console.conn.commit()
    reader = console.reader()
    await reader.open("/console/sign-in")
    answer = await reader.post(
        "/console/sign-in",
        reader.fields("/console/sign-in") | {"username": person.username, "password": person.password},
    )
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(COOKIE + "="))
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {"path=/", "secure", "httponly", "samesite=lax"}
    stored = await (await console.conn.execute("select session_digest from session")).fetchall()
    secret = cookie.split("=", 1)[1].split(";")[0]
    assert all(secret.encode() not in bytes(row["session_digest"]) for row in stored)


async def test_every_page_forbids_inline_code_frames_caches_and_other_places(console: Console, vault: Vault) -> None:
    flag_id = await an_open_flag(console.conn, vault)
    reader = await console.signed_in()
    addresses = ["queue", f"flags/{flag_id}", "help", "password", "nothing-here", "sign-in"]
    for address in addresses:
        answer = await reader.open(f"/console/{address}")
        policy = answer.headers["content-security-policy"]
        for rule in (
            "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "form-action 'self'",
            "frame-ancestors 'none'", "base-uri 'none'", "report-uri /console/csp-report",
        ):  # fmt: skip
            assert rule in policy, address
        assert "unsafe" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        page = reader.page
        assert not page.xpath("//style | //script[not(@src)] | //*[@style] | //iframe | //base | //img")
        assert not page.xpath("//@*[starts-with(name(), 'on')]")
        links = page.xpath("//@href | //@src | //@action")
        assert all(link.startswith(("/console/", "#")) for link in links), links


async def test_a_host_we_were_not_told_gets_no_page(console: Console) -> None:
    answer = await console.reader().client.get("/console/sign-in", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "form" not in answer.text


async def test_analysts_and_administrators_see_the_queue_and_no_more(console: Console, vault: Vault) -> None:
    flag_id = await an_open_flag(console.conn, vault)
    await console.conn.commit()
    for role in (AccountRole.ANALYST, AccountRole.ADMIN):
        reader = await console.signed_in(str(role), role=role)
        assert (await reader.open("/console/queue")).status_code == 200
        assert not reader.page.xpath(f"//a[@href='/console/flags/{flag_id}']")
        csrf = reader.page.forms[0].fields["csrf"]
        before = await _state(console)
        assert (await reader.client.get(f"/console/flags/{flag_id}")).status_code == 403
        fields = {"csrf": csrf, "token": "1", "verdict": "refer", "reason": "không được phép"}
        for path in changing_paths(console.app):
            if "/flags/" in path or "/queue/" in path:
                assert (await reader.post(path, fields)).status_code == 403, path
        assert await _state(console) == before


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b"csrf=%FF%FE", "application/x-www-form-urlencoded"),
        (b"csrf=" + "đ".encode(), "application/x-www-form-urlencoded"),
        (b"csrf=a&csrf=b", "application/x-www-form-urlencoded"),
        (b"csrf", "application/x-www-form-urlencoded"),
        (b"reason=" + b"a" * 40_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"f%d=1" % number for number in range(50)), "application/x-www-form-urlencoded"),
        (b'{"csrf": "x"}', "application/json"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
    ],
)
async def test_a_body_that_is_no_form_of_ours_is_refused(console: Console, body: bytes, media: str) -> None:
    reader = await console.signed_in()
    headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin", "content-type": media}
    answer = await reader.client.post("/console/queue/next", content=body, headers=headers)
    assert answer.status_code == 400
    assert "Không đọc được biểu mẫu này" in answer.text


async def test_a_dead_database_is_a_page_that_says_what_to_do(db: Database, vault: Vault) -> None:
    async with a_console(db, vault) as console:
        reader = await console.signed_in()
        await console.app.state.pool.close()
        answer = await reader.open("/console/queue")
        assert answer.status_code == 503
        assert "Cơ sở dữ liệu không trả lời" in answer.text
        assert "psycopg" not in answer.text


async def test_settings_print_no_secret(db: Database, vault: Vault) -> None:
    shown = repr(console_settings(db, vault))
    assert db.service_dsn not in shown
