"""One word for each thing: in the glossary, in names of the code, on the console and in the docs."""

from __future__ import annotations

import ast
import re
from enum import StrEnum
from importlib import import_module
from pathlib import Path

import pytest

from riskscan.inventory import declared_columns
from tests.house.pages import CODE, DOCS, PAGES, ROOMS, ROOT, SQL, enums, name_of, read


def test_the_glossary_names_every_table_and_enum_and_none_more() -> None:
    rows = re.findall(r"^\| [^|]+ \| [^|]+ \| ([^|]+) \| [^|]+ \|$", read(DOCS / "glossary.md"), re.MULTILINE)
    named = {name for cell in rows for name in re.findall(r"`(\w+)`", cell)}
    assert named == set(declared_columns(SQL)) | set(enums())


def test_the_glossary_has_every_public_enum_of_the_records() -> None:
    # An enum of the records is either an enum of the schema, which the glossary names, or one of these.
    apart = {"Note": "what intake changed in a text", "Operation": "what was undone between a text and its shadow"}
    known = {tuple(values) for values in enums().values()}
    unknown = set()
    for path in sorted((ROOT / "records").glob("[!_]*.py")):
        module = import_module(f"records.{path.stem}")
        for name, value in vars(module).items():
            mine = isinstance(value, type) and issubclass(value, StrEnum) and value.__module__ == module.__name__
            if mine and tuple(value) not in known:
                unknown.add(name)
    assert unknown == set(apart)


#: Words that name a person for what a score cannot know, and crawling for what it is not.
FORBIDDEN = {"victim", "victims", "trafficker", "traffickers", "suspect", "suspects", "criminal", "criminals",
             "scrape", "scrapes", "scraped", "scraper", "scrapers", "scraping"}  # fmt: skip
#: Names of ours that say nothing.
EMPTY_NAMES = {"info", "infos", "item", "items", "manager", "helper", "helpers", "util", "utils", "misc"}
#: Arguments that a library's own method is called with when we override it.
LIBRARY_NAMES = {"stack_info"}
#: Other words for what has one word already, and the word to use.
SYNONYMS = {
    "background job": "task", "cron job": "task", "job queue": "task queue", "alert": "flag", "alerts": "flags",
    "ticket": "flag", "tickets": "flags", "blacklist": "deny list", "whitelist": "allow list",
    "annotations": "labels", "user account": "account", "web crawler": "crawl", "risk percentage": "score",
    "dataset": "corpus", "data set": "corpus", "ground truth": "decision or label", "url": "address",
    "urls": "addresses",
}  # fmt: skip


def words_of(name: str) -> list[str]:
    """Cut an identifier into lower-case words: open_flags, OpenFlag and OPEN_FLAG alike."""
    return [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def names_in(source: str) -> set[str]:
    """Return the names that Python code gives: modules aside, its functions, classes, arguments and variables."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
    return found


def bad_names(names: set[str]) -> list[str]:
    return sorted(name for name in names - LIBRARY_NAMES if set(words_of(name)) & (FORBIDDEN | EMPTY_NAMES))


@pytest.mark.parametrize("room", ROOMS)
def test_code_uses_no_forbidden_name(room: str) -> None:
    for path in sorted((ROOT / room).rglob("*.py")):
        assert bad_names(names_in(read(path)) | {path.stem}) == [], name_of(path)
    for path in sorted((ROOT / room).rglob("*.sql")):
        without_text = re.sub(r"--.*|'[^']*'", "", read(path))
        assert bad_names(set(re.findall(r"\w+", without_text))) == [], name_of(path)


def test_a_forbidden_name_is_seen() -> None:
    source = "class VictimList:\n    def scrape(self, alpha_util): self.suspectScore = 1\n"
    assert bad_names(names_in(source)) == ["VictimList", "alpha_util", "scrape", "suspectScore"]
    assert bad_names({"forced_criminality", "scrapy_settings", "open_flags", "items"}) == ["items"]


def spoken(text: str) -> str:
    """Return a page's prose: code and names of laws left out, white space as single spaces, lower case."""
    return " ".join(CODE.sub(" ", text).lower().split()).replace("criminal procedure code", "")


def wrong_words(text: str, words: set[str]) -> list[str]:
    return sorted(word for word in words if re.search(rf"\b{re.escape(word)}\b", text))


def test_the_console_calls_nobody_what_no_score_can_say() -> None:
    folder = ROOT / "api" / "console"
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in {".html", ".po", ".js"}]
    assert len(files) > 5
    for path in files:
        assert wrong_words(read(path).lower(), FORBIDDEN) == [], name_of(path)
        assert not re.search(r"nạn nhân|nghi phạm|kẻ buôn người|tên tội phạm", read(path).lower()), name_of(path)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_docs_use_one_word_for_each_thing(page: Path) -> None:
    text = spoken(read(page))
    if page == DOCS / "glossary.md":
        text = text.replace("a url of the frontier", "")  # the one place that says what an address is
    assert wrong_words(text, FORBIDDEN) == []
    found = wrong_words(text, set(SYNONYMS))
    assert found == [], [f"{word}: say {SYNONYMS[word]}" for word in found]


def test_a_wrong_word_is_seen() -> None:
    assert wrong_words(spoken("The cron\njob found a *Suspect*; `victim` is code."), FORBIDDEN | set(SYNONYMS)) == [
        "cron job",
        "suspect",
    ]
