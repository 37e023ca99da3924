"""Checks and hashes passwords: argon2, in another thread, a few at a time, and as long for nobody as for somebody."""

from __future__ import annotations

import asyncio
import secrets

from pwdlib import PasswordHash
from starlette.concurrency import run_in_threadpool

from records.text import nfc
from store.accounts import SignIn

LEAST_LENGTH, MOST_LENGTH = 12, 200
#: Argon2 takes 64 MiB and a core for each password: a flood of guesses waits in line, the queue's readers do not.
AT_ONCE = 2


def typed(password: str) -> str:
    """Return a password as it is compared: every Vietnamese keyboard's spelling of a letter is the same one."""
    return nfc(password)[:MOST_LENGTH]


class Passwords:
    """The console's password hashes; ``turn`` is held while somebody's try is read, checked and counted."""

    def __init__(self) -> None:
        self._hashes = PasswordHash.recommended()
        # Verified when nobody has the name, so that the answer takes as long as for a wrong password.
        self._nobody = self._hashes.hash(secrets.token_urlsafe(16))
        self.turn = asyncio.Semaphore(AT_ONCE)

    async def is_right(self, facts: SignIn | None, password: str) -> bool:
        """Verify the password of an account that may sign in; anybody else's takes as long and is wrong."""
        usable = facts is not None and facts.active and not facts.waiting
        known = facts.password_hash if facts is not None and usable else self._nobody
        right = await run_in_threadpool(self._hashes.verify, typed(password), known)
        return usable and right

    async def hashed(self, password: str) -> str:
        """Return the hash of a new password."""
        return await run_in_threadpool(self._hashes.hash, typed(password))
