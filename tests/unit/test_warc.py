"""What is kept as evidence reads back as a WARC: what was asked, what came, and what a browser drew of it."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from crawlers.visit import Response, Visit
from crawlers.warc import warc_records
from records.errors import ConfigurationError

WHEN = datetime(2026, 11, 20, 3, 0, 59, tzinfo=UTC)
URL = "http://forum.sample.test:8000/threads/vi%E1%BB%87c.1/page-2?a=1&b=%20"
BODY = "<p>Tuyển phụ quán 😀 &amp;</p>\x00".encode()


def a_visit(url: str = URL, status: int = 200, body: bytes = BODY, **more: Any) -> Visit:
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-encoding": "gzip",
        "transfer-encoding": "chunked",
        "etag": '"7"',
    }
    asked = {"User-Agent": "riskscan/0.1", "Accept": "text/html"}
    return Visit(more.pop("asked", url), Response(url, status, headers, body, asked, WHEN), **more)


def read(records: bytes) -> list[tuple[Any, bytes]]:
    return [(record, record.content_stream().read()) for record in ArchiveIterator(BytesIO(records))]


def by_type(records: bytes) -> dict[str, tuple[Any, bytes]]:
    return {record.rec_type: (record, content) for record, content in read(records)}


def test_a_response_is_kept_with_its_bytes_its_status_and_its_headers() -> None:
    record, content = by_type(warc_records(a_visit(), "sample-forum", "0.1.0"))["response"]
    assert content == BODY
    assert record.rec_headers.get_header("WARC-Target-URI") == URL
    assert record.rec_headers.get_header("WARC-Date") == "2026-11-20T03:00:59Z"
    assert record.http_headers.statusline == "200 OK"
    assert record.http_headers.get_header("etag") == '"7"'
    assert record.http_headers.get_header("content-length") == str(len(BODY))
    assert record.http_headers.get_header("content-encoding") is None
    assert record.http_headers.get_header("transfer-encoding") is None


@pytest.mark.parametrize(
    ("status", "line"), [(404, "404 Not Found"), (429, "429 Too Many Requests"), (503, "503 Service Unavailable"),
                         (299, "299")]
)  # fmt: skip
def test_the_status_line_says_what_the_code_means(status: int, line: str) -> None:
    record, _ = by_type(warc_records(a_visit(status=status), "s", "0"))["response"]
    assert record.http_headers.statusline == line


@pytest.mark.parametrize(
    ("url", "line", "host"),
    [
        (URL, "GET /threads/vi%E1%BB%87c.1/page-2?a=1&b=%20 HTTP/1.1", "forum.sample.test:8000"),
        ("https://a.test", "GET / HTTP/1.1", "a.test"),
        ("https://a.test/?q=1", "GET /?q=1 HTTP/1.1", "a.test"),
    ],
)
def test_the_request_names_the_path_that_was_asked_for(url: str, line: str, host: str) -> None:
    records = by_type(warc_records(a_visit(url), "s", "0"))
    request, _ = records["request"]
    assert f"{request.http_headers.protocol} {request.http_headers.statusline}" == line
    assert request.http_headers.get_header("Host") == host
    assert request.http_headers.get_header("User-Agent") == "riskscan/0.1"
    response_id = records["response"][0].rec_headers.get_header("WARC-Record-ID")
    assert request.rec_headers.get_header("WARC-Concurrent-To") == response_id


def test_metadata_says_which_source_which_program_and_where_a_redirect_began() -> None:
    _, content = by_type(warc_records(a_visit(asked="http://forum.sample.test:8000/go"), "sample-forum", "0.1.0"))[
        "metadata"
    ]
    assert content == (b"source: sample-forum\r\nsoftware: riskscan 0.1.0\r\nvia: http://forum.sample.test:8000/go\r\n")
    _, content = by_type(warc_records(a_visit(), "s", "0"))["metadata"]
    assert b"via:" not in content


def test_every_dom_that_a_browser_drew_is_a_resource_and_the_response_is_marked_as_cut() -> None:
    doms = (b"<p>1</p>", "<p>hai 😀</p>".encode())
    records = read(warc_records(a_visit(snapshots=doms), "s", "0"))
    assert [record.rec_type for record, _ in records] == ["response", "request", "metadata", "resource", "resource"]
    resources = [(record.rec_headers.get_header("WARC-Target-URI"), content) for record, content in records[3:]]
    assert resources == [(f"urn:dom:{URL}", dom) for dom in doms]
    response, content = records[0]
    assert (content, response.http_headers.get_header("content-length")) == (b"", "0")
    assert response.rec_headers.get_header("WARC-Truncated") == "unspecified"


@given(st.binary(max_size=2000))
def test_any_body_reads_back_byte_for_byte_with_a_digest_that_matches(body: bytes) -> None:
    records = warc_records(a_visit(body=body), "s", "0")
    assert by_type(records)["response"][1] == body
    for record in ArchiveIterator(BytesIO(records), check_digests=True):
        record.content_stream().read()
        assert record.digest_checker.passed is not False


def test_a_visit_without_a_response_is_no_evidence() -> None:
    with pytest.raises(ConfigurationError, match="no evidence"):
        warc_records(Visit(URL), "s", "0")
