"""The shipped model keeps its contract on any text, and refuses a folder that is not what it was."""

from __future__ import annotations

import json
import math
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
import skops.io
from hypothesis import given
from hypothesis import strategies as st

from classifier.codebook_file import indicator, indicator_codes
from classifier.line import score_line
from classifier.model import Model, load_model
from records.contact import MASKS
from records.errors import ModelError
from records.score import Exploitation, OutOfScope, Role, Score

FOLDER = Path(__file__).parents[2] / "models" / "recruitment-risk-0001"
LURE = "Tuyển 5 bạn sang Campuchia làm CSKH game, lương 25tr, bao vé xe visa, tối nay đi, không cần hộ chiếu"


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(FOLDER)


def codes_of(score: Score) -> set[str]:
    return {one.code for one in score.findings}


def risk_codes_of(score: Score) -> set[str]:
    return {code for code in codes_of(score) if not indicator(code).protective}


def test_a_plain_lure_is_flagged_with_everything_said_of_it(model: Model) -> None:
    (score,) = model.score([LURE])
    assert score.flag
    assert score.score > 0.9
    assert score.risk == 3
    assert score.role is Role.RECRUITER
    assert score.exploitation[Exploitation.FORCED_CRIMINALITY] > 0.5
    assert {"all_expenses_covered", "no_papers_needed", "scam_job_euphemism"} <= codes_of(score)
    assert score.destination == ("KH",)
    assert score.out_of_scope is None
    assert score.model == model.model_id == "recruitment-risk-0001"


@pytest.mark.parametrize(
    "text",
    [
        "CẢNH BÁO: tin việc nhẹ lương cao, bao vé sang Campuchia, không cần hộ chiếu là bẫy. Cần giúp gọi 111",
        "Công an vừa khởi tố nhóm lừa bán người sang Campuchia, mọi người cảnh giác nhé",
        "Em 19 tuổi đang tìm việc làm thêm ở Hạ Long, ai biết chỗ nào uy tín chỉ em với ạ",
        "Cho em hỏi đi xuất khẩu lao động Nhật cần giấy tờ gì ạ, em cảm ơn",
        "Đừng ai đi nha, bạn em bị lừa sang đó làm, bị nhốt, gia đình phải chuộc về",
        "Em cần việc gấp, việc gì cũng làm, mong anh chị giúp em",
    ],
)
def test_people_who_warn_or_seek_are_neither_flagged_nor_marked(model: Model, text: str) -> None:
    (score,) = model.score([text])
    assert not score.flag
    assert score.role in (Role.WARNING, Role.SEEKER)
    assert not risk_codes_of(score)
    assert score.destination == ()


@pytest.mark.parametrize(
    "text",
    [
        "Công ty TNHH May Mẫu tuyển 20 công nhân may, lương 8-10tr, đóng BHXH, nộp hồ sơ tại KCN Hải Yên",
        "Quán cơm cần người rửa chén, 6tr/tháng, gần chợ Hạ Long",
        "can ng phu rua chen quan com o Cam Pha 6tr/thang, an tai quan",
    ],
)
def test_ordinary_work_is_not_flagged(model: Model, text: str) -> None:
    assert not model.score([text])[0].flag


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", OutOfScope.EMPTY),
        ("   \n ", OutOfScope.EMPTY),
        ("🔥🔥🔥 !!! 12345", OutOfScope.EMPTY),
        ("\u200b\u200b", OutOfScope.EMPTY),
        ("We are hiring ten people for a restaurant in Cambodia, free ticket and visa", OutOfScope.LANGUAGE),
        ("招聘客服人员，包吃包住，月薪八千，去柬埔寨工作", OutOfScope.LANGUAGE),
        ("ជ្រើសរើសបុគ្គលិកធ្វើការនៅភ្នំពេញ", OutOfScope.LANGUAGE),
        ("Требуются рабочие на стройку, жилье и питание бесплатно", OutOfScope.LANGUAGE),
        ("việc làm " * 2_500, OutOfScope.LENGTH),
    ],
)
def test_what_the_model_was_not_made_for_is_not_judged(model: Model, text: str, reason: OutOfScope) -> None:
    (score,) = model.score([text], threshold=0.0)
    assert score.out_of_scope is reason
    assert not score.flag
    assert score.findings == score.reasons == ()


def test_vietnamese_without_diacritics_is_judged(model: Model) -> None:
    (score,) = model.score(["can nguoi di campuchia lam game, bao ve xe, khong can ho chieu, toi nay di lien"])
    assert score.out_of_scope is None
    assert score.flag


@pytest.mark.parametrize(
    "hidden",
    [
        "không cần h\u200bộ ch\u200biếu",
        "không cần h.ộ c.h.i.ế.u",
        "khong can ho chieu",
        "KHÔNG CẦN HỘ CHIẾU",
        "không cần hộ chiếuuuu",
        "khоng cần hộ сhiếu",  # Cyrillic о, с
        "ko cần 𝗵ộ 𝗰𝗵𝗶ế𝘂",
    ],
)
def test_a_hidden_spelling_is_still_found(model: Model, hidden: str) -> None:
    text = f"Tuyển người sang Campuchia làm, {hidden}, bao vé xe"
    (score,) = model.score([text])
    spans = [text[one.start : one.end] for one in score.findings if one.code == "no_papers_needed"]
    assert any(set(span) & set(hidden) and span in text for span in spans)
    assert any(text.index(hidden) < one.end and one.start < text.index(hidden) + len(hidden)
               for one in score.findings if one.code == "no_papers_needed")  # fmt: skip


def test_the_length_of_a_mask_moves_no_finding_and_says_nothing(model: Model) -> None:
    short, long = model.score([f"{LURE}. Gọi ●●●●●●●●● nhé", f"{LURE}. Gọi ●●●●●●●●●●●●● nhé"])
    assert short.findings == long.findings
    assert short.score == long.score


def test_a_mask_before_a_finding_moves_it_by_its_own_length(model: Model) -> None:
    head = "▲▲▲▲▲▲▲▲ "
    near = {(one.code, one.start - len(head), one.end - len(head)) for one in model.score([head + LURE])[0].findings}
    far = {(one.code, one.start, one.end) for one in model.score(["▲▲▲ " + LURE])[0].findings}
    assert near == {(code, start - 4, end - 4) for code, start, end in far}


def test_a_threshold_moves_the_flag_and_nothing_else(model: Model) -> None:
    (low,), (high,) = model.score([LURE], threshold=0.0), model.score([LURE], threshold=1.0)
    assert low.flag
    assert not high.flag
    assert (low.score, low.risk, low.findings) == (high.score, high.risk, high.findings)


def test_a_score_does_not_depend_on_its_neighbours(model: Model) -> None:
    texts = [LURE, "Quán cơm cần người rửa chén", "", "Em đang tìm việc ạ"]
    together = model.score(texts)
    for text, score in zip(texts, together, strict=True):
        (alone,) = model.score([text])
        assert alone.score == pytest.approx(score.score, abs=1e-6)
        assert codes_of(alone) == codes_of(score)


def check_contract(text: str, score: Score) -> None:
    assert 0 <= score.score <= 1
    assert score.risk in (0, 1, 2, 3)
    assert set(score.roles) == set(Role)
    assert math.isclose(sum(score.roles.values()), 1, abs_tol=1e-6)
    assert score.roles[score.role] == max(score.roles.values())
    assert set(score.exploitation) == set(Exploitation)
    assert all(0 <= share <= 1 for share in score.exploitation.values())
    assert len(score.reasons) <= 8
    for finding in score.findings:
        assert finding.code in indicator_codes()
    for span in (*score.findings, *score.reasons):
        assert 0 <= span.start < span.end <= len(text)
        assert math.isfinite(span.weight)


_SPICE = st.sampled_from(
    [LURE, "cần người", "đi K", "🇰🇭", "\u200b", "\u0301", "●●●", "C.a.m", "\n", "\u2028", "25tr", "ﷺ", "?"]
)


@given(st.one_of(st.text(max_size=120), st.lists(_SPICE, max_size=12).map(" ".join), st.lists(_SPICE).map("".join)))
def test_any_text_gets_a_whole_score(model: Model, text: str) -> None:
    (score,) = model.score([text])
    check_contract(text, score)
    line = score_line("x", score)
    assert json.loads(json.dumps(line, allow_nan=False)) == line


def test_a_line_has_every_field_in_the_contracts_order(model: Model) -> None:
    line = score_line("a-1", model.score([LURE])[0])
    assert list(line) == [
        "id", "score", "risk", "flag", "role", "roles", "exploitation", "indicators", "reasons", "destination",
        "out_of_scope", "model",
    ]  # fmt: skip
    assert list(line["indicators"][0]) == ["code", "start", "end", "weight"]
    assert list(line["reasons"][0]) == ["start", "end", "weight"]
    assert line["out_of_scope"] is None
    assert score_line("b", model.score([""])[0])["out_of_scope"] == "empty"


def test_reasons_point_both_ways(model: Model) -> None:
    text = f"{LURE}. Công ty TNHH Mẫu ký hợp đồng lao động, đóng BHXH, phỏng vấn tại văn phòng"
    weights = [one.weight for one in model.score([text])[0].reasons]
    assert min(weights) < 0 < max(weights)


# The folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "copy"))


def rewrite(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes), encoding="utf-8")


def test_an_altered_byte_is_refused(folder: Path) -> None:
    path = folder / "model.skops"
    blob = bytearray(path.read_bytes())
    blob[len(blob) // 2] ^= 1
    path.write_bytes(blob)
    with pytest.raises(ModelError, match=r"model\.skops was altered"):
        load_model(folder)


@pytest.mark.parametrize("name", ["model.skops", "manifest.json"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name):
        load_model(folder)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere does not exist"):
        load_model(tmp_path / "nowhere")


def test_a_newer_format_is_refused(folder: Path) -> None:
    rewrite(folder, format=2)
    with pytest.raises(ModelError, match="format 2, this program reads format 1"):
        load_model(folder)


def test_a_manifest_without_a_threshold_is_refused(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["threshold"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="lacks threshold"):
        load_model(folder)


@pytest.mark.parametrize("content", ["{", "[]", "\ud800".encode("utf-8", "surrogatepass")])
def test_a_manifest_that_is_no_object_is_refused(folder: Path, content: str | bytes) -> None:
    (folder / "manifest.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ModelError, match=r"manifest\.json"):
        load_model(folder)


def swapped(folder: Path, blob: bytes) -> Path:
    (folder / "model.skops").write_bytes(blob)
    rewrite(folder, sha256=sha256(blob).hexdigest())
    return folder


def test_a_type_we_do_not_trust_is_refused_by_name(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"not trusted: pathlib"):
        load_model(swapped(folder, skops.io.dumps({"heads": Path("x")})))


def test_a_file_of_trusted_types_that_is_no_model_is_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match="holds a dict"):
        load_model(swapped(folder, skops.io.dumps({"a": 1})))


def test_a_file_that_is_no_archive_is_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(swapped(folder, b"no archive"))


def test_the_shipped_model_folder_is_small_and_whole() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 8_000_000
    assert {path.name for path in FOLDER.iterdir()} >= {"model.skops", "manifest.json", "metrics.json", "card.md"}
    card = (FOLDER / "card.md").read_text(encoding="utf-8")
    assert "never evidence" in card
    assert "by contrast family" in card
    assert not any(mask in card for mask in MASKS.values())
