"""A running house by hand for the tests of tasks: a runtime on a test's own database, and programs to kill."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from classifier.corpus_file import read_corpus
from riskscan.runtime import Runtime
from riskscan.settings import read_settings
from store.evidence import EvidenceFolder
from store.pool import Connection
from store.seal import Vault, new_key_file, open_vault
from tests.builders import a_kept_post
from tests.conftest import ROOT, Database

MODELS = ROOT / "models"
CORPUS = ROOT / "classifier" / "corpus" / "snippets.jsonl"


def an_environment(db: Database, folder: Path, **settings: str) -> dict[str, str]:
    """The settings of a house on a test's database; keys and data beside each other in a folder."""
    known = {
        "DATABASE_URL": db.service_dsn,
        "RISKSCAN_DATA": str(folder / "data"),
        "RISKSCAN_KEY_FILE": str(folder / "keys" / "master.json"),
        "RISKSCAN_SOURCES": str(folder / "sources"),
        "RISKSCAN_MODELS": str(MODELS),
    }
    return known | settings


def a_runtime(db: Database, folder: Path, **settings: str) -> Runtime:
    """A runtime on a test's database, with a key file of its own."""
    read = read_settings(an_environment(db, folder, **settings), folder)
    new_key_file(read.key_file, "k1")
    read.sources.mkdir(exist_ok=True, parents=True)
    vault = open_vault(read.key_file)
    return Runtime(read, db.service_dsn, None, vault, EvidenceFolder(read.evidence), embedded=False)


def another_model(runtime: Runtime, folder: Path, model_id: str = "recruitment-risk-0002") -> Runtime:
    """A runtime whose models folder holds the bundled model once more, under another id."""
    models = folder / "models"
    for path in runtime.settings.models.glob("*"):
        if (path / "manifest.json").is_file():
            shutil.copytree(path, models / path.name)
    newest = max(models.iterdir())
    shutil.copytree(newest, models / model_id)
    manifest = models / model_id / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text("utf-8")) | {"model": model_id}), "utf-8")
    return replace(runtime, settings=replace(runtime.settings, models=models))


def texts(count: int) -> list[str]:
    """Masked texts of all kinds, from the bundled corpus."""
    return [post.text for post in read_corpus([CORPUS])[:count]]


async def some_posts(conn: Connection, vault: Vault, count: int) -> list[int]:
    """Store posts and commit; returns the ids of their captures."""
    kept = [await a_kept_post(conn, vault, text) for text in texts(count)]
    await conn.commit()
    return [one.capture_id for one in kept]


@contextmanager
def a_program(
    source: str, environment: dict[str, str], arguments: Sequence[str] = ()
) -> Iterator[subprocess.Popen[str]]:
    """Run Python source as a process of its own, which dies with the test at the latest."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(source), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


def said(process: subprocess.Popen[str]) -> str:
    """The next line a program prints."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the program ended without a word"
    return line.strip()
