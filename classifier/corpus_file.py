"""Files of labelled posts (codebook/schema.md): read strictly, refused by file and line."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import re2

from classifier.codebook_file import indicator_codes
from records.errors import RiskscanError
from records.score import Exploitation, Role

_FIELDS = frozenset(
    ["id", "text", "platform", "role", "risk", "exploitation", "indicators", "destination", "provenance"]
)
_PLATFORMS = frozenset(["facebook", "telegram", "zalo", "tiktok", "forum", "job_board", "other"])
_NICHE = re2.compile(r"niche ([a-z0-9_]+)")
_PAIR = re2.compile(r"pair (p[0-9]+)")


class CorpusRefused(RiskscanError):
    """A corpus file is refused; ``faults`` lists file, line number and reason of each fault."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        shown = "\n".join(faults[:20])
        more = f"\n… and {len(faults) - 20} more" if len(faults) > 20 else ""
        super().__init__(f"corpus refused, {len(faults)} fault(s):\n{shown}{more}")


@dataclass(frozen=True, slots=True)
class Mark:
    """One labelled indicator span (code points, end exclusive)."""

    code: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LabelledPost:
    """One post as an annotator judged it."""

    id: str
    text: str
    platform: str
    role: Role
    risk: int
    exploitation: tuple[Exploitation, ...]
    marks: tuple[Mark, ...]
    destination: tuple[str, ...]
    provenance: str

    @property
    def niche(self) -> str:
        """The niche its provenance names; the whole provenance when it names none."""
        found = _NICHE.search(self.provenance)
        return found.group(1) if found else self.provenance

    @property
    def pair(self) -> str | None:
        """The contrast family within the niche, when it belongs to one."""
        found = _PAIR.search(self.provenance)
        return found.group(1) if found else None


def read_corpus(paths: Iterable[Path]) -> list[LabelledPost]:
    """Read labelled posts from files, in order.

    Raises
    ------
    CorpusRefused
        When any line is not a labelled post; every fault is listed with its file and line number.
    """
    posts: list[LabelledPost] = []
    faults: list[str] = []
    seen: dict[str, str] = {}
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8").split("\n")  # splitlines would cut at U+2028
        except (OSError, UnicodeDecodeError) as fault:
            raise CorpusRefused([f"{path}: cannot be read: {fault}"]) from fault
        for number, line in enumerate(lines, 1):
            if line.strip():
                place = f"{path.name}:{number}"
                post, found = _post(line)
                if post is not None and post.id in seen:
                    found.append(f"id {post.id!r} stands already at {seen[post.id]}")
                faults += [f"{place}: {fault}" for fault in found]
                if post is not None:
                    seen.setdefault(post.id, place)
                    posts.append(post)
    if faults:
        raise CorpusRefused(faults)
    return posts


def _post(line: str) -> tuple[LabelledPost | None, list[str]]:
    """Return the post of one line, and its faults."""
    try:
        record = json.loads(line)
    except json.JSONDecodeError as fault:
        return None, [f"not JSON: {fault}"]
    if not isinstance(record, dict):
        return None, ["not a JSON object"]
    faults = list(_faults(record))
    if faults:
        return None, faults
    return (
        LabelledPost(
            id=record["id"],
            text=record["text"],
            platform=record["platform"],
            role=Role(record["role"]),
            risk=record["risk"],
            exploitation=tuple(map(Exploitation, record["exploitation"])),
            marks=tuple(Mark(one["code"], one["start"], one["end"]) for one in record["indicators"]),
            destination=tuple(record["destination"]),
            provenance=record["provenance"],
        ),
        [],
    )


def _faults(record: dict[str, Any]) -> Iterable[str]:
    """Yield what is wrong with one record, in words."""
    if missing := sorted(_FIELDS - record.keys()):
        yield f"missing fields {missing}"
        return
    if extra := sorted(record.keys() - _FIELDS):
        yield f"unknown fields {extra}"
    for name in ("id", "text", "platform", "role", "provenance"):
        if not isinstance(record[name], str):
            yield f"{name} is not a string"
            return
    for name in ("exploitation", "indicators", "destination"):
        if not isinstance(record[name], list):
            yield f"{name} is not a list"
            return
    if not unicodedata.is_normalized("NFC", record["text"]):
        yield "text is not NFC"
    if record["platform"] not in _PLATFORMS:
        yield f"unknown platform {record['platform']!r}"
    yield from _label_faults(record)
    yield from _mark_faults(record)


def _label_faults(record: dict[str, Any]) -> Iterable[str]:
    role, risk = record["role"], record["risk"]
    if role not in list(Role):
        yield f"unknown role {role!r}"
    if type(risk) is not int or not 0 <= risk <= 3:
        yield f"risk {risk!r} is not 0, 1, 2 or 3"
        return
    for code in record["exploitation"]:
        if code not in list(Exploitation):
            yield f"unknown exploitation type {code!r}"
    if role in (Role.SEEKER, Role.WARNING) and risk != 0:
        yield f"role {role} must have risk 0"
    if risk == 0 and record["exploitation"]:
        yield "risk 0 carries exploitation types"
    if any(not isinstance(code, str) for code in record["destination"]):
        yield "destination holds something that is no string"


def _mark_faults(record: dict[str, Any]) -> Iterable[str]:
    known, size = indicator_codes(), len(record["text"])
    for mark in record["indicators"]:
        if not isinstance(mark, dict) or mark.keys() != {"code", "start", "end"}:
            yield f"indicator {mark!r} is not code, start, end"
            continue
        if mark["code"] not in known:
            yield f"unknown indicator {mark['code']!r}"
        start, end = mark["start"], mark["end"]
        if type(start) is not int or type(end) is not int or not 0 <= start < end <= size:
            yield f"span {start!r}-{end!r} of {mark['code']!r} does not lie within the text of {size} code points"
