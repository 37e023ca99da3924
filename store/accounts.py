"""Keeps accounts, sessions, agencies and API keys; secrets are here as hashes and digests only."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from records.errors import ConfigurationError, NotFound
from records.review import AccountRole
from store.pool import Connection
from store.statements import Family

SQL = Family("accounts")


@dataclass(frozen=True, slots=True)
class SignIn:
    """What signing in needs of an account."""

    account_id: int
    password_hash: str = field(repr=False)
    active: bool
    waiting: bool
    must_change_password: bool


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person's session."""

    account_id: int
    username: str
    display_name: str
    role: AccountRole
    locale: str
    must_change_password: bool
    csrf_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A valid API key and the agency behind it."""

    api_key_id: int
    agency_id: int
    agency: str
    prefix: str
    scopes: frozenset[str]
    expires_at: datetime


def secret_digest(secret: str) -> bytes:
    """Return the SHA-256 of a random secret of ours (a cookie or an API key, never a password)."""
    return hashlib.sha256(secret.encode()).digest()


async def add_account(
    conn: Connection,
    username: str,
    display_name: str,
    role: AccountRole,
    password_hash: str,
    *,
    must_change: bool = True,
    locale: str = "vi",
) -> int:
    """Open a sign-in; ConfigurationError if the name is taken."""
    values = {
        "username": username,
        "display_name": display_name,
        "role": str(role),
        "password_hash": password_hash,
        "must_change": must_change,
        "locale": locale,
    }
    row = await (await conn.execute(SQL["add_account"], values)).fetchone()
    if row is None:
        raise ConfigurationError(f"the account {username} exists already")
    return int(row["account_id"])


async def sign_in_facts(conn: Connection, username: str) -> SignIn | None:
    """Return what is needed to check a password, or None if nobody has this name."""
    row = await (await conn.execute(SQL["account_by_name"], {"username": username})).fetchone()
    if row is None:
        return None
    return SignIn(row["account_id"], row["password_hash"], row["active"], row["waiting"], row["must_change_password"])


async def accounts(conn: Connection) -> list[dict[str, Any]]:
    """List accounts by name."""
    return await (await conn.execute(SQL["accounts"])).fetchall()


async def count_sign_in(conn: Connection, account_id: int, *, succeeded: bool) -> None:
    """Count a right or a wrong password."""
    await conn.execute(SQL["sign_in_succeeded" if succeeded else "sign_in_failed"], {"account_id": account_id})


async def set_password(conn: Connection, account_id: int, password_hash: str, *, must_change: bool = False) -> None:
    """Change a password and sign the account out everywhere."""
    await conn.execute(
        SQL["set_password"],
        {"account_id": account_id, "password_hash": password_hash, "must_change": must_change},
    )
    await conn.execute(SQL["end_sessions"], {"account_id": account_id})


async def set_locale(conn: Connection, account_id: int, locale: str) -> None:
    """Remember the language a person reads, ``vi`` or ``en``."""
    await conn.execute(SQL["set_locale"], {"account_id": account_id, "locale": locale})


async def set_active(conn: Connection, account_id: int, *, active: bool) -> None:
    """Open or close an account; a closed one is signed out everywhere."""
    await conn.execute(SQL["set_active"], {"account_id": account_id, "active": active})
    if not active:
        await conn.execute(SQL["end_sessions"], {"account_id": account_id})


async def start_session(conn: Connection, account_id: int, secret: str, csrf_token: str, *, seconds: float) -> None:
    """Begin a session under a fresh cookie."""
    await conn.execute(SQL["end_old_sessions"])
    values = {"digest": secret_digest(secret), "account_id": account_id, "csrf_token": csrf_token, "seconds": seconds}
    await conn.execute(SQL["start_session"], values)


async def session(conn: Connection, secret: str, *, idle_seconds: float) -> Session | None:
    """Return the session behind a cookie, or None if there is none any more."""
    values = {"digest": secret_digest(secret), "idle_seconds": idle_seconds}
    row = await (await conn.execute(SQL["session"], values)).fetchone()
    if row is None:
        return None
    await conn.execute(SQL["see_session"], {"digest": secret_digest(secret)})
    return Session(
        row["account_id"],
        row["username"],
        row["display_name"],
        AccountRole(row["role"]),
        row["locale"],
        row["must_change_password"],
        row["csrf_token"],
    )


async def end_session(conn: Connection, secret: str) -> None:
    """Sign out."""
    await conn.execute(SQL["end_session"], {"digest": secret_digest(secret)})


async def add_agency(conn: Connection, name: str, legal_basis: str) -> int:
    """Admit an agency, or change its legal basis; returns its id."""
    row = await (await conn.execute(SQL["add_agency"], {"name": name, "legal_basis": legal_basis})).fetchone()
    if row is None:
        raise NotFound(f"no agency {name}")
    return int(row["agency_id"])


async def agencies(conn: Connection) -> list[dict[str, Any]]:
    """List agencies by name."""
    return await (await conn.execute(SQL["agencies"])).fetchall()


async def add_key(
    conn: Connection, agency_id: int, prefix: str, secret: str, scopes: Sequence[str], expires_at: datetime
) -> int:
    """Keep a new API key; the secret itself is not stored."""
    values = {
        "agency_id": agency_id,
        "prefix": prefix,
        "digest": secret_digest(secret),
        "scopes": list(scopes),
        "expires_at": expires_at,
    }
    row = await (await conn.execute(SQL["add_key"], values)).fetchone()
    if row is None:
        raise NotFound(f"no agency {agency_id}")
    return int(row["api_key_id"])


async def api_key(conn: Connection, secret: str) -> ApiKey | None:
    """Return the valid key with this secret, or None."""
    row = await (await conn.execute(SQL["key"], {"digest": secret_digest(secret)})).fetchone()
    if row is None:
        return None
    await conn.execute(SQL["use_key"], {"api_key_id": row["api_key_id"]})
    return ApiKey(
        row["api_key_id"], row["agency_id"], row["agency"], row["prefix"], frozenset(row["scopes"]), row["expires_at"]
    )


async def revoke_key(conn: Connection, prefix: str) -> None:
    """Withdraw a key at once; NotFound if no valid key has this prefix."""
    if await (await conn.execute(SQL["revoke_key"], {"prefix": prefix})).fetchone() is None:
        raise NotFound(f"no valid key begins with {prefix}")


async def keys(conn: Connection) -> list[dict[str, Any]]:
    """List API keys without their secrets."""
    return await (await conn.execute(SQL["keys"])).fetchall()
