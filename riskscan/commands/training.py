"""Commands that learn and measure: train a model from labelled posts, evaluate one against them."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from intake.door import admit_text
from records.errors import ModelError
from riskscan.cli import app, settings_here
from riskscan.commands.models import corpus_files
from riskscan.commands.showing import AsJson, show_json
from riskscan.progress import Progress

FAMILY = "recruitment-risk-"
Files = Annotated[list[Path] | None, typer.Argument(help="Corpus files; the bundled corpus where not given")]


def masked(text: str) -> str:
    """Mask a text as every stored post is masked; the model never sees anything else."""
    return admit_text(text).masked


def next_model_id(models: Path) -> str:
    """Return the first free name after the highest number in a models folder."""
    known = [path.name.removeprefix(FAMILY) for path in models.glob(f"{FAMILY}*")]
    return f"{FAMILY}{max((int(number) for number in known if number.isdecimal()), default=0) + 1:04}"


@app.command()
def train(
    files: Files = None,
    seed: Annotated[int, typer.Option(help="Same corpus and seed, same scores")] = 1,
    model_id: Annotated[str | None, typer.Option("--id", help="Name of the model; else the next number")] = None,
    measure: Annotated[bool, typer.Option(help="Cross-validate by contrast family for the card; takes longer")] = True,
) -> None:
    """Train a model into the models folder; promote it yourself. Example: riskscan train --id recruitment-risk-0002"""
    from classifier.card import card
    from classifier.corpus_file import read_corpus
    from classifier.evaluation import by_family
    from classifier.training import TrainedModel, TrainingConfig, corpus_hashes, save
    from classifier.training import train as learn_model

    progress, models = Progress(), settings_here().models
    name = model_id or next_model_id(models)
    if (models / name).exists():
        raise ModelError(f"{models / name} is there already; a retrained model needs a new id")
    paths = corpus_files(files)
    posts = read_corpus(paths)
    config, today = TrainingConfig(), f"{datetime.now(UTC):%Y-%m-%d}"
    with progress.stage(f"train on {len(posts)} posts"):
        trained = learn_model(
            posts,
            seed=seed,
            config=config,
            model_id=name,
            created=today,
            mask=masked,
            sources=corpus_hashes(paths),
            progress=progress.say,
        )
    metrics = {}
    if measure:
        with progress.stage("measure"):
            metrics = {"by_family": by_family(posts, seed=seed, config=config, mask=masked, progress=progress.say)}
    whole = TrainedModel(trained.parts, trained.manifest, metrics, card(trained.manifest, metrics))
    # Written beside its place first: a kill or a full disk leaves no half of a model.
    part = models / f".{name}.part"
    try:
        save(whole, part)
        os.rename(part, models / name)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    typer.echo(f'{models / name}; next: riskscan model promote {name} --reason "…"')


@app.command()
def evaluate(
    files: Files = None,
    model_id: Annotated[str | None, typer.Option("--model", help="Model id; the newest where not given")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a model against labelled posts it never saw. Example: riskscan evaluate held-out.jsonl"""
    from classifier.corpus_file import read_corpus
    from classifier.evaluation import scores_of
    from classifier.figures import figures
    from classifier.model import load_model
    from riskscan.scoring import newest_model_folder

    models = settings_here().models
    model = load_model(models / model_id if model_id else newest_model_folder(models))
    posts = read_corpus(corpus_files(files))
    found = figures(posts, scores_of(model, posts, masked))
    if as_json:
        show_json({"model": model.model_id, **found})
        return
    typer.echo(f"{model.model_id} on {len(posts)} posts")
    for name, value in found.items():
        typer.echo(f"  {name}: {value:.4f}" if isinstance(value, float) else f"  {name}: {value}")
