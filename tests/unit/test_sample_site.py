"""The sample site shows every post of its three files, exactly, to a visitor who follows its links."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from lxml import html

from tests.unit.sample_site_lab import (
    AGENT,
    Visitor,
    board_cards,
    forum_words,
    read_board,
    read_forum,
    read_group,
    sample_site,
    thread_addresses,
    written,
)

FORBIDDEN = "/thanh-vien/"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sample") / "access.log"


@pytest.fixture(scope="module")
def visitor(log: Path) -> Iterator[Visitor]:
    with sample_site("--access-log", str(log)) as visitor:
        yield visitor


def test_every_advert_is_reached_by_links_alone_and_says_exactly_what_was_written(visitor: Visitor) -> None:
    expected = {key: (post["title"], post["description"]) for key, post in written("job_board").items()}
    assert len(expected) == 200
    assert read_board(visitor) == expected


def test_each_list_page_of_the_board_begins_with_the_last_adverts_of_the_page_before(visitor: Visitor) -> None:
    lists = board_cards(visitor)
    for before, page in pairwise(lists):
        own = [address for address in before if re.search(r"jb-[0-8]\d\d\.html", address)]
        assert page[:3] == own[-3:]


def test_adverts_that_are_gone_or_behind_a_login_are_linked_but_hold_nothing(visitor: Visitor) -> None:
    links = {address for cards in board_cards(visitor) for address in cards}
    answers = {address: visitor.ask(address) for address in links if re.search(r"jb-9\d\d\.html", address)}
    assert sorted(answer.status for answer in answers.values()) == [200, 301, 410]
    wall = next(answer for answer in answers.values() if answer.status == 200)
    assert "Bạn phải đăng nhập để tiếp tục" in wall.body.decode()
    assert wall.document.xpath("//form[@id='login_form']")
    moved = next(answer for answer in answers.values() if answer.status == 301)
    assert moved.headers["Location"] == "/"


def test_the_forbidden_path_is_linked_and_answers_but_no_post_needs_it(visitor: Visitor, log: Path) -> None:
    root = visitor.root("board.sample.test")
    assert f"Disallow: {FORBIDDEN}" in visitor.ask(root + "robots.txt").body.decode().splitlines()
    assert visitor.ask(root).document.xpath(f"//a[starts-with(@href, '{FORBIDDEN}')]")
    read_board(visitor)
    assert f"\t{FORBIDDEN}" not in log.read_text(encoding="utf-8")
    assert visitor.ask(f"{root}thanh-vien/jb-001/").status == 200
    hits = [line for line in log.read_text(encoding="utf-8").split("\n") if f"\t{FORBIDDEN}" in line]
    assert [line.split("\t")[1:] for line in hits] == [["board.sample.test", "GET", "/thanh-vien/jb-001/", AGENT]]
    assert datetime.fromisoformat(hits[0].split("\t")[0]).tzinfo is not None


def test_adverts_come_in_every_shape_that_job_sites_use(visitor: Visitor) -> None:
    shapes: Counter[str] = Counter()
    for address in {address for cards in board_cards(visitor) for address in cards}:
        page = visitor.ask(address).body.decode()
        for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S):
            shapes["list"] += block.startswith("[")
            shapes["graph"] += '"@graph"' in block
            shapes["types"] += '"@type": ["JobPosting"' in block
            shapes["trailing comma"] += block.endswith(",\n}")
            shapes["raw line end"] += re.search(r'"description": "[^"]*\n', block) is not None
            shapes["entity in title"] += re.search(r'"title": "[^"]*&\w+;', block) is not None
            shapes["employer as text"] += '"hiringOrganization": "' in block
            shapes["employer unknown"] += "JobPosting" in block and '"hiringOrganization"' not in block
            shapes["employer anonymous"] += "Nhà tuyển dụng ẩn danh" in block
            shapes["salary in words"] += re.search(r'"minValue": "', block) is not None
            shapes["salary in numbers"] += re.search(r'"minValue": \d', block) is not None
    assert min(shapes.values()) > 0, shapes


def test_an_unchanged_advert_answers_304_to_its_etag_and_to_its_date(visitor: Visitor) -> None:
    address = board_cards(visitor)[0][0]
    first = visitor.ask(address)
    for header in ({"If_None_Match": first.headers["ETag"]}, {"If_Modified_Since": first.headers["Last-Modified"]}):
        again = visitor.ask(address, **header)
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    other_tag = {"If_None_Match": '"other"', "If_Modified_Since": first.headers["Last-Modified"]}
    assert visitor.ask(address, **other_tag).status == 200
    assert visitor.ask(address, If_Modified_Since="Thu, 01 Jan 2026 00:00:00 GMT").status == 200
    assert visitor.ask(address, If_Modified_Since="yesterday").status == 200


def test_every_forum_post_is_reached_by_links_alone_and_says_exactly_what_was_written(visitor: Visitor) -> None:
    posts = written("forum")
    read = read_forum(visitor)
    assert {key for key, _ in read} == posts.keys()
    for key, element in read:
        if posts[key].get("deleted"):
            assert "message--deleted" in element.get("class")
            assert posts[key]["text"] not in element.text_content()
            continue
        assert forum_words(element) == posts[key]["text"], key
        assert element.get("data-author") == posts[key]["author"]
        stamp = element.xpath(".//ul[@class='message-attribution-main']//time/@datetime")[0]
        assert re.search(r"[+]0700$", stamp)
        assert datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S%z") == datetime.fromisoformat(posts[key]["created_at"])


def test_the_forum_has_tombstones_quotes_signatures_and_marks_of_edits(visitor: Visitor) -> None:
    page = {key: element for key, element in read_forum(visitor)}
    marks = ("message--deleted", "bbCodeBlock--quote", "message-signature", "message-lastEdit")
    for mark in marks:
        assert any(mark in html.tostring(element).decode() for element in page.values()), mark
    opening = [e for e in page.values() if e.xpath("string(.//*[@class='message-attribution-opposite'])") == "#1"]
    assert any(element.xpath(".//blockquote") for element in opening)


def test_one_thread_repeats_a_post_on_its_next_page_and_no_other_does(visitor: Visitor) -> None:
    times_read = Counter(key for key, _ in read_forum(visitor))
    assert Counter(times_read.values()) == {1: len(written("forum")) - 1, 2: 1}


def test_sticky_threads_head_both_pages_of_the_list(visitor: Visitor) -> None:
    lists = thread_addresses(visitor)
    assert len(lists) == 2
    sticky = {post["thread"] for post in written("forum").values() if post.get("sticky")}
    assert len(set(lists[0]) & set(lists[1])) == len(sticky)
    assert lists[0][: len(sticky)] == lists[1][: len(sticky)]


def test_forum_addresses_are_raw_unicode_and_next_links_come_relative_and_absolute(visitor: Visitor) -> None:
    threads = [address for page in thread_addresses(visitor) for address in page]
    assert any(not urlsplit(address).path.isascii() for address in threads)
    with sample_site("--many", "40") as busy:
        links = [
            href
            for page in thread_addresses(busy)
            for thread in page
            for _, document in busy.turn(thread)
            for href in document.xpath("//link[@rel='next']/@href")
        ]
    assert {bool(urlsplit(link).netloc) for link in links} == {True, False}


def test_every_group_post_comes_from_the_address_its_script_asks(visitor: Visitor) -> None:
    assert read_group(visitor) == {key: post["text"] for key, post in written("group").items()}
    shell = visitor.ask(visitor.root("group.sample.test")).body.decode()
    assert not any(post["text"][:30] in shell for post in written("group").values())


def test_edited_mode_changes_exactly_the_posts_that_have_another_text(visitor: Visitor) -> None:
    with sample_site("--edited") as edited:
        read = {key: forum_words(element) for key, element in read_forum(edited) if element.xpath(".//time")}
        marked = {k for k, e in read_forum(edited) if e.xpath(".//*[@class='message-lastEdit']")}
        read |= read_group(edited)
    posts = {key: post for key, post in (written("forum") | written("group")).items() if not post.get("deleted")}
    changed = {key for key, post in posts.items() if post.get("edited_text")}
    assert len(changed) >= 5
    assert read == {key: post.get("edited_text", post["text"]) for key, post in posts.items()}
    assert changed & written("forum").keys() <= marked


def test_many_adds_that_many_numbered_posts_the_same_each_time() -> None:
    with sample_site("--many", "1000") as first:
        read = {key: forum_words(element) for key, element in read_forum(first) if key.startswith("n")}
        pages = [address for page in thread_addresses(first) for address in page]
    assert len(read) == len(set(read.values())) == 1000
    with sample_site("--many", "30") as second:
        again = {key: forum_words(element) for key, element in read_forum(second) if key.startswith("n")}
    assert len(again) == 30
    assert again.items() <= read.items()
    assert len(pages) >= 50


def test_the_group_is_drawn_by_its_script_at_most_forty_posts_at_once(visitor: Visitor) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no browser on this machine")
    from playwright.sync_api import sync_playwright

    read: dict[str, str] = {}
    with sync_playwright() as playwright:
        rules = f"--host-resolver-rules=MAP group.sample.test 127.0.0.1:{visitor.port}"
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", rules])
        page = browser.new_page()
        page.goto(f"http://group.sample.test:{visitor.port}/")
        page.wait_for_selector(".post")
        assert page.locator(".post").count() == 10
        last = -1
        while len(read) > last or page.locator("body.ended").count() == 0:
            last = len(read)
            while page.locator("button.more").count():
                page.locator("button.more").first.click()
            drawn = page.eval_on_selector_all(
                ".post", "all => all.map(p => [p.dataset.id, p.querySelector('.text').textContent])"
            )
            assert len(drawn) <= 40
            read |= dict(drawn)
            page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            page.wait_for_load_state("networkidle")
        page.evaluate("window.scrollTo(0, 0)")
        page.wait_for_selector(f".post[data-id='{next(iter(read))}']")
        assert page.locator(".post").count() <= 40
        browser.close()
    assert read == {key: post["text"] for key, post in written("group").items()}
