"""Export files become posts row by row; what cannot be read is counted and never repeated."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.importers.columns import Row
from crawlers.importers.csv_table import MAX_ROW_LINES
from crawlers.importers.formats import RESUMABLE, read_rows
from crawlers.importers.json_lines import value_at
from crawlers.importers.lines import MAX_LINE
from crawlers.importers.rejects import Reject, RejectFile
from crawlers.source_file import FORMATS, read_source
from records.errors import ImportRefused
from records.post import Platform, Precision
from records.source import Expectations, Pace, Reach, Source, SourceKind

PROJECT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
VIETNAM = timezone(timedelta(hours=7))
COLUMNS = {"external_id": "id", "text": "body", "author_name": "who", "posted_at": "when", "url": "link"}


def source(
    file_format: str,
    mapping: dict[str, str] | None = None,
    delimiter: str = ",",
    platform: Platform = Platform.FACEBOOK,
) -> Source:
    return Source(
        source_id="tep",
        title="Tệp",
        kind=SourceKind.IMPORT,
        platform=platform,
        start=(),
        reach=Reach(frozenset()),
        pace=Pace(),
        expectations=Expectations(1),
        mapping=mapping or {},
        file_format=file_format,
        delimiter=delimiter,
    )


CSV = source("csv", COLUMNS)
JSON = source("json-lines", {"external_id": "id", "text": "post.body", "author_name": "by.0.name", "posted_at": "at"})
TIKTOK = source("zeeschuimer-tiktok", platform=Platform.TIKTOK)


def rows(content: str | bytes, of: Source, resume_from: int = 0, first_line: int = 1) -> list[Row | Reject]:
    encoded = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    file = io.BytesIO(encoded)
    file.seek(resume_from)
    return list(read_rows(file, of, NOW, resume_from, first_line))


def texts(found: list[Row | Reject]) -> list[str]:
    return [row.post.text for row in found if isinstance(row, Row)]


def rejects(found: list[Row | Reject]) -> list[Reject]:
    return [row for row in found if isinstance(row, Reject)]


# --- CSV


def test_a_table_is_read_by_the_names_of_its_columns() -> None:
    (row,) = rows(
        "when,who,id,body,extra\n2026-11-01 08:30,Cô Mẫu,7,Tuyển thợ,x\n", source("csv", {**COLUMNS, "url": "extra"})
    )
    assert isinstance(row, Row)
    post = row.post
    assert (post.external_id, post.text, post.author_name, post.url) == ("7", "Tuyển thợ", "Cô Mẫu", "")
    assert (post.posted_at, post.posted_precision) == (datetime(2026, 11, 1, 8, 30, tzinfo=VIETNAM), Precision.MINUTE)
    assert post.captured_at == NOW
    assert post.fragment == "2026-11-01 08:30,Cô Mẫu,7,Tuyển thợ,x"
    assert (row.line, row.unread) == (2, ())


HEADER = "id,body,who,when,link\n"


def test_quoted_cells_keep_their_line_ends_commas_and_quotes() -> None:
    found = rows(HEADER + '1,"một,\r\nhai ""ba""\u2028bốn",,,\n2,năm,,,\n', CSV)
    assert texts(found) == ['một,\r\nhai "ba"\u2028bốn', "năm"]
    assert [row.line for row in found] == [2, 4]


def test_a_row_says_where_it_begins_and_ends_in_bytes() -> None:
    content = (HEADER + '1,"mộ\nt",,,\n\n2,hai,,\n3,ba,,,\n').encode()
    for row in rows(content, CSV):
        start = row.offset if isinstance(row, Row) else row.byte_offset
        assert content[start : row.end].startswith((b"1,", b"2,", b"3,"))
        assert content[: row.end].endswith(b"\n")
        assert content[:start].count(b"\n") == row.line - 1


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_byte_order_marks_and_line_ends_make_no_difference(mark: str, end: str) -> None:
    assert texts(rows(mark + HEADER.replace("\n", end) + f"1,một,,,{end}2,hai,,,", CSV)) == ["một", "hai"]


def test_a_table_may_have_another_delimiter() -> None:
    assert texts(rows('id;body\n1;"một;hai"\n', source("csv", {"external_id": "id", "text": "body"}, ";"))) == [
        "một;hai"
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,một,,", "4 columns; the header has 5"),
        ("1,một,,,,", "6 columns; the header has 5"),
        (",một,,,", "no id"),
        ("1,  ,,,", "no text"),
        ('1,"một"x,,,', "not CSV: a quote or a cell has no end"),
        ("1," + "x" * 140_000 + ",,,", "not CSV: a quote or a cell has no end"),
        ("1," + "x" * (MAX_LINE + 10) + ",,,", f"a line longer than {MAX_LINE} bytes"),
    ],
)
def test_a_row_that_is_no_post_is_counted_and_the_rest_is_read(row: str, reason: str) -> None:
    found = rows(HEADER + row + "\n2,hai,,,\n", CSV)
    assert rejects(found) == [Reject(2, len(HEADER), reason, len((HEADER + row).encode()) + 1)]
    assert texts(found) == ["hai"]


def test_a_row_that_is_not_utf8_is_counted() -> None:
    found = rows(HEADER.encode() + b"1,m\xe1\xbb\n2,hai,,,\n", CSV)
    assert [reject.reason for reject in rejects(found)] == ["not UTF-8"]
    assert texts(found) == ["hai"]


def test_a_quote_that_nobody_closed_costs_one_row() -> None:
    found = rows(HEADER + '1,"một,,,\n' + "".join(f"{n},bài {n},,,\n" for n in range(2, 900)), CSV)
    assert [reject.line for reject in rejects(found)] == [2]
    assert texts(found) == [f"bài {n}" for n in range(2, 900)]
    assert MAX_ROW_LINES < 900


def test_a_table_without_a_mapped_column_is_refused_with_the_columns_it_has() -> None:
    with pytest.raises(ImportRefused, match="no column 'body'; the file has: id, message, who"):
        rows("id,message,who\n1,một,x\n", CSV)
    with pytest.raises(ImportRefused, match="more than one column 'body'"):
        rows("id,body,body,who,when,link\n", CSV)


@pytest.mark.parametrize("content", [b"", b"\xff\xfei\0d\0", b"id,\xff\n", b'"id,body\n'])
def test_a_file_that_is_no_table_is_refused_whole(content: bytes) -> None:
    with pytest.raises(ImportRefused):
        rows(content, CSV)


def test_a_table_is_not_taken_up_in_the_middle() -> None:
    assert "csv" not in RESUMABLE
    with pytest.raises(ImportRefused, match="start"):
        rows(HEADER + "1,một,,,\n", CSV, resume_from=5)


# --- JSON Lines


def line(**values: Any) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


def test_values_are_found_by_dotted_paths() -> None:
    (row,) = rows(line(id=12, post={"body": "Tuyển\u0085thợ\u2028"}, by=[{"name": "Chú Mẫu"}], at=1_793_500_000), JSON)
    assert isinstance(row, Row)
    assert (row.post.external_id, row.post.text, row.post.author_name) == ("12", "Tuyển\u0085thợ\u2028", "Chú Mẫu")
    assert row.post.posted_at == datetime.fromtimestamp(1_793_500_000, UTC)
    assert row.post.posted_precision is Precision.SECOND


@pytest.mark.parametrize("path", ["", "x", "a.x", "a.b.c", "l.2", "l.-1", "l.x", "l.²", "l." + "9" * 5_000])
def test_a_path_that_leads_nowhere_gives_nothing(path: str) -> None:
    assert value_at({"a": {"b": 1}, "l": [1, 2]}, path) is None


GOOD = line(id=1, post={"body": "một"})


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ("NaN", "not JSON"),
        ('{"id": NaN, "post": {"body": "x"}}', "not JSON"),
        ('{"id": ' + "9" * 5_000 + "}", "not JSON"),
        ('{"a":' * 100_000, "not JSON"),
        ("[" * 100_000 + "]" * 100_000, "not JSON"),
        ('{"id": 1, "post": {"body": "x\0"}}', "holds NUL bytes"),
        ('{"id": 1, "post": {"body": ["x"]}}', "text: neither text nor number"),
        ('{"id": true, "post": {"body": "x"}}', "external_id: neither text nor number"),
        ('{"post": {"body": "x"}}', "no id"),
        ('{"id": 1}', "no text"),
        ("x" * (MAX_LINE + 5), f"longer than {MAX_LINE} bytes"),
        ("x" * (3 * MAX_LINE), f"longer than {MAX_LINE} bytes"),
    ],
    ids=range(14),
)
def test_a_line_that_is_no_post_is_counted_and_the_rest_is_read(bad: str, reason: str) -> None:
    found = rows(GOOD + bad + "\n\n" + GOOD, JSON)
    start = len(GOOD.encode())
    assert rejects(found) == [Reject(2, start, reason, start + len(bad.encode()) + 1)]
    assert texts(found) == ["một", "một"]
    assert [row.line for row in found] == [1, 2, 4]


def test_a_time_that_nobody_can_read_is_named_and_the_post_kept() -> None:
    (row,) = rows(line(id=1, post={"body": "x"}, at="một ngày đẹp trời"), JSON)
    assert isinstance(row, Row)
    assert row.post.posted_at is None
    assert row.unread == ("posted_at",)


def test_lone_surrogates_stay_in_the_words_alone() -> None:
    (row,) = rows('{"id": "a\\ud800", "post": {"body": "b\\ud800"}, "by": [{"name": "c\\ud800"}]}\n', JSON)
    assert isinstance(row, Row)
    assert (row.post.external_id, row.post.text, row.post.author_name) == ("a?", "b\ud800", "c?")


def test_ids_of_one_site_are_known_by_its_host_or_by_the_source() -> None:
    mapping = {"external_id": "id", "text": "t", "url": "u"}
    found = rows(
        line(id=1, t="x", u="https://forum.mau.example/t/1") + line(id=2, t="x"),
        source("json-lines", mapping, platform=Platform.FORUM),
    )
    assert [row.post.external_id for row in found if isinstance(row, Row)] == ["forum.mau.example:1", "tep:2"]


@pytest.mark.parametrize("of", [JSON, TIKTOK])
def test_reading_goes_on_from_the_byte_where_it_stopped(of: Source) -> None:
    content = (line(**post(1)) + "cut\n" + line(**post(2)) + line(**post(3))).encode()
    whole = rows(content, of if of is TIKTOK else source("json-lines", {"external_id": "data.id", "text": "data.desc"}))
    assert len(texts(whole)) == 3
    for index, row in enumerate(whole):
        again = rows(content, of if of is TIKTOK else JSON_OF_TIKTOK, resume_from=row.end, first_line=row.line + 1)
        assert again == whole[index + 1 :]


JSON_OF_TIKTOK = source("json-lines", {"external_id": "data.id", "text": "data.desc"})


# --- Zeeschuimer


def post(number: int, **changes: Any) -> dict[str, Any]:
    author = {"id": f"68{number}", "uniqueId": "tenmau05", "nickname": "Kênh Mẫu"}
    caption = {"id": f"75{number}", "desc": f"bài {number}", "createTime": 1_793_500_000, "author": author, **changes}
    return {
        "source_platform": "tiktok.com",
        "item_id": f"75{number}",
        "timestamp_collected": 1_795_400_000_123,
        "data": caption,
    }


def test_a_caption_is_read_with_its_author_and_both_times() -> None:
    (row,) = rows(line(**post(1)), TIKTOK)
    assert isinstance(row, Row)
    found = row.post
    assert (found.external_id, found.text, found.platform) == ("751", "bài 1", Platform.TIKTOK)
    assert found.url == "https://www.tiktok.com/@tenmau05/video/751"
    assert (found.author_id, found.author_name) == ("681", "Kênh Mẫu")
    assert found.posted_at == datetime.fromtimestamp(1_793_500_000, UTC)
    assert found.captured_at == datetime.fromtimestamp(1_795_400_000, UTC)


def test_the_author_may_be_a_word_and_the_time_a_text() -> None:
    changed = post(1, author="tenmau06", nickname="Cô Mẫu", createTime="1793500000")
    (row,) = rows(line(**changed), TIKTOK)
    assert isinstance(row, Row)
    assert (row.post.author_id, row.post.author_name) == ("tenmau06", "Cô Mẫu")
    assert row.post.url == "https://www.tiktok.com/@tenmau06/video/751"
    assert row.post.posted_at == datetime.fromtimestamp(1_793_500_000, UTC)


@pytest.mark.parametrize(
    ("envelope", "reason"),
    [
        ({**post(1), "source_platform": "tiktok-comments"}, "source_platform is not tiktok.com"),
        ({"data": {}}, "source_platform is not tiktok.com"),
        ({**post(1), "data": []}, "data is not an object"),
        (post(1, author=[1]), None),
        (post(1, desc=None), "no text"),
        (post(1, author={"uniqueId": {}}), "author: neither text nor number"),
    ],
)
def test_what_is_no_caption_is_counted(envelope: dict[str, Any], reason: str | None) -> None:
    found = rows(line(**envelope), TIKTOK)
    expected = reason or "author: neither text nor number"
    assert [reject.reason for reject in rejects(found)] == [expected]


def test_a_repeated_item_is_the_same_post_in_each_copy() -> None:
    fuller = post(1, desc="bài 1, nay dài hơn")
    found = rows(line(**post(1)) + line(**post(2)) + line(**fuller), TIKTOK)
    assert [row.post.external_id for row in found if isinstance(row, Row)] == ["751", "752", "751"]
    assert texts(found)[2] == "bài 1, nay dài hơn"


def test_a_cut_last_line_is_told_apart_from_a_broken_one() -> None:
    found = rows("{]\n" + line(**post(1)) + line(**post(2))[:60], TIKTOK)
    assert [(reject.line, reject.reason) for reject in rejects(found)] == [(1, "not JSON"), (3, "the last line is cut")]
    whole_without_end = rows(line(**post(1)).rstrip("\n"), TIKTOK)
    assert texts(whole_without_end) == ["bài 1"]


def test_the_bundled_export_is_thirty_posts_and_three_lines_that_are_none() -> None:
    folder = PROJECT / "tests/sample_site"
    bundled = read_source(PROJECT / "sources/sample-tiktok.toml")
    with open(bundled.start[0], "rb") as file:
        found = list(read_rows(file, bundled, NOW))
    labels = [
        json.loads(one) for one in (folder / "tiktok_labels.jsonl").read_text(encoding="utf-8").split("\n") if one
    ]
    posts = {row.post.external_id: row.post for row in found if isinstance(row, Row)}
    assert sorted(posts) == sorted(label["id"] for label in labels)
    assert len(posts) == 30 >= bundled.expectations.min_posts
    assert len(found) == 34
    assert sorted(reject.reason for reject in rejects(found)) == ["holds NUL bytes", "not JSON", "the last line is cut"]
    assert sum(label["risk"] >= 2 for label in labels) >= 8
    for label in labels:
        assert all(contact["quote"] in posts[label["id"]].text for contact in label["contacts"])
        assert all(found.posted_at for found in posts.values())


# --- all formats


@given(st.sampled_from([CSV, JSON, TIKTOK]), st.binary(max_size=400), st.sampled_from([b"", HEADER.encode()]))
def test_no_bytes_make_reading_fail_otherwise_than_by_refusal(of: Source, content: bytes, head: bytes) -> None:
    try:
        found = rows(head + content, of)
    except ImportRefused:
        assert of is CSV
        return
    for row in found:
        begin = row.offset if isinstance(row, Row) else row.byte_offset
        assert 0 <= begin < row.end <= len(head + content)


SECRET = "0900000999"


@pytest.mark.parametrize(
    ("of", "content"),
    [
        (CSV, f'{HEADER}{SECRET}\n1,"{SECRET}"x,,,\n{SECRET},,,,\n'),
        (
            JSON,
            f'{{"{SECRET}\n["{SECRET}"]\n{{"id":"{SECRET}"}}\n{{"id":1,"post":{{"body":["{SECRET}"]}}}}\n{{"{SECRET}":1',
        ),
        (TIKTOK, f'{{"source_platform":"{SECRET}"}}\n{{"source_platform":"tiktok.com","data":"{SECRET}"}}\n'),
    ],
)
def test_the_reject_file_holds_nothing_of_the_rows(of: Source, content: str) -> None:
    told = io.StringIO()
    file = RejectFile(told)
    for reject in rejects(rows(content, of)):
        file.write(reject)
    lines = [json.loads(one) for one in told.getvalue().split("\n") if one]
    assert file.count == len(lines) >= 2
    assert all(set(one) == {"line", "byte_offset", "reason"} for one in lines)
    assert SECRET not in told.getvalue()
    assert SECRET not in repr(rows(content, of))


class Endless(io.RawIOBase):
    """A file of many lines that are made as they are read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = next(self._pieces, b"")
        buffer[: len(piece)] = piece
        return len(piece)


def many(head: str, row: str, count: int) -> BinaryIO:
    pieces = (row.replace("#", str(number)).encode() for number in range(count))
    return io.BufferedReader(Endless(chain([head.encode()] if head else [], pieces)))


LONG = "bài # " + "dài " * 150


@pytest.mark.parametrize(
    ("of", "head", "row"),
    [
        (CSV, HEADER, f'#,"{LONG}\n#",,,\n'),
        (JSON, "", f'{{"id":#,"post":{{"body":"{LONG}"}}}}\n'),
        (TIKTOK, "", json.dumps(post(1, desc=LONG), ensure_ascii=False).replace("751", "#") + "\n"),
    ],
    ids=["csv", "json-lines", "zeeschuimer"],
)
def test_memory_does_not_grow_with_the_file(of: Source, head: str, row: str) -> None:
    list(read_rows(many(head, row, 300), of, NOW))  # fills caches, whose size is fixed
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        assert sum(isinstance(one, Row) for one in read_rows(many(head, row, 3_000), of, NOW)) == 3_000
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    # The lines alone are more than two million bytes.
    assert peak < 700_000


def test_every_format_a_source_file_may_name_has_an_importer() -> None:
    for name in FORMATS:
        of = source(name, COLUMNS if name == "csv" else JSON.mapping)  # type: ignore[arg-type]
        assert rows(HEADER if name == "csv" else "", of) == []
    with pytest.raises(ImportRefused, match="xls"):
        rows("", source("xls"))
