"""A house of its own for whole-program tests: data, keys, embedded server, and the sample site."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from riskscan.runtime import Runtime, running
from riskscan.settings import read_settings

ROOT = Path(__file__).resolve().parents[2]

#: Programs to crawl by hand, and the variable that says where each one runs.
TESTBEDS = {"hyperkitty": "TESTBED_HYPERKITTY", "isso": "TESTBED_ISSO"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # Chosen by the environment, not skipped: without a running program there is nothing to test.
    out = [
        item
        for item in items
        for name, variable in TESTBEDS.items()
        if item.name.endswith(f"_word_for_word[{name}]") and not {"TESTBED_SEED", variable} <= set(os.environ)
    ]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


@dataclass(frozen=True, slots=True)
class SampleSite:
    """The running sample site."""

    port: str
    access_log: Path

    def asked_for(self) -> list[str]:
        """Return the lines of its access log."""
        return self.access_log.read_text(encoding="utf-8").split("\n")[:-1] if self.access_log.exists() else []


def start_site(log: Path, *options: str, port: str = "0") -> tuple[subprocess.Popen[str], SampleSite]:
    """Start the sample site as the foreign program it stands for."""
    program = [sys.executable, str(ROOT / "tests/sample_site/serve.py"), "--port", port, "--access-log", str(log)]
    process = subprocess.Popen([*program, *options], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the sample site did not start"
    return process, SampleSite(line.rsplit(":", 1)[1].strip(), log)


def stop_site(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.wait(10)
    if process.stdout:
        process.stdout.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SampleSite]:
    """The sample site for one test."""
    process, running_site = start_site(tmp_path / "access.log")
    yield running_site
    stop_site(process)


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    """A house of this test's own, with a durable embedded server."""
    environment = {
        "RISKSCAN_DATA": str(tmp_path / "data"),
        "RISKSCAN_KEY_FILE": str(tmp_path / "keys" / "master.json"),
    }
    with running(read_settings(environment, tmp_path)) as house:
        yield house
