"""What one check of an installation found, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How bad it is: only what is broken stops riskscan from doing its work."""

    OK = "ok"
    NOTE = "note"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; ``mend`` says what to do, and is empty where nothing is to be done."""

    about: str
    state: State
    says: str
    mend: str = ""


def ok(about: str, says: str) -> Check:
    """Say that a thing is as it should be."""
    return Check(about, State.OK, says)


def note(about: str, says: str, mend: str = "") -> Check:
    """Say what is worth knowing and stops nothing."""
    return Check(about, State.NOTE, says, mend)


def broken(about: str, says: str, mend: str) -> Check:
    """Say what stops riskscan from doing its work."""
    return Check(about, State.BROKEN, says, mend)
