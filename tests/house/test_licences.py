"""Prints every dependency's licence and fails on one that would bind the whole project."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINDING = re.compile(r"\b(A?GPL|GNU (Affero )?General Public)", re.IGNORECASE)
LESSER = re.compile(r"\b(LGPL|Lesser General Public)", re.IGNORECASE)


def pinned() -> list[str]:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    return sorted(set(re.findall(r"^([a-zA-Z0-9_.-]+)==", text, re.MULTILINE)))


def licence(package: Distribution) -> str:
    """Return what a package says of its licence: the expression, else the classifiers, else the first line."""
    about = package.metadata
    classifiers = [line.split(" :: ")[-1] for line in about.get_all("Classifier", []) if line.startswith("License ::")]
    return about.get("License-Expression") or ", ".join(classifiers) or (about.get("License") or "").split("\n")[0]


def is_binding(text: str) -> bool:
    """Tell whether every alternative of a licence is GPL or AGPL; LGPL and "or" with a free one are fine."""
    alternatives = re.split(r"\bOR\b|,", text)
    return bool(text) and all(BINDING.search(LESSER.sub("", one)) for one in alternatives)


def test_no_dependency_binds_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    shown, bad = [], []
    for name in pinned():
        try:
            package = distribution(name)
        except ModuleNotFoundError:
            continue  # Pinned for another platform.
        text = licence(package)
        shown.append(f"{name} {package.version}: {text or 'not stated'}")
        if is_binding(text):
            bad.append(shown[-1])
    with capsys.disabled():
        print("\n" + "\n".join(shown))
    assert len(shown) > 100
    assert bad == []


@pytest.mark.parametrize(
    ("text", "binding"),
    [("GPL-3.0-or-later", True), ("AGPL-3.0", True), ("GNU General Public License v3 (GPLv3)", True),
     ("LGPL-3.0-only", False), ("GNU Lesser General Public License v3 (LGPLv3)", False), ("MIT OR GPL-2.0", False),
     ("MIT", False), ("Apache-2.0", False)],
)  # fmt: skip
def test_a_binding_licence_is_recognised(text: str, binding: bool) -> None:
    assert is_binding(text) is binding
