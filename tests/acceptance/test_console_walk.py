"""The console walked in Chromium: sign in, choose a password, take, see highlights, decide, next."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.async_playwright import Axe
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect

from records.review import AccountRole
from store.pool import Connection, connect
from store.seal import Vault
from tests.acceptance.console_stage import ADVERTS, WIDTHS, Advert, Watched, an_advert, chromium, served, watched
from tests.builders import PASSWORD, an_account
from tests.conftest import Database
from tests.integration.console_lab import console_settings
from tests.integration.test_console_escape import TRICKS

#: What a browser sees does not depend on the server's version: the integration tests walk both.
pytestmark = pytest.mark.parametrize("server", ["embedded"], indirect=True, scope="session")

OWN_PASSWORD = "một câu dễ nhớ 2026"
#: The advert that names a minor is read first, then the one with the highest score.
FIRST = ADVERTS[1]


@dataclass(frozen=True)
class Stage:
    """A console in service with the adverts as flags, and a browser."""

    app: FastAPI = field(repr=False)
    port: int
    conn: Connection = field(repr=False)
    browser: Browser = field(repr=False)
    flags: list[int]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
async def stage(db: Database, vault: Vault) -> AsyncIterator[Stage]:
    async with connect(db.service_dsn) as conn:
        flags = [await an_advert(conn, vault, advert) for advert in ADVERTS]
        await an_account(conn, "nguyenmau", display_name="Nguyễn Thị Mẫu", must_change=True)
        await an_account(conn, "tranmau", display_name="Trần Văn Mẫu", role=AccountRole.LEAD, locale="en")
        await conn.commit()
        async with served(console_settings(db, vault)) as (app, port), chromium() as browser:
            yield Stage(app, port, conn, browser, flags)


async def _press(page: Page, selector: str) -> None:
    """Press a button of a form and wait for the page it leads to."""
    async with page.expect_navigation():
        await page.click(selector)


async def _sign_in(stage: Stage, page: Page, username: str, password: str = PASSWORD) -> None:
    await page.goto(f"{stage.origin}/console/sign-in")
    await page.fill("#username", username)
    await page.fill("#password", password)
    await _press(page, "main button.primary")


async def _choose_password(page: Page) -> None:
    await page.fill("#old", PASSWORD)
    await page.fill("#new", OWN_PASSWORD)
    await page.fill("#again", OWN_PASSWORD)
    await _press(page, "main button.primary")


async def _is_sound(page: Page) -> None:
    """No serious or critical fault for people who use a keyboard or a screen reader, and no sideways scrolling."""
    results = await Axe().run(page)
    faults = [
        (fault["id"], [node["html"] for node in fault["nodes"]])
        for fault in results.response["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]
    assert faults == [], page.url
    wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{page.url} is {wider} px wider than its window"


def _stayed_home(stage: Stage, watch: Watched) -> None:
    """No request left the origin, the browser reported nothing, and no script failed."""
    assert len(watch.requests) > 5
    assert [address for address in watch.requests if not address.startswith(stage.origin + "/")] == []
    assert stage.app.state.desk.csp_reports == 0
    assert watch.complaints == []


async def _decisions(stage: Stage) -> list[tuple[int, str]]:
    rows = await (
        await stage.conn.execute("select flag_id, verdict::text as verdict from decision order by decision_id")
    ).fetchall()
    await stage.conn.commit()
    return [(row["flag_id"], row["verdict"]) for row in rows]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
async def test_sign_in_take_see_highlights_decide_next(stage: Stage, width: int, scripts: bool) -> None:
    async with watched(stage.browser, width, scripts=scripts) as watch:
        page = await watch.page()
        await _sign_in(stage, page, "nguyenmau")
        await expect(page).to_have_url(f"{stage.origin}/console/password")
        await _choose_password(page)
        await expect(page).to_have_url(f"{stage.origin}/console/queue")
        await expect(page.locator("tbody tr")).to_have_count(len(ADVERTS))
        await expect(page.get_by_text("Điểm số chỉ là gợi ý để đọc")).to_be_visible()

        await _press(page, "#take")
        await expect(page).to_have_url(f"{stage.origin}/console/flags/{stage.flags[1]}")
        await expect(page.locator("#post-text mark")).to_have_text([words for _, words, _ in FIRST.seen])
        await expect(page.locator(".sentence")).to_contain_text("0,93, trên ngưỡng 0,50 (mô hình 0001")
        await expect(page.locator("#post-text")).to_contain_text("telegram @▼▼▼▼▼▼▼▼")

        await page.check("input[value=escalate]")
        await page.fill("#reason", "có thể dưới 18 tuổi")
        await _press(page, "button[value=next]")
        await expect(page).to_have_url(f"{stage.origin}/console/flags/{stage.flags[0]}?done={stage.flags[1]}")
        await expect(page.get_by_role("status").first).to_contain_text("Đã lưu quyết định")
        await expect(page.locator("h1")).to_have_text(f"Cờ số {stage.flags[0]}")
        assert await _decisions(stage) == [(stage.flags[1], "escalate")]
        _stayed_home(stage, watch)


@pytest.mark.parametrize(
    ("width", "dark"),
    [(WIDTHS["wide"], False), (WIDTHS["narrow"], False), (WIDTHS["wide"], True)],
    ids=["wide", "narrow", "wide and dark"],
)
async def test_every_page_is_sound_at_both_widths(stage: Stage, width: int, dark: bool) -> None:
    async with watched(stage.browser, width, dark=dark) as watch:
        page = await watch.page()
        await page.goto(f"{stage.origin}/console/sign-in?lang=en")
        await _is_sound(page)
        await _sign_in(stage, page, "nguyenmau", "wrong password")
        await _is_sound(page)
        await _sign_in(stage, page, "nguyenmau")
        await _is_sound(page)
        await _choose_password(page)
        await _is_sound(page)
        for flag_id in stage.flags:
            await page.goto(f"{stage.origin}/console/flags/{flag_id}")
            await _is_sound(page)
        await _press(page, "#take")
        await _is_sound(page)
        for address in ("/console/queue", "/console/help", "/console/nothing-here", "/console/queue?nothing&done=3"):
            await page.goto(stage.origin + address)
            await _is_sound(page)
        await page.get_by_role("button", name="English").click()
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        await _is_sound(page)
        await page.keyboard.press("?")
        await expect(page.locator("#shortcuts")).to_be_visible()
        await _is_sound(page)
        _stayed_home(stage, watch)


async def test_a_flag_is_taken_and_decided_without_a_mouse(stage: Stage) -> None:
    async with watched(stage.browser, 1440) as watch:
        page = await watch.page()
        await _sign_in(stage, page, "tranmau")
        await expect(page).to_have_url(f"{stage.origin}/console/queue")
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        await page.keyboard.press("k")
        await page.keyboard.press("j")
        await page.keyboard.press("o")
        await expect(page).to_have_url(f"{stage.origin}/console/flags/{stage.flags[0]}")
        await page.keyboard.press("t")
        await expect(page.locator("#lease-left")).to_contain_text("left")
        await page.keyboard.press("2")
        await expect(page.locator("input[value=dismiss]")).to_be_checked()
        await page.keyboard.press("/")
        await expect(page.locator("#reason")).to_be_focused()
        await page.keyboard.type("t, j and 1 are letters here")
        await expect(page.locator("#reason")).to_have_value("t, j and 1 are letters here")
        await expect(page.locator("input[value=dismiss]")).to_be_checked()
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text(f"Flag {stage.flags[1]}")
        assert await _decisions(stage) == [(stage.flags[0], "dismiss")]
        await page.locator("h1").click()
        await page.keyboard.press(",")
        await expect(page).to_have_url(f"{stage.origin}/console/queue")
        _stayed_home(stage, watch)


async def test_a_tone_key_is_no_shortcut_and_shortcuts_can_be_switched_off(stage: Stage) -> None:
    async with watched(stage.browser, 1440) as watch:
        page = await watch.page()
        await _sign_in(stage, page, "tranmau")
        composing = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', bubbles: true, %s}))"
        for state in ("isComposing: true", "keyCode: 229"):
            await page.evaluate(composing % state)
            assert await page.evaluate("document.activeElement.className") != "open-flag"
        await page.evaluate(composing % "keyCode: 74")
        assert await page.evaluate("document.activeElement.className") == "open-flag"

        await page.keyboard.press("?")
        await page.uncheck("#shortcuts-on")
        await page.keyboard.press("Escape")
        await expect(page.locator("#take kbd")).to_be_hidden()
        await page.reload()
        await page.keyboard.press("j")
        assert await page.evaluate("document.activeElement.className") != "open-flag"
        await page.keyboard.press("?")
        await page.check("#shortcuts-on")
        await page.keyboard.press("Escape")
        await page.keyboard.press("j")
        assert await page.evaluate("document.activeElement.className") == "open-flag"
        _stayed_home(stage, watch)


async def test_the_page_in_sight_keeps_its_lease_and_says_when_it_is_lost(stage: Stage) -> None:
    async with watched(stage.browser, 1440) as watch:
        page = await watch.page()
        await _sign_in(stage, page, "tranmau")
        await _press(page, "#take")
        await page.fill("#reason", "half a reason")
        await stage.conn.execute("update flag set lease_until = now() where state = 'taken'")
        await stage.conn.commit()
        async with page.expect_response("**/extend") as kept:
            await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        assert (await kept.value).status == 200
        question = "select lease_until > now() + interval '9 minutes' as kept from flag where state = 'taken'"
        row = await (await stage.conn.execute(question)).fetchone()
        assert row is not None
        assert row["kept"]
        await stage.conn.execute("update flag set lease_token = lease_token + 1000 where state = 'taken'")
        await stage.conn.commit()
        async with page.expect_response("**/extend") as lost:
            await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        assert (await lost.value).status == 409
        said = "This flag is no longer yours. What you wrote is kept on this page."
        await expect(page.locator("#lease")).to_have_text(said)
        await expect(page.locator("#reason")).to_have_value("half a reason")
        _stayed_home(stage, watch)


async def test_no_trick_of_a_poster_acts_in_a_real_browser(stage: Stage, vault: Vault) -> None:
    flags = []
    for trick in TRICKS:
        advert = Advert(trick + " xin chào", 0.9, (("vague_offer", "xin chào", 0.5),), title=trick)
        flags.append(await an_advert(stage.conn, vault, advert))
    await stage.conn.commit()
    async with watched(stage.browser, 1440) as watch:
        page = await watch.page()
        page.on("dialog", lambda dialog: watch.complaints.append(dialog.message))
        await _sign_in(stage, page, "tranmau")
        for flag_id in flags:
            await page.goto(f"{stage.origin}/console/flags/{flag_id}")
            await expect(page.locator("#post-text mark")).to_have_text("xin chào")
            assert await page.locator("#post-text *:not(mark, sup, a, .unseen)").count() == 0
        await page.goto(f"{stage.origin}/console/queue")
        await page.goto(f"{stage.origin}/console/queue?page=2")
        _stayed_home(stage, watch)


async def test_the_browser_does_report_and_stop_what_the_policy_forbids(stage: Stage) -> None:
    """The zero of the other tests counts something: an inline style and a foreign picture are reported."""
    async with watched(stage.browser, 1440) as watch:
        page = await watch.page()
        await page.goto(f"{stage.origin}/console/sign-in")
        async with page.expect_request("**/csp-report"):
            await page.evaluate(
                "document.body.append(Object.assign(document.createElement('img'), {src: 'http://127.0.0.2:9/beacon'}))"
            )
        await page.wait_for_function("() => true")
        await expect(page.locator("body")).to_be_visible()
        for _ in range(100):
            if stage.app.state.desk.csp_reports:
                break
            await page.evaluate("new Promise(requestAnimationFrame)")
        assert stage.app.state.desk.csp_reports == 1
        assert not [address for address in watch.requests if "127.0.0.2" in address and "csp" in address]
