"""robots.txt is obeyed as RFC 9309 has it, and asked for once a day."""

from __future__ import annotations

import pytest

from crawlers.robots import CACHED_SECONDS, LONGEST_DELAY, MAX_BODY, UNREACHABLE_SECONDS, Robots, Verdict
from crawlers.visit import Response, Visit
from records.source import Outcome

PAGE = "https://board.example.test/viec-lam/1"


class Place:
    """A place whose robots.txt answers as told, on a clock that a test moves."""

    def __init__(self, body: bytes = b"", status: int = 200, outcome: Outcome | None = None) -> None:
        self.body, self.status, self.outcome = body, status, outcome
        self.now = 1000.0
        self.asked: list[str] = []

    async def ask(self, url: str) -> Visit:
        self.asked.append(url)
        if self.outcome is not None:
            return Visit(url, outcome=self.outcome)
        return Visit(url, Response(url, self.status, {}, self.body))

    def robots(self) -> Robots:
        return Robots("riskscan/0.1", self.ask, lambda: self.now)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
async def test_where_there_is_no_file_everything_may_be_read(status: int) -> None:
    assert await Place(status=status).robots().verdict(PAGE) is Verdict.ALLOWED


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 301, 204])
async def test_a_server_that_cannot_answer_means_that_nothing_may_be_read(status: int) -> None:
    place = Place(b"User-agent: *\nDisallow:\n", status)
    assert await place.robots().verdict(PAGE) is Verdict.UNREACHABLE
    assert not await place.robots().allows(PAGE)


@pytest.mark.parametrize("outcome", [Outcome.ERROR, Outcome.UNSAFE_ADDRESS, Outcome.TOO_BIG])
async def test_no_answer_at_all_means_that_nothing_may_be_read(outcome: Outcome) -> None:
    assert await Place(outcome=outcome).robots().verdict(PAGE) is Verdict.UNREACHABLE


async def test_rules_are_those_of_our_own_name_where_it_is_named() -> None:
    robots = Place(b"User-agent: *\nDisallow: /\n\nUser-agent: riskscan\nDisallow: /thanh-vien/\n").robots()
    assert await robots.verdict(PAGE) is Verdict.ALLOWED
    assert await robots.verdict("https://board.example.test/thanh-vien/7") is Verdict.FORBIDDEN


async def test_a_byte_order_mark_does_not_hide_the_first_rule() -> None:
    robots = Place(b"\xef\xbb\xbfUser-agent: *\nDisallow: /viec-lam/\n").robots()
    assert await robots.verdict(PAGE) is Verdict.FORBIDDEN


@pytest.mark.parametrize("body", [b"\x00\xff\xfe" * 1000, b"<html>", b"Disallow: /\n" * 10, "Không có gì".encode()])
async def test_nonsense_is_no_rule(body: bytes) -> None:
    assert await Place(body).robots().verdict(PAGE) is Verdict.ALLOWED


async def test_only_the_first_half_megabyte_counts() -> None:
    rules = b"User-agent: *\n" + b"#" * MAX_BODY + b"\nDisallow: /\n"
    assert await Place(rules).robots().verdict(PAGE) is Verdict.ALLOWED


async def test_a_file_is_read_once_a_day_for_each_origin() -> None:
    place = Place(b"User-agent: *\nDisallow:\n")
    robots = place.robots()
    for url in (PAGE, PAGE, "https://board.example.test/2", "http://board.example.test/2"):
        await robots.allows(url)
    assert place.asked == ["https://board.example.test/robots.txt", "http://board.example.test/robots.txt"]
    place.now += CACHED_SECONDS
    await robots.allows(PAGE)
    assert len(place.asked) == 3


async def test_a_server_that_failed_is_asked_again_sooner() -> None:
    place = Place(status=503)
    robots = place.robots()
    assert not await robots.allows(PAGE)
    place.status, place.body = 200, b"User-agent: *\nDisallow:\n"
    place.now += UNREACHABLE_SECONDS - 1
    assert not await robots.allows(PAGE)
    place.now += 1
    assert await robots.allows(PAGE)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [(b"3", 3.0), (b"0.5", 0.5), (b"3600", LONGEST_DELAY), (b"inf", 0.0), (b"nan", 0.0), (b"-5", 0.0),
     (b"soon", 0.0), (b"", 0.0)],
)  # fmt: skip
async def test_a_crawl_delay_is_kept_up_to_a_minute(asked: bytes, seconds: float) -> None:
    robots = Place(b"User-agent: *\nCrawl-delay: " + asked + b"\nDisallow: /x\n").robots()
    assert await robots.delay(PAGE) == seconds


async def test_a_place_without_a_file_asks_for_no_delay() -> None:
    assert await Place(status=404).robots().delay(PAGE) == 0.0
