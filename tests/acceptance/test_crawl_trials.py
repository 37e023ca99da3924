"""What the web throws at a crawl: it stays polite, stays inside, stays small, and every visit ends in one outcome."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest

from crawlers.browser import find_chromium
from riskscan.runtime import running
from riskscan.settings import read_settings
from store.crawls import RunState
from tests.acceptance.conftest import SampleSite
from tests.acceptance.crawl_lab import HOST, Answer, Asked, House, Place, Trial, a_place, links, thread

TRIALS = "trial.sample.test"
ROBOTS = Answer("User-agent: *\nDisallow:\n")
needs_chromium = pytest.mark.skipif(
    find_chromium() is None, reason="no Chromium here; riskscan itself skips browser sources too"
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for all trials: each has a source and hosts of its own."""
    folder = tmp_path_factory.mktemp("house")
    environment = {"RISKSCAN_DATA": str(folder / "data"), "RISKSCAN_KEY_FILE": str(folder / "keys" / "master.json")}
    with running(read_settings(environment, folder)) as runtime:
        yield House(runtime, folder)


def on_sample(site: SampleSite, source_id: str, *paths: str, host: str = TRIALS, kind: str = "forum") -> Trial:
    """A source that starts at trial addresses of the sample site."""
    starts = [f"http://{host}:{site.port}{path}" for path in paths]
    return Trial(source_id, starts, site.port, kind, (host,), pages=len(paths))


def asked_of(site: SampleSite, host: str) -> list[str]:
    """Paths that a host of the sample site was asked for, robots.txt left out."""
    fields = [line.split("\t") for line in site.asked_for()]
    return [field[3] for field in fields if field[1] == host and field[3] != "/robots.txt"]


def on_place(place: Place, source_id: str, *paths: str, **more: object) -> Trial:
    """A source that starts at paths of a place."""
    host = str(more.pop("host", HOST))
    trial = Trial(source_id, [place.url(path, host) for path in paths], str(place.port), hosts=(host,))
    return Trial(**{**{name: getattr(trial, name) for name in Trial.__slots__}, **more})


# robots.txt


def test_a_robots_file_that_fails_means_that_nothing_is_asked(house: House, site: SampleSite) -> None:
    trial = on_sample(site, "robots-5xx", "/page/1", "/page/2", host="robots5xx.sample.test")
    house.crawl(trial)
    assert house.outcomes(trial) == [("robots", "robots.txt cannot be read")] * 2
    assert asked_of(site, "robots5xx.sample.test") == []
    assert any("/robots.txt" in line for line in site.asked_for())


def test_a_robots_file_that_never_comes_means_that_nothing_is_asked(house: House) -> None:
    def hang(asked: Asked) -> Answer:
        place.closing.wait(30)
        return Answer()

    with a_place({"/robots.txt": hang, "/a": Answer(thread(("1", "một")))}) as place:
        trial = on_place(place, "robots-hang", "/a", host="hang.sample.test")
        house.measured(trial, answer_seconds=2)
        assert place.paths() == []
    assert house.outcomes(trial) == [("robots", "robots.txt cannot be read")]


def test_no_robots_file_means_that_everything_may_be_asked(house: House) -> None:
    with a_place({"/a": Answer(thread(("1", "một")))}) as place:
        trial = on_place(place, "robots-404", "/a", host="bare.sample.test")
        run = house.crawl(trial)
        assert place.paths() == ["/a"]
    assert (run.state, run.posts_new) == (RunState.FINISHED, 1)


def test_each_redirect_is_judged_by_the_robots_file_of_its_own_host(house: House) -> None:
    def by_host(asked: Asked) -> Answer:
        closed = "Disallow: /closed\n" if asked.host == "b.sample.test" else "Disallow:\n"
        return Answer(f"User-agent: *\n{closed}")

    with a_place({"/robots.txt": by_host}) as place:
        place.answers["/go"] = Answer(status=302, headers={"Location": place.url("/closed", "b.sample.test")})
        place.answers["/closed"] = Answer(thread(("1", "một")))
        trial = on_place(place, "robots-hop", "/go", hosts=("a.sample.test", "b.sample.test"), host="a.sample.test")
        house.crawl(trial)
        assert place.paths() == ["/go"]
    assert house.outcomes(trial) == [("robots", "robots.txt")]


def test_a_crawl_delay_is_kept_where_it_is_longer_than_ours(house: House) -> None:
    pages = {f"/{number}": Answer(thread((str(number), "x"))) for number in range(3)}
    with a_place({"/robots.txt": Answer("User-agent: *\nCrawl-delay: 0.7\n"), **pages}) as place:
        trial = on_place(place, "crawl-delay", *pages, host="slowly.sample.test", flight=3)
        house.crawl(trial)
        assert sorted(place.paths()) == sorted(pages)
        pages_at = sorted(one.at for one in place.asked if one.path != "/robots.txt")
    assert all(later - sooner > 0.6 for sooner, later in pairwise(pages_at)), pages_at


# The pace of hosts


def test_two_crawls_share_one_hosts_pace(house: House) -> None:
    pages = {f"/{number}": Answer(thread((f"pace-{number}", "x"))) for number in range(8)}
    with a_place({"/robots.txt": ROBOTS, **pages}) as place:
        starts = list(pages)
        first = on_place(place, "pace-one", *starts[:4], host="paced.sample.test", delay=0.4, flight=2)
        second = on_place(place, "pace-two", *starts[4:], host="paced.sample.test", delay=0.4, flight=2)

        async def both() -> None:
            await asyncio.gather(house.crawling(first), house.crawling(second))

        asyncio.run(both())
        assert sorted(place.paths()) == sorted(pages)
        times = place.times()
    gaps = [later - sooner for sooner, later in pairwise(times)]
    # Turns are 0.4 s apart when they are taken; a busy machine sends one late, which brings the next one nearer.
    assert times[-1] - times[0] > 0.4 * (len(times) - 1) - 0.3
    assert sum(gap < 0.2 for gap in gaps) <= 1, gaps


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_keeps_every_crawl_away_from_the_host(house: House, form: str) -> None:
    host, turned_away = f"{form}.sample.test", []

    def later(asked: Asked) -> Answer:
        if turned_away:
            return Answer(thread((f"{form}-a", "a")))
        turned_away.append(asked.at)
        until = format_datetime(datetime.now(UTC) + timedelta(seconds=5), usegmt=False)
        return Answer("later", 429, {"Retry-After": "4" if form == "seconds" else until})

    pages = {f"/{number}": Answer(thread((f"{form}-{number}", "x"))) for number in range(6)}
    with a_place({"/robots.txt": ROBOTS, "/a": later, **pages}) as place:
        first = on_place(place, f"parked-{form}-one", "/a", *list(pages)[:3], host=host)
        second = on_place(place, f"parked-{form}-two", *list(pages)[3:], host=host)

        async def both() -> None:
            crawling = asyncio.create_task(house.crawling(first))
            while not turned_away:  # noqa: ASYNC110 - the place runs in threads that know no event of this loop
                await asyncio.sleep(0.02)
            await asyncio.gather(crawling, house.crawling(second))

        asyncio.run(both())
        assert sorted(place.paths()) == sorted(["/a", "/a", *pages])
        times = place.times()
    # What was already on its way when the host spoke is not held against us; one walker has nothing on its way.
    too_soon = [at - turned_away[0] for at in times if 0.0 < at - turned_away[0] < 3.8]
    assert too_soon == []
    assert Counter(word for word, _ in house.outcomes(first)) == {"blocked": 1, "ok": 4}


def test_a_service_that_is_unavailable_is_left_alone_as_long_as_it_says(house: House, site: SampleSite) -> None:
    with a_place({"/robots.txt": ROBOTS}) as place:
        place.answers["/a"] = Answer("busy", 503, {"Retry-After": "3600"})
        place.answers["/b"] = Answer(thread(("b", "b")))
        trial = on_place(place, "parked-hour", "/a", "/b", host="busy.sample.test")
        began = time.monotonic()
        house.crawl(trial)
        again = house.crawl(trial)
        # Which of the two goes first is nobody's choice; after the answer of the one, nothing is asked at all.
        assert place.paths() in (["/a"], ["/b", "/a"])
        assert time.monotonic() - began < 60
    assert again.pages == 0
    (parked,) = house.rows("select reason from host_pace where host = 'busy.sample.test' and parked_until > now()")
    assert parked["reason"] == "status 503"


# Addresses nobody may reach


def evasions(port: int) -> list[str]:
    """Addresses of a server on 127.0.0.2, in forms that a redirect may use."""
    return [
        f"http://127.0.0.2:{port}/plain",
        f"http://2130706434:{port}/decimal",
        f"http://0x7f000002:{port}/hex",
        f"http://[::ffff:127.0.0.2]:{port}/mapped",
        f"http://elsewhere.sample.test:{port}/other-host",
        f"http://user:secret@{TRIALS}:{port}/userinfo",
        "file:///etc/passwd",
    ]


@pytest.mark.parametrize("kind", ["forum", pytest.param("group", marks=needs_chromium)])
def test_a_redirect_out_of_the_source_reaches_nobody(house: House, site: SampleSite, kind: str) -> None:
    with a_place({"/robots.txt": ROBOTS}, "127.0.0.2") as forbidden:
        targets = [f"http://{TRIALS}:{site.port}/page/allowed", *evasions(forbidden.port)]
        trial = on_sample(site, f"out-{kind}", *(f"/redirect?to={target}" for target in targets), kind=kind)
        if kind == "group":
            trial = Trial(**{**{n: getattr(trial, n) for n in Trial.__slots__}, "selectors": {"thread_link": ""}})
        house.crawl(trial)
        assert forbidden.asked == []
    assert asked_of(site, TRIALS).count("/page/allowed") == 1
    outcomes = Counter(word for word, _ in house.outcomes(trial))
    assert outcomes["unsafe-address"] == len(evasions(0)), house.outcomes(trial)
    assert sum(outcomes.values()) == len(targets)


def test_a_name_that_resolves_to_this_machine_reaches_nobody(house: House) -> None:
    with a_place({"/robots.txt": ROBOTS, "/a": Answer(thread(("1", "một")))}) as place:
        trial = Trial(
            "rebound",
            [place.url("/go")],
            str(place.port),
            hosts=(HOST,),
            reachable=("localhost",),
            delay=1,
        )
        place.answers["/go"] = Answer(status=302, headers={"Location": "http://localhost/a"})
        house.crawl(trial)
        assert place.paths() == ["/go"]
    ((outcome, reason),) = house.outcomes(trial)
    assert outcome in ("unsafe-address", "robots"), reason


def test_a_circle_of_redirects_ends(house: House) -> None:
    with a_place({"/robots.txt": ROBOTS, "/a": Answer(status=302, headers={"Location": "/a"})}) as place:
        trial = on_place(place, "circle", "/a", host="circle.sample.test", pages=1)
        house.crawl(trial)
        assert place.paths() == ["/a"] * 6
    assert house.outcomes(trial) == [("error", "too many redirects")]


@needs_chromium
def test_a_browser_asks_no_address_that_robots_forbids_behind_a_redirect(house: House) -> None:
    with a_place({"/robots.txt": Answer("User-agent: *\nDisallow: /closed\n")}) as place:
        place.answers["/go"] = Answer(status=302, headers={"Location": "/closed"})
        place.answers["/closed"] = Answer(thread(("1", "một")))
        trial = on_place(
            place, "browser-robots", "/go", host="drawn.sample.test", kind="group", selectors={"thread_link": ""}
        )
        house.crawl(trial)
        assert place.paths() == ["/go"]
    assert house.outcomes(trial) == [("robots", "robots.txt")]


# Too much, too slow, not for us


@pytest.mark.parametrize("kind", ["forum", pytest.param("group", marks=needs_chromium)])
def test_bombs_and_endless_bodies_end_as_too_big_within_memory_and_time(
    house: House, site: SampleSite, kind: str
) -> None:
    trial = on_sample(site, f"bombs-{kind}", "/gzip-bomb", "/endless", kind=kind)
    if kind == "group":
        trial = Trial(**{**{n: getattr(trial, n) for n in Trial.__slots__}, "selectors": {"thread_link": ""}})
    began = time.monotonic()
    mebibytes = house.measured(trial, answer_seconds=12)
    assert [word for word, _ in house.outcomes(trial)] == ["too-big", "too-big"], house.outcomes(trial)
    assert mebibytes < 512
    assert time.monotonic() - began < 90


def test_a_server_that_is_too_slow_is_not_waited_for(house: House, site: SampleSite) -> None:
    trial = on_sample(site, "slow", "/slow?seconds=60")
    began = time.monotonic()
    house.measured(trial, answer_seconds=2)
    assert [word for word, _ in house.outcomes(trial)] == ["error"]
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_body_that_is_not_packed_as_it_says_ends_in_an_outcome(house: House, coding: str) -> None:
    broken = gzip.compress(b"x" * 5000)[:40] + b"\xff" * 200
    with a_place({"/robots.txt": ROBOTS, "/b": Answer(thread((f"{coding}-b", "b")))}) as place:
        place.answers["/a"] = Answer(broken, headers={"Content-Encoding": coding})
        trial = on_place(place, f"broken-{coding}", "/a", "/b", host=f"{coding}.sample.test", pages=2)
        run = house.crawl(trial)
    assert run.posts_new == 1
    assert len(house.outcomes(trial)) == 2


@needs_chromium
def test_a_login_wall_in_a_group_is_stored_as_such_and_fails_the_run(house: House) -> None:
    wall = '<!DOCTYPE html><title>x</title><form id="login_form"><input name="email"></form>'
    with a_place({"/robots.txt": ROBOTS, "/": Answer(wall)}) as place:
        chosen = {"thread_link": "", "container": "article.post"}
        trial = on_place(
            place, "wall", "/", host="wall.sample.test", kind="group", selectors=chosen, max_wall_share=0.2
        )
        run = house.crawl(trial)
    assert [word for word, _ in house.outcomes(trial)] == ["login-wall"]
    assert run.state is RunState.FAILED


# What is stored, and when


def test_an_unchanged_page_is_asked_for_with_conditions_and_stored_once(house: House) -> None:
    def page(asked: Asked) -> Answer:
        marks = {"ETag": '"v1"', "Last-Modified": "Fri, 20 Nov 2026 03:00:00 GMT"}
        if asked.headers.get("If-None-Match") == '"v1"' and "If-Modified-Since" in asked.headers:
            return Answer(status=304, headers=marks)
        return Answer(thread(("same", "không đổi")), headers=marks)

    with a_place({"/robots.txt": ROBOTS, "/a": page}) as place:
        trial = on_place(place, "unchanged", "/a", host="etag.sample.test")
        first, second = house.crawl(trial), house.crawl(trial)
        assert place.paths() == ["/a", "/a"]
    assert [word for word, _ in house.outcomes(trial)] == ["ok", "not-modified"]
    assert (first.posts_new, second.posts_seen, second.state) == (1, 0, RunState.FINISHED)
    (counted,) = house.rows(
        "select count(*) as captures, count(distinct page_id) as pages from page_post join capture using (capture_id)"
        " join post on post.post_id = capture.post_id where source_id = 'unchanged'"
    )
    assert (counted["captures"], counted["pages"]) == (1, 1)


def test_a_page_that_gave_nothing_is_never_asked_for_with_conditions(house: House) -> None:
    marks = {"ETag": '"wall"'}
    wall = Answer('<form id="login_form"></form>', headers=marks)
    with a_place({"/robots.txt": ROBOTS, "/a": wall}) as place:
        trial = on_place(place, "no-conditions", "/a", host="etagwall.sample.test")
        house.crawl(trial)
        house.crawl(trial)
        assert [one.headers.get("If-None-Match") for one in place.asked if one.path == "/a"] == [None, None]


def test_an_expectation_that_breaks_marks_the_run_failed_with_its_reason(house: House) -> None:
    with a_place({"/robots.txt": ROBOTS, "/a": Answer(thread(("few", "một")))}) as place:
        run = house.crawl(on_place(place, "few", "/a", host="few.sample.test", min_posts=5))
    assert (run.state, run.posts_new, run.reason) == (RunState.FAILED, 1, "1 posts known, expected 5")


def test_two_crawls_of_one_source_at_once_ask_for_nothing_twice_and_store_each_post_once(house: House) -> None:
    pages = {f"/t/{number}": Answer(thread((f"twin-{number}", "x"), ("twin-all", "x"))) for number in range(60)}
    with a_place({"/robots.txt": ROBOTS, "/": Answer(links(*pages)), **pages}) as place:
        trial = on_place(place, "twins", "/", host="twins.sample.test", flight=4)

        async def both() -> list[RunState]:
            return [run.state for run in await asyncio.gather(house.crawling(trial), house.crawling(trial))]

        states = asyncio.run(both())
        asked = Counter(path for path in place.paths() if path != "/")
    assert states == [RunState.FINISHED] * 2
    assert asked == dict.fromkeys(pages, 1)
    (stored,) = house.rows("select count(*) as posts from post where source_id = 'twins'")
    assert stored["posts"] == 61


def test_a_lost_database_connection_leaves_a_crawl_that_can_be_taken_up(house: House) -> None:
    pages = {f"/t/{number}": Answer(thread((f"lost-{number}", "x"))) for number in range(150)}
    with a_place({"/robots.txt": ROBOTS, "/": Answer(links(*pages)), **pages}) as place:
        trial = on_place(place, "lost", "/", host="lost.sample.test", flight=2)
        stored = "select count(*) as posts from post where source_id = 'lost'"

        async def cut() -> RunState:
            crawling = asyncio.create_task(house.crawling(trial))
            while house.rows(stored)[0]["posts"] == 0 and not crawling.done():  # noqa: ASYNC110 - another process stores
                await asyncio.sleep(0.01)
            house.cut_connections()
            return (await crawling).state

        assert asyncio.run(cut()) is RunState.INTERRUPTED
        assert 0 < int(str(house.rows(stored)[0]["posts"])) < 150
        run = house.crawl(trial)
    assert (run.state, house.rows(stored)) == (RunState.FINISHED, [{"posts": 150}])
    assert "DatabaseUnavailable" in house.log()


def test_a_page_that_the_database_refuses_harms_no_other_and_leaves_no_words_in_the_log(house: House) -> None:
    pages = {f"/t/{number}": Answer(thread((f"bad-{number}", f"bài {number}"))) for number in range(10)}
    pages["/t/4"] = Answer(thread(("bad-4", "xin-đừng-ghi-vào-nhật-ký")))
    house.rows(
        "alter table post_version add constraint no_such_text check (masked_text not like '%%xin-đừng%%') not valid"
    )
    try:
        with a_place({"/robots.txt": ROBOTS, "/": Answer(links(*pages)), **pages}) as place:
            trial = on_place(place, "refused", "/", host="refused.sample.test", flight=4)
            run = house.crawl(trial)
    finally:
        house.rows("alter table post_version drop constraint no_such_text")
    assert (run.state, run.posts_new) == (RunState.FINISHED, 9)
    assert Counter(word for word, _ in house.outcomes(trial)) == {"ok": 10, "error": 1}
    assert ("error", "not stored: no_such_text") in house.outcomes(trial)
    assert "no_such_text" in house.log()
    for words in ("xin-đừng", "DETAIL", "Failing row", "refused.sample.test"):
        assert words not in house.log()


def test_a_source_file_that_cannot_be_read_is_said_before_anything_begins(house: House, tmp_path: Path) -> None:
    trial = Trial("unreadable", [f"http://{HOST}:1/"], "1")
    path = trial.write(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("min_posts", "fewest"), encoding="utf-8")
    from riskscan.crawling import CrawlDidNotBegin, crawl_source

    with pytest.raises(CrawlDidNotBegin, match="did not begin"):
        asyncio.run(crawl_source(house.runtime, "unreadable", path, {}))
    assert "expectations" in house.log()
