"""Training gives the same model twice, keeps rare words out, and its figures say what they claim."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.card import card
from classifier.corpus_file import LabelledPost, Mark, read_corpus
from classifier.figures import calibration_error, code_table, figures, precision_at_shares
from classifier.keys import chained, word_key
from classifier.model import load_model
from classifier.model_file import pack, unpack
from classifier.settling import choose_threshold, code_limits, level
from classifier.stack import Labels, StackConfig
from classifier.targets import ROLES, levels
from classifier.training import TrainedModel, TrainingConfig, corpus_hashes, save, train
from classifier.views import FEWEST_POSTS
from records.score import Finding, Role, Score

CORPUS = sorted((Path(__file__).parents[2] / "classifier" / "corpus").glob("*.jsonl"))
QUICK = TrainingConfig(folds=2, stack=StackConfig(trees=15, role_trees=8))


def some_posts() -> list[LabelledPost]:
    return read_corpus(CORPUS)[::9]


def a_model(seed: int = 5) -> TrainedModel:
    return train(some_posts(), seed=seed, config=QUICK, model_id="trial", created="2026-01-01",
                 sources=corpus_hashes(CORPUS[:1]))  # fmt: skip


@pytest.fixture(scope="module")
def trained() -> TrainedModel:
    return a_model()


def test_training_twice_gives_equal_scores_and_bytes(trained: TrainedModel) -> None:
    again = a_model()
    texts = [post.text for post in some_posts()[:60]]
    first, second = trained.model().score(texts), again.model().score(texts)
    assert [round(score.score, 6) for score in first] == [round(score.score, 6) for score in second]
    assert pack(trained.parts) == pack(again.parts)


def test_another_seed_gives_another_model(trained: TrainedModel) -> None:
    assert pack(a_model(seed=6).parts) != pack(trained.parts)


def test_a_saved_model_scores_as_it_did_before(trained: TrainedModel, tmp_path: Path) -> None:
    save(trained, tmp_path / "m")
    texts = [post.text for post in some_posts()[:40]]
    loaded = load_model(tmp_path / "m")
    assert loaded.score(texts) == trained.model().score(texts)
    assert loaded.manifest["corpus"] == corpus_hashes(CORPUS[:1])
    assert loaded.manifest["positive_share"] == pytest.approx((levels(some_posts()) >= 2).mean(), abs=1e-6)


def test_packing_what_was_unpacked_gives_the_same_bytes(trained: TrainedModel) -> None:
    blob = pack(trained.parts)
    assert pack(unpack(blob, "trial")) == blob


def test_the_mask_is_applied_before_anything_is_learnt() -> None:
    seen: list[str] = []

    def mask(text: str) -> str:
        seen.append(text)
        return "x" * len(text)

    posts = some_posts()[::4]
    blind = train(posts, seed=1, config=QUICK, model_id="blind", created="2026-01-01", mask=mask)
    assert seen == [post.text for post in posts]
    assert len(blind.parts.heads.vocabularies["word"].keys) < 5  # only runs of one letter were left to learn


def test_a_word_from_fewer_than_five_posts_is_not_kept() -> None:
    posts = some_posts()
    rare = [replace(post, text=f"{post.text} zzquirk") if index < FEWEST_POSTS - 1 else post
            for index, post in enumerate(posts)]  # fmt: skip
    common = [replace(post, text=f"{post.text} zzquirk") if index < FEWEST_POSTS else post
              for index, post in enumerate(posts)]  # fmt: skip

    def learnt(records: list[LabelledPost]) -> set[int]:
        parts = train(records, seed=1, config=QUICK, model_id="m", created="2026-01-01").parts
        return set(parts.heads.vocabularies["word"].keys.tolist())

    (quirk,) = chained([np.array([word_key("zzquirk")], np.uint64)], "word1").tolist()
    assert quirk in learnt(common)
    assert quirk not in learnt(rare)


def test_the_model_knows_sizes_of_numbers_but_no_number(trained: TrainedModel) -> None:
    scores = trained.model().score(["lương 41 triệu một tháng", "lương 43 triệu một tháng", "lương 4 triệu một tháng"])
    assert scores[0].score == scores[1].score
    assert scores[0].score != scores[2].score


def test_keys_do_not_change_between_runs() -> None:
    assert word_key("việc") == 7298793466976385943


# Figures


def a_post(risk: int = 0, role: Role = Role.RECRUITER, marks: tuple[Mark, ...] = ()) -> LabelledPost:
    return LabelledPost("x", "cần người đi làm xa", "other", role, risk, (), marks, (), "niche trial")


def a_score(share: float = 0.1, flag: bool = False, risk: int = 0, findings: tuple[Finding, ...] = ()) -> Score:
    roles = dict.fromkeys(map(str, Role), 0.0) | {"recruiter": 1.0}
    return Score(share, risk, flag, Role.RECRUITER, roles, {}, findings, (), (), None, "m")


def test_a_perfect_ranking_has_perfect_figures() -> None:
    posts = [a_post(3), a_post(2), a_post(0), a_post(0, Role.SEEKER)]
    scores = [a_score(1.0, True, 3), a_score(1.0, True, 2), a_score(0.0), a_score(0.0)]
    for score in scores:
        object.__setattr__(score, "exploitation", {})
    found = figures(posts, scores)
    assert found["average_precision"] == found["flag_f1"] == found["risk_qwk"] == 1.0
    assert found["ece"] == 0.0
    assert found["false_flags_seeker"] == "0/1"


def test_spans_count_by_their_characters() -> None:
    posts = [a_post(0, marks=(Mark("vague_offer", 0, 10),))]
    found = figures(posts, [a_score(findings=(Finding("vague_offer", 5, 10, 1.0),))])
    assert found["indicator_code_f1"] == 1.0
    assert found["indicator_span_f1"] == round(2 * 5 / 15, 4)


def test_a_risk_span_on_a_seeker_is_counted_and_a_protective_one_is_not() -> None:
    posts = [a_post(0, Role.SEEKER), a_post(0, Role.WARNING)]
    scores = [a_score(findings=(Finding("vague_offer", 0, 3, 1.0),)),
              a_score(findings=(Finding("named_company", 0, 3, 1.0),))]  # fmt: skip
    assert figures(posts, scores)["warnings_and_seekers_with_risk_span"] == "1/2"


def test_the_indicator_table_counts_posts() -> None:
    mark, finding = (Mark("vague_offer", 0, 3),), (Finding("vague_offer", 0, 3, 1.0),)
    table = code_table([a_post(1, marks=mark), a_post(1, marks=mark), a_post()],
                       [a_score(findings=finding), a_score(), a_score(findings=finding)])  # fmt: skip
    assert table["vague_offer"] == {"labelled": 2, "found": 2, "precision": 0.5, "recall": 0.5, "f1": 0.5}


def test_precision_falls_where_positives_are_rare() -> None:
    assert precision_at_shares(0.9, 0.01)["flag_precision_at_1_in_100"] == pytest.approx(0.009 / (0.009 + 0.0099))


def test_calibration_error_is_the_gap_between_said_and_seen() -> None:
    assert calibration_error(np.array([True, False]), np.array([0.75, 0.75])) == pytest.approx(0.25)


def test_the_threshold_spares_people_who_warn_or_seek() -> None:
    speakers = [Role.RECRUITER] * 50 + [Role.SEEKER] * 50
    labels = Labels(np.array([3] * 50 + [0] * 50), np.array([ROLES.index(one) for one in speakers]),
                    np.zeros((100, 9), bool), np.zeros((100, 34), bool))  # fmt: skip
    score = np.r_[np.full(30, 0.8), np.full(20, 0.5), np.full(3, 0.6), np.full(47, 0.1)]
    threshold, reason = choose_threshold(score, labels)
    assert 0.6 < threshold <= 0.8
    assert "0.0% of warnings and seekers" in reason


def test_levels_follow_the_limits_step_by_step() -> None:
    shares = np.array([[0.1, 0.9, 0.9], [0.9, 0.1, 0.9], [0.9, 0.9, 0.1], [0.9, 0.9, 0.9]])
    assert level(shares, np.full(3, 0.5)).tolist() == [0, 1, 2, 3]


def test_the_limit_of_a_rare_indicator_stays_near_even_odds() -> None:
    odds = np.array([[5.0], [-3.0], [-4.0]])
    (limit,) = code_limits(odds, np.array([[True], [False], [False]]))
    assert -0.6 < limit < 0.0


def test_a_card_says_what_was_not_measured(trained: TrainedModel) -> None:
    text = card(trained.manifest, {"by_family": {"posts": 3, "average_precision": 0.5}})
    assert "Not measured: a niche left out, held-out set." in text
    assert "| average precision | 0.500 |" in text
    assert "a lead for a person to read" in text
