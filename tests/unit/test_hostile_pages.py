"""Whatever bytes a page consists of, reading it ends soon and in an outcome."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.pages.document import safe_address
from crawlers.pages.group import browser_steps, distinct_ids, needs_browser
from crawlers.pages.judge import judge_response
from crawlers.pages.page import MAX_BODY, PageReading, SavedPage
from crawlers.pages.posting import MAX_BLOCK, MAX_DEPTH
from crawlers.pages.reading import read_page
from records.post import Platform
from records.source import AddressKind, Expectations, Outcome, Pace, Reach, Source, SourceKind

URL = "https://place.mau.example/a/1234567"
CAPTURED = datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)

FORUM_SELECTORS = {
    "thread_link": "a.t",
    "next": "a.n, a[rel=next]",
    "post": "div.p",
    "post_id": "div.p::attr(id)",
    "text": ".w .w, .w",
    "author": ".a",
    "time": "time",
    "edited": ".e time",
    "deleted": ".d",
    "quote": "blockquote",
    "preformatted": ".w",
    "sticky": ".s",
    "title": "h1",
    "position": "li:last-child",
    "permalink": "a.l",
    "expand": ".more",
}


def source_of(kind: SourceKind, selectors: dict[str, str]) -> Source:
    return Source(
        source_id="thu",
        title="Thử",
        kind=kind,
        platform=Platform.JOB_BOARD if kind is SourceKind.JOB_BOARD else Platform.FORUM,
        start=(URL,),
        reach=Reach(frozenset({"place.mau.example"})),
        pace=Pace(),
        expectations=Expectations(1),
        selectors=selectors,
    )


FORUM = source_of(SourceKind.FORUM, FORUM_SELECTORS)
BOARD = source_of(
    SourceKind.JOB_BOARD, {"list_link": "a.t", "next": "a.n", "salary": ".w", "post_id": "div.p::attr(id)"}
)


def page(body: bytes, kind: AddressKind = AddressKind.DETAIL, content_type: str = "") -> SavedPage:
    return SavedPage(URL, body, CAPTURED, kind, headers={"Content-Type": content_type} if content_type else {})


def advert(block: str) -> bytes:
    return f'<script type="application/ld+json">{block}</script>'.encode("utf-8", "surrogatepass")


def read(body: bytes, source: Source, kind: AddressKind = AddressKind.DETAIL, content_type: str = "") -> PageReading:
    """Read a page within five seconds of work: the slowest honest one takes a tenth of a second."""
    begun = time.process_time()
    reading = read_page(page(body, kind, content_type), source)
    assert time.process_time() - begun < 5
    assert isinstance(reading.outcome, Outcome)
    return reading


pieces = st.sampled_from([
    "<div class=p id=1>", "<div class=p id=2>", "</div>", "<p class=w>", "</p>", "<li>", "</li>", "<time datetime='",
    "'>", "2026-11-01T08:00:00+07:00", "<a class=n href='", "<a class=t href='", "http://[::1", "//x", "?a=b", "</a>",
    "<script type='application/ld+json'>", "</script>", '{"@type":"JobPosting","title":', "[", "]", "{", "}", ",",
    '"datePosted":', "9" * 30, "<base href='", "<!--", "-->", "&lt;", "&#0;", "&#xD800;", "\0", "\u2028", "😂",
    "<table><td>", "<svg>", "<pre>", "<blockquote>", "<span hidden>", "<html:div class=p id=3>", "<?xml ?>", "<h1>",
])  # fmt: skip
markup = st.lists(pieces | st.text(max_size=8), max_size=40).map("".join)
bodies = st.binary(max_size=300) | markup.map(lambda text: text.encode("utf-8", "surrogatepass"))
charsets = st.sampled_from(
    ["", "text/html", "text/html; charset=utf-16", "text/html; charset=hex", "x; charset=utf-7", ";;"]
)


@given(bodies, st.sampled_from(list(AddressKind)), charsets)
def test_no_body_makes_reading_fail(body: bytes, kind: AddressKind, content_type: str) -> None:
    for source in (FORUM, BOARD):
        read(body, source, kind, content_type)
        read(body, replace(source, kind=SourceKind.GROUP) if source is FORUM else source, kind, content_type)


@given(st.integers(min_value=100, max_value=599), bodies)
def test_every_status_has_one_outcome(status: int, body: bytes) -> None:
    outcome = judge_response(status, {"Location": "/x"}, body, FORUM)
    assert isinstance(outcome, Outcome)
    assert outcome is not Outcome.OK or status == 200


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (204, Outcome.EMPTY),
        (304, Outcome.NOT_MODIFIED),
        (401, Outcome.LOGIN_WALL),
        (403, Outcome.BLOCKED),
        (404, Outcome.GONE),
        (410, Outcome.GONE),
        (429, Outcome.BLOCKED),
        (451, Outcome.BLOCKED),
        (500, Outcome.ERROR),
        (503, Outcome.ERROR),
        (301, Outcome.ERROR),
        (999, Outcome.ERROR),
    ],
)
def test_a_status_says_how_a_fetch_ended(status: int, outcome: Outcome) -> None:
    assert judge_response(status, {}, b"<p>x", FORUM) is outcome


def test_a_redirect_to_a_login_page_is_a_wall() -> None:
    assert judge_response(302, {"location": "/login/?next=/a"}, b"", FORUM) is Outcome.LOGIN_WALL


def test_more_bytes_than_any_page_are_too_big() -> None:
    body = b"<p>x</p>" + b" " * MAX_BODY
    assert judge_response(200, {}, body, FORUM) is Outcome.TOO_BIG
    assert judge_response(200, {}, b"<i>x</i>" * 50_000, FORUM) is Outcome.TOO_BIG
    assert judge_response(200, {}, b" \n", FORUM) is Outcome.EMPTY
    assert read(body, FORUM).outcome is Outcome.TOO_BIG


def deep(piece: bytes, count: int) -> bytes:
    return piece * count


@pytest.mark.parametrize(
    "body",
    [
        deep(b"<div class=p id=1><p class=w>", 100_000),
        b"<div class=p id=1>" * 100_000 + b"<p class=w>x" + b"</div>" * 100_000,
        deep(b"<div class=w>", 30_000),
        (b"<div class=w>" * 200 + b"</div>" * 200) * 150,
        b"".join(b"<div class=p id=%d><p class=w>x</p></div>" % n for n in range(12_000)),
        b"<div class=p id=1>" + deep(b"<li>x", 35_000),
        deep(b"<li>x</li>", 35_000),
        deep(b"<table><tr><td>", 13_000),
        deep(b"<a class=n href=?a>", 35_000),
        b"<p class=w " + b" ".join(b"a%d=1" % n for n in range(100_000)) + b">",
        deep(b"&#65;", 1_000_000),
        deep(b"<", MAX_BODY - 1),
        deep(b"<!--", 1_000_000),
        deep(b"\0", MAX_BODY),
    ],
    ids=range(14),
)
def test_pages_out_of_proportion_end_soon(body: bytes) -> None:
    for source in (FORUM, BOARD):
        for kind in AddressKind:
            read(body, source, kind)


def test_pages_out_of_proportion_are_told_as_such() -> None:
    assert read(b"<div>" * 100_000 + b"x", FORUM).outcome is Outcome.TOO_BIG
    assert read(b"<i>x</i>" * 50_000, FORUM).outcome is Outcome.TOO_BIG
    attributes = b" ".join(b"a%d='x > y'" % n for n in range(20_000))
    assert read(b"<p " + attributes + b">", FORUM).outcome is Outcome.TOO_BIG


def test_one_long_attribute_is_no_page_out_of_proportion() -> None:
    state = "{&quot;a&quot;: 1, 'b' = 2} " * 10_000
    body = f'<div class=p id=1 data-state="{state}"><p class=w>may</p></div>'.encode()
    assert [post.text for post in read(body, FORUM).posts] == ["may"]


def good(value: str) -> str:
    return posting("extra", value)


def posting(name: str, value: str) -> str:
    return f'{{"@type":"JobPosting","title":"Thợ hàn","description":"Ca sáng","{name}":{value}}}'


@pytest.mark.parametrize(
    "block",
    [
        good("[" * 100_000 + "]" * 100_000),
        good('{"a":' * 100_000 + "1" + "}" * 100_000),
        good("9" * 5_000),
        good('"' + "x" * MAX_BLOCK + '"'),
        "[" * 100_000,
        "{" * 100_000 + "//" * 1000,
        '{"@graph":' * 50 + "[]" + "}" * 50,
        "[{},]" * 40_000,
        "/*" * 100_000,
        " " * 400_000 + "x",
    ],
    ids=range(10),
)
def test_blocks_out_of_proportion_are_passed_over_and_told(block: str) -> None:
    reading = read(advert(block), BOARD)
    assert (reading.outcome, reading.missing) == (Outcome.EMPTY, ("JobPosting",))


def test_a_broken_block_does_not_hide_a_good_one() -> None:
    reading = read(advert("{{{") + advert(good("9" * 5_000)) + advert(good("1")), BOARD)
    assert [post.title for post in reading.posts] == ["Thợ hàn"]


def test_a_block_as_deep_as_allowed_is_read() -> None:
    assert read(advert(good("[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1))), BOARD).outcome is Outcome.OK


@pytest.mark.parametrize(
    "wrong", ["null", "1", "true", "[]", "{}", '["x"]', '{"name":{}}', "1e999", "NaN", '"\\ud800"', '"\\u0000"']
)
@pytest.mark.parametrize(
    "name", ["title", "description", "datePosted", "validThrough", "hiringOrganization", "identifier", "url", "@graph"]
)
def test_values_of_the_wrong_shape_are_left_out(name: str, wrong: str) -> None:
    read(advert(posting(name, wrong)), BOARD)


def test_of_a_key_given_twice_the_last_counts() -> None:
    reading = read(advert('{"@type":"JobPosting","title":"một","title":"hai","description":"x"}'), BOARD)
    assert reading.posts[0].title == "hai"


def test_broken_encodings_lose_letters_and_not_the_page() -> None:
    body = "<div class=p id=1><p class=w>Tuyển \0thợ</p></div>".encode() + b"\xff\xfe\x80"
    (post,) = read(body, FORUM).posts
    assert post.text == "Tuyển thợ"
    (post,) = read("<div class=p id=1><p class=w>Tuyển thợ</p></div>".encode("utf-16"), FORUM).posts
    assert post.text == "Tuyển thợ"


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "mailto:a@b",
        "http://[::1",
        "http://",
        "x" * 9_000,
        "#top",
    ],
)
def test_links_that_are_no_pages_are_not_followed(href: str) -> None:
    reading = read(f'<a class=n href="{href}">x</a><a class=t href="{href}">x</a>'.encode(), FORUM, AddressKind.LIST)
    assert reading.next_addresses == ()
    assert reading.detail_addresses == ()


@pytest.mark.parametrize(
    "address", ["http://[::1", "http://[x]/", "http:///a", "gopher://a.example/", "", "http://\udcff.example/[", "x"]
)
def test_what_is_no_address_of_a_page_gives_nothing(address: str) -> None:
    assert safe_address(address) == ""


def test_words_of_a_wall_under_a_thread_are_no_wall() -> None:
    words = "<p>Bạn phải đăng nhập để trả lời.</p><a href='/login/?next=/a'>x</a>"
    thread = f"<div class=p id=1><p class=w>may</p></div>{words}".encode()
    assert judge_response(200, {}, thread, FORUM) is Outcome.OK
    assert read(thread, FORUM).outcome is Outcome.OK
    assert judge_response(200, {}, words.encode(), FORUM) is Outcome.LOGIN_WALL
    assert read(words.encode(), FORUM).outcome is Outcome.LOGIN_WALL


def group(**selectors: str) -> Source:
    return source_of(SourceKind.GROUP, {"post": "div.p", "post_id": "div.p::attr(id)", "text": ".w", **selectors})


def test_a_group_counts_the_ids_that_stand_in_the_page_deleted_ones_too() -> None:
    source = group(deleted=".d")
    post = b"<div class=p id=1><p class=w>a</p></div>"
    body = post + b"<div class=p id=2><i class=d></i></div>" + post
    assert distinct_ids(page(body), source) == {"place.mau.example:1", "place.mau.example:2"}
    assert distinct_ids(page(b"x" * (MAX_BODY + 1)), source) == frozenset()


def test_a_browser_draws_what_holds_posts_and_not_the_list_that_leads_there() -> None:
    assert needs_browser(group(), AddressKind.LIST)
    assert not needs_browser(group(thread_link="a"), AddressKind.LIST)
    assert needs_browser(group(thread_link="a"), AddressKind.DETAIL)


def test_the_steps_of_a_browser_are_those_declared() -> None:
    steps = browser_steps(group(load_more=".more", scroll="html", container="#feed", expand=".fold"))
    assert (steps.container, steps.load_more, steps.scroll, steps.expand) == ("#feed", ".more", "html", ".fold")
    assert browser_steps(group()).load_more == ""
