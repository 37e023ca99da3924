"""The job board: overlapping lists, JobPosting pages in the many shapes such sites use, and adverts that are gone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

from page import ORIGIN, PLAIN, Page, Place, broken_lines, document, escaped, moved, page
from posts import SamplePost, slug

HOST = "board.sample.test"
CARDS = 20
REPEATED = 3
FORBIDDEN = "/thanh-vien/"
ROBOTS = f"User-agent: *\nDisallow: {FORBIDDEN}\n\nSitemap: {ORIGIN}/sitemap.xml\n"
LINE_BREAKS = ("<br>", "<br />", "<br />\n")
ANONYMOUS = "Nhà tuyển dụng ẩn danh"
GONE = "/viec-lam/tuyen-gap-da-go-jb-901.html"
MOVED = "/viec-lam/tuyen-gap-het-han-jb-902.html"
WALL = "/viec-lam/noi-bo-tuyen-cong-tac-vien-jb-903.html"

BREADCRUMBS: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "BreadcrumbList",
    "itemListElement": [{"@type": "ListItem", "position": 1, "name": "Việc làm"}],
}


def pages(adverts: Sequence[SamplePost]) -> Place:
    """Render the whole board."""
    place: dict[str, Page] = {
        "/robots.txt": page(ROBOTS, PLAIN),
        GONE: page(document("Tin đã gỡ", "<p>Tin tuyển dụng này đã được gỡ.</p>"), status=HTTPStatus.GONE),
        MOVED: moved("/"),
        WALL: page(login_wall()),
        FORBIDDEN: page(document("Thành viên", "<p>Hồ sơ thành viên.</p>")),
        "/sitemap.xml": page(sitemap(adverts), "application/xml"),
    }
    for number, advert in enumerate(adverts):
        place[address(advert)] = page(detail(advert, number), last_modified=last_modified(advert))
        place[f"{FORBIDDEN}{advert['id']}/"] = place[FORBIDDEN]
    for number, text in enumerate(lists(adverts), start=1):
        place[f"/?page={number}"] = page(text)
    place["/"] = place["/?page=1"]
    return place


def address(advert: SamplePost) -> str:
    """Return the path of an advert's own page."""
    return f"/viec-lam/{slug(advert['title'])}-{advert['id']}.html"


def last_modified(advert: SamplePost) -> str:
    """Return when the advert's page last changed, as HTTP writes it."""
    posted = datetime.fromisoformat(advert["posted_on"]).replace(tzinfo=UTC) + timedelta(hours=1)
    return format_datetime(posted + timedelta(days=1 if advert.get("edited") else 0), usegmt=True)


def lists(adverts: Sequence[SamplePost]) -> Iterator[str]:
    """Yield the list pages; each begins with the last adverts of the page before, as a growing board drifts."""
    step = CARDS - REPEATED
    starts = range(0, max(len(adverts) - REPEATED, 1), step)
    for number, start in enumerate(starts, start=1):
        cards = [card(advert) for advert in adverts[start : start + CARDS]]
        cards += EXTRA_CARDS.get(number, [])
        following = f"/?page={number + 1}" if number < len(starts) else ""
        head = f'<link rel="next" href="{following}">\n' if following else ""
        turn = f'<a class="next" rel="next" href="{following}">Trang sau</a>' if following else ""
        body = (
            f'<header><a href="/">Việc làm Mẫu</a> <a href="{FORBIDDEN}">Thành viên</a></header>\n'
            f'<main class="job-list">\n{"".join(cards)}</main>\n<nav class="paging">{turn}</nav>'
        )
        yield document(f"Việc làm mới nhất, trang {number}", body, head)


def card(advert: SamplePost) -> str:
    """Return an advert as it stands in a list."""
    return (
        f'<article class="job-card" data-id="{escaped(advert["id"])}">'
        f'<h3><a class="job-title" href="{address(advert)}">{escaped(advert["title"])}</a></h3>'
        f'<a class="member" rel="nofollow" href="{FORBIDDEN}{advert["id"]}/">Người đăng</a>'
        f"<time>{escaped(advert['posted_on'])}</time></article>\n"
    )


def extra_card(path: str, title: str) -> str:
    """Return a card whose advert cannot be read any more, or not without an account."""
    return f'<article class="job-card"><h3><a class="job-title" href="{path}">{title}</a></h3></article>\n'


EXTRA_CARDS = {
    1: [extra_card(WALL, "Tuyển cộng tác viên (tin nội bộ)")],
    2: [extra_card(GONE, "Tuyển gấp (tin đã gỡ)")],
    3: [extra_card(MOVED, "Tuyển gấp (tin hết hạn)")],
}


def login_wall() -> str:
    """Return a page that answers 200 and shows nothing but a form to sign in."""
    return document(
        "Đăng nhập",
        '<main><p>Bạn phải đăng nhập để tiếp tục</p><form id="login_form" action="/login/" method="post">'
        '<input name="email" type="text"><input name="pass" type="password">'
        '<button type="submit">Đăng nhập</button></form></main>',
    )


def sitemap(adverts: Sequence[SamplePost]) -> str:
    """Return the addresses of all adverts."""
    rows = "".join(f"<url><loc>{ORIGIN}{address(advert)}</loc></url>\n" for advert in adverts)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</urlset>\n'
    )


def detail(advert: SamplePost, number: int) -> str:
    """Return an advert's page: JSON-LD in one of the usual shapes, and the same words to look at."""
    description = broken_lines(advert["description"], LINE_BREAKS[number % 3])
    body = (
        f'<header><a href="/">Việc làm Mẫu</a></header>\n<main class="job-detail" data-id="{escaped(advert["id"])}">\n'
        f"<h1>{escaped(advert['title'])}</h1>\n"
        f'<p class="company">{escaped(employer(advert))}</p>\n'
        f'<div class="job-description">{description}</div>\n'
        f'<a class="member" rel="nofollow" href="{FORBIDDEN}{advert["id"]}/">Hồ sơ người đăng</a>\n</main>'
    )
    head = f'<link rel="canonical" href="{ORIGIN}{address(advert)}">\n{json_ld(advert, number, description)}'
    return document(advert["title"], body, head)


def employer(advert: SamplePost) -> str:
    """Return the employer's name, which some adverts keep to themselves."""
    return str(advert["company"] or ANONYMOUS)


def json_ld(advert: SamplePost, number: int, description: str) -> str:
    """Return the advert's script blocks in the shape that its number gives it."""
    posting = job_posting(advert, number, description)
    match number % 7:
        case 1:
            nodes = [BREADCRUMBS, posting]
            blocks = [dumped({"@context": "https://schema.org", "@graph": [without_context(node) for node in nodes]})]
        case 2:
            blocks = [dumped([BREADCRUMBS, posting])]
        case 3:
            blocks = [dumped(posting | {"@type": ["JobPosting", "Thing"]})]
        case 4:
            blocks = [careless(dumped(posting, indent=1))]
        case 5:
            blocks = [dumped(posting | {"title": escaped(advert["title"])})]
        case 6:
            blocks = [dumped(BREADCRUMBS), dumped(posting, indent=2)]
        case _:
            blocks = [dumped(posting)]
    return "".join(f'<script type="application/ld+json">{block}</script>\n' for block in blocks)


def dumped(value: object, indent: int | None = None) -> str:
    """Return JSON that cannot end the script element it stands in."""
    return json.dumps(value, ensure_ascii=False, indent=indent).replace("</", "<\\/").replace("<!--", "<\\u0021--")


def careless(block: str) -> str:
    """Return JSON as a careless template writes it: a comma before the last brace, line ends as they are in strings."""
    written = block.removesuffix("\n}") + ",\n}"
    return written if "\\\\" in written else written.replace("\\n", "\n")


def without_context(node: dict[str, Any]) -> dict[str, Any]:
    """Return a node as it stands inside a graph."""
    return {name: value for name, value in node.items() if name != "@context"}


def job_posting(advert: SamplePost, number: int, description: str) -> dict[str, Any]:
    """Return the schema.org JobPosting of one advert."""
    name = employer(advert)
    organisation: dict[str, Any] | str = {"@type": "Organization", "name": name, "sameAs": f"https://{HOST}/cong-ty/"}
    if name == ANONYMOUS:
        organisation = {"@type": "Organization", "name": ANONYMOUS}
    elif number % 4 == 3:
        organisation = name
    place = {"@type": "Place", "address": postal_address(advert["address"])}
    posting: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": advert["title"],
        "description": description,
        # Many boards write the employer's number here, so it is no identity of the advert.
        "identifier": {"@type": "PropertyValue", "name": name, "value": 17000 + number % 40},
        "datePosted": advert["posted_on"],
        "employmentType": advert["employment_type"],
        "hiringOrganization": organisation,
        "jobLocation": [place] if number % 2 else place,
    }
    if not advert["company"] and number % 2:
        del posting["hiringOrganization"]
    if advert.get("valid_through"):
        posting["validThrough"] = advert["valid_through"]
    if advert.get("salary"):
        posting["baseSalary"] = base_salary(advert["salary"])
    return posting


def postal_address(words: dict[str, str | None] | None) -> dict[str, str]:
    """Return an address as schema.org names its parts."""
    names = {
        "street": "streetAddress",
        "locality": "addressLocality",
        "region": "addressRegion",
        "country": "addressCountry",
    }
    known = {names[name]: value for name, value in (words or {}).items() if value}
    return {"@type": "PostalAddress", **known}


def base_salary(salary: dict[str, Any] | str) -> dict[str, Any] | str:
    """Return a salary; minimum and maximum may be numbers or words, as on real boards."""
    if isinstance(salary, str):
        return salary
    bounds = {"minValue": salary.get("min"), "maxValue": salary.get("max"), "value": salary.get("value")}
    given = {name: value for name, value in bounds.items() if value is not None}
    quantity = {"@type": "QuantitativeValue", "unitText": salary.get("unit"), **given}
    return {"@type": "MonetaryAmount", "currency": salary.get("currency"), "value": quantity}
