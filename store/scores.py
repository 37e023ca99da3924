"""Keeps models, thresholds and scores, hands out what is unscored, and raises flags."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

from records.errors import ConfigurationError, ModelError, NotFound
from records.review import FlagReason
from records.score import Score
from store.pool import Connection
from store.statements import Family

SQL = Family("scores")


@dataclass(frozen=True, slots=True)
class Threshold:
    """The score at or above which a flag opens; versioned, with its reason."""

    threshold_id: int
    value: float
    reason: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Unscored:
    """A masked text that the model has not scored; ours until the transaction ends."""

    capture_id: int
    post_id: int
    text: str


async def register_model(conn: Connection, model_id: str, file_digest: bytes, manifest: Mapping[str, object]) -> None:
    """Remember a model; ModelError if the id is known with other bytes."""
    values = {"model_id": model_id, "file_digest": file_digest, "manifest": Jsonb(dict(manifest))}
    await conn.execute(SQL["register_model"], values)
    row = await (await conn.execute(SQL["model_digest"], {"model_id": model_id})).fetchone()
    if row is None or bytes(row["file_digest"]) != file_digest:
        raise ModelError(f"{model_id} is registered with other bytes; a retrained model needs a new id")


async def promote(conn: Connection, model_id: str, reason: str) -> None:
    """Make a model the one whose scores open flags."""
    await conn.execute(SQL["promote"], {"model_id": model_id, "reason": reason})


async def current_model(conn: Connection) -> str | None:
    """Return the id of the model promoted last; None before the first promotion."""
    row = await (await conn.execute(SQL["current_model"])).fetchone()
    return None if row is None else str(row["model_id"])


async def set_threshold(conn: Connection, model_id: str, value: float, reason: str) -> int:
    """Set a model's threshold from now on."""
    if not 0 < value < 1:
        raise ConfigurationError("a threshold lies between 0 and 1")
    values = {"model_id": model_id, "value": value, "reason": reason}
    row = await (await conn.execute(SQL["set_threshold"], values)).fetchone()
    if row is None:
        raise NotFound(f"no model {model_id}")
    return int(row["threshold_id"])


async def current_threshold(conn: Connection, model_id: str) -> Threshold | None:
    """Return a model's threshold in force; None if none was ever set."""
    row = await (await conn.execute(SQL["current_threshold"], {"model_id": model_id})).fetchone()
    return None if row is None else Threshold(**row)


async def claim_unscored(conn: Connection, model_id: str, limit: int) -> list[Unscored]:
    """Take up to ``limit`` texts that this model has not scored, newest first.

    The rows stay locked until the caller's transaction ends; a killed caller frees them at once.
    """
    rows = await conn.execute(SQL["claim_unscored"], {"model_id": model_id, "limit": limit})
    return [Unscored(row["capture_id"], row["post_id"], row["masked_text"]) async for row in rows]


async def keep_scores(conn: Connection, model_id: str, scores: Sequence[tuple[int, Score]]) -> list[int]:
    """Keep scores by capture and return the ids of those that are new."""
    rows = await conn.execute(
        SQL["insert_scores"],
        {
            "model_id": model_id,
            "captures": [capture_id for capture_id, _ in scores],
            "scores": [score.score for _, score in scores],
            "risks": [score.risk for _, score in scores],
            "roles_named": [str(score.role) for _, score in scores],
            "roles": [_json(score.roles) for _, score in scores],
            "exploitation": [_json(score.exploitation) for _, score in scores],
            "destinations": [_json(score.destination) for _, score in scores],
            "out_of_scope": [str(score.out_of_scope) if score.out_of_scope else None for _, score in scores],
            "reasons": [_json([asdict(reason) for reason in score.reasons]) for _, score in scores],
            "stages": [score.stage for _, score in scores],
        },
    )
    ids = {row["capture_id"]: row["score_id"] async for row in rows}
    findings = [(ids[capture], found) for capture, score in scores if capture in ids for found in score.findings]
    if findings:
        await conn.execute(
            SQL["insert_findings"],
            {
                "scores": [score_id for score_id, _ in findings],
                "codes": [found.code for _, found in findings],
                "starts": [found.start for _, found in findings],
                "ends": [found.end for _, found in findings],
                "weights": [found.weight for _, found in findings],
            },
        )
    if ids:
        await conn.execute(SQL["touch_scored"], {"captures": sorted(ids)})
    return list(ids.values())


def _json(value: object) -> str:
    return json.dumps(dict(value) if isinstance(value, Mapping) else value, ensure_ascii=False)


async def raise_flags(
    conn: Connection, model_id: str, threshold_id: int, score_ids: Sequence[int], *, audit_share: float, salt: str
) -> dict[FlagReason, int]:
    """Open flags for these scores and return how many of each reason; running it again adds none."""
    rows = await conn.execute(
        SQL["raise_flags"],
        {
            "model_id": model_id,
            "threshold_id": threshold_id,
            "scores": list(score_ids),
            "audit_share": audit_share,
            "salt": salt,
        },
    )
    raised = {reason: 0 for reason in FlagReason}
    async for row in rows:
        raised[FlagReason(row["reason"])] += 1
    return raised
