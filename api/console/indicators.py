"""The indicators as reviewers read them: name, definition and strength, in their language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from classifier import codebook_file
from classifier.codebook_file import Weight

#: From what weighs most to what speaks for a post.
STRENGTHS = (Weight.STRONG, Weight.MEDIUM, Weight.WEAK, Weight.PROTECTIVE)


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of the codebook in one language."""

    code: str
    name: str
    definition: str
    strength: Weight

    @property
    def clause(self) -> str:
        """The name as it stands inside a sentence."""
        return self.name[:1].lower() + self.name[1:]


@cache
def indicators(language: str) -> Mapping[str, Indicator]:
    """Return the codebook's indicators by code, in ``vi`` or ``en``."""
    english = language == "en"
    return {
        entry.code: Indicator(
            entry.code,
            entry.name_en if english else entry.name_vi,
            entry.definition_en if english else entry.definition_vi,
            entry.weight,
        )
        for entry in codebook_file.indicators()
    }


def indicator(code: str, language: str) -> Indicator:
    """Return one indicator; a code of an older codebook is shown as it is."""
    return indicators(language).get(code) or Indicator(code, code.replace("_", " "), "", Weight.WEAK)


def strongest(numbers: Iterable[int], strengths: Mapping[int, Weight]) -> Weight:
    """Return the greatest strength among overlapping findings, given by their numbers on the page."""
    return min((strengths[number] for number in numbers), key=STRENGTHS.index)
