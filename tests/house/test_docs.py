"""The docs say what the code does: every setting, command, table, outcome, key and route, and none more."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from api.app import create_app
from api.settings import ApiSettings
from crawlers.source_keys import ALLOWED_KEYS
from records.source import Outcome
from riskscan import commands
from riskscan.cli import app
from riskscan.inventory import declared_columns
from riskscan.settings import VARIABLES
from store.seal import Vault
from tests.house.pages import (
    CODE,
    DOCS,
    PAGES,
    REFERENCE,
    ROOMS,
    ROOT,
    SQL,
    enums,
    first_cells,
    name_of,
    read,
    sections,
)


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
    faults = []
    for page in PAGES:
        for line in (line for code in CODE.findall(read(page)) for line in code.strip("`").split("\n")):
            if used := re.search(r"(?:^|\| |bin/|' )riskscan ([a-z]+(?: [a-z-]+)?)", line):
                unknown = set(re.findall(r" (--[a-z-]+)", line[used.end() :])) - options_of(used.group(1))
                if unknown or not exists(used.group(1)):
                    faults.append(f"{name_of(page)}: {line.strip()}")
    assert faults == []


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
    found: set[str] = set()
    waiting = list(create_app(settings).routes)
    while waiting:
        route: Any = waiting.pop()
        if hasattr(route, "effective_candidates"):  # FastAPI keeps an included router whole, prefix and all
            waiting += route.effective_candidates()
            continue
        path = re.sub(r"{[^}]*}", "{}", route.path)
        found |= {f"{method} {path}" for method in (route.methods or ()) if method not in ("HEAD", "OPTIONS")}
    return found


def test_the_pages_of_api_and_console_list_every_route_and_none_more() -> None:
    text = read(REFERENCE / "api.md") + read(REFERENCE / "console.md")
    told = {re.sub(r"{[^}]*}", "{}", one) for one in re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`?\s]*)", text)}
    assert told == routes()


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
