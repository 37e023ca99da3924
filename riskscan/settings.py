"""Reads every setting once, at the edge, into one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from records.errors import ConfigurationError
from store.retention import RetentionRules

ROOT = Path(__file__).resolve().parent.parent

#: Every environment variable riskscan reads, and what it is for; the reference page is checked against it.
VARIABLES: dict[str, str] = {
    "RISKSCAN_DATA": "Folder of the embedded database, evidence, rejects and logs. Default: .riskscan",
    "RISKSCAN_KEY_FILE": "Master keys, mode 0600, never under RISKSCAN_DATA. Default: .riskscan-keys/master.json",
    "DATABASE_URL": "A real PostgreSQL (15 or newer), as the service role. Default: the embedded one",
    "RISKSCAN_OWNER_URL": "The same database as the owner role; only riskscan migrate needs it",
    "RISKSCAN_EVIDENCE": "Folder or fsspec address of the sealed evidence. Default: evidence/ under RISKSCAN_DATA",
    "RISKSCAN_MODELS": "Folder of model folders. Default: models/ of the checkout",
    "RISKSCAN_SOURCES": "Folder of source files. Default: sources/ of the checkout",
    "RISKSCAN_PORT": "Port of console and API; taken, the next free one is used. Default: 8600",
    "RISKSCAN_ALLOWED_HOSTS": "Comma-separated host names the console answers to. Default: 127.0.0.1,localhost",
    "RISKSCAN_CONTACT": "Mail address or page in the User-Agent, so that operators can reach us",
    "RISKSCAN_AUDIT_SHARE": "Share of unflagged posts shown to people at random, 0 to 1. Default: 0.02",
    "RISKSCAN_UNFLAGGED_DAYS": "Days an unflagged post is kept after it was last seen. Default: 30",
    "RISKSCAN_DISMISSED_DAYS": "Days a post is kept after its flag was dismissed. Default: 90",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the running program was told from outside."""

    data: Path
    key_file: Path
    database_url: str | None = field(repr=False)
    owner_url: str | None = field(repr=False)
    evidence: str
    models: Path
    sources: Path
    port: int
    allowed_hosts: tuple[str, ...]
    contact: str
    audit_share: float
    retention: RetentionRules

    @property
    def key_folder(self) -> Path:
        """Where the embedded server's passwords lie, beside the key file."""
        return self.key_file.parent

    @property
    def user_agent(self) -> str:
        """The one honest name under which every request goes out."""
        return f"riskscan/0.1 (+{self.contact})"


def read_settings(environment: Mapping[str, str], here: Path) -> Settings:
    """Read the settings from an environment; relative paths start at ``here``.

    Raises
    ------
    ConfigurationError
        A variable cannot be read, or one that begins with RISKSCAN_ is unknown.
    """
    known = set(VARIABLES)
    if unknown := sorted(name for name in environment if name.startswith("RISKSCAN_") and name not in known):
        raise ConfigurationError(f"unknown setting {unknown[0]}; known are {', '.join(sorted(known))}")
    data = here / environment.get("RISKSCAN_DATA", ".riskscan")
    key_file = here / environment.get("RISKSCAN_KEY_FILE", f"{data}-keys/master.json")
    if key_file.resolve().is_relative_to(data.resolve()):
        raise ConfigurationError("RISKSCAN_KEY_FILE lies under RISKSCAN_DATA: keys and data must not travel together")
    return Settings(
        data=data,
        key_file=key_file,
        database_url=environment.get("DATABASE_URL") or None,
        owner_url=environment.get("RISKSCAN_OWNER_URL") or None,
        evidence=environment.get("RISKSCAN_EVIDENCE", str(data / "evidence")),
        models=here / environment.get("RISKSCAN_MODELS", str(ROOT / "models")),
        sources=here / environment.get("RISKSCAN_SOURCES", str(ROOT / "sources")),
        port=int(_number(environment, "RISKSCAN_PORT", 8600, 0, 65535)),
        allowed_hosts=tuple(environment.get("RISKSCAN_ALLOWED_HOSTS", "127.0.0.1,localhost").split(",")),
        contact=environment.get("RISKSCAN_CONTACT", "https://riskscan.invalid/contact"),
        audit_share=_number(environment, "RISKSCAN_AUDIT_SHARE", 0.02, 0, 1),
        retention=RetentionRules(
            int(_number(environment, "RISKSCAN_UNFLAGGED_DAYS", 30, 1, 3650)),
            int(_number(environment, "RISKSCAN_DISMISSED_DAYS", 90, 1, 3650)),
        ),
    )


def _number(environment: Mapping[str, str], name: str, default: float, low: float, high: float) -> float:
    value = environment.get(name)
    if value is None:
        return default
    try:
        number = float(value)
    except ValueError as fault:
        raise ConfigurationError(f"{name} must be a number from {low:g} to {high:g}") from fault
    if not low <= number <= high:
        raise ConfigurationError(f"{name} must be a number from {low:g} to {high:g}")
    return number
