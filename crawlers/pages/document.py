"""A parsed page: bytes to a tree of bounded size, elements by declared selector, addresses made whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import re2
from parsel import Selector
from w3lib.encoding import html_to_unicode
from w3lib.url import safe_url_string

from crawlers.pages.page import MAX_BODY, MAX_DEPTH, MAX_ELEMENTS, SavedPage
from crawlers.pages.selector import declared_selector
from crawlers.pages.words import words_of

Element = Any
"""An lxml element; the library ships no types."""

MAX_ADDRESS = 2_000
MAX_ATTRIBUTES = 2_000
_FREE_OF_CHECK = 100_000
_TAG = re2.compile(r"""<[A-Za-z](?:"[^"]*"|'[^']*'|[^"'>])*""")
_ATTRIBUTE = re2.compile(r"""[^\s"'/>=]+\s*(?:=\s*(?:"[^"]*"|'[^']*'|[^\s>]*))?""")
_SPACES = " \t\n\r\f"


class PageTooBig(Exception):
    """A body has more bytes, elements or attributes than any page of posts."""


class Document:
    """One parsed page and the selectors of its source."""

    def __init__(self, page: SavedPage, selectors: Mapping[str, str]) -> None:
        """Parse a body. Raises PageTooBig."""
        if len(page.body) > MAX_BODY:
            raise PageTooBig(f"more than {MAX_BODY} bytes")
        self.page = page
        self._selectors = selectors
        text = decoded(page.body, page.headers)
        if len(text) > _FREE_OF_CHECK and _most_attributes(text) > MAX_ATTRIBUTES:
            raise PageTooBig(f"an element with more than {MAX_ATTRIBUTES} attributes")
        self.root = Selector(text=text, type="html")
        _check_size(self.root.root)
        declared = self.root.xpath("//base/@href").get()
        self.base = _joined(page.url, declared) if declared else page.url

    def declares(self, name: str) -> bool:
        """Tell whether the source has a selector of this name."""
        return name in self._selectors

    def elements(self, name: str) -> list[Element]:
        """Return what a declared selector finds, in document order; nothing where none is declared."""
        if name not in self._selectors:
            return []
        return [found.root for found in self.root.xpath(declared_selector(self._selectors[name]).xpath)]

    def value(self, name: str, element: Element) -> str:
        """Return what the selector says to take from an element it found, without spaces around it."""
        attribute = declared_selector(self._selectors[name]).attribute
        text = element.get(attribute, "") if attribute else words_of(element)
        return str(text).strip()

    def values(self, name: str) -> Iterator[str]:
        """Yield the values that are not empty of all elements a declared selector finds."""
        for element in self.elements(name):
            if value := self.value(name, element):
                yield value

    def addresses(self, name: str) -> Iterator[tuple[Element, str]]:
        """Yield element and whole address of every link found; other pages over http and https only."""
        attribute = declared_selector(self._selectors[name]).attribute or "href" if self.declares(name) else ""
        here = without_fragment(safe_address(self.page.url))
        for element in self.elements(name):
            address = self.address(element.get(attribute, ""))
            if address and address != here:
                yield element, address

    def address(self, reference: str) -> str:
        """Return a reference as a whole address without its fragment; nothing where it is none we could fetch."""
        reference = reference.strip(_SPACES)
        return _joined(self.base, reference) if reference and not reference.startswith("#") else ""

    def takes_attribute(self, name: str) -> bool:
        """Tell whether a declared selector names the attribute to take."""
        return declared_selector(self._selectors[name]).attribute != ""


def decoded(body: bytes, headers: Mapping[str, str]) -> str:
    """Return a body as text, by its BOM, header or meta element; what cannot be decoded is replaced."""
    content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), None)
    try:
        _, text = html_to_unicode(content_type, body, default_encoding="utf-8")
    except (LookupError, ValueError):
        # A page may name a codec of Python's that is no text encoding at all, such as "hex".
        text = body.decode("utf-8", "replace")
    return sound(str(text))


def sound(text: str) -> str:
    """Return a text that can be written as UTF-8: JSON and some codecs let lone surrogates through."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _most_attributes(text: str) -> int:
    """Return about how many attributes the longest tags have; libxml2 compares each with all before it."""
    long_tags = (tag for tag in _TAG.findall(text) if len(tag) > MAX_ATTRIBUTES)
    return max((len(_ATTRIBUTE.findall(tag)) for tag in long_tags), default=0)


def _check_size(root: Element) -> None:
    stack, elements = [iter(root)], 1
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
            continue
        elements += 1
        stack.append(iter(child))
        if elements > MAX_ELEMENTS or len(stack) > MAX_DEPTH:
            raise PageTooBig(f"more than {MAX_ELEMENTS} elements, or {MAX_DEPTH} within each other")


def _joined(base: str, reference: str) -> str:
    try:
        return without_fragment(safe_address(urljoin(base, reference)))
    except ValueError:
        return ""


def safe_address(address: str) -> str:
    """Return an http or https address with everything but ASCII percent-encoded, or an empty text."""
    try:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or len(address) > MAX_ADDRESS:
            return ""
        safe = safe_url_string(address)
    except ValueError:
        return ""
    return safe if len(safe) <= 3 * MAX_ADDRESS else ""


def without_fragment(address: str) -> str:
    """Return an address up to its fragment: the part that names a page."""
    return address.partition("#")[0]
