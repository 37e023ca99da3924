"""Commands about people: accounts of the console, and agencies that may query the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer

from records.review import AccountRole
from riskscan.cli import app, finish, settings_here
from riskscan.commands.showing import AsJson, show_rows
from riskscan.runtime import running
from store.pool import Connection, connect

user = typer.Typer(help="Accounts of the review console.", no_args_is_help=True)
agency = typer.Typer(help="Agencies that may query the API.", no_args_is_help=True)
app.add_typer(user, name="user")
app.add_typer(agency, name="agency")

Result = TypeVar("Result")
Username = Annotated[str, typer.Argument(help="The account's username")]


def in_transaction(work: Callable[[Connection], Awaitable[Result]]) -> Result:
    """Do work on the database of this process in one transaction."""

    async def whole(dsn: str) -> Result:
        async with connect(dsn) as conn, conn.transaction():
            return await work(conn)

    with running(settings_here()) as runtime:
        result: Result = finish(whole(runtime.dsn))
        return result


@user.command(name="add")
def add_user(
    username: Annotated[str, typer.Argument(help="2 to 40 of a-z, 0-9, dot, dash, underscore")],
    role: Annotated[AccountRole, typer.Option(help="What the person may do")] = AccountRole.INVESTIGATOR,
    name: Annotated[str, typer.Option(help="Name shown in the console")] = "",
) -> None:
    """Open an account and print its one-time password. Example: riskscan user add lan.nt --role investigator"""
    from riskscan.accounts import checked_username, open_account

    checked_username(username)
    password = in_transaction(lambda conn: open_account(conn, username, name, role, datetime.now(UTC)))
    typer.echo(f"user {username}, one-time password {password}")


@user.command(name="list")
def list_users(as_json: AsJson = False) -> None:
    """List accounts. Example: riskscan user list"""
    from store.accounts import accounts

    columns = ("username", "display_name", "role", "active", "created_at")
    show_rows(in_transaction(accounts), columns, as_json=as_json)


@user.command()
def reset(username: Username) -> None:
    """Print a new one-time password; signs the person out everywhere. Example: riskscan user reset lan.nt"""
    from riskscan.accounts import reset_account

    password = in_transaction(lambda conn: reset_account(conn, username, datetime.now(UTC)))
    typer.echo(f"user {username}, one-time password {password}")


@user.command()
def close(username: Username) -> None:
    """Close an account; reset opens it again. Example: riskscan user close lan.nt"""
    from riskscan.accounts import close_account

    in_transaction(lambda conn: close_account(conn, username, datetime.now(UTC)))
    typer.echo(f"closed {username}")


@agency.command(name="add")
def add_agency(
    name: Annotated[str, typer.Argument(help="The agency's name")],
    basis: Annotated[str, typer.Option(help="Legal basis of its access: law, decision or agreement")],
) -> None:
    """Admit an agency, or change its legal basis. Example: riskscan agency add "Tổng đài 111" --basis "QĐ 01 (mẫu)" """
    from store import accounts
    from store.audit import record

    if not name.strip() or not basis.strip():
        raise typer.BadParameter("name and --basis must say something")

    async def admit(conn: Connection) -> int:
        agency_id = await accounts.add_agency(conn, name, basis)
        await record(conn, "admit_agency", at=datetime.now(UTC), subject_kind="agency", subject_id=agency_id)
        return agency_id

    typer.echo(f"agency {in_transaction(admit)}: {name}")


@agency.command(name="list")
def list_agencies(as_json: AsJson = False) -> None:
    """List agencies. Example: riskscan agency list"""
    from store.accounts import agencies

    show_rows(in_transaction(agencies), ("agency_id", "name", "legal_basis", "created_at"), as_json=as_json)
