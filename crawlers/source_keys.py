"""Every key that a source file may hold: its shape, for which kinds, and what is allowed there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from records.source import SourceKind

BOARD = frozenset({SourceKind.JOB_BOARD})
FORUM = frozenset({SourceKind.FORUM, SourceKind.GROUP})
GROUP = frozenset({SourceKind.GROUP})
PAGES = BOARD | FORUM
IMPORT = frozenset({SourceKind.IMPORT})
READ = PAGES | IMPORT


class Shape(StrEnum):
    """The form of a value in a source file."""

    TEXT = "text"
    FLAG = "true or false"
    WHOLE = "whole number"
    NUMBER = "number"
    TEXTS = "list of texts"
    NAMES = "table of texts"
    SELECTOR = "CSS selector"
    VALUE = "CSS selector, may end in ::attr(name)"


@dataclass(frozen=True, slots=True)
class Key:
    """One allowed key; ``needed`` says that a source of these kinds is refused without it."""

    shape: Shape
    kinds: frozenset[SourceKind]
    allowed: str
    needed: bool = False


ALLOWED_KEYS: Mapping[str, Key] = {
    "id": Key(Shape.TEXT, READ, "lower-case letters, digits and hyphens, at most 60", needed=True),
    "title": Key(Shape.TEXT, READ, "a name that people will read, at most 200 characters", needed=True),
    "kind": Key(Shape.TEXT, READ, "job_board, forum, group or import", needed=True),
    "platform": Key(Shape.TEXT, READ, "facebook, telegram, zalo, tiktok, forum, job_board or other", needed=True),
    "contact": Key(Shape.TEXT, READ, "who answers for our reading of this source", needed=True),
    "terms": Key(Shape.TEXT, READ, "what its owner allows, and when that was looked up", needed=True),
    "enabled": Key(Shape.FLAG, READ, "true or false; true unless said"),
    "start.addresses": Key(Shape.TEXTS, PAGES, "at least one http or https address", needed=True),
    "start.files": Key(Shape.TEXTS, IMPORT, "at least one file, from this file's own folder; or no [start] at all"),
    "pace.delay": Key(Shape.NUMBER, PAGES, "seconds, 1 to 3600; under 1 only where every host is in reach.loopback"),
    "pace.requests_in_flight": Key(Shape.WHOLE, PAGES, "1 to 8 at once"),
    "pace.pages_a_run": Key(Shape.WHOLE, PAGES, "1 to 1000000"),
    "pace.revisit_hours": Key(Shape.NUMBER, PAGES, "hours, 0 to 8760"),
    "reach.hosts": Key(Shape.TEXTS, PAGES, "host names without port; those of the start addresses unless said"),
    "reach.resource_hosts": Key(Shape.TEXTS, PAGES, "host names without port, for what a browser needs to draw a page"),
    "reach.loopback": Key(Shape.TEXTS, PAGES, "name:port pairs on this machine, for samples and tests only"),
    "reach.names": Key(Shape.NAMES, PAGES, "a loopback address for a name that reach.loopback lists"),
    "selectors.list_link": Key(Shape.VALUE, BOARD, "links from a list page to adverts", needed=True),
    "selectors.thread_link": Key(Shape.VALUE, FORUM, "links from a list page to threads; none where posts stand on it"),
    "selectors.next": Key(Shape.VALUE, PAGES, "the link to the next page of a list or thread"),
    "selectors.post": Key(Shape.SELECTOR, FORUM, "one element for each post", needed=True),
    "selectors.post_id": Key(Shape.VALUE, PAGES, "what identifies a post for ever; job_board: the address unless said"),
    "selectors.text": Key(Shape.SELECTOR, FORUM, "the element that holds a post's words", needed=True),
    "selectors.title": Key(Shape.VALUE, FORUM, "the thread's title, once a page"),
    "selectors.channel": Key(Shape.VALUE, PAGES, "the name of the board or group, once a page"),
    "selectors.author": Key(Shape.VALUE, FORUM, "who wrote a post"),
    "selectors.author_id": Key(Shape.VALUE, FORUM, "the author's id on the platform"),
    "selectors.time": Key(Shape.VALUE, FORUM, "when a post was written; datetime attributes are read first"),
    "selectors.edited": Key(Shape.VALUE, FORUM, "when a post was changed"),
    "selectors.permalink": Key(Shape.VALUE, FORUM, "a post's own address"),
    "selectors.deleted": Key(Shape.SELECTOR, FORUM, "the mark of a deleted post, on or in its element"),
    "selectors.sticky": Key(Shape.SELECTOR, FORUM, "list entries that stay on top whatever their age"),
    "selectors.quote": Key(
        Shape.SELECTOR, FORUM, "quotes to leave out, but of a thread's first post or if all is quote"
    ),
    "selectors.position": Key(Shape.VALUE, FORUM, "a post's number in its thread, 1 or #1 for the first"),
    "selectors.preformatted": Key(Shape.SELECTOR, FORUM, "elements whose line breaks are shown as they stand"),
    "selectors.wall": Key(Shape.SELECTOR, PAGES, "the mark of a login wall"),
    "selectors.gone": Key(Shape.SELECTOR, PAGES, "the mark of a page whose post is no longer there"),
    "selectors.salary": Key(Shape.SELECTOR, BOARD, "the pay as the page shows it"),
    "selectors.location": Key(Shape.SELECTOR, BOARD, "the place of work as the page shows it"),
    "selectors.container": Key(Shape.SELECTOR, GROUP, "what must stand in the page before it is read"),
    "selectors.load_more": Key(Shape.SELECTOR, GROUP, "what to click until it is gone"),
    "selectors.scroll": Key(Shape.SELECTOR, GROUP, "what to scroll; html for the whole page"),
    "selectors.expand": Key(Shape.SELECTOR, GROUP, "what to click inside a post to unfold its text"),
    "format.name": Key(Shape.TEXT, IMPORT, "csv, json-lines or zeeschuimer-tiktok", needed=True),
    "format.delimiter": Key(Shape.TEXT, IMPORT, "one character between the columns of a csv; a comma unless said"),
    "mapping.external_id": Key(Shape.TEXT, IMPORT, "column or dotted path of the id (csv, json-lines: needed)"),
    "mapping.text": Key(Shape.TEXT, IMPORT, "column or dotted path of its words (csv, json-lines: needed)"),
    "mapping.url": Key(Shape.TEXT, IMPORT, "column or dotted path of its address"),
    "mapping.title": Key(Shape.TEXT, IMPORT, "column or dotted path of its title"),
    "mapping.author_id": Key(Shape.TEXT, IMPORT, "column or dotted path of the author's id"),
    "mapping.author_name": Key(Shape.TEXT, IMPORT, "column or dotted path of the author's name"),
    "mapping.channel": Key(Shape.TEXT, IMPORT, "column or dotted path of the group's or channel's name"),
    "mapping.posted_at": Key(Shape.TEXT, IMPORT, "column or dotted path of the time it was posted"),
    "mapping.edited_at": Key(Shape.TEXT, IMPORT, "column or dotted path of the time it was changed"),
    "mapping.expires_at": Key(Shape.TEXT, IMPORT, "column or dotted path of the time it runs out"),
    "mapping.captured_at": Key(Shape.TEXT, IMPORT, "column or dotted path of the time it was collected"),
    "expectations.min_posts": Key(Shape.WHOLE, READ, "the fewest posts of a healthy crawl run, 1 or more", needed=True),
    "expectations.max_wall_share": Key(Shape.NUMBER, PAGES, "share of walls among pages that is still healthy, 0 to 1"),
    "opening_hours.start": Key(Shape.TEXT, PAGES, "HH:MM in Vietnam; both or neither of start and end"),
    "opening_hours.end": Key(Shape.TEXT, PAGES, "HH:MM in Vietnam; before start means the next morning"),
}
