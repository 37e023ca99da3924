"""Source files: TOML read strictly into a ``Source``, or refused with file, key and what is allowed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import time
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import re2

from crawlers.source_keys import ALLOWED_KEYS
from crawlers.source_values import Values, load_values
from records.errors import SourceFileError
from records.post import Platform
from records.source import Expectations, OpeningHours, Pace, Reach, Source, SourceKind

FORMATS = ("csv", "json-lines", "zeeschuimer-tiktok")

_ID = re2.compile(r"^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$")
_HOST = re2.compile(r"^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$")
_CLOCK = re2.compile(r"^([01][0-9]|2[0-3]):([0-5][0-9])$")
_DELIMITERS = frozenset({",", ";", "\t", "|"})


def read_source(path: Path, variables: Mapping[str, str] | None = None) -> Source:
    """Read one source file; ``${NAME}`` in its texts is replaced from ``variables``.

    Raises SourceFileError on the first thing that is not allowed.
    """
    content, kind, values = load_values(path, variables or {})
    source = Source(
        source_id=_matching(path, values, "id", _ID),
        title=_length(path, values, "title", 200),
        kind=kind,
        platform=_platform(path, values),
        start=_start(path, kind, values),
        reach=_reach(path, values),
        pace=_pace(path, values),
        expectations=_expectations(path, values),
        selectors=_section(values, "selectors"),
        mapping=_section(values, "mapping"),
        file_format=_format(path, values),
        contact=_length(path, values, "contact", 500),
        enabled=values.get("enabled", True),
        digest=hashlib.sha256(content).hexdigest(),
        terms=_length(path, values, "terms", 2000),
        delimiter=_delimiter(path, values),
        opening_hours=_opening_hours(path, values),
    )
    _check_addresses(path, source)
    return source


def read_sources(folder: Path, variables: Mapping[str, str] | None = None) -> tuple[Source, ...]:
    """Read every ``*.toml`` of a folder in the order of their names; two files may not share an id."""
    sources: dict[str, Source] = {}
    for path in sorted(folder.glob("*.toml")):
        source = read_source(path, variables)
        if source.source_id in sources:
            raise SourceFileError(str(path), "id", f"an id of its own; {source.source_id!r} is taken")
        sources[source.source_id] = source
    return tuple(sources.values())


def _refused(path: Path, key: str) -> SourceFileError:
    return SourceFileError(str(path), key, ALLOWED_KEYS[key].allowed)


def _matching(path: Path, values: Values, key: str, pattern: Any) -> str:
    if not pattern.match(values[key]):
        raise _refused(path, key)
    return str(values[key])


def _length(path: Path, values: Values, key: str, most: int) -> str:
    if len(values[key]) > most:
        raise SourceFileError(str(path), key, f"at most {most} characters: {ALLOWED_KEYS[key].allowed}")
    return str(values[key])


def _between(path: Path, values: Values, key: str, least: float, most: float, unless_said: float) -> float:
    value = values.get(key, unless_said)
    if not least <= value <= most:
        raise _refused(path, key)
    return float(value)


def _section(values: Values, name: str) -> dict[str, str]:
    return {key.removeprefix(name + "."): value for key, value in values.items() if key.startswith(name + ".")}


def _platform(path: Path, values: Values) -> Platform:
    try:
        return Platform(values["platform"])
    except ValueError as error:
        raise _refused(path, "platform") from error


def _start(path: Path, kind: SourceKind, values: Values) -> tuple[str, ...]:
    if kind is not SourceKind.IMPORT:
        if not values["start.addresses"]:
            raise _refused(path, "start.addresses")
        return tuple(values["start.addresses"])
    files = values.get("start.files")
    if files is not None and not files:
        raise _refused(path, "start.files")
    return tuple(str((path.parent / name).resolve()) for name in files or ())


def _pace(path: Path, values: Values) -> Pace:
    usual = Pace()
    return Pace(
        delay=_between(path, values, "pace.delay", 0, 3600, usual.delay),
        requests_in_flight=int(_between(path, values, "pace.requests_in_flight", 1, 8, usual.requests_in_flight)),
        pages_a_run=int(_between(path, values, "pace.pages_a_run", 1, 1_000_000, usual.pages_a_run)),
        revisit_hours=_between(path, values, "pace.revisit_hours", 0, 8760, usual.revisit_hours),
    )


def _expectations(path: Path, values: Values) -> Expectations:
    return Expectations(
        min_posts=int(_between(path, values, "expectations.min_posts", 1, 10**9, 1)),
        max_wall_share=_between(path, values, "expectations.max_wall_share", 0, 1, 0.2),
    )


def _format(path: Path, values: Values) -> str:
    name = values.get("format.name", "")
    if "format.name" in values and name not in FORMATS:
        raise _refused(path, "format.name")
    mapped = bool(_section(values, "mapping"))
    if name == "zeeschuimer-tiktok" and mapped:
        raise SourceFileError(str(path), "mapping", "no [mapping]: the columns of zeeschuimer-tiktok are known")
    for key in ("mapping.external_id", "mapping.text"):
        if name in ("csv", "json-lines") and key not in values:
            raise SourceFileError(str(path), key, f"missing; needed: {ALLOWED_KEYS[key].allowed}")
    return str(name)


def _delimiter(path: Path, values: Values) -> str:
    delimiter = str(values.get("format.delimiter", ","))
    if "format.delimiter" in values and (values["format.name"] != "csv" or delimiter not in _DELIMITERS):
        raise _refused(path, "format.delimiter")
    return delimiter


def _opening_hours(path: Path, values: Values) -> OpeningHours | None:
    given = [key for key in ("opening_hours.start", "opening_hours.end") if key in values]
    if not given:
        return None
    if len(given) == 1:
        raise _refused(path, given[0])
    start, end = (_clock(path, values, key) for key in given)
    return OpeningHours(start, end)


def _clock(path: Path, values: Values, key: str) -> time:
    found = _CLOCK.match(values[key])
    if not found:
        raise _refused(path, key)
    return time(int(found.group(1)), int(found.group(2)))


def _reach(path: Path, values: Values) -> Reach:
    starts = (_name(address) for address in values.get("start.addresses", ()))
    return Reach(
        hosts=_hosts(path, "reach.hosts", values.get("reach.hosts") or list(starts)),
        resource_hosts=_hosts(path, "reach.resource_hosts", values.get("reach.resource_hosts", [])),
        loopback=frozenset(_pair(path, text) for text in values.get("reach.loopback", [])),
        names=values.get("reach.names", {}),
    )


def _hosts(path: Path, key: str, names: list[str]) -> frozenset[str]:
    if not all(_HOST.match(name) for name in names):
        raise _refused(path, key)
    return frozenset(names)


def _pair(path: Path, text: str) -> tuple[str, int]:
    name, _, port = text.rpartition(":")
    if not _HOST.match(name) or not port.isascii() or not port.isdigit() or not 0 < int(port[:6]) < 65_536:
        raise _refused(path, "reach.loopback")
    return name, int(port)


def _check_addresses(path: Path, source: Source) -> None:
    reach = source.reach
    on_loopback = {name for name, _ in reach.loopback}
    for name, address in reach.names.items():
        if name not in on_loopback or not _is_loopback(address):
            raise _refused(path, "reach.names")
    if source.kind is SourceKind.IMPORT:
        return
    for address in source.start:
        _check_start(path, address, reach)
    if source.pace.delay < 1 and not (reach.hosts | reach.resource_hosts) <= on_loopback:
        raise _refused(path, "pace.delay")


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _check_start(path: Path, address: str, reach: Reach) -> None:
    try:
        parts = urlsplit(address)
        name, port = parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError as error:
        raise _refused(path, "start.addresses") from error
    if parts.scheme not in ("http", "https") or not name or parts.username is not None:
        raise _refused(path, "start.addresses")
    if name not in reach.hosts:
        raise SourceFileError(str(path), "start.addresses", f"hosts that reach.hosts names; {name} is not there")
    if port not in (80, 443) and (name, port) not in reach.loopback:
        raise SourceFileError(str(path), "start.addresses", "port 80 or 443, or a pair that reach.loopback names")


def _name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
