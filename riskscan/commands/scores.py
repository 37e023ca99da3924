"""Commands that score: a file of posts without any database, or everything stored that still waits."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, BinaryIO

import typer

from records.errors import RiskscanError
from riskscan.cli import app, finish, settings_here


class FileUnreadable(RiskscanError):
    """A file named on the command line cannot be read."""


@app.command()
def score(
    file: Annotated[str, typer.Argument(help="JSON Lines with id and text; - reads standard input")],
    plain: Annotated[bool, typer.Option("--plain", help="One post a line, as plain text")] = False,
    model_id: Annotated[str | None, typer.Option("--model", help="Model id; the newest where not given")] = None,
) -> None:
    """Score posts; needs no database. Example: riskscan score posts.jsonl > scores.jsonl"""
    from riskscan.judging import judged
    from riskscan.scoring import newest_model_folder

    settings = settings_here()
    with _opened(file) as stream:
        from classifier.model import load_model

        model = load_model(settings.models / model_id if model_id else newest_model_folder(settings.models))
        broken = 0
        try:
            for line, sound in judged(stream, model, plain=plain):
                broken += not sound
                print(line)
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever reads us has seen enough, as `head` does; Python must not try to flush again at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
    if broken:
        raise RiskscanError(f"{broken} broken lines; each stands in the output with its number and reason")


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = open(file, "rb")  # noqa: SIM115 - closed below; only the opening may be refused here
    except OSError as fault:
        raise FileUnreadable(f"{file}: cannot be read ({fault.strerror})") from fault
    with stream:
        yield stream


@app.command()
def rescore() -> None:
    """Score everything the current model has not scored. Example: riskscan rescore"""
    from riskscan.runtime import running
    from riskscan.scoring import score_waiting

    with running(settings_here()) as runtime:
        tally = finish(score_waiting(runtime))
    typer.echo(f"{tally.scored} scored, {tally.flagged} flagged, {tally.audit_sample} in the audit sample")
