"""A declared selector finds what CSS says, in a form that no page can make slow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parsel import Selector

from crawlers.pages.selector import SelectorRefused, declared_selector

PAGE = """
<main id=top class="x y"><ul class=x><li class=y>1</li><li class="x y">2<b class=x>3</b></li><li>4</li></ul>
<div class=y><div class=x><p>5</p><p class=y>6</p><a href=a>7</a><p>8<a href=b.html class=y>9</a></p></div></div>
<ul><li>10</li></ul></main>
"""


@pytest.mark.parametrize(
    "css",
    [
        ".x .y",
        ".x > .y",
        "li + li",
        "li ~ li",
        "p + a ~ p",
        ".x .x .y",
        "main > div .x > p",
        "li:first-child",
        "ul > li:last-child",
        ".y :last-child",
        ".x :first-child, a[href$='.html']",
        "div:not(.x .y)",
        "div:has(> p)",
        "ul:not(.x) > li:nth-child(1)",
        "#top > .x li:nth-last-child(1)",
        "a:not([href^=b])",
    ],
)
def test_a_selector_finds_what_its_usual_translation_finds(css: str) -> None:
    page = Selector(text=PAGE, type="html")
    ours = [found.root for found in page.xpath(declared_selector(css).xpath)]
    assert ours == [found.root for found in page.css(css)]
    assert ours


simple = st.sampled_from(
    [".x", ".y", "li", "p", "div", "*", "a", "ul", "li:last-child", ":first-child", "#top", ":not(.x)"]
)


@given(simple, st.lists(st.tuples(st.sampled_from([" ", " > ", " + ", " ~ "]), simple), max_size=3))
def test_any_chain_of_combinators_finds_what_its_usual_translation_finds(
    first: str, rest: list[tuple[str, str]]
) -> None:
    css = first + "".join(combinator + right for combinator, right in rest)
    page = Selector(text=PAGE, type="html")
    ours = [found.root for found in page.xpath(declared_selector(css).xpath)]
    assert ours == [found.root for found in page.css(css)]


@pytest.mark.parametrize(
    ("text", "attribute"),
    [("a", ""), ("a.b > c::text", ""), ("a::attr(href)", "href"), ("x-y::attr( data-id )", "data-id"), ("a, b", "")],
)
def test_a_selector_may_end_in_the_attribute_to_take(text: str, attribute: str) -> None:
    assert declared_selector(text).attribute == attribute


@pytest.mark.parametrize(
    "text",
    ["", "a[", "a::attr()", "a::before", "a::text b", "a:frobnicate", "::attr(x)", "a::text, b::text", "a:before"],
)
def test_what_is_no_selector_is_refused(text: str) -> None:
    with pytest.raises(SelectorRefused):
        declared_selector(text)
