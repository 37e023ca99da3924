"""JobPosting blocks of a page: JSON-LD found by extruct, graphs and lists flattened, within fixed bounds."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

import re2
from extruct.jsonld import JsonLdExtractor
from parsel import Selector

from crawlers.pages.document import Document, sound
from crawlers.pages.words import words_of

MAX_BLOCK = 500_000
"""Code points of one JSON-LD block; a long advert has about 20,000."""

MAX_DEPTH = 64
"""Brackets within brackets; a JobPosting has about 6."""

MAX_NODES = 2_000

_MARKUP = re2.compile(r"</?[A-Za-z][^<>]*>")
_ESCAPED_MARKUP = re2.compile(r"(?i)&lt;/?(?:p|div|ul|ol|li|br)\s*/?&gt;")

Node = dict[str, Any]


def job_postings(document: Document) -> list[tuple[Node, str]]:
    """Return every JobPosting of a page with the block it stands in; blocks that are no JSON are passed over."""
    found = []
    for script in document.root.xpath('//script[contains(@type, "ld+json")]'):
        block = str(script.xpath("string()").get() or "")
        for node in _nodes(_parsed(script, block)):
            if _is_posting(node):
                found.append((node, block.strip()))
    return found


def plain(value: object) -> str:
    """Return a short value (title, name) as text: entities read once, spaces collapsed; other shapes give nothing."""
    if isinstance(value, str):
        return " ".join(html.unescape(sound(value)).split())
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def plain_lines(value: object) -> str:
    """Return a description as text: HTML as a reader sees it, plain text with its own line ends."""
    if not isinstance(value, str):
        return ""
    value = sound(value)
    # Some boards escape the whole description once more; markup of blocks is never meant to be read.
    text = html.unescape(value) if not _MARKUP.search(value) and _ESCAPED_MARKUP.search(value) else value
    if not _MARKUP.search(text):
        return "\n".join(line.strip() for line in html.unescape(text).splitlines()).strip()
    return words_of(Selector(text=text, type="html").root)


def first_of(value: object) -> object:
    """Return the first of a list, or the value itself."""
    return (value[0] if value else None) if isinstance(value, list) else value


def _parsed(script: Selector, block: str) -> list[Any]:
    if len(block) > MAX_BLOCK or nesting(block) > MAX_DEPTH:
        return []
    try:
        return list(JsonLdExtractor().extract_items(script.root))
    except (ValueError, IndexError):
        # Not JSON even to a lenient reader, or a number of more digits than Python reads.
        return []


def nesting(text: str) -> int:
    """Return how deeply the brackets of a JSON text are nested, counting those inside strings too."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    for sign in text:
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def _nodes(roots: list[Any]) -> Iterator[Node]:
    """Yield the nodes of lists and graphs in document order, at most ``MAX_NODES``."""
    waiting, passed = list(reversed(roots)), 0
    while waiting and passed < MAX_NODES:
        passed += 1
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(reversed(node[:MAX_NODES]))
        elif isinstance(node, dict):
            yield node
            waiting.append(node.get("@graph"))


def _is_posting(node: Node) -> bool:
    types = node.get("@type")
    names = types if isinstance(types, list) else [types]
    return any(isinstance(name, str) and name.rpartition("/")[2] == "JobPosting" for name in names)
