"""Commands for upkeep: verify the audit chain, erase what is over, say what is wrong and how to mend it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from records.errors import RiskscanError
from riskscan.cli import app, finish, settings_here
from riskscan.commands.people import in_transaction
from riskscan.commands.showing import AsJson, show_json
from riskscan.runtime import running

audit = typer.Typer(help="The audit chain.", no_args_is_help=True)
app.add_typer(audit, name="audit")


@audit.callback()
def _audit() -> None:
    """Keep `audit verify` two words; typer would make a family of one command that command."""


@audit.command()
def verify(as_json: AsJson = False) -> None:
    """Walk the whole audit chain. Example: riskscan audit verify"""
    from store.audit import verify as walk

    held, broken = in_transaction(walk)
    if as_json:
        show_json({"entries": held, "broken_at": broken})
    else:
        typer.echo(f"{held} entries hold")
    if broken is not None:
        raise RiskscanError(f"audit entry {broken} was altered, or one before it is missing")


@app.command()
def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be erased")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase posts whose time is over, with their keys and evidence. Example: riskscan purge --dry-run"""
    from riskscan.retaining import erase_due, sweep_evidence
    from riskscan.scrubbing import Scrubbed, scrub

    now = datetime.now(UTC)
    with running(settings_here()) as runtime:
        erased = finish(erase_due(runtime, now, dry_run=dry_run))
        stray = finish(sweep_evidence(runtime, now, dry_run=dry_run))
        scrubbed = None if dry_run else scrub(runtime)
    unflagged, dismissed = erased["unflagged"], erased["dismissed"]
    if as_json:
        tally = {"unflagged": unflagged, "dismissed": dismissed, "stray_evidence": stray}
        show_json({"dry_run": dry_run, **tally, "scrubbed": scrubbed})
        return
    told = "to erase" if dry_run else "erased"
    typer.echo(f"{told}: {unflagged} unflagged and {dismissed} dismissed posts, {stray} stray evidence files")
    if scrubbed is Scrubbed.NOTHING:
        typer.echo("the database's files may hold deleted keys for a while: set RISKSCAN_OWNER_URL, then purge again")
    if scrubbed is Scrubbed.TABLE:
        typer.echo("the write-ahead log may hold deleted keys until two checkpoints have passed")


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what runs where, what is missing and how to mend it. Example: riskscan doctor"""
    from riskscan.doctor import Check, State, examine

    found: list[Check] = examine(settings_here(), datetime.now(UTC))
    if as_json:
        show_json([{"about": one.about, "state": one.state, "says": one.says, "mend": one.mend} for one in found])
    else:
        for one in found:
            mend = f"\n         mend: {one.mend}" if one.mend else ""
            typer.echo(f"{one.state:<7}  {one.about}: {one.says}{mend}")
    if broken := [one.about for one in found if one.state is State.BROKEN]:
        raise RiskscanError(f"broken: {', '.join(broken)}")
