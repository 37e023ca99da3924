"""The pages of the documentation, as the house tests read them."""

from __future__ import annotations

import re
from pathlib import Path

from riskscan.inventory import SCHEMA

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
SQL = SCHEMA.read_text(encoding="utf-8")
ROOMS = ("records", "intake", "classifier", "store", "crawlers", "api", "riskscan")
#: Code in a page: fenced blocks and spans in backticks.
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
