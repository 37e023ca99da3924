"""Commands about keys: API keys of agencies, and the master key that wraps all data keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from api.v1.keys import Scope
from records.errors import NotFound
from riskscan.cli import app, finish, settings_here
from riskscan.commands.people import in_transaction
from riskscan.commands.showing import AsJson, show_json, show_rows
from riskscan.progress import Progress
from riskscan.runtime import running
from store.pool import Connection

key = typer.Typer(help="API keys of agencies, and the master key.", no_args_is_help=True)
app.add_typer(key, name="key")


@key.command()
def new(
    agency: Annotated[str, typer.Argument(help="Name of the agency, as riskscan agency list shows it")],
    scope: Annotated[list[Scope], typer.Option(help="What the key may be used for; may be given several times")],
    days: Annotated[int, typer.Option(min=1, max=730, help="Days until it runs out")] = 365,
    as_json: AsJson = False,
) -> None:
    """Make an API key and print it once. Example: riskscan key new "Tổng đài 111" --scope posts:read --days 90"""
    from api.v1.keys import new_api_key
    from store.accounts import add_key, agencies
    from store.audit import record

    prefix, token = new_api_key()
    now = datetime.now(UTC)
    until = now + timedelta(days=days)
    scopes = sorted(set(map(str, scope)))

    async def keep(conn: Connection) -> None:
        known = {row["name"]: row["agency_id"] for row in await agencies(conn)}
        if agency not in known:
            raise NotFound(f"no agency {agency}; there are {', '.join(known) or 'none'}")
        key_id = await add_key(conn, known[agency], prefix, token, scopes, until)
        facts: dict[str, str | int] = {"scopes": ",".join(scopes), "days": days}
        await record(conn, "new_api_key", at=now, subject_kind="api_key", subject_id=key_id, facts=facts)

    in_transaction(keep)
    if as_json:
        show_json({"prefix": prefix, "key": token, "agency": agency, "scopes": scopes, "expires_at": until})
        return
    typer.echo(f"{token}\nshown only now; known as {prefix}, for {', '.join(scopes)}, until {until:%Y-%m-%d}")


@key.command(name="list")
def list_(as_json: AsJson = False) -> None:
    """List API keys, never the keys themselves. Example: riskscan key list"""
    from store.accounts import keys

    columns = ("prefix", "agency", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at")
    show_rows(in_transaction(keys), columns, as_json=as_json)


@key.command()
def revoke(prefix: Annotated[str, typer.Argument(help="The key's prefix, as riskscan key list shows it")]) -> None:
    """Withdraw an API key at once. Example: riskscan key revoke 1a2b3c4d"""
    from store.accounts import revoke_key
    from store.audit import record

    async def withdraw(conn: Connection) -> None:
        await revoke_key(conn, prefix)
        await record(conn, "revoke_api_key", at=datetime.now(UTC), subject_kind="api_key", facts={"prefix": prefix})

    in_transaction(withdraw)
    typer.echo(f"revoked {prefix}")


@key.command()
def rotate(
    batch: Annotated[int, typer.Option(min=1, help="Data keys wrapped again in one transaction")] = 1000,
) -> None:
    """Put a new master key in force and wrap every data key again. Example: riskscan key rotate

    Stop worker and serve first. Interrupted, it goes on when run again.
    """
    from riskscan.keys import rotate as rotate_master
    from riskscan.scrubbing import scrub

    progress = Progress()
    with running(settings_here()) as runtime:
        with progress.stage("wrap again"):
            done = finish(rotate_master(runtime, datetime.now(UTC), batch=batch))
        with progress.stage("clean the database's files"):
            scrubbed = scrub(runtime)
    typer.echo(f"{done.rewrapped} data keys are wrapped under {done.current}; files cleaned: {scrubbed}")
    if done.dropped:
        typer.echo(f"taken out of the key file: {', '.join(sorted(done.dropped))}; copy the file to every machine")
    if done.kept:
        typer.echo(f"still in the key file: {', '.join(sorted(done.kept))}, because others began to work; run it again")
