"""Measures what underthesea's word segments would add to a plain text pipeline, and what they cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.pipeline import FeatureUnion, Pipeline
from underthesea import word_tokenize

from classifier.corpus_file import LabelledPost, read_corpus
from classifier.groups import families, folds
from intake.door import admit_text
from tests.bench.figures import keep

CORPUS = Path(__file__).resolve().parents[2] / "classifier" / "corpus"
LONGEST = 1_000  # underthesea slows down on long pieces


def identity(words: list[str]) -> list[str]:
    return words


def pipeline(views: Sequence[tuple[str, Callable[[str], list[str]] | None]]) -> Pipeline:
    """A plain pipeline: characters 2-5 always, and word 1-2 grams of each view."""
    parts = [("letters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=5, sublinear_tf=True))]
    for name, cut in views:
        parts.append((name, TfidfVectorizer(tokenizer=cut, token_pattern=None, ngram_range=(1, 2), min_df=5)))
    return Pipeline([("views", FeatureUnion(parts)), ("last", LogisticRegression(C=10, max_iter=300))])


def average_precision(posts: Sequence[LabelledPost], texts: list[str], steps: Pipeline) -> float:
    """Cross-validated by contrast family on unseen families, five folds."""
    fold = np.asarray(folds(families(posts), 5, seed=20))
    risky = np.array([post.risk >= 2 for post in posts])
    scores = np.zeros(len(posts))
    for number in range(5):
        seen, unseen = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        steps.fit([texts[i] for i in seen], risky[seen])
        scores[unseen] = steps.predict_proba([texts[i] for i in unseen])[:, 1]
    return float(average_precision_score(risky, scores))


@pytest.mark.bench
@pytest.mark.timeout(900)
def test_what_segments_would_add() -> None:
    posts = read_corpus(sorted(CORPUS.glob("*.jsonl")))
    texts = [admit_text(post.text).masked.lower() for post in posts]
    began = time.perf_counter()
    segments = {text: word_tokenize(text[:LONGEST]) for text in texts}
    milliseconds = (time.perf_counter() - began) * 1000 / len(texts)
    plain = average_precision(posts, texts, pipeline([("words", str.split)]))
    segmented = average_precision(posts, texts, pipeline([("segments", segments.__getitem__)]))
    both = average_precision(posts, texts, pipeline([("words", str.split), ("segments", segments.__getitem__)]))
    keep(
        "segments",
        "What underthesea's word segments would add to a plain pipeline",
        [
            ("average precision by contrast family, characters and words", f"{plain:.3f}"),
            ("the same, segments in place of words", f"{segmented:.3f}"),
            ("the same, words and segments", f"{both:.3f}"),
            ("cost of segmenting, milliseconds a post", f"{milliseconds:.2f}"),
        ],
        "Characters 2-5 and word 1-2 TF-IDF, logistic regression; why model 0001 goes without: decision 0014.",
    )
