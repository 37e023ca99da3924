"""The command line: every command with an example; exit codes 0 done, 1 failed, 2 wrong use."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn

import psycopg
import typer

from records.errors import RiskscanError
from riskscan.progress import Progress
from riskscan.runtime import end_on_sigterm, running
from riskscan.settings import Settings, read_settings

app = typer.Typer(
    help="Finds trafficking recruitment in public posts. A score is a lead for a person to read, never a finding.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)


def settings_here() -> Settings:
    """Read the settings of this process."""
    return read_settings(os.environ, Path.cwd())


def finish(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end; Ctrl-C and SIGTERM cancel it in order."""
    return asyncio.run(work)


@app.command()
def demo(
    port: Annotated[int | None, typer.Option(help="Port of console and API; taken, another is used")] = None,
) -> None:
    """Carry the bundled sample through the whole house and serve the console. Example: riskscan demo"""
    from riskscan.demo import demonstrate

    settings, progress = settings_here(), Progress()
    with progress.stage("database"):
        context = running(settings)
        runtime = context.__enter__()
    try:
        finish(demonstrate(runtime, progress, settings.port if port is None else port))
    finally:
        context.__exit__(None, None, None)


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Port of console and API; taken, another is used")] = None,
) -> None:
    """Serve console and API until Ctrl-C. Example: riskscan serve --port 8600"""
    from riskscan.serving import serving

    settings, progress = settings_here(), Progress()
    with running(settings) as runtime:

        async def work() -> None:
            async with serving(runtime, settings.port if port is None else port) as (address, task):
                progress.say(f"Console: {address}")
                await asyncio.shield(task)

        finish(work())


@app.command()
def worker(
    concurrency: Annotated[int, typer.Option(min=1, max=16, help="Tasks at once")] = 2,
    until_empty: Annotated[bool, typer.Option(help="Stop when no task is left")] = False,
) -> None:
    """Work the task queue: crawl on schedule, score, erase. Example: riskscan worker"""
    from riskscan.queue import work

    with running(settings_here()) as runtime:
        finish(work(runtime, wait=not until_empty, concurrency=concurrency))


@app.command()
def migrate() -> None:
    """Bring the database up to date. Example: riskscan migrate"""
    from riskscan.schema import bring_up_to_date

    with running(settings_here(), migrate=False) as runtime:
        if runtime.owner_dsn is None:
            raise RiskscanError("set RISKSCAN_OWNER_URL: only the owner role may migrate")
        names = bring_up_to_date(runtime.owner_dsn)
    for name in names:
        typer.echo(f"applied {name}")
    typer.echo("up to date")


def refuse(why: str) -> NoReturn:
    """End with one clear line and exit code 1."""
    print(f"riskscan: {why}", file=sys.stderr)
    sys.exit(1)


def main() -> None:
    """Run the command line; a fault that a user can act on is one line and exit code 1."""
    import riskscan.commands  # noqa: F401 - adds the other commands to the app

    end_on_sigterm()
    try:
        app()
    except RiskscanError as fault:
        refuse(str(fault))
    except OSError as fault:
        # A full disk, a folder without permission: the system's own words and the file it speaks of.
        refuse(f"{fault.filename or 'writing'}: {fault.strerror or type(fault).__name__}")
    except psycopg.Error as fault:
        # What the server says below its first line may quote a row.
        refuse(f"the database refused: {str(fault).partition(chr(10))[0] or type(fault).__name__}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
