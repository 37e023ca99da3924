"""How one visit to an address ended: the response that came, or the outcome without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from records.source import Outcome


@dataclass(frozen=True, slots=True)
class Response:
    """One response as it came, body unpacked, with the request that asked for it."""

    url: str = field(repr=False)
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    request_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    captured_at: datetime | None = None

    def header(self, name: str) -> str:
        """Return a header's value, "" when it was not sent."""
        return self.headers.get(name.lower(), "")


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit brought: a response, or the outcome that took its place; neither if nothing was asked.

    ``snapshots`` are the DOMs of a page that a browser drew, each of which showed posts the ones
    before it did not. ``retry_after`` is in seconds: how long the host, or we, want to wait before the next try.
    """

    asked: str = field(repr=False)
    response: Response | None = None
    outcome: Outcome | None = None
    reason: str = ""
    milliseconds: int = 0
    snapshots: tuple[bytes, ...] = field(default=(), repr=False)
    retry_after: float | None = None

    @property
    def postponed(self) -> bool:
        """Whether nothing was asked, because the host is parked."""
        return self.response is None and self.outcome is None
