"""Commands about sources: list them with their last crawl run, check a source file without fetching anything."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from records.source import Source
from riskscan.cli import app, finish, settings_here
from riskscan.commands.showing import AsJson, show_json, show_rows
from riskscan.runtime import Runtime, running

source = typer.Typer(help="Sources: public places that are read.", no_args_is_help=True)
app.add_typer(source, name="source")

COLUMNS = ("source_id", "kind", "enabled", "state", "started_at", "posts_seen", "posts_new", "next_run_at")


@source.command(name="list")
def list_(as_json: AsJson = False) -> None:
    """List known sources with their last crawl run. Example: riskscan source list"""
    with running(settings_here()) as runtime:
        show_rows(finish(_sources(runtime)), COLUMNS, as_json=as_json)


async def _sources(runtime: Runtime) -> list[dict[str, Any]]:
    from store.crawls import sources
    from store.pool import connect

    async with connect(runtime.dsn) as conn:
        return await sources(conn)


@source.command()
def check(
    file: Annotated[Path, typer.Argument(help="The source file")],
    variables: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE for a placeholder")] = None,
    as_json: AsJson = False,
) -> None:
    """Read a source file strictly and say what it would do. Example: riskscan source check sources/my-board.toml"""
    from crawlers.source_file import read_source

    pairs = [pair.partition("=") for pair in variables or []]
    if any(not equals for _, equals, _ in pairs):
        raise typer.BadParameter("--set takes NAME=VALUE")
    plan = intention(read_source(file, {name: value for name, _, value in pairs}))
    if as_json:
        show_json(plan)
        return
    for name, value in plan.items():
        typer.echo(f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}")


def intention(read: Source) -> dict[str, Any]:
    """Say what a source would do, from its file alone."""
    plan: dict[str, Any] = {"source": read.source_id, "title": read.title, "kind": str(read.kind)}
    plan |= {"platform": str(read.platform), "enabled": read.enabled, "start": list(read.start)}
    if read.file_format:
        return plan | {"format": read.file_format, "mapping": dict(read.mapping)}
    hours = read.opening_hours
    return plan | {
        "may touch": sorted(read.reach.hosts | read.reach.resource_hosts),
        "loopback allowed": [f"{name}:{port}" for name, port in sorted(read.reach.loopback)],
        "seconds between requests": read.pace.delay,
        "pages a run at most": read.pace.pages_a_run,
        "hours between runs": read.pace.revisit_hours,
        "opening hours": "always" if hours is None else f"{hours.start:%H:%M} to {hours.end:%H:%M}",
        "selectors": dict(read.selectors),
        "expects at least": f"{read.expectations.min_posts} posts",
    }
