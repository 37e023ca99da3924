"""The page object of forums and groups: posts, threads and next pages by declared selectors."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Any

from parsel import Selector

from crawlers.pages.document import Document
from crawlers.pages.identity import external_id
from crawlers.pages.judge import judge_document
from crawlers.pages.ownership import Ownership
from crawlers.pages.page import PageReading
from crawlers.pages.times import Reading, element_time, written_time
from crawlers.pages.words import words_of
from records.post import RawPost
from records.source import AddressKind, Outcome, Source

Element = Any

MAX_FRAGMENT = 200_000
_EXPECTED = ("post_id", "text", "author", "author_id", "time", "permalink")
_EXPECTED_ONCE = ("title", "channel")


def read_forum(document: Document, source: Source) -> PageReading:
    """Read a list page's thread links, a thread page's posts, and the links to the pages that follow."""
    outcome = judge_document(document)
    if outcome not in (Outcome.OK, Outcome.LOGIN_WALL):
        return PageReading(outcome)
    posts, tombstones, missing = ThreadPage(document, source).posts()
    following = tuple(dict.fromkeys(address for _, address in document.addresses("next")))
    threads, sticky = _threads(document) if document.page.kind is AddressKind.LIST else ((), ())
    if outcome is Outcome.OK and not (posts or tombstones or threads):
        outcome, missing = Outcome.EMPTY, missing or _expected_here(document)
    return PageReading(outcome, posts, following, threads, sticky, missing, tombstones)


def _expected_here(document: Document) -> tuple[str, ...]:
    on_list = document.page.kind is AddressKind.LIST and document.declares("thread_link")
    return ("thread_link",) if on_list else ("post",)


def _threads(document: Document) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the addresses of all threads on a list, and of those that stay on top whatever their age."""
    links = list(document.addresses("thread_link"))
    on_top = Ownership(document.elements("sticky"))
    sticky = dict.fromkeys(address for element, address in links if on_top.of(element) is not None)
    return tuple(dict.fromkeys(address for _, address in links)), tuple(sticky)


class ThreadPage:
    """The posts of one page, each with what stands in its element and in no other post's inside it."""

    def __init__(self, document: Document, source: Source) -> None:
        self._document = document
        self._source = source
        self._elements = document.elements("post")
        owners = Ownership(self._elements)
        self._found: Mapping[str, dict[Element, list[Element]]] = {
            name: owners.by_owner(document.elements(name))
            for name in (*_EXPECTED, "position", "edited", "deleted", "expand")
        }
        self._answers = frozenset(self._elements)
        self._answers_and_quotes = self._answers | frozenset(document.elements("quote"))
        self._preformatted = Ownership(document.elements("preformatted"))

    def posts(self) -> tuple[tuple[RawPost, ...], tuple[str, ...], tuple[str, ...]]:
        """Return posts in page order, each id once; the ids of deleted ones; and the selectors that found nothing."""
        posts: dict[str, tuple[Element, RawPost]] = {}
        tombstones: dict[str, None] = {}
        shared = {name: next(self._document.values(name), "") for name in _EXPECTED_ONCE}
        for element in self._elements:
            local_id = self._value("post_id", element)
            if not local_id:
                continue
            identity = external_id(self._source.platform, self._document.page.url, local_id)
            if self._found["deleted"].get(element):
                tombstones[identity] = None
            elif identity not in posts and (text := self._text(element)):
                posts[identity] = element, self._post(element, identity, text, shared)
        missing = self._missing()
        fragments = self._fragments()
        read = tuple(replace(post, fragment=fragments[element]) for element, post in posts.values())
        return read, tuple(tombstones), missing

    def _post(self, element: Element, identity: str, text: str, shared: Mapping[str, str]) -> RawPost:
        posted = self._time("time", element)
        edited = self._time("edited", element)
        page = self._document.page
        return RawPost(
            platform=self._source.platform,
            external_id=identity,
            text=text,
            captured_at=page.captured_at,
            url=self._permalink(element) or page.url,
            title=shared["title"],
            author_id=self._value("author_id", element),
            author_name=self._value("author", element),
            channel=shared["channel"],
            posted_at=posted[0] if posted else None,
            posted_precision=posted[1] if posted else None,
            edited_at=edited[0] if edited else None,
            truncated=bool(self._found["expand"].get(element)),
        )

    def _value(self, name: str, element: Element) -> str:
        for found in self._found[name].get(element, ()):
            if value := self._document.value(name, found):
                return value
        return ""

    def _text(self, element: Element) -> str:
        if not self._keeps_quotes(element) and (answer := self._words(element, self._answers_and_quotes)):
            return answer
        return self._words(element, self._answers)

    def _words(self, element: Element, dropped: Container[Element]) -> str:
        found = self._found["text"].get(element, [])
        outermost = Ownership(found)
        pieces = [piece for piece in found if outermost.of(piece.getparent()) is None]
        return "\n".join(filter(None, (words_of(piece, dropped, self._preformatted) for piece in pieces)))

    def _keeps_quotes(self, element: Element) -> bool:
        """Tell whether a post is its thread's first: what it quotes is what it says."""
        return self._value("position", element).strip("#. ") == "1"

    def _time(self, name: str, element: Element) -> Reading | None:
        captured_at = self._document.page.captured_at
        for found in self._found[name].get(element, ()):
            shown = self._document.value(name, found)
            taken = self._document.takes_attribute(name)
            reading = written_time(shown, captured_at) if taken else element_time(found, shown, captured_at)
            if reading:
                return reading
        return None

    def _permalink(self, element: Element) -> str:
        for found in self._found["permalink"].get(element, ()):
            if address := self._document.address(found.get("href", "")):
                return address
        return ""

    def _fragments(self) -> dict[Element, str]:
        """Return each post's own outer HTML.

        Posts are emptied from the last to the first, so a post's fragment holds no answer that stands
        inside it: erasing one post must not leave its words in another's original.
        """
        fragments = {}
        for element in reversed(self._elements):
            fragments[element] = str(Selector(root=element, type="html").get())[:MAX_FRAGMENT]
            element.clear(keep_tail=True)
        return fragments

    def _missing(self) -> tuple[str, ...]:
        if all(self._found["deleted"].get(element) for element in self._elements):
            return ()
        absent = [name for name in _EXPECTED if self._document.declares(name) and not self._finds_any(name)]
        once = [name for name in _EXPECTED_ONCE if self._document.declares(name)]
        return (*absent, *(name for name in once if not self._document.elements(name)))

    def _finds_any(self, name: str) -> bool:
        take = self._permalink if name == "permalink" else lambda element: self._value(name, element)
        return any(take(element) for element in self._found[name])
