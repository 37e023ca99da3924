"""Who may import whom: the table of the design, executed."""

from __future__ import annotations

import ast
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

ROOMS: dict[str, frozenset[str]] = {
    "records": frozenset(),
    "intake": frozenset({"records"}),
    "classifier": frozenset({"records"}),
    "store": frozenset({"records"}),
    "crawlers": frozenset({"records", "intake", "store"}),
    "api": frozenset({"records", "intake", "store", "classifier"}),
    "riskscan": frozenset({"records", "intake", "store", "crawlers", "classifier", "api"}),
}

#: Third parties, and the only rooms that may import them.
ONLY: dict[str, frozenset[str]] = {
    "dateparser": frozenset({"intake"}),
    "sklearn": frozenset({"classifier"}),
    "scipy": frozenset({"classifier"}),
    "numpy": frozenset({"classifier"}),
    "underthesea": frozenset(),  # model 0001 goes without segments: decision 0014
    "skops": frozenset({"classifier"}),
    "psycopg": frozenset({"store", "riskscan"}),  # riskscan: the keeper asks whether its own server answers
    "psycopg_pool": frozenset({"store"}),
    "cryptography": frozenset({"store"}),
    "yoyo": frozenset({"store"}),
    "fsspec": frozenset({"store"}),
    "scrapy": frozenset({"crawlers"}),
    "scrapy_playwright": frozenset({"crawlers"}),
    "playwright": frozenset({"crawlers"}),
    "twisted": frozenset({"crawlers"}),
    "extruct": frozenset({"crawlers"}),
    "feedparser": frozenset({"crawlers"}),
    "warcio": frozenset({"crawlers"}),
    "h11": frozenset({"crawlers"}),
    "parsel": frozenset({"crawlers"}),
    "lxml": frozenset({"crawlers"}),
    "cssselect": frozenset({"crawlers"}),
    "w3lib": frozenset({"crawlers"}),
    "protego": frozenset({"crawlers"}),
    "re2": frozenset({"intake", "classifier", "crawlers"}),
    "fastapi": frozenset({"api"}),
    "starlette": frozenset({"api"}),
    "pydantic": frozenset({"api"}),
    "pydantic_core": frozenset({"api"}),
    "jinja2": frozenset({"api"}),
    "markupsafe": frozenset({"api"}),
    "pwdlib": frozenset({"api", "riskscan"}),  # riskscan: the first user's password
    "uvicorn": frozenset({"riskscan"}),
    "httpx": frozenset({"riskscan"}),
    "procrastinate": frozenset({"riskscan"}),
    "typer": frozenset({"riskscan"}),
    "rich": frozenset({"riskscan"}),
}


def imports(path: Path) -> set[str]:
    """Return the top-level names a module imports, at any depth of its code."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_it_may(room: str) -> None:
    allowed = ROOMS[room] | {room}
    for path in modules(room):
        assert imports(path) & set(ROOMS) <= allowed, path.relative_to(ROOT)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_its_own_third_parties(room: str) -> None:
    distributed = set(packages_distributions())
    for path in modules(room):
        for name in imports(path) & distributed - set(ROOMS):
            assert name in ONLY, f"{path.relative_to(ROOT)} imports {name}, which no room is listed for"
            assert room in ONLY[name], f"{path.relative_to(ROOT)} imports {name}, which belongs to {sorted(ONLY[name])}"


def test_the_table_sees_a_forbidden_import(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("def f():\n    import store.posts\n    from psycopg import sql\n", encoding="utf-8")
    assert imports(bad) == {"store", "psycopg"}


def test_outside_text_never_meets_the_standard_patterns() -> None:
    for room in ("intake", "crawlers", "classifier", "api"):
        for path in modules(room):
            assert not imports(path) & {"re", "pickle", "joblib", "shelve", "marshal"}, path.relative_to(ROOT)


def test_only_intake_admits_posts() -> None:
    for room in ROOMS:
        for path in modules(room):
            makes = any(
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "AdmittedPost"
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            )
            assert not makes or path == ROOT / "intake" / "door.py", path.relative_to(ROOT)


def test_every_module_opens_with_one_sentence() -> None:
    for room in ROOMS:
        for path in modules(room):
            text = path.read_text(encoding="utf-8")
            if not text.strip():
                continue
            docstring = ast.get_docstring(ast.parse(text))
            assert docstring, f"{path.relative_to(ROOT)} has no docstring"
            assert docstring.split("\n\n")[0].rstrip().endswith((".", ":", "?")), path.relative_to(ROOT)
