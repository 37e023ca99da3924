"""Which Chromium is taken, and how it is launched."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawlers.browser import LAUNCH_ARGUMENTS, find_chromium, launch_options


def a_program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which no browser is installed yet: its folders bin and cache/ms-playwright."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("PLAYWRIGHT_BROWSERS_PATH", raising=False)
    return tmp_path


def test_without_a_browser_none_is_found(machine: Path) -> None:
    assert find_chromium() is None


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_a_browser_on_the_path_is_taken_before_playwrights_own(machine: Path, name: str) -> None:
    a_program(machine / "cache/ms-playwright/chromium-1200/chrome-linux/chrome")
    program = a_program(machine / "bin" / name)
    assert find_chromium() == program


def test_of_playwrights_own_the_newest_that_can_run_is_taken(machine: Path) -> None:
    folder = machine / "cache/ms-playwright"
    a_program(folder / "chromium-999/chrome-linux/chrome")
    newest = a_program(folder / "chromium-1200/chrome-linux64/chrome")
    a_program(folder / "chromium-1300/chrome-linux/chrome").chmod(0o644)
    a_program(folder / "firefox-2000/firefox/firefox")
    assert find_chromium() == newest


def test_playwrights_folder_may_be_elsewhere(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(machine / "browsers"))
    program = a_program(machine / "browsers/chromium-1200/chrome-linux/chrome")
    assert find_chromium() == program


@pytest.mark.parametrize(("user", "has_sandbox"), [(0, False), (1000, True)])
def test_the_sandbox_is_given_up_for_root_alone(user: int, has_sandbox: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user)
    options = launch_options(Path("chromium"), "http://127.0.0.1:1")
    assert options["chromium_sandbox"] is has_sandbox
    assert "--no-sandbox" not in LAUNCH_ARGUMENTS
