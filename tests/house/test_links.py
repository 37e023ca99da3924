"""Every link and file that the docs name is there, and nothing names one machine or a registry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.pages import DOCS, PAGES, ROOMS, ROOT, name_of, read, slug


def broken_links(page: Path, text: str) -> list[str]:
    """Return the relative links of a page that lead to no file, or to no heading of it."""
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        if not path.exists() or (path.suffix == ".md" and anchor and anchor not in anchors(read(path))):
            broken.append(target)
    return broken


def anchors(text: str) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert broken_links(page, read(page)) == []


def test_a_broken_link_is_seen() -> None:
    page = DOCS / "safeguards.md"
    text = "[a](nowhere.md) [b](glossary.md) [c](safeguards.md#retention) [d](#nothing) [e](https://example.org/x)"
    assert broken_links(page, text) == ["nowhere.md", "#nothing"]


def test_every_page_of_the_docs_is_linked_from_another() -> None:
    linked = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in PAGES
        for target in re.findall(r"\]\(([^)\s]+)\)", read(page))
        if not re.match(r"[a-z]+:", target)
    }
    alone = {path for path in PAGES if path not in linked and path != ROOT / "README.md"}
    assert sorted(name_of(path) for path in alone) == []


def test_every_file_that_the_docs_name_exists() -> None:
    shaped = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|sql|toml|md|json)|(?:[a-z_]+/){1,4})`")
    made_later = {"store/migrations/0002-what-it-does.sql", "rejects/", ".riskscan/", "models/"}
    for page in PAGES:
        for named in shaped.findall(read(page)):
            known = named in made_later or named.startswith((".", "sources/NAME")) or (ROOT / named).exists()
            assert known, f"{name_of(page)}: {named}"


REGISTRIES = r"\b(?:pypi|pythonhosted|npmjs|yarnpkg|crates|rubygems|goproxy)\.(?:org|com|io|cn)\b"
MACHINE = r"(?<![\w.:/-])/(?:work|root|home|Users)/|(?<![\w.:/-])/tmp/\w"


def own_files() -> list[Path]:
    kinds = {".py", ".sql", ".md", ".toml", ".txt", ".html", ".po", ".js", ".css", ".json", ".ipynb", ""}
    tops = (*ROOMS, "docs", "tests", "sources", "notebooks", ".ci")
    inside = [path for top in tops for path in (ROOT / top).rglob("*") if path.is_file() and path.suffix in kinds]
    return [*inside, *(path for path in ROOT.iterdir() if path.is_file() and path.suffix in kinds)]


def test_no_file_names_a_registry() -> None:
    assert len(own_files()) > 200
    for path in own_files():
        if "__pycache__" not in path.parts and path.stat().st_size < 2_000_000:
            assert not re.search(REGISTRIES, path.read_text(encoding="utf-8", errors="replace")), name_of(path)
    assert re.search(REGISTRIES, "https://files." + "python" + "hosted.org/x")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_docs_name_no_place_of_one_machine(page: Path) -> None:
    assert not re.search(MACHINE, read(page))
    assert re.search(MACHINE, "see /ho" + "me/anna/x")
