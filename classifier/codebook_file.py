"""The 34 indicators as people are shown them: names and definitions, never surface forms."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).parent / "codebook" / "indicators.json"


class Weight(StrEnum):
    """How much an indicator says by itself (codebook 2)."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"
    PROTECTIVE = "protective"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One entry of the codebook."""

    code: str
    group: str
    weight: Weight
    supports: tuple[str, ...]
    name_vi: str
    name_en: str
    definition_vi: str
    definition_en: str

    @property
    def protective(self) -> bool:
        """Whether the entry lowers the risk."""
        return self.weight is Weight.PROTECTIVE


@lru_cache(maxsize=1)
def indicators() -> tuple[Indicator, ...]:
    """Return the codebook's indicators in its order."""
    return tuple(
        Indicator(
            code=entry["code"],
            group=entry["group"],
            weight=Weight(entry["weight"]),
            supports=tuple(entry["supports"]),
            name_vi=entry["name_vi"],
            name_en=entry["name_en"],
            definition_vi=entry["definition_vi"],
            definition_en=entry["definition_en"],
        )
        for entry in json.loads(_FILE.read_text(encoding="utf-8"))
    )


@lru_cache(maxsize=1)
def indicator_codes() -> tuple[str, ...]:
    """Return the codes in the codebook's order."""
    return tuple(indicator.code for indicator in indicators())


def indicator(code: str) -> Indicator:
    """Return the entry of one code; KeyError when the codebook has none."""
    return _by_code()[code]


@lru_cache(maxsize=1)
def _by_code() -> dict[str, Indicator]:
    return {entry.code: entry for entry in indicators()}
