"""Measures import and scoring of 20,000 posts from end to end."""

from __future__ import annotations

import asyncio
import json
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.source_file import read_source
from riskscan.importing import import_file
from riskscan.runtime import running
from riskscan.scoring import score_waiting
from riskscan.settings import read_settings
from tests.bench.figures import keep

POSTS = 20_000
SOURCE = """
id = "bench-import"
title = "Bench"
kind = "import"
platform = "forum"
contact = "bench"
terms = "generated"
[format]
name = "json-lines"
[mapping]
external_id = "id"
text = "text"
[expectations]
min_posts = 1
"""
SENTENCE = (
    "tuyển phụ quán cơm lương tháng ca sáng bao ăn gần chợ liên hệ nhân viên bán hàng cần gấp kho vận giao hàng phụ bếp"
    " hồ sơ công ty phỏng vấn hợp đồng bảo hiểm thợ may xưởng mộc ca đêm tăng ca thưởng lễ nghỉ chủ nhật xe máy"
)


def posts(count: int, seed: int) -> list[str]:
    """Invented lines of about 320 characters; one in four holds a number that must be masked."""
    rng = random.Random(seed)
    lines = []
    for number in range(count):
        words = " ".join(rng.choices(SENTENCE.split(), k=62))
        contact = f" 0900 000 {rng.randrange(1000):03d}" if number % 4 == 0 else ""
        lines.append(json.dumps({"id": f"b{number}", "text": f"{words} {rng.randrange(5, 20)} triệu{contact}"}))
    return lines


@pytest.mark.bench
@pytest.mark.timeout(900)
def test_import_and_score(tmp_path: Path) -> None:
    (tmp_path / "bench-import.toml").write_text(SOURCE, encoding="utf-8")
    export = tmp_path / "posts.jsonl"
    export.write_text("\n".join(posts(POSTS, 1)) + "\n", encoding="utf-8")
    environment = {"RISKSCAN_DATA": str(tmp_path / "data"), "RISKSCAN_KEY_FILE": str(tmp_path / "keys" / "m.json")}
    with running(read_settings(environment, tmp_path)) as runtime:
        began = time.monotonic()
        tally = asyncio.run(
            import_file(runtime, read_source(tmp_path / "bench-import.toml"), export, datetime.now(UTC))
        )
        imported = time.monotonic() - began
        scored = asyncio.run(score_waiting(runtime)).scored
        both = time.monotonic() - began
    assert tally.new == scored == POSTS
    keep(
        "import_rate",
        "Importing and scoring 20,000 posts",
        [
            ("rows a second through intake, sealing and PostgreSQL", f"{POSTS / imported:.0f}"),
            ("posts a second scored and stored with findings and flags", f"{POSTS / (both - imported):.0f}"),
            ("posts a second from file to score", f"{POSTS / both:.0f}"),
        ],
    )
