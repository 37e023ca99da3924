"""What the API and console were told from outside, read once by riskscan and frozen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from store.seal import Vault


def cursor_key(vault: Vault) -> bytes:
    """Return the key under which cursors are signed, the same in every process on one key file."""
    return vault.digest("api.cursor", "1")


def _clock() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Everything the API and console need to know.

    ``allowed_hosts`` are host names without port; ``lease_seconds`` is how long a taken flag stays
    a reviewer's; ``session_seconds`` ends every session, ``idle_seconds`` one that nobody uses;
    ``evidence`` is the evidence store's address.
    """

    dsn: str = field(repr=False)
    vault: Vault = field(repr=False)
    allowed_hosts: tuple[str, ...]
    cursor_key: bytes = field(repr=False)
    version: str
    source_of_tips: str = "tips"
    lease_seconds: float = 600.0
    session_seconds: float = 8 * 3600.0
    idle_seconds: float = 3600.0
    now: Callable[[], datetime] = _clock
    evidence: str = ""
