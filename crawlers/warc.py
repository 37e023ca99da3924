"""Writes what was asked and answered as WARC records, ready to be sealed."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

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
    date = _date(response)
    answer = writer.create_warc_record(
        response.url,
        "response",
        payload=BytesIO(response.body if not visit.snapshots else b""),
        http_headers=_response_headers(response),
        warc_headers_dict={"WARC-Date": date},
    )
    asked = writer.create_warc_record(
        response.url,
        "request",
        http_headers=StatusAndHeaders("GET / HTTP/1.1", list(response.request_headers.items()), is_http_request=True),
        warc_headers_dict={"WARC-Date": date, "WARC-Concurrent-To": answer.rec_headers.get_header("WARC-Record-ID")},
    )
    about = writer.create_warc_record(
        f"urn:riskscan:{source_id}",
        "metadata",
        payload=BytesIO(f"source: {source_id}\r\nsoftware: riskscan {version}\r\n".encode()),
        warc_content_type="application/warc-fields",
        warc_headers_dict={"WARC-Date": date},
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
                warc_headers_dict={"WARC-Date": date},
            )
        )
    return out.getvalue()


def _response_headers(response: Response) -> StatusAndHeaders:
    headers = [(name, value) for name, value in response.headers.items() if name not in UNPACKED]
    headers.append(("content-length", str(len(response.body))))
    return StatusAndHeaders(f"{response.status} -", headers, protocol="HTTP/1.1")


def _date(response: Response) -> str:
    captured_at = response.captured_at or datetime.now(UTC)
    return captured_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
