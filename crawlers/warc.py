"""Writes what was asked and answered as WARC records, ready to be sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.visit import Response, Visit
from records.errors import ConfigurationError

# The body is kept as the page object read it: unpacked. These headers would no longer be true of it.
UNPACKED = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection"})


def warc_records(visit: Visit, source_id: str, version: str) -> bytes:
    """Return request, response, metadata and every drawn DOM of a visit as uncompressed WARC records."""
    response = visit.response
    if response is None:
        raise ConfigurationError("a visit without a response has no evidence")
    out = BytesIO()
    writer = WARCWriter(out, gzip=False)
    date = {"WARC-Date": _date(response)}
    # Of a page that a browser drew, what was seen is the DOM; the bytes before its scripts ran are not at hand.
    drawn = bool(visit.snapshots)
    body = b"" if drawn else response.body
    answer = _record(
        writer,
        "response",
        response.url,
        body,
        date | ({"WARC-Truncated": "unspecified"} if drawn else {}),
        http_headers=_response_headers(response, len(body)),
    )
    together = date | {"WARC-Concurrent-To": answer.rec_headers.get_header("WARC-Record-ID")}
    asked = _record(writer, "request", response.url, b"", together, http_headers=_request_headers(response))
    lines = [f"source: {source_id}", f"software: riskscan {version}"]
    if visit.asked != response.url:
        lines.append(f"via: {visit.asked}")
    fields = "".join(f"{line}\r\n" for line in lines).encode()
    about = _record(writer, "metadata", response.url, fields, together, warc_content_type="application/warc-fields")
    doms = [
        _record(
            writer,
            "resource",
            f"urn:dom:{response.url}",
            dom,
            together,
            warc_content_type="text/html; charset=utf-8",
        )
        for dom in visit.snapshots
    ]
    for record in (answer, asked, about, *doms):
        writer.write_record(record)
    return out.getvalue()


def _record(writer: WARCWriter, kind: str, address: str, body: bytes, headers: Mapping[str, str], **more: Any) -> Any:
    # Without its length warcio would copy every body through a temporary file that it does not close.
    return writer.create_warc_record(
        address, kind, payload=BytesIO(body), length=len(body), warc_headers_dict=dict(headers), **more
    )


def _request_headers(response: Response) -> StatusAndHeaders:
    parts = urlsplit(response.url)
    target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    headers = [(name, value) for name, value in response.request_headers.items() if name.lower() != "host"]
    return StatusAndHeaders(f"GET {target} HTTP/1.1", [("Host", parts.netloc), *headers], is_http_request=True)


def _response_headers(response: Response, length: int) -> StatusAndHeaders:
    headers = [(name, value) for name, value in response.headers.items() if name not in UNPACKED]
    headers.append(("content-length", str(length)))
    return StatusAndHeaders(f"{response.status} {_phrase(response.status)}".rstrip(), headers, protocol="HTTP/1.1")


def _phrase(status: int) -> str:
    # Scrapy drops the server's own phrase, which means nothing; the registered one is what the code says.
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _date(response: Response) -> str:
    captured_at = response.captured_at or datetime.now(UTC)
    return captured_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
