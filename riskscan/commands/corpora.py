"""Commands about corpora: check files of labelled posts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from riskscan.cli import app
from riskscan.commands.models import corpus_files
from riskscan.commands.showing import AsJson, show_json

corpus = typer.Typer(help="Files of labelled posts.", no_args_is_help=True)
app.add_typer(corpus, name="corpus")


@corpus.callback()
def _corpus() -> None:
    """Keep `corpus check` two words; typer would make a family of one command that command."""


@corpus.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="Corpus files; the bundled corpus where not given")] = None,
    as_json: AsJson = False,
) -> None:
    """Check labelled posts against codebook and schema. Example: riskscan corpus check my-labels.jsonl"""
    from classifier.corpus_file import read_corpus

    posts = read_corpus(corpus_files(files))
    risks = Counter(post.risk for post in posts)
    if as_json:
        shown = {"posts": len(posts), "risks": {str(risk): risks[risk] for risk in range(4)}}
        show_json(shown | {"roles": dict(sorted(Counter(str(post.role) for post in posts).items()))})
        return
    typer.echo(f"{len(posts)} posts are in order; risk " + ", ".join(f"{risk}: {risks[risk]}" for risk in range(4)))
