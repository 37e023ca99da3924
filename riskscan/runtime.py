"""Wires a running riskscan together: database, keys, evidence, and the addresses of each."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import FrameType

from records.errors import ConfigurationError
from riskscan.postgres import embedded_server
from riskscan.schema import bring_up_to_date
from riskscan.settings import Settings
from store.evidence import EvidenceFolder
from store.seal import Vault, new_key_file, open_vault


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything a command needs once the database answers."""

    settings: Settings
    dsn: str = field(repr=False)
    owner_dsn: str | None = field(repr=False)
    vault: Vault = field(repr=False)
    evidence: EvidenceFolder
    embedded: bool
    variables: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def running(settings: Settings, *, migrate: bool = True) -> Iterator[Runtime]:
    """Join or start the database, bring it up to date where we may, and read the keys.

    A real server (``DATABASE_URL``) is migrated only when ``RISKSCAN_OWNER_URL`` is given too.
    """
    with ExitStack() as stack:
        if settings.database_url is not None:
            dsn, owner_dsn = settings.database_url, settings.owner_url
        else:
            address = stack.enter_context(embedded_server(settings.data, settings.key_folder))
            dsn, owner_dsn = address.service_dsn(), address.owner_dsn()
        if migrate and owner_dsn is not None:
            bring_up_to_date(owner_dsn)
        if settings.database_url is None and not settings.key_file.exists():
            # A database of ours that is new gets new keys; an old one whose keys are gone must not get others.
            _refuse_lost_keys(settings)
            new_key_file(settings.key_file, "k1")
        vault = open_vault(settings.key_file)
        if settings.database_url is None:
            # Only after the key file is there: a kill in between must not make a new house refuse for ever.
            (settings.data / "keyed").touch()
        yield Runtime(settings, dsn, owner_dsn, vault, EvidenceFolder(settings.evidence), settings.database_url is None)


def _refuse_lost_keys(settings: Settings) -> None:
    if (settings.data / "keyed").exists():
        raise ConfigurationError(
            f"{settings.key_file.name} is missing, and {settings.data} holds posts sealed under it; restore it"
        )


def end_on_sigterm() -> None:
    """Turn SIGTERM into an ordinary exit, so that what we started is stopped in order."""

    def leave(number: int, frame: FrameType | None) -> None:
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, leave)
