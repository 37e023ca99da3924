"""What identifies a post for ever: the platform's id, or host and id where ids count for one site only."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import re2

from records.post import Platform

_OF_ONE_SITE = frozenset({Platform.FORUM, Platform.JOB_BOARD, Platform.OTHER})
_NUMBER_AT_END = re2.compile(r"(?:^|[-_./=])([0-9]{3,})(?:\.[a-z]{2,5})?/?$")
MAX_ID = 500


def external_id(platform: Platform, url: str, local_id: str) -> str:
    """Return a post's id; an id of one site's own is preceded by its host, without the port."""
    local_id = local_id.encode("utf-8", "replace").decode().strip()[:MAX_ID]
    return f"{urlsplit(url).hostname or ''}:{local_id}" if platform in _OF_ONE_SITE else local_id


def id_in_address(url: str) -> str:
    """Return the number at the end of an address's path (``…-1234.html``), or else the whole path and query.

    Job boards put the company's number into their machine-readable identifier, so only the address
    tells adverts apart.
    """
    parts = urlsplit(url)
    path = unquote(parts.path)
    found = _NUMBER_AT_END.search(path)
    return str(found.group(1)) if found else path + (f"?{parts.query}" if parts.query else "")
