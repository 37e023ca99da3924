"""Writes what was asked and answered as WARC records, ready to be sealed."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
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
    answer = writer.create_warc_record(
        response.url,
        "response",
        payload=BytesIO(body),
        http_headers=_response_headers(response, len(body)),
        warc_headers_dict=date | ({"WARC-Truncated": "unspecified"} if drawn else {}),
    )
    together = date | {"WARC-Concurrent-To": answer.rec_headers.get_header("WARC-Record-ID")}
    asked = writer.create_warc_record(
        response.url, "request", http_headers=_request_headers(response), warc_headers_dict=together
    )
    lines = [f"source: {source_id}", f"software: riskscan {version}"]
    if visit.asked != response.url:
        lines.append(f"via: {visit.asked}")
    about = writer.create_warc_record(
        response.url,
        "metadata",
        payload=BytesIO("".join(f"{line}\r\n" for line in lines).encode()),
        warc_content_type="application/warc-fields",
        warc_headers_dict=together,
    )
    for record in (answer, asked, about):
        writer.write_record(record)
    for dom in visit.snapshots:
        writer.write_record(
            writer.create_warc_record(
                f"urn:dom:{response.url}",
                "resource",
                payload=BytesIO(dom),
                warc_content_type="text/html; charset=utf-8",
                warc_headers_dict=together,
            )
        )
    return out.getvalue()


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
