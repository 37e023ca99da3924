"""Makes the pictures of the documentation: the console over the bundled sample, at desk and phone width."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from crawlers.browser import find_chromium, launch_options
from tests.acceptance.test_demo import demo

WIDTHS = {"": 1440, "-phone": 380}
PASSWORD = "mật khẩu để chụp ảnh 01"


def sign_in(page: Page, console: str, user: str, password: str) -> None:
    """Sign in with a one-time password and choose another."""
    page.goto(f"{console}/console/sign-in")
    page.fill("#username", user)
    page.fill("#password", password)
    page.click("form[action='/console/sign-in'] button.primary")
    page.fill("#old", password)
    page.fill("#new", PASSWORD)
    page.fill("#again", PASSWORD)
    page.click("form[action='/console/password'] button.primary")
    page.wait_for_url("**/console/queue")
    page.goto(f"{console}/console/queue")


def shoot(page: Page, folder: Path, name: str) -> None:
    """Take a page at both widths."""
    for suffix, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=folder / f"{name}{suffix}.png", full_page=name == "flag" and not suffix)


def main() -> None:
    """Write the pictures into the folder given."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    executable = find_chromium()
    if executable is None:
        sys.exit("screenshots: no Chromium found")
    options = launch_options(executable, "http://127.0.0.1:9")
    # The console is ours: the pictures are taken without the guard, and nothing else is visited.
    with tempfile.TemporaryDirectory() as own, demo(Path(own), "--port", "0") as shown, sync_playwright() as playwright:
        spoken = next(line for line in shown.lines if "one-time password" in line)
        user, password = re.findall(r"user (\S+), one-time password (\S+)", spoken)[0]
        browser = playwright.chromium.launch(
            executable_path=str(executable), chromium_sandbox=bool(options["chromium_sandbox"])
        )
        page = browser.new_page(locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
        sign_in(page, shown.console, user, password)
        shoot(page, folder, "queue")
        page.locator("a[href*='/console/flags/']").first.click()
        shoot(page, folder, "flag")
        browser.close()


if __name__ == "__main__":
    main()
