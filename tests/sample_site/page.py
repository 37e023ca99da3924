"""A pre-rendered page of the sample site, and the small pieces of HTML that its three places share."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

# Stands in a page wherever the site writes its own full address. The site learns its port and the name it is called
# by only when asked, and no HTML text can hold a NUL, so no post can be mistaken for it.
ORIGIN = "\0"

HTML = "text/html; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"
JSON = "application/json"

LINE = re.compile(r"\r\n|\r|\n")
WEB_ADDRESS = re.compile(r"""https?://[^\s<>"']+[^\s<>"'.,;:!?)\]]""")


@dataclass(frozen=True, slots=True)
class Page:
    """One answer that is ready to be sent; ``parts`` are joined by the origin the visitor used."""

    parts: tuple[bytes, ...]
    content_type: str = HTML
    status: HTTPStatus = HTTPStatus.OK
    headers: tuple[tuple[str, str], ...] = ()
    etag: str = ""
    last_modified: str = ""

    def body(self, origin: bytes) -> bytes:
        """Return the body as this visitor shall see it."""
        return self.parts[0] if len(self.parts) == 1 else origin.join(self.parts)


Place = Mapping[str, Page]
"""All pages of one host, by unquoted path and, after a ``?``, the query."""


def page(
    text: str,
    content_type: str = HTML,
    status: HTTPStatus = HTTPStatus.OK,
    headers: tuple[tuple[str, str], ...] = (),
    last_modified: str = "",
) -> Page:
    """Encode a rendered text; with ``last_modified`` the page also gets a validator made from its own words."""
    encoded = text.encode()
    etag = f'"{hashlib.sha256(encoded).hexdigest()[:16]}"' if last_modified else ""
    return Page(tuple(encoded.split(ORIGIN.encode())), content_type, status, headers, etag, last_modified)


def moved(target: str) -> Page:
    """Return a permanent redirect to a path of the same host."""
    return page("", status=HTTPStatus.MOVED_PERMANENTLY, headers=(("Location", quote(target, safe="/#")),))


def escaped(text: str) -> str:
    """Return text that is safe in element content and in quoted attributes."""
    return html.escape(text, quote=True)


def broken_lines(text: str, line_break: str) -> str:
    """Escape a text and write its line ends as ``line_break``; web addresses in it become links."""
    return line_break.join(linked(line) for line in LINE.split(text))


def linked(line: str) -> str:
    """Escape one line, with every web address in it as a link to itself, as forum software does."""
    pieces: list[str] = []
    end = 0
    for found in WEB_ADDRESS.finditer(line):
        address = escaped(found.group())
        pieces.append(escaped(line[end : found.start()]))
        pieces.append(f'<a href="{address}" class="link link--external" rel="nofollow ugc noopener">{address}</a>')
        end = found.end()
    return "".join(pieces) + escaped(line[end:])


def document(title: str, body: str, head: str = "") -> str:
    """Return a whole HTML document in Vietnamese."""
    return (
        '<!DOCTYPE html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escaped(title)}</title>\n{head}</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
