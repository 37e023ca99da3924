"""The indicators as reviewers read them: name, definition and strength, in their language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import classifier

#: From what weighs most to what speaks for a post.
STRENGTHS = ("strong", "medium", "weak", "protective")
FILE = Path(classifier.__file__).parent / "codebook" / "indicators.json"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of the codebook; ``strength`` is strong, medium, weak or protective."""

    code: str
    name: str
    definition: str
    strength: str

    @property
    def clause(self) -> str:
        """The name as it stands inside a sentence."""
        return self.name[:1].lower() + self.name[1:]


@cache
def indicators(language: str) -> Mapping[str, Indicator]:
    """Read the codebook's indicators by code, in ``vi`` or ``en``."""
    entries = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        entry["code"]: Indicator(
            entry["code"], entry[f"name_{language}"], entry[f"definition_{language}"], entry["weight"]
        )
        for entry in entries
    }


def indicator(code: str, language: str) -> Indicator:
    """Return one indicator; a code of an older codebook is shown as it is."""
    return indicators(language).get(code) or Indicator(code, code.replace("_", " "), "", "weak")


def strongest(numbers: Iterable[int], strengths: Mapping[int, str]) -> str:
    """Return the greatest strength among overlapping findings, given by their numbers on the page."""
    return min((strengths[number] for number in numbers), key=STRENGTHS.index)
