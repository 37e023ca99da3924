"""Starts crawls as child processes and reads from the database how they ended."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from crawlers.order import BEGUN, CrawlOrder
from records.errors import RiskscanError
from riskscan.runtime import Runtime
from riskscan.settings import ROOT
from store.crawls import CrawlRun, RunState, end_run, run
from store.pool import connect


class CrawlDidNotBegin(RiskscanError):
    """A crawl's process ended before it could say that it had begun."""


def open_log(data: Path) -> BinaryIO:
    """Open the log that crawls write to; it names outcomes and types of faults, never what a page said."""
    (data / "log").mkdir(parents=True, exist_ok=True)
    return open(data / "log" / "crawl.log", "ab")


async def crawl_source(runtime: Runtime, source_id: str, source_file: Path, variables: Mapping[str, str]) -> CrawlRun:
    """Crawl one source in a process group of its own and return its run as the database has it.

    The exit status says little; a child that left no word was interrupted.
    """
    order = CrawlOrder(
        source_file=str(source_file),
        dsn=runtime.dsn,
        key_file=str(runtime.settings.key_file),
        evidence=runtime.settings.evidence,
        user_agent=runtime.settings.user_agent,
        variables=variables,
    )
    with open_log(runtime.settings.data) as log:
        child = await _child(log)
        try:
            told, _ = await child.communicate(order.to_json())
        finally:
            if child.returncode is None:
                os.killpg(child.pid, signal.SIGKILL)
                await child.wait()
    if not told.startswith(BEGUN.encode()):
        raise CrawlDidNotBegin(f"the crawl of {source_id} did not begin; {log.name} says why")
    crawl_run_id = int(told.split(b"\n", 1)[0].removeprefix(BEGUN.encode()))
    async with connect(runtime.dsn) as conn:
        # The first word stands: a crawl that ended its run itself is not touched by this.
        await end_run(conn, crawl_run_id, RunState.INTERRUPTED, "the crawl ended without a word")
        return await run(conn, crawl_run_id)


async def _child(log: BinaryIO) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "crawlers.crawl",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=log,
        cwd=ROOT,
        start_new_session=True,
    )
