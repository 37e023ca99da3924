"""A declared selector: CSS that finds elements, with the attribute or text to take from each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import re2
from cssselect import HTMLTranslator, SelectorError
from cssselect.xpath import XPathExpr

_ENDING = re2.compile(r"^(.*?)\s*(?:::(text|attr\(\s*([A-Za-z_][-A-Za-z0-9_:.]*)\s*\)))?$")


class SelectorRefused(ValueError):
    """A text is no selector that a page object can use."""


class _LinearTranslator(HTMLTranslator):
    """CSS to XPath that asks each element about its ancestors, and stops at the first that fits.

    The usual forms are quadratic in libxml2, which lets a page stop a crawl: ``.x .x`` on 20,000 nested
    elements took 18 s by descending from every match, ``:last-child`` in a list of 35,000 took 3 s by
    counting the siblings.
    """

    def xpath_descendant_combinator(self, left: XPathExpr, right: XPathExpr) -> XPathExpr:
        return right.add_condition(f"ancestor::{left}[1]")

    def xpath_child_combinator(self, left: XPathExpr, right: XPathExpr) -> XPathExpr:
        return right.add_condition(f"parent::{left}")

    def xpath_direct_adjacent_combinator(self, left: XPathExpr, right: XPathExpr) -> XPathExpr:
        return right.add_condition(f"preceding-sibling::*[1][self::{left}]")

    def xpath_indirect_adjacent_combinator(self, left: XPathExpr, right: XPathExpr) -> XPathExpr:
        return right.add_condition(f"preceding-sibling::{left}[1]")

    def xpath_first_child_pseudo(self, xpath: XPathExpr) -> XPathExpr:
        return xpath.add_condition("not(preceding-sibling::*[1])")

    def xpath_last_child_pseudo(self, xpath: XPathExpr) -> XPathExpr:
        return xpath.add_condition("not(following-sibling::*[1])")


@dataclass(frozen=True, slots=True)
class DeclaredSelector:
    """``attribute`` is the attribute to take from each element found, or empty for its words."""

    css: str
    xpath: str
    attribute: str = ""


@lru_cache(maxsize=1024)
def declared_selector(text: str) -> DeclaredSelector:
    """Read ``CSS``, ``CSS::text`` or ``CSS::attr(name)``; the ending counts for the whole selector.

    Raises SelectorRefused.
    """
    css, _, attribute = _ENDING.match(" ".join(text.split())).groups()
    try:
        xpath = _LinearTranslator().css_to_xpath(css)
    except SelectorError as error:
        raise SelectorRefused(
            f"{text!r} is no CSS selector with one ::text or ::attr(name) at its end: {error}"
        ) from error
    return DeclaredSelector(css, xpath, attribute or "")
