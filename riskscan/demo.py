"""Carries the bundled sample through the whole house, then serves the console: what `make run` does."""

from __future__ import annotations

import asyncio
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pwdlib import PasswordHash

from crawlers.browser import find_chromium
from crawlers.source_file import read_source
from records.errors import ConfigurationError
from records.review import AccountRole
from riskscan.crawling import crawl_source
from riskscan.importing import import_file
from riskscan.progress import Progress
from riskscan.runtime import Runtime
from riskscan.scoring import score_waiting
from riskscan.serving import serving
from riskscan.settings import ROOT
from store.accounts import accounts, add_account
from store.crawls import RunState
from store.pool import connect
from store.reading import summary
from store.scores import current_model

SITE = ROOT / "tests" / "sample_site" / "serve.py"
CRAWLED = ("sample-board", "sample-forum", "sample-group")
IMPORTED = "sample-tiktok"
FIRST_USER = "canbo"


@contextmanager
def sample_site(data: Path) -> Iterator[str]:
    """Serve the sample site on the port it had last time, where that is free; yields the port."""
    if not SITE.exists():
        raise ConfigurationError(f"{SITE.name} is missing: the demonstration needs a checkout of the whole project")
    remembered = data / "sample-port"
    wanted = remembered.read_text(encoding="utf-8") if remembered.exists() else "0"
    for port in dict.fromkeys((wanted, "0")):
        site = subprocess.Popen([sys.executable, str(SITE), "--port", port], stdout=subprocess.PIPE, text=True)
        line = site.stdout.readline() if site.stdout else ""
        if line:
            break
        site.wait()
    else:
        raise ConfigurationError("the sample site does not start")
    try:
        taken = line.rsplit(":", 1)[1].strip()
        remembered.write_text(taken, encoding="utf-8")
        yield taken
    finally:
        site.terminate()
        site.wait()
        if site.stdout:
            site.stdout.close()


async def demonstrate(runtime: Runtime, progress: Progress, port: int) -> None:
    """Crawl, import, score, sum up, and serve until cancelled."""
    with sample_site(runtime.settings.data) as site_port:
        variables = {"SAMPLE_PORT": site_port}
        runtime = replace(runtime, variables=variables)
        for source_id in CRAWLED:
            await _crawl(runtime, progress, source_id)
        await _import(runtime, progress)
        with progress.stage("score"):
            tally = await score_waiting(runtime)
        progress.say(f"    {tally.scored} scored, {tally.flagged} flagged, {tally.audit_sample} in the audit sample")
        await _sum_up(runtime, progress)
        await _first_user(runtime, progress)
        async with serving(runtime, port) as (address, task):
            progress.say("Ctrl-C stops everything.")
            progress.say(f"Console: {address}")
            await asyncio.shield(task)


async def _crawl(runtime: Runtime, progress: Progress, source_id: str) -> None:
    path = runtime.settings.sources / f"{source_id}.toml"
    source = read_source(path, runtime.variables)
    if source.kind == "group" and find_chromium() is None:
        progress.say(f"  crawl {source_id}: skipped, no browser here (Debian: apt-get install chromium)")
        return
    with progress.stage(f"crawl {source_id}"):
        run = await crawl_source(runtime, source_id, path, runtime.variables)
    progress.say(
        f"    {run.pages} fetched, {run.posts_seen} posts seen, {run.posts_new} new, {run.posts_changed} changed"
    )
    if run.state is not RunState.FINISHED:
        progress.warn(f"    {run.state}: {run.reason}")


async def _import(runtime: Runtime, progress: Progress) -> None:
    source = read_source(runtime.settings.sources / f"{IMPORTED}.toml", runtime.variables)
    for name in source.start:
        with progress.stage(f"import {Path(name).name}"):
            tally = await import_file(runtime, source, Path(name), datetime.now(UTC))
        known = ", imported before" if tally.again else ""
        progress.say(f"    {tally.rows} rows, {tally.new} new posts, {tally.rejected} rejected{known}")


async def _sum_up(runtime: Runtime, progress: Progress) -> None:
    async with connect(runtime.dsn) as conn:
        counts = await summary(conn, await current_model(conn))
    progress.say(f"Stored: {counts['posts']} posts, {counts['contacts']} contacts sealed")
    progress.say(f"Flagged: {counts['flagged']}, waiting to be read: {counts['waiting']}")
    for exploitation, flags in counts["by_type"].items():
        progress.say(f"    {exploitation}: {flags}")


async def _first_user(runtime: Runtime, progress: Progress) -> None:
    async with connect(runtime.dsn) as conn:
        if known := await accounts(conn):
            progress.say(f"Sign in as {known[0]['username']} with the password you chose (lost: riskscan user reset).")
            return
        password = secrets.token_urlsafe(12)
        hashed = PasswordHash.recommended().hash(password)
        await add_account(conn, FIRST_USER, "Cán bộ trực", AccountRole.LEAD, hashed, must_change=True)
        await conn.commit()
    progress.say(f"First sign-in: user {FIRST_USER}, one-time password {password}")
