"""The words of an element are those a reader sees, line by line."""

from __future__ import annotations

import pytest
from parsel import Selector

from crawlers.pages.words import words_of


def words(markup: str, preformatted: str = "", dropped: str = "") -> str:
    root = Selector(text=f"<main>{markup}</main>", type="html")
    kept = {found.root for found in root.css(preformatted)} if preformatted else set()
    left_out = {found.root for found in root.css(dropped)} if dropped else set()
    return words_of(root.css("main")[0].root, left_out, kept)


@pytest.mark.parametrize(
    ("markup", "seen"),
    [
        ("một<br>hai", "một\nhai"),
        ("một<br />\nhai", "một\nhai"),
        ("một<br><br>hai", "một\n\nhai"),
        ("<p>một</p><p>hai</p>", "một\n\nhai"),
        ("<p>một<br></p><p>hai</p>", "một\n\nhai"),
        ("<p>một<br><br></p><p>hai</p>", "một\n\n\nhai"),
        ("<div>một</div><div>hai</div>", "một\nhai"),
        ("<div><div><div>một</div></div></div>hai", "một\nhai"),
        ("một<div>hai</div>ba", "một\nhai\nba"),
        ("  một \n\t hai  ", "một hai"),
        ("<b>một</b> <i>hai</i>", "một hai"),
        ("<b>một</b><i>hai</i>", "mộthai"),
        ("<b>một </b> <i> hai</i>", "một hai"),
        ("một\u00a0hai", "một\u00a0hai"),
        ("<ul><li>một</li><li>hai</li></ul>", "- một\n- hai"),
        ("<ol><li>một</li><li>hai<ul><li>ba</li></ul></li><li>bốn</li></ol>", "1. một\n2. hai\n- ba\n3. bốn"),
        ("<ul><li><p>một</p></li><li></li></ul>hai", "- một\n\nhai"),
        ("<pre>  một\n    hai\n</pre>", "  một\n    hai"),
        ("<table><tr><td>một</td><td>hai</td></tr><tr><td>ba</td></tr></table>", "một hai\nba"),
        ("&lt;b&gt; &amp; &quot;x&quot; &amp;amp;", '<b> & "x" &amp;'),
        ("một<script>x()</script><style>a{}</style><!-- ẩn --> hai", "một hai"),
        ("một<span hidden>ẩn</span><span style='color:red; DISPLAY : none'>ẩn</span> hai", "một hai"),
        ("một<button>Xem thêm</button>", "một"),
        ("vui <img alt='😂'> quá <img alt=':D'><img alt='ảnh nhà'><img alt='logo'><img>", "vui 😂 quá :D"),
        ("👩‍🍳 nấu", "👩‍🍳 nấu"),
        ("", ""),
        ("<br><br>  <p></p>", ""),
    ],
)
def test_markup_is_read_as_it_is_seen(markup: str, seen: str) -> None:
    assert words(markup) == seen


def test_line_ends_and_spaces_are_kept_where_the_page_shows_them() -> None:
    markup = "<p>đầu</p><div class=kept>một\n\n  hai <b>ba\nbốn</b></div><p>cuối\ndòng</p>"
    assert words(markup, ".kept") == "đầu\n\nmột\n\n  hai ba\nbốn\n\ncuối dòng"


def test_what_is_dropped_leaves_the_words_after_it() -> None:
    assert words("một <blockquote>trích</blockquote> hai", dropped="blockquote") == "một hai"


def test_the_words_after_the_element_itself_are_not_its_own() -> None:
    root = Selector(text="<div><p id=x>một</p>hai</div>", type="html")
    assert words_of(root.css("#x")[0].root) == "một"
