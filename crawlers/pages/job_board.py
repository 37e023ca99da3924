"""The page object of job boards: lists of links, and adverts as schema.org JobPosting."""

from __future__ import annotations

from datetime import datetime

from crawlers.pages.document import Document, safe_address
from crawlers.pages.identity import external_id, id_in_address
from crawlers.pages.judge import judge_document, marked_wall
from crawlers.pages.page import PageReading, SavedPage
from crawlers.pages.posting import Node, first_of, job_postings, plain, plain_lines
from crawlers.pages.times import written_time
from crawlers.pages.words import words_of
from records.post import Precision, RawPost
from records.source import AddressKind, Outcome, Source

# Boards write these for employers who keep their name back; as a name they would tie strangers together.
_NOBODY = frozenset({
    "anonymous", "confidential", "bảo mật", "ẩn danh", "công ty ẩn danh", "công ty bảo mật", "nhà tuyển dụng ẩn danh",
})  # fmt: skip


def read_job_board(document: Document, source: Source) -> PageReading:
    """Read a list page's links, or the one advert of a detail page."""
    outcome = judge_document(document)
    if outcome is not Outcome.OK:
        return PageReading(outcome, tombstones=_closed(document, source) if outcome is Outcome.GONE else ())
    return _read_advert(document, source) if _is_detail(document.page) else _read_list(document)


def _closed(document: Document, source: Source) -> tuple[str, ...]:
    """Return the id of an advert whose own page says that it is closed.

    A page that is only not there (404, 410, the list instead of it) is no such word: boards lose pages
    for an hour, so deletion by absence needs a second look.
    """
    return (_identity(document, source),) if _is_detail(document.page) else ()


def _is_detail(page: SavedPage) -> bool:
    return page.kind is AddressKind.DETAIL


def _read_list(document: Document) -> PageReading:
    links = tuple(dict.fromkeys(address for _, address in document.addresses("list_link")))
    following = tuple(dict.fromkeys(address for _, address in document.addresses("next")))
    if not links:
        return PageReading(Outcome.EMPTY, next_addresses=following, missing=("list_link",))
    return PageReading(Outcome.OK, next_addresses=following, detail_addresses=links)


def _read_advert(document: Document, source: Source) -> PageReading:
    for posting, block in job_postings(document):
        if _stands_here(posting, document.page) and (post := _advert(document, source, posting, block)):
            return PageReading(Outcome.OK, (post,), missing=_missing(document))
    page = document.page
    if wall := marked_wall(page.body):
        return PageReading(wall)
    if _moved(page) or document.elements("list_link"):
        # The board answers with its list, or sends the reader there, when an advert is no longer up.
        return PageReading(Outcome.GONE)
    return PageReading(Outcome.EMPTY, missing=("JobPosting",))


def _stands_here(posting: Node, page: SavedPage) -> bool:
    """Tell whether a posting is the page's own, not one of the adverts recommended beside it."""
    url = first_of(posting.get("url"))
    address = safe_address(url) if isinstance(url, str) else ""
    return not address or id_in_address(address) in (id_in_address(page.url), id_in_address(page.asked or page.url))


def _advert(document: Document, source: Source, posting: Node, block: str) -> RawPost | None:
    """Return the advert; none where it has neither title nor description.

    The text is the title, the description, and pay and place only as the page itself shows them: the
    block's salary is often a band that the advertiser never wrote.
    """
    title, description = plain(posting.get("title")), plain_lines(posting.get("description"))
    lines = [title, description, *_shown(document, "salary", description), *_shown(document, "location", description)]
    text = "\n".join(line for line in lines if line)
    if not title and not description:
        return None
    page = document.page
    posted = _day(posting.get("datePosted"), page.captured_at)
    author_name, author_id = _employer(posting)
    return RawPost(
        platform=source.platform,
        external_id=_identity(document, source),
        text=text,
        captured_at=page.captured_at,
        url=page.url,
        title=title,
        author_id=author_id,
        author_name=author_name,
        channel=next(document.values("channel"), ""),
        posted_at=posted,
        posted_precision=Precision.DAY if posted else None,
        expires_at=_day(posting.get("validThrough"), page.captured_at),
        fragment=block,
    )


def _shown(document: Document, name: str, description: str) -> list[str]:
    words = (" ".join(words_of(element).split()) for element in document.elements(name)[:3])
    return [line for line in dict.fromkeys(words) if line and line not in description]


def _employer(posting: Node) -> tuple[str, str]:
    """Return the employer's name and id; an anonymous employer has neither."""
    organisation = first_of(posting.get("hiringOrganization"))
    identifier = first_of(posting.get("identifier"))
    if not isinstance(organisation, dict):
        organisation = {"name": organisation}
    name = plain(organisation.get("name"))
    if name.casefold() in _NOBODY:
        return "", ""
    own_number = isinstance(identifier, dict) and name != "" and plain(identifier.get("name")) == name
    author_id = plain(identifier.get("value")) if own_number and isinstance(identifier, dict) else ""
    return name, author_id or plain(organisation.get("sameAs") or organisation.get("@id"))


def _day(value: object, captured_at: datetime) -> datetime | None:
    reading = written_time(plain(value), captured_at)
    return reading[0] if reading else None


def _identity(document: Document, source: Source) -> str:
    declared = next(document.values("post_id"), "")
    return external_id(source.platform, document.page.url, declared or id_in_address(document.page.url))


def _moved(page: SavedPage) -> bool:
    return page.asked not in ("", page.url) and id_in_address(page.asked) != id_in_address(page.url)


def _missing(document: Document) -> tuple[str, ...]:
    names = ("post_id", "channel", "salary", "location")
    return tuple(name for name in names if document.declares(name) and not document.elements(name))
