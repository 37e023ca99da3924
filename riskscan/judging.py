"""Scores posts line by line: JSON Lines or plain text in, one JSON line a post out, in order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from intake.door import admit_text
from records.post import MaskedText
from records.score import Score
from riskscan.offsets import origins

if TYPE_CHECKING:
    from classifier.model import Model

#: Bytes of one line; a longer one is no post.
LONGEST_LINE = 4_000_000
BATCH = 256

Marked = TypeVar("Marked")


@dataclass(frozen=True, slots=True)
class Asked:
    """One post to score; ``id`` as it was given."""

    id: str | int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that is no post; ``reason`` never holds what the line says."""

    line: int
    reason: str


def judged(stream: BinaryIO, model: Model, *, plain: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield an output line for each post of a stream, and whether its input line was sound.

    Posts are read and scored by 256, so that a stream of any length takes the same memory.
    """
    from classifier.line import score_line

    asked = (read_plain(raw, number) if plain else read_post(raw, number) for number, raw in _lines(stream))
    while batch := list(islice(asked, BATCH)):
        texts = {index: admit_text(one.text) for index, one in enumerate(batch) if isinstance(one, Asked)}
        scores = dict(zip(texts, model.score([text.masked for text in texts.values()]), strict=True))
        for index, one in enumerate(batch):
            if isinstance(one, Broken):
                yield _json({"id": None, "line": one.line, "error": one.reason}), False
            else:
                score = as_given(scores[index], one.text, texts[index])
                yield _json(score_line("", score) | {"id": one.id}), True


def read_post(raw: bytes, number: int) -> Asked | Broken:
    """Read one JSON line with at least ``id`` and ``text``."""
    if len(raw) > LONGEST_LINE:
        return Broken(number, f"longer than {LONGEST_LINE} bytes")
    try:
        record = json.loads(raw)
    except UnicodeDecodeError:
        return Broken(number, "not UTF-8")
    except (ValueError, RecursionError):
        return Broken(number, "not JSON")
    if not isinstance(record, dict):
        return Broken(number, "not a JSON object")
    for name in ("id", "text"):
        if name not in record:
            return Broken(number, f"has no {name}")
    known, text = record["id"], record["text"]
    if not isinstance(known, str | int) or isinstance(known, bool):
        return Broken(number, "id is neither a string nor a whole number")
    if not isinstance(text, str):
        return Broken(number, "text is not a string")
    return Asked(known, text)


def read_plain(raw: bytes, number: int) -> Asked | Broken:
    """Read one line of plain text as a post whose id is the line's number."""
    if len(raw) > LONGEST_LINE:
        return Broken(number, f"longer than {LONGEST_LINE} bytes")
    try:
        return Asked(str(number), raw.decode("utf-8"))
    except UnicodeDecodeError:
        return Broken(number, "not UTF-8")


def as_given(score: Score, given: str, admitted: MaskedText) -> Score:
    """Move a score's spans from the admitted text to the text that was given."""
    # Most texts are NFC already; only a cut at the end may differ, and it moves nothing.
    if given.startswith(admitted.original):
        return score
    spans = origins(given)
    return replace(
        score,
        findings=tuple(_moved(one, spans) for one in score.findings),
        reasons=tuple(_moved(one, spans) for one in score.reasons),
    )


def _moved(mark: Marked, spans: list[tuple[int, int]]) -> Marked:
    span: Any = mark
    moved: Marked = replace(span, start=spans[span.start][0], end=spans[span.end - 1][1])
    return moved


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield numbered lines that hold something, cut at "\\n" only; an overlong one is cut short and still too long."""
    number = 0
    while raw := stream.readline(LONGEST_LINE + 2):
        number += 1
        rest = raw
        while not rest.endswith(b"\n") and (rest := stream.readline(LONGEST_LINE)):
            pass
        line = raw.rstrip(b"\r\n")
        if line.strip():
            yield number, line


def _json(line: dict[str, Any]) -> str:
    # ASCII only: an id may hold what no terminal or pipe can encode.
    return json.dumps(line, allow_nan=False)
