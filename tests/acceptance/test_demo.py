"""`riskscan demo` as a new user meets it: from nothing to a served console, twice, and gone after Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from riskscan.postgres import ServerState, server_status
from tests.acceptance.conftest import ROOT

SECONDS = 240


@dataclass(slots=True)
class Demo:
    """A running demonstration and what it has said."""

    process: subprocess.Popen[str]
    lines: list[str]

    @property
    def console(self) -> str:
        """The console's address, the last thing said."""
        assert self.lines[-1].startswith("Console: http://127.0.0.1:"), "\n".join(self.lines)
        return self.lines[-1].removeprefix("Console: ")


@contextmanager
def demo(folder: Path, *options: str, path: str | None = None) -> Iterator[Demo]:
    """Run the demonstration until its console is announced; end it as Ctrl-C would."""
    environment = {
        **os.environ,
        "RISKSCAN_DATA": str(folder / "data"),
        "RISKSCAN_KEY_FILE": str(folder / "keys" / "master.json"),
        **({"PATH": path, "PLAYWRIGHT_BROWSERS_PATH": str(folder / "none")} if path is not None else {}),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "riskscan.cli", "demo", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        cwd=ROOT,
    )
    assert process.stdout is not None
    lines: list[str] = []
    until = time.monotonic() + SECONDS
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if line.startswith("Console: ") or time.monotonic() > until:
            break
    try:
        yield Demo(process, lines)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        process.stdout.close()


def posts_new(lines: list[str]) -> int:
    return sum(int(found) for line in lines for found in re.findall(r"(\d+) new", line))


def test_the_demonstration_runs_twice_and_leaves_nothing_running(tmp_path: Path) -> None:
    with demo(tmp_path, "--port", "0") as first:
        assert httpx.get(f"{first.console}/readyz", trust_env=False).status_code == 200
        assert any("one-time password" in line for line in first.lines)
        assert posts_new(first.lines) >= 400
        flagged = [line for line in first.lines if line.startswith("Flagged: ")]
        assert int(re.findall(r"\d+", flagged[0])[0]) >= 30
        text = "\n".join(first.lines)
        for stage in ("database", "crawl sample-board", "crawl sample-forum", "import tiktok.ndjson", "score"):
            assert f"{stage}: " in text
    assert server_status(tmp_path / "data").state is ServerState.STOPPED
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{first.console}/readyz", trust_env=False)
    with demo(tmp_path, "--port", "0") as second:
        assert posts_new(second.lines) == posts_new([line for line in first.lines if "rows," in line]), (
            "only the import's own tally may repeat"
        )
        assert not any("one-time password" in line for line in second.lines)
        assert [line for line in second.lines if line.startswith(("Stored: ", "Flagged: "))] == [
            line for line in first.lines if line.startswith(("Stored: ", "Flagged: "))
        ]
    assert server_status(tmp_path / "data").state is ServerState.STOPPED


def test_a_port_in_use_is_left_and_another_one_printed_and_no_browser_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        folder = tmp_path / "bin"
        folder.mkdir()
        with demo(tmp_path, "--port", str(port), path=str(folder)) as shown:
            assert shown.console != f"http://127.0.0.1:{port}"
            assert httpx.get(f"{shown.console}/healthz", trust_env=False).status_code == 200
            assert any("skipped, no browser here" in line for line in shown.lines)
