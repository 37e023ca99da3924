"""A loaded model: masked texts in, scores out. No database, no network, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.codebook_file import indicator
from classifier.context import context_keys
from classifier.evidence import evidence, pooled
from classifier.model_file import read_manifest, read_parts
from classifier.parts import Parts, widened
from classifier.reading import Batch, Reading, read
from classifier.scope import out_of_scope
from classifier.settling import level, sigmoid
from classifier.spans import findings, reasons
from classifier.stack import Verdicts
from classifier.structure import named_places, numbers
from classifier.targets import CODES, FLAG, ROLES, TYPES
from records.places import Place, workplaces
from records.score import OutOfScope, Role, Score

_TOGETHER = 256  # posts scored at once; more fill the processor's cache and gain nothing
#: Share of "seeker or warning" from which a post carries no risk finding: such people are never marked.
_MOST_OTHER_VOICE = 0.3
#: Score below which exploitation types fade out: an unlikely lure points nowhere.
_FULL_TYPES = 0.25
_PROTECTIVE = np.array([indicator(code).protective for code in CODES])


class Model:
    """One trained model."""

    def __init__(self, parts: Parts, manifest: dict[str, Any]) -> None:
        self._parts = widened(parts)
        self.manifest = manifest

    @property
    def model_id(self) -> str:
        """The model's name, as stored with every score."""
        return str(self.manifest["model"])

    @property
    def threshold(self) -> float:
        """The threshold of the manifest; the store may hold a later one."""
        return float(self.manifest["threshold"])

    def score(self, texts: Sequence[str], threshold: float | None = None) -> list[Score]:
        """Score masked texts, in order; ``threshold`` stands for the manifest's when given."""
        limit = self.threshold if threshold is None else threshold
        scores: list[Score] = []
        for start in range(0, len(texts), _TOGETHER):
            scores += self._score_batch(read(texts[start : start + _TOGETHER]), limit)
        return scores

    def _score_batch(self, batch: Batch, limit: float) -> list[Score]:
        parts, settled = self._parts, self._parts.settled
        named = named_places(batch.readings)
        views = parts.heads.counted(batch)
        tokens = parts.tagger.log_odds(batch, context_keys(batch.readings, named))
        rows = evidence(
            parts.heads.outputs(views),
            pooled(tokens, batch.post, len(batch)),
            numbers(batch.readings, named),
        )
        verdicts = parts.stack.verdicts(rows)
        weights = parts.heads.contributions(views, FLAG, len(batch.post)) * settled.reason_scale
        share = sigmoid(settled.slope * verdicts.flag + settled.shift)
        levels = level(np.column_stack([sigmoid(verdicts.low), share, sigmoid(verdicts.high)]), settled.level_limits)
        ends = np.searchsorted(batch.post, np.arange(len(batch) + 1))
        return [
            self._one(reading, named[index], index, verdicts, float(share[index]), int(levels[index]), limit,
                      tokens[ends[index] : ends[index + 1]], weights[ends[index] : ends[index + 1]])
            for index, reading in enumerate(batch.readings)
        ]  # fmt: skip

    def _one(
        self,
        reading: Reading,
        named: list[Place],
        index: int,
        verdicts: Verdicts,
        share: float,
        risk: int,
        limit: float,
        tokens: NDArray[np.float32],
        weights: NDArray[np.float64],
    ) -> Score:
        """Put together what is said of one post."""
        outside = out_of_scope(reading.shadow)
        roles = {str(role): float(verdicts.roles[index, place]) for place, role in enumerate(ROLES)}
        role = max(ROLES, key=lambda one: roles[one])
        kinds = sigmoid(verdicts.types[index]) * min(1.0, share / _FULL_TYPES)
        settled = self._parts.settled
        other_voice = roles[Role.SEEKER] + roles[Role.WARNING] >= _MOST_OTHER_VOICE
        present = np.where(other_voice & ~_PROTECTIVE, -np.inf, verdicts.codes[index])
        return Score(
            score=share if outside is not OutOfScope.EMPTY else 0.0,
            risk=risk if outside is None else 0,
            flag=outside is None and share >= limit,
            role=role,
            roles=roles,
            exploitation={str(kind): float(kinds[place]) for place, kind in enumerate(TYPES)},
            findings=findings(reading, tokens, present, settled.code_limits, settled.token_limit)
            if outside is None else (),
            reasons=reasons(reading, weights) if outside is None else (),
            destination=workplaces(named) if role is Role.RECRUITER and outside is None else (),
            out_of_scope=outside,
            model=self.model_id,
        )  # fmt: skip


def load_model(folder: Path) -> Model:
    """Load the model in a folder.

    Raises
    ------
    ModelError
        Naming what is missing, altered, not trusted, or of a newer format.
    """
    manifest = read_manifest(folder)
    return Model(read_parts(folder, manifest), manifest)
