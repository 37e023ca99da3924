"""The docs say what the code does: every setting, command, table, outcome, key and route, and none more."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer.main

from api.app import create_app
from api.settings import ApiSettings
from crawlers.source_keys import ALLOWED_KEYS
from records.source import Outcome
from riskscan import commands
from riskscan.cli import app
from riskscan.inventory import SCHEMA, declared_columns
from riskscan.settings import VARIABLES
from store.seal import Vault

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
SQL = SCHEMA.read_text(encoding="utf-8")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def first_cells(text: str) -> list[str]:
    """Return what stands in backticks in the first column of a page's tables, repeats included."""
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def sections(text: str, level: str = "##") -> dict[str, str]:
    """Cut a page at its headings of one level."""
    pieces = re.split(rf"^{level} (.+)$", text, flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def slug(heading: str) -> str:
    """Return the anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def enums() -> dict[str, list[str]]:
    found = re.findall(r"^create type (\w+) as enum \(([^)]*)\);", SQL, re.MULTILINE)
    return {name: re.findall(r"'([^']+)'", values) for name, values in found}


# ── Reference pages ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_settings_md_lists_every_setting_and_none_more() -> None:
    assert first_cells(read(REFERENCE / "settings.md")) == list(VARIABLES)


def test_every_variable_that_the_docs_name_exists() -> None:
    for page in PAGES:
        assert set(re.findall(r"\bRISKSCAN_[A-Z_]+\b", read(page))) <= set(VARIABLES), name_of(page)


def command_paths(group: Any = None, path: tuple[str, ...] = ("riskscan",)) -> Iterator[tuple[str, Any]]:
    """Walk the command line; yields each command's words and itself."""
    assert commands  # importing them adds them to the app
    group = group or typer.main.get_command(app)
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from command_paths(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(command_paths())


def test_commands_md_has_a_section_for_every_command_and_none_more() -> None:
    assert sorted(sections(read(REFERENCE / "commands.md"), "###")) == sorted(COMMANDS)


@pytest.mark.parametrize("path", sorted(COMMANDS))
def test_a_command_is_shown_with_its_example_and_options(path: str) -> None:
    section = sections(read(REFERENCE / "commands.md"), "###").get(path, "")
    _, marker, rest = (COMMANDS[path].help or "").partition("Example: ")
    example = rest.split("\n")[0].strip()
    assert marker, f"{path}: its help gives no example"
    assert f"\n{example}\n" in section, f"{path}: its example stands in its help, not in commands.md"
    options = {name for option in COMMANDS[path].params for name in option.opts if name.startswith("--")}
    shown = set(re.findall(r"^\| `(--[\w-]+)", section, re.MULTILINE))
    assert shown == options - {"--help"}, path


def exists(used: str) -> bool:
    """Tell whether a command begins with these one or two words; the second may be an argument."""
    first, *rest = used.split()
    group = [path.split()[1:] for path in COMMANDS if path.split()[1] == first]
    families = [path[1] for path in group if len(path) > 1]
    return bool(group) and (not families or not rest or rest[0] in families)


def options_of(used: str) -> set[str]:
    """Return the long options of the command that these one or two words begin with."""
    first = used.split()[0]
    command = COMMANDS.get(f"riskscan {used}") or COMMANDS.get(f"riskscan {first}")
    return {name for option in (command.params if command else ()) for name in option.opts}


def test_a_command_that_is_not_there_is_seen() -> None:
    assert {"--source", "--json"} <= options_of("import posts")
    assert "--batch" in options_of("key rotate")
    assert [exists(used) for used in ("crawl sample", "key rotate", "key", "owner", "key turn")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_every_command_that_a_message_names_exists() -> None:
    for path in (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))):
        for used in re.findall(r"(?:run:? |: |\()riskscan ([a-z]+(?: [a-z]+)?)", read(path)):
            assert exists(used), f"{name_of(path)}: riskscan {used}"


def test_every_command_that_the_docs_use_exists() -> None:
    for page in PAGES:
        for code in CODE.findall(read(page)):
            for line in code.strip("`").split("\n"):
                if used := re.search(r"(?:^|\| |bin/|' )riskscan ([a-z]+(?: [a-z-]+)?)", line):
                    assert exists(used.group(1)), f"{name_of(page)}: riskscan {used.group(1)}"
                    unknown = set(re.findall(r" (--[a-z-]+)", line[used.end() :])) - options_of(used.group(1))
                    assert unknown == set(), f"{name_of(page)}: riskscan {used.group(1)}"


def test_every_make_target_that_the_docs_name_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.MULTILINE))
    for page in PAGES:
        for code in CODE.findall(read(page)):
            for names in re.findall(r"\bmake ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)*)", code):
                assert set(names.split()) <= targets, f"{name_of(page)}: make {names}"


def test_schema_md_lists_every_table_and_enum_and_none_more() -> None:
    page = sections(read(REFERENCE / "schema.md"))
    listed = [name for title, text in page.items() if title != "Enums" for name in first_cells(text)]
    assert listed == list(declared_columns(SQL))
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", page["Enums"], re.MULTILINE)
    assert {name: re.findall(r"`([^`]+)`", values) for name, values in rows} == enums()
    references = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", read(REFERENCE / "schema.md"), re.MULTILINE)
    said = {table: set(re.findall(r"`(\w+)`", targets)) for table, targets in references}
    assert said == references_of_tables()


def references_of_tables() -> dict[str, set[str]]:
    bodies = re.findall(r"^create table (\w+) \(\n(.*?)^\);$", SQL, re.MULTILINE | re.DOTALL)
    return {table: set(re.findall(r"\breferences (\w+)", body)) for table, body in bodies}


def test_outcomes_md_says_of_every_outcome_what_to_do() -> None:
    page = sections(read(REFERENCE / "outcomes.md"))
    assert list(page) == [str(outcome) for outcome in Outcome]
    for outcome, text in page.items():
        assert "\n**What to do:** " in text, outcome


def test_source_files_md_lists_every_key_and_none_more() -> None:
    page = read(REFERENCE / "source-files.md")
    rows = re.findall(r"^\| `([\w.]+)` \| [^|]+ \| (yes|no) \| ([^|]+) \| (.+) \|$", page, re.MULTILINE)
    told = {key: (needed == "yes", shape, allowed) for key, needed, shape, allowed in rows}
    assert told == {key: (one.needed, str(one.shape), one.allowed) for key, one in ALLOWED_KEYS.items()}


def routes() -> set[str]:
    """Return "METHOD /path" of every route, the names of parameters left out."""
    settings = ApiSettings(
        "", Vault("t", {"t": b"0" * 32}, b"0" * 32), ("localhost",), cursor_key=b"0" * 32, version="0"
    )
    found = set()
    for route in create_app(settings).routes:
        for method in getattr(route, "methods", None) or ():
            if method not in ("HEAD", "OPTIONS"):
                found.add(f"{method} {re.sub(r'{[^}]*}', '{}', route.path)}")  # type: ignore[attr-defined]
    return found


def test_the_pages_of_api_and_console_list_every_route_and_none_more() -> None:
    text = read(REFERENCE / "api.md") + read(REFERENCE / "console.md")
    told = {re.sub(r"{[^}]*}", "{}", one) for one in re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`?\s]*)", text)}
    assert told == routes()


# ── Words ───────────────────────────────────────────────────────────────────────────────────────────────────────────


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
ROOMS = ("records", "intake", "classifier", "store", "crawlers", "api", "riskscan")


def words_of(name: str) -> list[str]:
    """Cut an identifier into lower-case words: open_flags, OpenFlag and OPEN_FLAG alike."""
    return [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def names_in(source: str) -> set[str]:
    """Return the names that Python code gives: modules aside, its functions, classes, arguments and variables."""
    import ast

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


# ── Links and places ────────────────────────────────────────────────────────────────────────────────────────────────


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


def test_the_changelog_has_the_version() -> None:
    version = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]["version"]
    assert any(title.startswith(f"{version},") for title in sections(read(ROOT / "CHANGELOG.md")))


def test_decisions_are_numbered_without_gaps() -> None:
    pages = sorted((DOCS / "decisions").glob("*.md"))
    for number, page in enumerate(pages, 1):
        assert page.name.startswith(f"{number:04}-"), page.name
        assert read(page).startswith(f"# {number}. "), page.name
        for part in ("**Decided.**", "**Why.**", "**What follows.**", "**Turned down.**"):
            assert part in read(page), f"{page.name}: {part}"
        assert len(read(page).split("\n")) < 60, f"{page.name}: one page"
