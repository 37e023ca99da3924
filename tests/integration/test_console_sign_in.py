"""Signing in: one answer for everything wrong, waits for guessers, a password of one's own, a language of one's own."""

from __future__ import annotations

import asyncio
import statistics
import time
import unicodedata
from collections.abc import AsyncIterator

import pytest
from pwdlib import PasswordHash

from records.review import AccountRole
from store.accounts import set_active
from store.seal import Vault
from tests.builders import PASSWORD, SignedUp, an_account, an_open_flag
from tests.conftest import Database
from tests.integration.console_lab import Console, Reader, a_console

OWN = "câu của riêng tôi 26"


@pytest.fixture
async def console(db: Database, vault: Vault) -> AsyncIterator[Console]:
    async with a_console(db, vault) as made:
        yield made


async def _account(console: Console, username: str = "dieutra01", **facts: object) -> SignedUp:
    person = await an_account(console.conn, username, **facts)  # type: ignore[arg-type]
    await console.conn.commit()
    return person


async def _failures(console: Console, person: SignedUp) -> int:
    row = await (
        await console.conn.execute("select failed_sign_ins from account where account_id = %s", [person.account_id])
    ).fetchone()
    await console.conn.commit()
    assert row is not None
    return int(row["failed_sign_ins"])


def _told(reader: Reader) -> tuple[int, str]:
    """What the answer tells: status and the words of the page."""
    return reader.answer.status_code, reader.text


async def test_a_wrong_password_a_wrong_name_and_a_closed_account_read_the_same(console: Console) -> None:
    person, closed = await _account(console), await _account(console, "dadong01")
    await set_active(console.conn, closed.account_id, active=False)
    await console.conn.commit()
    told = set()
    for username, password in (
        (person.username, "sai rồi sai rồi"), ("khongcoai", PASSWORD), (closed.username, PASSWORD), ("", ""),
        ("' or 1=1 --", PASSWORD), ("x" * 5_00, "y" * 3_000),
    ):  # fmt: skip
        reader = console.reader()
        await reader.sign_in(SignedUp(0, username, password), password)
        told.add(_told(reader))
        assert not reader.secret
    assert len(told) == 1
    assert told.pop()[0] == 401


async def test_guessing_makes_an_account_wait_and_the_right_password_does_not_help_meanwhile(console: Console) -> None:
    person = await _account(console)
    reader = console.reader()
    for _ in range(5):
        await reader.sign_in(person, "sai rồi sai rồi")
    wrong = _told(reader)
    await reader.sign_in(person)
    assert _told(reader) == wrong
    assert await _failures(console, person) == 5, "a try while the account waits lengthened the wait"
    await console.conn.execute("update account set wait_until = now() - interval '1 second'")
    await console.conn.commit()
    await reader.sign_in(person)
    assert reader.secret
    assert await _failures(console, person) == 0


async def test_another_account_does_not_wait_for_a_guessed_one(console: Console) -> None:
    guessed, other = await _account(console), await _account(console, "dieutra02")
    reader = console.reader()
    for _ in range(6):
        await reader.sign_in(guessed, "sai rồi sai rồi")
    await reader.sign_in(other)
    assert reader.secret


async def test_a_burst_of_guesses_meets_the_wait_too(console: Console) -> None:
    person = await _account(console)
    readers = [console.reader() for _ in range(20)]
    await asyncio.gather(*(reader.open("/console/sign-in") for reader in readers))
    await asyncio.gather(
        *(reader.submit("/console/sign-in", username=person.username, password="sai rồi") for reader in readers)
    )
    assert await _failures(console, person) <= 7
    assert not any(reader.secret for reader in readers)


async def test_an_unknown_name_takes_as_long_as_a_wrong_password(console: Console) -> None:
    await an_account(console.conn, "dieutra01")
    await console.conn.execute("update account set password_hash = %s", [PasswordHash.recommended().hash(PASSWORD)])
    await console.conn.commit()
    spent: dict[str, list[float]] = {"dieutra01": [], "khongcoai": []}
    reader = console.reader()
    for _ in range(4):
        for username, times in spent.items():
            await reader.open("/console/sign-in")
            fields = reader.fields("/console/sign-in") | {"username": username, "password": "sai rồi sai rồi"}
            start = time.perf_counter()
            await reader.post("/console/sign-in", fields)
            times.append(time.perf_counter() - start)
    known, unknown = (statistics.median(times) for times in spent.values())
    assert 0.5 < known / unknown < 2.0, spent


async def test_the_sign_in_form_needs_the_cookie_it_came_with(console: Console) -> None:
    person = await _account(console)
    reader, other = console.reader(), console.reader()
    await reader.open("/console/sign-in")
    await other.open("/console/sign-in")
    fields = other.fields("/console/sign-in") | {"username": person.username, "password": person.password}
    assert (await reader.post("/console/sign-in", fields)).status_code == 403
    assert not reader.secret


async def test_a_one_time_password_opens_only_the_page_that_changes_it(console: Console, vault: Vault) -> None:
    flag_id = await an_open_flag(console.conn, vault)
    person = await _account(console, must_change=True)
    reader = console.reader()
    await reader.sign_in(person)
    assert str(reader.answer.url).endswith("/console/password")
    for address in ("/console/queue", f"/console/flags/{flag_id}", "/console/help"):
        answer = await reader.client.get(address)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/password")
    csrf = reader.fields("/console/password")["csrf"]
    answer = await reader.post("/console/queue/next", {"csrf": csrf})
    assert answer.headers["location"] == "/console/password"


async def test_changing_the_password_signs_out_everywhere_else_and_goes_on_under_a_new_secret(
    console: Console,
) -> None:
    person = await _account(console, must_change=True)
    here, elsewhere = console.reader(), console.reader()
    await here.sign_in(person)
    await elsewhere.sign_in(person)
    before = here.secret
    await here.submit("/console/password", old=person.password, new=OWN, again=OWN)
    assert str(here.answer.url).endswith("/console/queue")
    assert here.secret != before
    assert (await elsewhere.client.get("/console/queue")).headers["location"] == "/console/sign-in"
    await elsewhere.sign_in(person)
    assert not elsewhere.answer.url.path.endswith("/queue")
    await elsewhere.sign_in(person, OWN)
    assert elsewhere.answer.url.path == "/console/queue"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"old": "không phải"}, "Mật khẩu hiện tại không đúng"),
        ({"new": "ngắn", "again": "ngắn"}, "quá ngắn"),
        ({"again": OWN + "x"}, "không giống nhau"),
        ({"new": PASSWORD, "again": PASSWORD}, "phải khác"),
        ({"new": "tôi là dieutra01 đây", "again": "tôi là dieutra01 đây"}, "không được chứa tên đăng nhập"),
    ],
)
async def test_a_password_that_will_not_do_is_refused_with_the_reason(
    console: Console, typed: dict[str, str], said: str
) -> None:
    person = await _account(console, must_change=True)
    reader = console.reader()
    await reader.sign_in(person)
    await reader.submit("/console/password", **({"old": person.password, "new": OWN, "again": OWN} | typed))
    assert reader.answer.status_code == 422
    assert said in reader.text
    assert OWN not in reader.answer.text
    await console.reader().sign_in(person)
    assert await _failures(console, person) == 0


async def test_guessing_the_old_password_in_a_stolen_session_counts_as_guessing(console: Console) -> None:
    person = await _account(console)
    reader = console.reader()
    await reader.sign_in(person)
    await reader.open("/console/password")
    for _ in range(3):
        await reader.submit("/console/password", old="đoán mò thôi", new=OWN, again=OWN)
    assert await _failures(console, person) == 3


async def test_a_password_typed_in_decomposed_letters_is_the_same_password(console: Console) -> None:
    person = await _account(console)
    reader = console.reader()
    await reader.sign_in(person, unicodedata.normalize("NFD", person.password))
    assert reader.secret


async def test_the_language_is_remembered_with_the_account(console: Console) -> None:
    person = await _account(console, role=AccountRole.LEAD)
    reader = console.reader()
    await reader.sign_in(person)
    assert reader.page.get("lang") == "vi"
    assert "Điểm số chỉ là gợi ý để đọc" in reader.text
    await reader.submit("/console/language", locale="en", back="/console/help")
    assert str(reader.answer.url).endswith("/console/help")
    assert reader.page.get("lang") == "en"
    assert "A score is a lead to read, never a finding about a person." in reader.text
    other = console.reader()
    await other.sign_in(person)
    assert other.page.get("lang") == "en"


async def test_the_sign_in_page_speaks_english_on_request_and_vietnamese_otherwise(console: Console) -> None:
    reader = console.reader()
    for query, language in (("", "vi"), ("?lang=en", "en"), ("?lang=xx", "vi"), ("?lang=../../etc", "vi")):
        await reader.open("/console/sign-in" + query)
        assert reader.page.get("lang") == language
    await reader.open("/console/sign-in?lang=en")
    await reader.submit("/console/sign-in", username="khongcoai", password="x")
    assert "The name or the password is wrong" in reader.text


@pytest.mark.parametrize(
    "back",
    ["https://evil.example/", "//evil.example", "/v1/posts", "/console/\r\nx: y", "/console/%2e%2e", "/console/\\evil"],
)
async def test_choosing_a_language_never_leads_elsewhere(console: Console, back: str) -> None:
    reader = await console.signed_in()
    csrf = reader.page.forms[0].fields["csrf"]
    answer = await reader.post("/console/language", {"csrf": csrf, "locale": "en", "back": back})
    assert answer.headers["location"] == "/console/queue"


async def test_signing_in_and_out_and_refusals_leave_audit_lines(console: Console) -> None:
    person = await _account(console, must_change=True)
    reader = console.reader()
    await reader.sign_in(person, "sai rồi sai rồi")
    await reader.sign_in(person)
    await reader.submit("/console/password", old=person.password, new=OWN, again=OWN)
    await reader.submit("/console/sign-out")
    actions = [action for action, subject in await console.audit() if subject == person.account_id]
    assert actions == [
        "account.sign_in_refused", "account.sign_in", "account.password_changed", "queue.viewed", "account.sign_out",
    ]  # fmt: skip
