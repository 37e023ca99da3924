"""Examines an installation: what runs where, what is missing, and how to mend it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psycopg

from crawlers.browser import find_chromium
from crawlers.source_file import read_source
from records.errors import ConfigurationError, ModelError, SourceFileError
from riskscan.checkup import Check, State, broken, note, ok
from riskscan.doctor_database import examine_database
from riskscan.postgres import find_postgres15
from riskscan.scoring import newest_model_folder
from riskscan.settings import Settings
from store.evidence import EvidenceFolder
from store.key_file import master_names

__all__ = ["Check", "State", "examine"]

GIGABYTE = 1_000_000_000
PLENTY, NEEDED = 5 * GIGABYTE, GIGABYTE // 5


def examine(settings: Settings, now: datetime) -> list[Check]:
    """Look at everything riskscan needs, in the order in which one would mend it."""
    try:
        database, masters = examine_database(settings)
    except psycopg.Error as fault:
        database, masters = [broken("database", str(fault).partition("\n")[0], "check DATABASE_URL")], None
    return [
        *database,
        _keys(settings, masters),
        _model(settings.models),
        _evidence(settings, now),
        _disk(settings.data),
        _chromium(),
        _postgres15(),
        *_sources(settings.sources),
    ]


def _keys(settings: Settings, masters: frozenset[str] | None) -> Check:
    path = settings.key_file
    if not path.exists() and masters == frozenset():
        return note("key file", f"none yet; it is made as {path} with the first database")
    try:
        current, names = master_names(path)
    except ConfigurationError as fault:
        return broken("key file", str(fault), f"restore {path} from its own backup, mode 0600")
    if lost := sorted((masters or frozenset()) - names):
        says = f"{path} lacks the master keys {', '.join(lost)}: posts sealed under them cannot be opened"
        return broken("key file", says, "restore the key file that holds them")
    if len(names) > 1:
        return note(
            "key file", f"{path} holds {len(names)} master keys: a rotation was cut short", "riskscan key rotate"
        )
    return ok("key file", f"{path}, mode 0600, outside the data folder, current key {current}")


def _model(models: Path) -> Check:
    from classifier.model import load_model

    try:
        model = load_model(newest_model_folder(models))
    except ModelError as fault:
        return broken("model", str(fault), "restore the models folder, or train one: riskscan train")
    return ok("model", f"{model.model_id}, unaltered, threshold {model.threshold:.3f}")


def _evidence(settings: Settings, now: datetime) -> Check:
    if "://" not in settings.evidence and not settings.data.exists() and not Path(settings.evidence).exists():
        return note("evidence", f"no folder yet; it is made as {settings.evidence}")
    name = f"check/{now:%Y%m%dT%H%M%S%f}"
    try:
        folder = EvidenceFolder(settings.evidence)
        folder.put(name, b"riskscan doctor")
        folder.delete([name])
    except (OSError, ImportError, ValueError) as fault:
        return broken("evidence", f"{settings.evidence} cannot be written ({fault})", "set RISKSCAN_EVIDENCE")
    return ok("evidence", f"{settings.evidence} can be written")


def _disk(data: Path) -> Check:
    place = next(path for path in (data, *data.absolute().parents) if path.exists())
    free = shutil.disk_usage(place).free
    says = f"{free / GIGABYTE:.1f} GB free for {data}"
    if free < NEEDED:
        return broken("disk", says, "free some space, or set RISKSCAN_DATA elsewhere")
    return ok("disk", says) if free >= PLENTY else note("disk", says, "free some space before it runs out")


def _chromium() -> Check:
    found = find_chromium()
    if found is None:
        return note("browser", "no Chromium: sources of kind group are not read", "apt-get install chromium")
    return ok("browser", str(found))


def _postgres15() -> Check:
    found = find_postgres15()
    if found is None:
        return note("PostgreSQL 15", "its programs are not here; only the tests would use them")
    return ok("PostgreSQL 15", f"{found}; the tests run on it, too")


def _sources(folder: Path) -> Iterator[Check]:
    read = 0
    for path in sorted(folder.glob("*.toml")):
        try:
            read_source(path)
            read += 1
        except SourceFileError as fault:
            # The bundled samples name the port that riskscan demo chooses; nobody else sets it.
            says = f"{path.name}: {fault.key}: {fault.allowed}"
            yield note("source file", says, f"riskscan source check {path}")
    yield (
        ok("sources", f"{read} files in {folder} can be read")
        if read
        else note(
            "sources", f"no file in {folder} can be read", "set RISKSCAN_SOURCES, or write one: docs, add a source"
        )
    )
