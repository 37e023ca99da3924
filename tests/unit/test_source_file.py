"""Source files are read strictly: what is not allowed is refused with file, key and what is."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from crawlers.source_file import read_source, read_sources
from crawlers.source_keys import ALLOWED_KEYS, READ, Shape
from records.errors import SourceFileError
from records.post import Platform
from records.source import OpeningHours, Source, SourceKind

PROJECT = Path(__file__).parents[2]

FORUM = """
id = "dien-dan"
title = "Diễn đàn Mẫu"
kind = "forum"
platform = "forum"
contact = "to giám sát"
terms = "open to all, looked up 2026-11-02"

[start]
addresses = ["https://forum.mau.example/viec-lam/"]

[selectors]
thread_link = "a.thread"
post = "article"
post_id = "article::attr(id)"
text = ".words"

[expectations]
min_posts = 20
"""

IMPORT = """
id = "xuat-tep"
title = "Tệp Mẫu"
kind = "import"
platform = "facebook"
contact = "tổ phân tích"
terms = "handed over by its owner"

[format]
name = "csv"

[mapping]
external_id = "id"
text = "body"

[expectations]
min_posts = 1
"""


def written(folder: Path, text: str, name: str = "one.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> SourceFileError:
    path = written(folder, text)
    with pytest.raises(SourceFileError) as refused:
        read_source(path)
    assert refused.value.path == str(path)
    assert refused.value.allowed
    return refused.value


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def test_a_forum_is_read_with_the_usual_pace_and_the_hosts_of_its_start(tmp_path: Path) -> None:
    source = read_source(written(tmp_path, FORUM))
    assert (source.source_id, source.kind, source.platform) == ("dien-dan", SourceKind.FORUM, Platform.FORUM)
    assert source.start == ("https://forum.mau.example/viec-lam/",)
    assert source.reach.hosts == {"forum.mau.example"}
    assert source.reach.loopback == frozenset()
    assert source.pace.delay == 2.0
    assert source.expectations.min_posts == 20
    assert source.selectors["post_id"] == "article::attr(id)"
    assert source.enabled
    assert source.opening_hours is None


def test_the_digest_is_that_of_the_file_whatever_its_placeholders_stand_for(tmp_path: Path) -> None:
    text = changed(FORUM, "https://forum.mau.example/", "https://forum.mau.example/${PART}/")
    path = written(tmp_path, text)
    one, other = read_source(path, {"PART": "a"}), read_source(path, {"PART": "b"})
    assert one.start != other.start
    assert one.digest == other.digest
    assert read_source(written(tmp_path, text + "# edited\n"), {"PART": "a"}).digest != one.digest


def test_every_key_can_be_given_at_once(tmp_path: Path) -> None:
    text = (
        FORUM
        + """
[pace]
delay = 3
requests_in_flight = 2
pages_a_run = 500
revisit_hours = 6.5

[reach]
hosts = ["forum.mau.example", "mau.example"]
resource_hosts = ["static.mau.example"]

[opening_hours]
start = "22:30"
end = "05:00"
"""
    )
    source = read_source(written(tmp_path, changed(text, 'title = "Diễn', 'enabled = false\ntitle = "Diễn')))
    assert source.pace.revisit_hours == 6.5
    assert source.reach.resource_hosts == {"static.mau.example"}
    assert source.opening_hours == OpeningHours(time(22, 30), time(5))
    assert not source.enabled


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("[start]", "colour = 1\n[start]", "colour"),
        ("min_posts = 20", "min_posts = 20\nmin_pages = 2", "expectations.min_pages"),
        ('text = ".words"', 'text = ".words"\nlist_link = "a"', "selectors.list_link"),
        ('text = ".words"', 'text = ".words"\nload_more = "a"', "selectors.load_more"),
        ("[start]", "[extra]\nmore = 1\n[start]", "extra"),
        ('kind = "forum"', 'kind = "blog"', "kind"),
        ('kind = "forum"', 'kind = "tip"', "kind"),
        ('kind = "forum"', "", "kind"),
        ('platform = "forum"', 'platform = "myspace"', "platform"),
        ('id = "dien-dan"', 'id = "Diễn đàn"', "id"),
        ('id = "dien-dan"', "id = 7", "id"),
        ('title = "Diễn đàn Mẫu"', 'title = ""', "title"),
        ('title = "Diễn đàn Mẫu"', f'title = "{"x" * 201}"', "title"),
        ('contact = "to giám sát"', "", "contact"),
        ('terms = "open to all, looked up 2026-11-02"', "", "terms"),
        ('addresses = ["https://forum.mau.example/viec-lam/"]', "addresses = []", "start.addresses"),
        ('addresses = ["https://forum.mau.example/viec-lam/"]', "", "start.addresses"),
        ('addresses = ["https://forum.mau.example/viec-lam/"]', 'addresses = "https://a.example/"', "start.addresses"),
        ("https://forum.mau.example/viec-lam/", "ftp://forum.mau.example/", "start.addresses"),
        ("https://forum.mau.example/viec-lam/", "https://me:secret@forum.mau.example/", "start.addresses"),
        ("https://forum.mau.example/viec-lam/", "https://forum.mau.example:8443/", "start.addresses"),
        ("https://forum.mau.example/viec-lam/", "https://forum.mau.example:x/", "start.addresses"),
        ('post = "article"', "", "selectors.post"),
        ('post = "article"', 'post = "article["', "selectors.post"),
        ('post = "article"', 'post = "article::attr(id)"', "selectors.post"),
        ('post_id = "article::attr(id)"', 'post_id = "a::attr(id), b::attr(id)"', "selectors.post_id"),
        ("min_posts = 20", "", "expectations.min_posts"),
        ("[expectations]\nmin_posts = 20", "", "expectations.min_posts"),
        ("min_posts = 20", "min_posts = 0", "expectations.min_posts"),
        ("min_posts = 20", "min_posts = true", "expectations.min_posts"),
        ("min_posts = 20", "min_posts = 2.5", "expectations.min_posts"),
        ("min_posts = 20", "min_posts = 20\nmax_wall_share = 1.5", "expectations.max_wall_share"),
        ("min_posts = 20", "min_posts = 20\nmax_wall_share = nan", "expectations.max_wall_share"),
        ("[start]", "[pace]\ndelay = 0.5\n[start]", "pace.delay"),
        ("[start]", "[pace]\nrequests_in_flight = 100\n[start]", "pace.requests_in_flight"),
        ("[start]", '[reach]\nhosts = ["other.example"]\n[start]', "start.addresses"),
        ("[start]", '[reach]\nhosts = ["forum.mau.example:80"]\n[start]', "reach.hosts"),
        ("[start]", '[reach]\nloopback = ["forum.mau.example"]\n[start]', "reach.loopback"),
        ("[start]", '[reach]\nloopback = ["forum.mau.example:99999"]\n[start]', "reach.loopback"),
        ("[start]", '[reach]\nnames = { "forum.mau.example" = "127.0.0.1" }\n[start]', "reach.names"),
        ("[start]", '[opening_hours]\nstart = "22:00"\n[start]', "opening_hours.start"),
        ("[start]", '[opening_hours]\nstart = "22:00"\nend = "25:00"\n[start]', "opening_hours.end"),
        ("[start]", "start = 5\n[other]", "start"),
        ("[start]", "[start", "file"),
        ("forum.mau.example", "${NOBODY}", "start.addresses"),
    ],
)
def test_what_is_not_allowed_is_refused_by_its_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert refusal(tmp_path, changed(FORUM, old, new)).key == key


def test_a_refusal_says_file_and_key_and_what_is_allowed_there(tmp_path: Path) -> None:
    told = str(refusal(tmp_path, changed(FORUM, 'post = "article"', 'posts = "article"')))
    assert "one.toml" in told
    assert "selectors.posts" in told
    assert "selectors.post," in told


def test_a_file_that_is_not_there_or_not_utf8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceFileError, match="file"):
        read_source(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'title = "\xe9"')
    with pytest.raises(SourceFileError, match="UTF-8"):
        read_source(tmp_path / "latin.toml")


def on_loopback(delay: str, hosts: str = "", names: str = "") -> str:
    text = changed(FORUM, "https://forum.mau.example/", "http://forum.sample.test:${SAMPLE_PORT}/")
    reach = f'[reach]\nloopback = ["forum.sample.test:${{SAMPLE_PORT}}"]\n{hosts}\n{names}\n'
    return text + f"[pace]\ndelay = {delay}\n" + reach


def test_a_delay_under_a_second_is_for_the_loopback_allow_list_alone(tmp_path: Path) -> None:
    variables = {"SAMPLE_PORT": "40123"}
    source = read_source(written(tmp_path, on_loopback("0.05")), variables)
    assert source.start == ("http://forum.sample.test:40123/viec-lam/",)
    assert source.reach.loopback == {("forum.sample.test", 40123)}
    two_hosts = 'hosts = ["forum.sample.test", "forum.mau.example"]'
    with pytest.raises(SourceFileError, match=r"pace\.delay"):
        read_source(written(tmp_path, on_loopback("0.05", two_hosts)), variables)
    with pytest.raises(SourceFileError, match=r"pace\.delay"):
        read_source(written(tmp_path, on_loopback("0.05", 'resource_hosts = ["cdn.example"]')), variables)
    assert read_source(written(tmp_path, on_loopback("1", two_hosts)), variables).pace.delay == 1


def test_a_name_is_given_a_loopback_address_only(tmp_path: Path) -> None:
    variables = {"SAMPLE_PORT": "40123"}
    good = read_source(
        written(tmp_path, on_loopback("0", names='names = {"forum.sample.test" = "127.0.0.1"}')), variables
    )
    assert good.reach.names == {"forum.sample.test": "127.0.0.1"}
    for address in ("10.0.0.1", "localhost", "8.8.8.8"):
        text = on_loopback("0", names=f'names = {{"forum.sample.test" = "{address}"}}')
        with pytest.raises(SourceFileError, match=r"reach\.names"):
            read_source(written(tmp_path, text), variables)


def test_an_unknown_placeholder_is_named_together_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SourceFileError, match=r"\$\{SAMPLE_PORT\}.*\$\{OTHER\}"):
        read_source(written(tmp_path, on_loopback("0")), {"OTHER": "1"})


def test_an_import_needs_a_format_a_mapping_and_no_pace(tmp_path: Path) -> None:
    source = read_source(written(tmp_path, IMPORT))
    assert source.start == ()
    assert source.file_format == "csv"
    assert source.mapping == {"external_id": "id", "text": "body"}
    assert refusal(tmp_path, changed(IMPORT, 'name = "csv"', 'name = "xls"')).key == "format.name"
    assert refusal(tmp_path, changed(IMPORT, 'text = "body"', "")).key == "mapping.text"
    assert refusal(tmp_path, changed(IMPORT, 'text = "body"', 'text = "body"\nlikes = "n"')).key == "mapping.likes"
    assert refusal(tmp_path, changed(IMPORT, 'name = "csv"', 'name = "zeeschuimer-tiktok"')).key == "mapping"
    assert (
        refusal(tmp_path, changed(IMPORT, 'name = "csv"', 'name = "csv"\ndelimiter = ";;"')).key == "format.delimiter"
    )
    assert refusal(tmp_path, IMPORT + "[pace]\ndelay = 2\n").key == "pace.delay"
    assert refusal(tmp_path, IMPORT + "[start]\nfiles = []\n").key == "start.files"


def test_the_files_of_an_import_are_found_from_its_own_folder(tmp_path: Path) -> None:
    source = read_source(written(tmp_path, IMPORT + '[start]\nfiles = ["../kho/tep.csv"]\n'))
    assert source.start == (str((tmp_path / "../kho/tep.csv").resolve()),)


def test_two_files_may_not_share_an_id(tmp_path: Path) -> None:
    written(tmp_path, FORUM, "a.toml")
    written(tmp_path, changed(FORUM, "dien-dan", "khac"), "b.toml")
    assert [source.source_id for source in read_sources(tmp_path)] == ["dien-dan", "khac"]
    written(tmp_path, FORUM, "c.toml")
    with pytest.raises(SourceFileError, match=r"c\.toml"):
        read_sources(tmp_path)


@pytest.mark.parametrize("folder", ["sources", "tests/testbed_sources"])
def test_every_bundled_source_file_is_accepted(folder: str) -> None:
    variables = {"SAMPLE_PORT": "40123", "TESTBED_PORT": "40124", "TESTBED_API_PORT": "40125"}
    sources = read_sources(PROJECT / folder, variables)
    assert len(sources) >= 2
    for source in sources:
        assert isinstance(source, Source)
        assert source.start


def test_the_reference_lists_exactly_the_allowed_keys_as_the_code_knows_them() -> None:
    page = (PROJECT / "docs/reference/source-files.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.split("\n") if line.startswith("| `")]
    told = {row[0].strip("`"): row[2:] for row in rows}
    known = {name: ["yes" if key.needed else "no", str(key.shape), key.allowed] for name, key in ALLOWED_KEYS.items()}
    assert told == known
    kinds = {
        row[0].strip("`"): READ if row[1] == "all" else frozenset(map(SourceKind, row[1].split(", "))) for row in rows
    }
    assert kinds == {name: key.kinds for name, key in ALLOWED_KEYS.items()}


def test_every_shape_is_used_by_some_key() -> None:
    assert {key.shape for key in ALLOWED_KEYS.values()} == set(Shape)
