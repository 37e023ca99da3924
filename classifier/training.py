"""Training: labelled posts to a model folder; same corpus, seed and config give the same scores."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.context import context_keys
from classifier.corpus_file import LabelledPost
from classifier.evidence import evidence, pooled
from classifier.groups import families, folds
from classifier.heads import fit_heads
from classifier.model import Model
from classifier.model_file import CARD_FILE, FORMAT, MANIFEST_FILE, METRICS_FILE, MODEL_FILE, pack
from classifier.parts import Parts
from classifier.reading import read
from classifier.settling import Settled, calibration, choose_threshold, code_limits, level_limits, sigmoid, token_limit
from classifier.stack import Labels, StackConfig, fit_stack, unseen_verdicts
from classifier.structure import named_places, numbers
from classifier.tagger import fit_tagger
from classifier.targets import FLAG, codes, document_targets, levels, roles, token_marks, types

Mask = Callable[[str], str]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class TrainingConfig:
    """What a training run may vary; stands in the manifest."""

    ridge: float = 0.5
    folds: int = 5
    stack: StackConfig = field(default_factory=StackConfig)


@dataclass(frozen=True)
class TrainedModel:
    """The learnt parts and the manifest that goes with them; ``metrics`` and ``card`` are written beside them."""

    parts: Parts
    manifest: dict[str, Any]
    metrics: dict[str, Any] = field(default_factory=dict)
    card: str = ""

    def model(self) -> Model:
        """Return the model ready to score."""
        return Model(self.parts, self.manifest)


def same_text(text: str) -> str:
    """Return the text as it is: the mask of texts that are masked already."""
    return text


def silent(_: str) -> None:
    """Report progress to nobody."""


def train(
    records: Sequence[LabelledPost],
    *,
    seed: int,
    config: TrainingConfig,
    model_id: str,
    created: str,
    mask: Mask = same_text,
    sources: dict[str, str] | None = None,
    progress: Progress = silent,
) -> TrainedModel:
    """Train a model.

    Parameters
    ----------
    mask
        Gives a text of equal length with contacts masked, as every scored text is.
    created
        Date of training, ISO 8601; stands in the manifest and changes nothing else.
    sources
        SHA-256 of each corpus file by name, for the manifest.
    """
    parts = learn(records, seed=seed, config=config, mask=mask, progress=progress)
    share = float((levels(records) >= 2).mean())
    manifest = {
        "format": FORMAT,
        "model": model_id,
        "created": created,
        "sha256": "",
        "seed": seed,
        "config": asdict(config),
        "posts": len(records),
        "positive_share": round(share, 6),
        "threshold": parts.settled.threshold,
        "threshold_reason": parts.settled.threshold_reason,
        "corpus": dict(sorted((sources or {}).items())),
        "versions": {name: version(name) for name in ("scikit-learn", "numpy", "scipy", "skops")}
        | {"python": platform.python_version()},
    }
    return TrainedModel(parts, manifest)


def learn(
    records: Sequence[LabelledPost], *, seed: int, config: TrainingConfig, mask: Mask, progress: Progress = silent
) -> Parts:
    """Learn every part: heads and tagger on all posts, the rest on what they say of posts they never saw.

    One thread only: sums come out in one order, and two trainings on a busy machine do not fight for its cores.
    """
    # scikit-learn offers its controller of BLAS and OpenMP threads under no public name.
    from sklearn.utils.parallel import _get_threadpool_controller

    with _get_threadpool_controller().limit(limits=1):
        return _learn(records, seed=seed, config=config, mask=mask, progress=progress)


def _learn(
    records: Sequence[LabelledPost], *, seed: int, config: TrainingConfig, mask: Mask, progress: Progress
) -> Parts:
    batch = read([mask(post.text) for post in records])
    named = named_places(batch.readings)
    fold = folds(families(records), config.folds, seed)
    labels = Labels(levels(records), roles(records), types(records), codes(records))
    progress("document heads")
    heads, outputs = fit_heads(batch, document_targets(records), config.ridge, fold)
    progress("indicator tagger")
    context, marks = context_keys(batch.readings, named), token_marks(records, batch)
    tagger, tokens = fit_tagger(batch, context, marks, fold, seed)
    progress("last stage")
    rows = evidence(outputs, pooled(tokens, batch.post, len(batch)), numbers(batch.readings, named))
    unseen = unseen_verdicts(rows, labels, fold, config.stack, seed)
    stack = fit_stack(rows, labels, config.stack, seed)
    wanted = labels.levels >= 2
    slope, shift = calibration(unseen.flag, wanted)
    score = sigmoid(slope * unseen.flag + shift)
    threshold, reason = choose_threshold(score, labels)
    limits = code_limits(unseen.codes, labels.codes)
    settled = Settled(
        slope=slope,
        shift=shift,
        level_limits=level_limits(sigmoid(unseen.low), score, sigmoid(unseen.high), labels.levels),
        code_limits=limits,
        token_limit=token_limit(tokens, (unseen.codes >= limits)[batch.post], marks),
        reason_scale=calibration(outputs[:, FLAG], wanted)[0],
        threshold=threshold,
        threshold_reason=reason,
    )
    return Parts(heads, tagger, stack, settled)


def save(trained: TrainedModel, folder: Path) -> None:
    """Write a model folder: model file, manifest, metrics and card."""
    blob = pack(trained.parts)
    manifest = trained.manifest | {"sha256": sha256(blob).hexdigest()}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MODEL_FILE).write_bytes(blob)
    for name, content in ((MANIFEST_FILE, manifest), (METRICS_FILE, trained.metrics)):
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / name).write_text(text + "\n", encoding="utf-8")
    (folder / CARD_FILE).write_text(trained.card, encoding="utf-8")


def corpus_hashes(paths: Sequence[Path]) -> dict[str, str]:
    """Return the SHA-256 of each corpus file by its name."""
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in paths}


def chosen(records: Sequence[LabelledPost], which: NDArray[np.intp]) -> list[LabelledPost]:
    """Return some of the posts, in the order given."""
    return [records[index] for index in which]
