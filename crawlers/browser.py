"""How Chromium is found and launched, so that every byte of it goes through the guard."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")

# Chromium leaves an HTTP proxy by three doors: loopback names, QUIC and WebRTC. The first four arguments close them.
LAUNCH_ARGUMENTS = (
    "--proxy-bypass-list=<-loopback>",  # loopback names and addresses go to the guard too, which refuses them
    "--disable-quic",  # UDP would pass the guard by
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",  # the older --force- form alone does not stop STUN
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # the guard resolves names; Chromium never asks DNS
    "--disable-background-networking",  # the guard would refuse these calls; not making them keeps its tally readable
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
    "--no-pings",  # <a ping> is a report about the reader
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers give /dev/shm 64 MB, less than one long list needs
)

# A context reads as a visitor in Vietnam sees the page and keeps nothing. Service workers answer requests themselves,
# so what they served would be no evidence of what the server said.
CONTEXT_OPTIONS: Mapping[str, Any] = MappingProxyType(
    {
        "locale": "vi-VN",
        "timezone_id": "Asia/Ho_Chi_Minh",
        "service_workers": "block",
        "accept_downloads": False,
        "permissions": [],
    }
)

# The launch argument already stops WebRTC; a page that finds no such class does not even try.
INIT_SCRIPT = """
for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "WebTransport"]) {
  delete window[name];
}
"""


def find_chromium() -> Path | None:
    """Return the Chromium to launch: a program on the path, else Playwright's own; None when there is none."""
    for program in PROGRAMS:
        found = shutil.which(program)
        if found is not None:
            return Path(found)
    return _newest_of_playwright(_playwright_folder())


def _playwright_folder() -> Path:
    """Return the folder into which ``playwright install`` puts its browsers on Linux."""
    chosen = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    if chosen and chosen != "0":
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ms-playwright"


def _newest_of_playwright(folder: Path) -> Path | None:
    programs = [path for path in folder.glob("chromium-*/chrome-linux*/chrome") if os.access(path, os.X_OK)]
    return max(programs, key=_revision, default=None)


def _revision(program: Path) -> int:
    revision = program.parent.parent.name.removeprefix("chromium-")
    return int(revision) if revision.isdecimal() else 0


def launch_options(executable: Path, guard_address: str) -> dict[str, Any]:
    """Return Playwright's launch options for a Chromium that can only speak to the guard.

    Chromium's own sandbox needs an unprivileged user, so it is given up for root alone; Playwright would otherwise
    give it up for everybody.
    """
    return {
        "executable_path": str(executable),
        "headless": True,
        "chromium_sandbox": os.geteuid() != 0,
        "args": list(LAUNCH_ARGUMENTS),
        "proxy": {"server": guard_address, "bypass": "<-loopback>"},
    }
