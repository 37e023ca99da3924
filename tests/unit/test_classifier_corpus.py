"""Corpus files are read strictly; posts that belong together are never split."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.codebook_file import Weight, indicator, indicator_codes, indicators
from classifier.corpus_file import CorpusRefused, LabelledPost, read_corpus
from classifier.groups import families, folds, near_copies

CORPUS = sorted((Path(__file__).parents[2] / "classifier" / "corpus").glob("*.jsonl"))


def a_record(**changes: Any) -> dict[str, Any]:
    return {
        "id": "a1", "text": "cần người phụ quán", "platform": "other", "role": "recruiter", "risk": 0,
        "exploitation": [], "indicators": [], "destination": [], "provenance": "test, niche kitchens, pair p01",
    } | changes  # fmt: skip


def a_file(folder: Path, *lines: str) -> Path:
    path = folder / "posts.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def faults_of(folder: Path, *lines: str) -> list[str]:
    with pytest.raises(CorpusRefused) as refused:
        read_corpus([a_file(folder, *lines)])
    return refused.value.faults


def test_the_project_corpus_is_read_whole() -> None:
    posts = read_corpus(CORPUS)
    assert len(CORPUS) == 15
    assert len(posts) > 5_000
    assert len({post.niche for post in posts}) == 15


def test_a_post_knows_its_niche_and_pair(tmp_path: Path) -> None:
    (post,) = read_corpus([a_file(tmp_path, json.dumps(a_record()))])
    assert (post.niche, post.pair) == ("kitchens", "p01")


def test_a_line_separator_inside_a_text_does_not_cut_the_line(tmp_path: Path) -> None:
    record = json.dumps(a_record(text="một\u2028hai\u0085ba"), ensure_ascii=False)
    assert read_corpus([a_file(tmp_path, record)])[0].text == "một\u2028hai\u0085ba"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"indicators": [{"code": "vague_offer", "start": 5, "end": 99}]}, "does not lie within the text"),
        ({"indicators": [{"code": "vague_offer", "start": 5, "end": 5}]}, "does not lie within the text"),
        ({"indicators": [{"code": "vague_offer", "start": True, "end": 5}]}, "does not lie within the text"),
        ({"indicators": [{"code": "no_such_code", "start": 0, "end": 3}]}, "unknown indicator 'no_such_code'"),
        ({"indicators": ["vague_offer"]}, "is not code, start, end"),
        ({"role": "boss"}, "unknown role 'boss'"),
        ({"risk": 4}, "risk 4 is not"),
        ({"risk": True}, "risk True is not"),
        ({"exploitation": ["scam"], "risk": 2}, "unknown exploitation type 'scam'"),
        ({"exploitation": ["smuggling"]}, "risk 0 carries exploitation types"),
        ({"role": "seeker", "risk": 2}, "must have risk 0"),
        ({"platform": "myspace"}, "unknown platform"),
        ({"text": "vie\u0323\u0302c"}, "not NFC"),
        ({"text": 7}, "text is not a string"),
        ({"mood": "grim"}, "unknown fields ['mood']"),
    ],
)
def test_a_faulty_record_is_refused_by_file_and_line(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    good = json.dumps(a_record(id="good"))
    (fault,) = faults_of(tmp_path, good, "", json.dumps(a_record(**changes)))
    assert fault.startswith("posts.jsonl:3: ")
    assert said in fault


def test_a_missing_field_is_named(tmp_path: Path) -> None:
    record = a_record()
    del record["role"]
    assert "missing fields ['role']" in faults_of(tmp_path, json.dumps(record))[0]


def test_a_broken_line_and_a_second_id_are_both_named(tmp_path: Path) -> None:
    line = json.dumps(a_record())
    found = faults_of(tmp_path, line, "{not json", line)
    assert found[0].startswith("posts.jsonl:2: not JSON")
    assert found[1] == "posts.jsonl:3: id 'a1' stands already at posts.jsonl:1"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusRefused, match=r"none\.jsonl"):
        read_corpus([tmp_path / "none.jsonl"])


def some_posts(tmp_path: Path, *records: dict[str, Any]) -> list[LabelledPost]:
    lines = [json.dumps(record | {"id": f"p{number}"}) for number, record in enumerate(records)]
    return read_corpus([a_file(tmp_path, *lines)])


def test_pairs_and_near_copies_stay_in_one_family(tmp_path: Path) -> None:
    posts = some_posts(
        tmp_path,
        a_record(text="tuyển phụ bếp quận năm"),
        a_record(text="hỏi đường đi chợ"),
        a_record(text="tuyển phụ bếp quận năm nha", provenance="niche other"),
        a_record(text="bán xe máy cũ", provenance="niche other, pair p01"),
    )
    family = families(posts)
    assert family[0] == family[1] == family[2]
    assert family[3] != family[0]


def test_a_near_copy_is_seen_through_its_disguise() -> None:
    assert near_copies(["cần nữ t a y v ị n gấp", "can nu tay vin gap", "xe ôm đầu ngõ"]) == [(1, 0)]


def test_no_family_of_the_corpus_is_split_by_folds() -> None:
    family = families(read_corpus(CORPUS[:3]))
    fold = folds(family, 5, seed=3)
    assert all(len(set(fold[family == one])) == 1 for one in np.unique(family))
    assert set(fold) == set(range(5))
    assert (fold == folds(family, 5, seed=3)).all()
    assert (fold != folds(family, 5, seed=4)).any()


def test_the_codebook_has_34_indicators_with_names_in_both_languages() -> None:
    assert len(indicators()) == len(set(indicator_codes())) == 34
    assert all(one.name_vi and one.name_en and one.definition_vi and one.definition_en for one in indicators())
    assert sum(one.weight is Weight.PROTECTIVE for one in indicators()) == 5
    assert indicator("named_company").protective
    with pytest.raises(KeyError):
        indicator("no_such_code")
