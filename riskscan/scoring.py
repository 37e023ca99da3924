"""Scores what the current model has not scored yet, and raises flags, batch by batch."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from records.errors import ConfigurationError, ModelError
from records.review import FlagReason
from riskscan.runtime import Runtime
from store.pool import Connection, connect
from store.scores import (
    Threshold,
    claim_unscored,
    current_model,
    current_threshold,
    keep_scores,
    promote,
    raise_flags,
    register_model,
    set_threshold,
)

if TYPE_CHECKING:
    from classifier.model import Model

BATCH = 200


@dataclass(frozen=True, slots=True)
class ScoreTally:
    """How much one pass scored and flagged."""

    scored: int
    flagged: int
    audit_sample: int


def newest_model_folder(models: Path) -> Path:
    """Return the model folder with the highest id; ModelError if there is none."""
    folders = sorted(path for path in models.glob("*") if (path / "manifest.json").is_file())
    if not folders:
        raise ModelError(f"{models} holds no model; set RISKSCAN_MODELS, or train one: riskscan train")
    return folders[-1]


async def model_in_force(conn: Connection, models: Path) -> tuple[Model, Threshold]:
    """Load the model promoted last with its threshold; the first time the shipped one is promoted."""
    # Importing the classifier takes seconds; commands that score nothing do not pay for it.
    from classifier.model import load_model

    model_id = await current_model(conn)
    folder = newest_model_folder(models) if model_id is None else models / model_id
    model = await asyncio.to_thread(load_model, folder)
    # Refuses a folder whose bytes are not the ones that were promoted, and waits for a scorer that registers them now.
    await register(conn, model)
    if model_id is None and await current_model(conn) is None:
        await promote_with_threshold(conn, model, "the model that came with this release")
    threshold = await current_threshold(conn, model.model_id)
    if threshold is None:
        raise ConfigurationError(f"{model.model_id} has no threshold; run: riskscan model promote {model.model_id}")
    return model, threshold


async def register(conn: Connection, model: Model) -> None:
    """Remember a model; ModelError if its id is known with other bytes."""
    await register_model(conn, model.model_id, bytes.fromhex(str(model.manifest["sha256"])), model.manifest)


async def promote_with_threshold(conn: Connection, model: Model, reason: str) -> None:
    """Make a registered model the current one; without a threshold of its own it gets the manifest's."""
    await promote(conn, model.model_id, reason)
    if await current_threshold(conn, model.model_id) is None:
        await set_threshold(conn, model.model_id, model.threshold, "the manifest's default")


async def score_waiting(runtime: Runtime) -> ScoreTally:
    """Score everything that waits; each batch is one transaction that a kill undoes whole."""
    scored, raised = 0, dict.fromkeys(FlagReason, 0)
    salt = runtime.vault.digest("flag.audit_sample", "1").hex()
    async with connect(runtime.dsn) as conn:
        model, threshold = await model_in_force(conn, runtime.settings.models)
        await conn.commit()
        while True:
            async with conn.transaction():
                waiting = await claim_unscored(conn, model.model_id, BATCH)
                texts = [one.text for one in waiting]
                # In a thread, so that a worker goes on giving signs of life.
                scores = await asyncio.to_thread(model.score, texts, threshold.value) if waiting else []
                pairs = [(one.capture_id, score) for one, score in zip(waiting, scores, strict=True)]
                ids = await keep_scores(conn, model.model_id, pairs) if pairs else []
                flags = await raise_flags(
                    conn,
                    model.model_id,
                    threshold.threshold_id,
                    ids,
                    audit_share=runtime.settings.audit_share,
                    salt=salt,
                )
            if not waiting:
                return ScoreTally(scored, raised[FlagReason.THRESHOLD], raised[FlagReason.AUDIT_SAMPLE])
            scored += len(ids)  # a scorer beside us may have been faster with some of them
            raised = {reason: raised[reason] + flags[reason] for reason in FlagReason}
