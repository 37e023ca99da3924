"""Commands about models: list, promote, roll back; train and evaluate on labelled posts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from records.errors import ConfigurationError, NotFound
from riskscan.cli import app, settings_here
from riskscan.commands.people import in_transaction
from riskscan.commands.showing import AsJson, show_rows
from store.pool import Connection

model = typer.Typer(help="Trained models and which of them is in force.", no_args_is_help=True)
app.add_typer(model, name="model")

Why = Annotated[str, typer.Option(help="Why; it is kept for good")]


@model.command(name="list")
def list_(as_json: AsJson = False) -> None:
    """List models in the models folder and in the database. Example: riskscan model list"""
    from store.models import models
    from store.scores import current_model

    async def known(conn: Connection) -> tuple[str | None, list[dict[str, Any]]]:
        return await current_model(conn), await models(conn)

    current, registered = in_transaction(known)
    folder = settings_here().models
    present = {path.parent.name for path in folder.glob("*/manifest.json")}
    rows = {row["model_id"]: row for row in registered}
    bare = {"promoted_at": None, "threshold": None, "scores": 0}
    shown = [
        {**rows.get(name, bare), "model": name, "current": name == current, "present": name in present}
        for name in sorted(present | rows.keys())
    ]
    show_rows(shown, ("model", "current", "present", "threshold", "scores", "promoted_at"), as_json=as_json)


@model.command()
def promote(
    model_id: Annotated[str, typer.Argument(help="Name of a folder in the models folder")],
    reason: Why,
    threshold: Annotated[
        float | None, typer.Option(help="Threshold from now on; the manifest's where not given")
    ] = None,
) -> None:
    """Make a model the current one. Example: riskscan model promote recruitment-risk-0002 --reason "better" """
    from classifier.model import load_model
    from riskscan.scoring import promote_with_threshold, register
    from store.scores import set_threshold

    if not reason.strip():
        raise typer.BadParameter("--reason must say something")
    if threshold is not None and not 0 < threshold < 1:
        raise typer.BadParameter("--threshold lies between 0 and 1")
    loaded = load_model(settings_here().models / model_id)
    if loaded.model_id != model_id:
        raise ConfigurationError(f"the folder {model_id} holds the model {loaded.model_id}; rename the folder")

    async def in_force(conn: Connection) -> None:
        await register(conn, loaded)
        if threshold is not None:
            await set_threshold(conn, model_id, threshold, reason)
        await promote_with_threshold(conn, loaded, reason)

    in_transaction(in_force)
    typer.echo(f"{model_id} is in force; riskscan rescore scores what is stored")


@model.command()
def rollback(reason: Why) -> None:
    """Go back to the model that was current before. Example: riskscan model rollback --reason "too many alarms" """
    from store.models import model_before
    from store.scores import promote as promote_again

    if not reason.strip():
        raise typer.BadParameter("--reason must say something")

    async def back(conn: Connection) -> str:
        before = await model_before(conn)
        if before is None:
            raise NotFound("no other model was current before")
        await promote_again(conn, before, reason)
        return before

    typer.echo(f"{in_transaction(back)} is in force again")


def corpus_files(paths: list[Path] | None) -> list[Path]:
    """Return the named corpus files, or all of the bundled corpus, in the order of their names."""
    from riskscan.settings import ROOT

    return paths or sorted((ROOT / "classifier" / "corpus").glob("*.jsonl"))
