"""One line of `riskscan score`: a score as the JSON object other programs read."""

from __future__ import annotations

from typing import Any

from records.score import Score


def score_line(id: str, score: Score) -> dict[str, Any]:
    """Return the object for one post; all fields always present, in the contract's order."""
    return {
        "id": id,
        "score": round(score.score, 6),
        "risk": score.risk,
        "flag": score.flag,
        "role": str(score.role),
        "roles": {str(name): round(share, 4) for name, share in score.roles.items()},
        "exploitation": {str(name): round(share, 4) for name, share in score.exploitation.items()},
        "indicators": [
            {"code": one.code, "start": one.start, "end": one.end, "weight": round(one.weight, 3)}
            for one in score.findings
        ],
        "reasons": [{"start": one.start, "end": one.end, "weight": round(one.weight, 3)} for one in score.reasons],
        "destination": list(score.destination),
        "out_of_scope": None if score.out_of_scope is None else str(score.out_of_scope),
        "model": score.model,
    }
