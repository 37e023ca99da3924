"""Commands that bring posts in: crawl and import."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from crawlers.source_file import read_source, read_sources
from records.errors import ConfigurationError, RiskscanError
from records.source import SourceKind
from riskscan.cli import app, finish, settings_here
from riskscan.progress import Progress
from riskscan.runtime import Runtime, running
from store.crawls import RunState

CRAWLED = (SourceKind.JOB_BOARD, SourceKind.FORUM, SourceKind.GROUP)


@app.command()
def crawl(
    names: Annotated[list[str] | None, typer.Argument(help="Source ids")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every enabled source")] = False,
) -> None:
    """Crawl sources now. Example: riskscan crawl sample-board"""
    settings, progress = settings_here(), Progress()
    if bool(names) == every:
        raise typer.BadParameter("name sources, or give --all")
    known = {source.source_id: source for source in read_sources(settings.sources)}
    wanted = names or [name for name, source in known.items() if source.enabled and source.kind in CRAWLED]
    if unknown := [name for name in wanted if name not in known]:
        raise ConfigurationError(f"no source {unknown[0]} in {settings.sources}; there are {', '.join(known)}")
    with running(settings) as runtime:
        failed = [name for name in wanted if not _crawl(runtime, progress, name)]
    if failed:
        raise RiskscanError(f"not finished: {', '.join(failed)}")


def _crawl(runtime: Runtime, progress: Progress, name: str) -> bool:
    from riskscan.crawling import crawl_source

    with progress.stage(f"crawl {name}"):
        run = finish(crawl_source(runtime, name, runtime.settings.sources / f"{name}.toml", {}))
    progress.say(f"    {run.pages} fetched, {run.posts_new} new, {run.posts_changed} changed: {run.state} {run.reason}")
    return bool(run.state is RunState.FINISHED)


@app.command(name="import")
def import_(
    path: Annotated[Path, typer.Argument(help="The export to import")],
    source_file: Annotated[Path, typer.Option("--source", help="Source file of kind import that describes it")],
    as_json: Annotated[bool, typer.Option("--json", help="Write the tally as JSON")] = False,
) -> None:
    """Import a file of posts. Example: riskscan import posts.csv --source sources/my-import.toml"""
    from riskscan.importing import import_file

    source = read_source(source_file)
    if source.kind is not SourceKind.IMPORT:
        raise ConfigurationError(f'{source_file}: kind is {source.kind}; an import needs kind = "import"')
    with running(settings_here()) as runtime:
        tally = finish(import_file(runtime, source, path, datetime.now(UTC)))
    if as_json:
        shown = {"rows": tally.rows, "new": tally.new, "changed": tally.changed, "rejected": tally.rejected}
        typer.echo(json.dumps(shown | {"again": tally.again}))
        return
    typer.echo(f"{tally.rows} rows, {tally.new} new posts, {tally.changed} changed, {tally.rejected} rejected")
    if tally.rejects is not None:
        typer.echo(f"rejects, with line and reason: {tally.rejects}")
