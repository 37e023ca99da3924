"""Opens accounts with one-time passwords that are shown once and kept as hashes."""

from __future__ import annotations

import secrets
from datetime import datetime

from pwdlib import PasswordHash

from records.errors import ConfigurationError, NotFound
from records.review import AccountRole
from store.accounts import add_account, set_active, set_password, sign_in_facts
from store.audit import record
from store.pool import Connection

#: Typed by hand on any keyboard; the database holds the same rule.
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")


def one_time_password() -> str:
    """Return a random password of 96 bits, short enough to be read out."""
    return secrets.token_urlsafe(12)


def checked_username(username: str) -> str:
    """Return a username as it is; ConfigurationError unless it is 2 to 40 plain letters, digits, dots or dashes."""
    if not 2 <= len(username) <= 40 or not LETTERS.issuperset(username):
        raise ConfigurationError("a username has 2 to 40 of a-z, 0-9, dot, dash and underscore")
    return username


async def open_account(conn: Connection, username: str, display_name: str, role: AccountRole, at: datetime) -> str:
    """Open an account and return its one-time password; ConfigurationError if the name is taken."""
    password = one_time_password()
    hashed = PasswordHash.recommended().hash(password)
    account_id = await add_account(conn, checked_username(username), display_name or username, role, hashed)
    await record(conn, "open_account", at=at, subject_kind="account", subject_id=account_id, facts={"role": str(role)})
    return password


async def reset_account(conn: Connection, username: str, at: datetime) -> str:
    """Give an account a new one-time password, sign it out everywhere and open it again if it was closed."""
    account_id = await account_id_of(conn, username)
    password = one_time_password()
    await set_password(conn, account_id, PasswordHash.recommended().hash(password), must_change=True)
    await set_active(conn, account_id, active=True)
    await record(conn, "reset_account", at=at, subject_kind="account", subject_id=account_id)
    return password


async def close_account(conn: Connection, username: str, at: datetime) -> None:
    """Close an account and sign it out everywhere; what it decided stays."""
    account_id = await account_id_of(conn, username)
    await set_active(conn, account_id, active=False)
    await record(conn, "close_account", at=at, subject_kind="account", subject_id=account_id)


async def account_id_of(conn: Connection, username: str) -> int:
    """Return the id behind a username; NotFound if nobody has it."""
    facts = await sign_in_facts(conn, username)
    if facts is None:
        raise NotFound(f"no account {username}; riskscan user list shows all")
    return facts.account_id
