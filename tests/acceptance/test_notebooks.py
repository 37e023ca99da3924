"""The notebooks: committed without outputs, explained cell by cell, and running from top to bottom."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

from classifier.corpus_file import read_corpus
from intake.door import admit_text

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
OURS = {"records", "intake", "store", "crawlers", "classifier", "api", "riskscan", "drawing"}
THEIRS = {"IPython", "numpy", "scipy", "sklearn"}
POSTS = 600

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)

#: Runs before the first cell: a notebook works on what lies in the checkout, and on nothing from elsewhere.
NO_NETWORK = """
import sys

def refuse(event, given):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise PermissionError(f"a notebook used the network: {event} {given}")

sys.addaudithook(refuse)
"""


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def executed(path: Path, folder: Path) -> NotebookNode:
    """Run a notebook on this interpreter, where it lies; whatever Jupyter writes goes to ``folder``."""
    kernel = folder / "kernels" / "ours"
    kernel.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    environment = {"NOTEBOOK_POSTS": str(POSTS), "OMP_NUM_THREADS": "1", "IPYTHONDIR": str(folder)}
    description = {"argv": command, "display_name": "ours", "language": "python", "env": environment}
    (kernel / "kernel.json").write_text(json.dumps(description), encoding="utf-8")
    notebook = read(path)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(NO_NETWORK))
    with TemporaryDirectory(prefix="nb") as sockets:  # a pytest folder's name may be too long for a socket
        started = AsyncKernelManager(
            kernel_name="ours",
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(kernel.parent)], ensure_native_kernel=False),
            connection_file=str(folder / "connection.json"),
            transport="ipc",
            ip=f"{sockets}/k",
        )
        client = NotebookClient(notebook, km=started, timeout=240, resources={"metadata": {"path": str(path.parent)}})
        return client.execute(cleanup_kc=True)  # otherwise the kernel stays, because we started it ourselves


def said(notebook: NotebookNode) -> Iterator[str]:
    """Yield everything that the cells gave out, in every form."""
    for cell in code_cells(notebook):
        for output in cell.outputs:
            yield output.get("text", "")
            yield from output.get("data", {}).values()


@pytest.fixture(scope="session")
def spellings() -> set[str]:
    """Every contact of the corpus, as it is written there."""
    posts = read_corpus(sorted((ROOT / "classifier" / "corpus").glob("*.jsonl")))
    return {contact.spelling for post in posts for contact in admit_text(post.text).contacts}


def test_the_notebooks_are_all_there() -> None:
    assert {path.stem for path in NOTEBOOKS} >= {"01_corpus", "02_train_and_evaluate"}


@every_notebook
def test_a_notebook_is_committed_without_outputs(path: Path) -> None:
    for number, cell in enumerate(code_cells(read(path)), 1):
        assert cell.outputs == [], f"code cell {number} of {path.name} carries outputs: clear them before you commit"
        assert cell.execution_count is None, f"code cell {number} of {path.name} carries a count: clear it"


@every_notebook
def test_a_notebook_explains_each_cell_before_it(path: Path) -> None:
    cells = read(path).cells
    assert cells[0].source.startswith(f"# {int(path.stem[:2])}. ")
    for before, cell in pairwise(cells):
        if cell.cell_type == "code":
            assert before.cell_type == "markdown", f"nothing explains: {cell.source[:80]}"
            assert 40 <= len(before.source) <= 1_200, f"too short or too long: {before.source[:80]}"


@every_notebook
def test_a_notebook_imports_the_project_and_little_else(path: Path) -> None:
    for cell in code_cells(read(path)):
        for node in ast.walk(ast.parse(cell.source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            roots = {name.partition(".")[0] for name in names}
            assert roots <= OURS | THEIRS | sys.stdlib_module_names, roots


@every_notebook
def test_a_notebook_runs_from_top_to_bottom(path: Path, tmp_path: Path, spellings: set[str]) -> None:
    notebook = executed(path, tmp_path)
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == [], "warnings are for mending"
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert {"text/html", "image/svg+xml"} <= kinds, "a notebook shows tables and drawings"
    everything = "\n".join(said(notebook))
    size = int(everything.lstrip().partition(" posts of ")[0])
    assert 0.8 * POSTS < size < 1.2 * POSTS, "NOTEBOOK_POSTS was not obeyed"
    assert len(spellings) > 50
    assert [spelling for spelling in spellings if spelling in everything] == [], "a contact was printed"
