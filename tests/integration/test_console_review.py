"""Reading, taking and deciding in the console, as reviewers do it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest

from records.post import Platform, Precision
from records.review import AccountRole, FlagReason
from records.score import Finding, OutOfScope, Reason, Role
from store.audit import verify
from store.scores import set_threshold
from store.seal import Vault
from tests.builders import LURE, MODEL, a_kept_post, a_score, an_open_flag
from tests.conftest import Database
from tests.integration.console_lab import Console, Reader, a_console

WARNING = "Cảnh giác mọi người ơi, có người rủ đi Cam việc nhẹ lương cao."


@pytest.fixture
async def console(db: Database, vault: Vault) -> AsyncIterator[Console]:
    async with a_console(db, vault) as made:
        yield made


async def _expire(console: Console) -> None:
    await console.conn.execute("update flag set lease_until = now() - interval '1 second' where state = 'taken'")
    await console.conn.commit()


async def _decisions(console: Console) -> list[tuple[str, str]]:
    rows = await (
        await console.conn.execute("select verdict::text as verdict, reason from decision order by decision_id")
    ).fetchall()
    await console.conn.commit()
    return [(row["verdict"], row["reason"]) for row in rows]


async def _state(console: Console, flag_id: int) -> str:
    row = await (
        await console.conn.execute("select state::text as state from flag where flag_id = %s", [flag_id])
    ).fetchone()
    await console.conn.commit()
    assert row is not None
    return str(row["state"])


async def _taken(console: Console, vault: Vault, username: str = "dieutra01") -> tuple[Reader, int]:
    flag_id = await an_open_flag(console.conn, vault)
    reader = await console.signed_in(username)
    await reader.open(f"/console/flags/{flag_id}")
    await reader.submit(f"/console/flags/{flag_id}/take")
    return reader, flag_id


async def test_a_reviewer_takes_reads_decides_and_gets_the_next(console: Console, vault: Vault) -> None:
    first = await an_open_flag(console.conn, vault, score=0.95)
    second = await an_open_flag(console.conn, vault, score=0.81)
    reader = await console.signed_in()
    await reader.open("/console/queue")
    await reader.submit("/console/queue/next")
    assert f"Cờ số {first}" in reader.text
    await reader.submit(f"/console/flags/{first}/decide", verdict="refer", reason="bao hết chi phí đi", then="next")
    assert f"Cờ số {second}" in reader.text
    assert f"Đã lưu quyết định cho cờ số {first}" in reader.text
    assert await _decisions(console) == [("refer", "bao hết chi phí đi")]
    await reader.submit(f"/console/flags/{second}/decide", verdict="dismiss", reason="việc bình thường", then="next")
    assert "Hiện không còn cờ nào" in reader.text
    assert f"Đã lưu quyết định cho cờ số {second}" in reader.text


async def test_reading_taking_and_deciding_leave_an_unbroken_trail(console: Console, vault: Vault) -> None:
    reader, flag_id = await _taken(console, vault)
    await reader.submit(f"/console/flags/{flag_id}/decide", verdict="dismiss", reason="việc bình thường", then="queue")
    assert [action for action, subject in await console.audit() if action.startswith("flag.")] == [
        "flag.viewed", "flag.taken", "flag.viewed", "flag.decided",
    ]  # fmt: skip
    held, broken = await verify(console.conn)
    assert (held > 0, broken) == (True, None)


async def test_the_page_says_why_in_one_sentence(console: Console, vault: Vault, db: Database) -> None:
    score = a_score(
        0.83,
        findings=(
            Finding("all_expenses_covered", 32, 41, 0.9),
            Finding("no_papers_needed", 43, 60, 1.9),
            Finding("named_company", 0, 4, -0.5),
        ),
    )
    flag_id = await an_open_flag(console.conn, vault, score=score)
    reader = await console.signed_in()
    with psycopg.connect(db.owner_dsn) as owner:  # The service may not change a score.
        owner.execute("update score set scored_at = '2026-11-12T01:00:00Z'")
    await reader.open(f"/console/flags/{flag_id}")
    assert (
        "0,83, trên ngưỡng 0,50 (mô hình 0001, 12/11): đi nước ngoài không cần giấy tờ; bao hết chi phí đi."
        in reader.text
    )
    await reader.submit("/console/language", locale="en")
    assert (
        "0.83, above 0.50 (model 0001, 12 Nov): no papers needed to go abroad; all travel, papers and upkeep paid."
        in reader.text
    )


async def test_findings_are_highlighted_in_the_masked_text_and_numbered(console: Console, vault: Vault) -> None:
    text = "🔥 Việc nhẹ lương cao, gọi 0912 000 123 ngay"
    score = a_score(
        findings=(Finding("unrealistic_pay", 2, 20, 1.3), Finding("evasive_contact", 13, 37, 0.6)), reasons=()
    )
    flag_id = await an_open_flag(console.conn, vault, text, score=score)
    reader = await console.signed_in()
    await reader.open(f"/console/flags/{flag_id}")
    (shown,) = reader.page.xpath("//*[@id='post-text']")
    marks = [mark.text_content() for mark in shown.xpath(".//mark")]
    assert marks == ["Việc nhẹ lư", "ơng cao", ", gọi ●●●● ●●● ●●"]
    assert [number.text_content() for number in shown.xpath(".//sup")] == ["1", "2"]
    assert reader.page.xpath("//*[@id='indicator-1']//strong/text()") == ["Lương phi thực tế"]
    assert reader.page.xpath("//*[@id='indicator-2']//strong/text()") == ["Liên lạc né tránh"]
    assert "dấu hiệu vừa, làm tăng điểm nhiều" in reader.text
    assert "0912" not in reader.answer.text


async def test_what_raised_and_what_lowered_the_score_are_told_apart(console: Console, vault: Vault) -> None:
    score = a_score(reasons=(Reason(0, 17, 1.3), Reason(32, 41, 0.2), Reason(43, 60, -0.6)))
    flag_id = await an_open_flag(console.conn, vault, score=score)
    reader = await console.signed_in()
    await reader.open(f"/console/flags/{flag_id}")
    raised = [" ".join(line.text_content().split()) for line in reader.page.xpath("//ul[@class='reasons raised']/li")]
    lowered = [" ".join(line.text_content().split()) for line in reader.page.xpath("//ul[@class='reasons lowered']/li")]
    assert raised == [f"{LURE[0:17]} làm tăng điểm nhiều", f"{LURE[32:41]} làm tăng điểm một chút"]
    assert lowered == [f"{LURE[43:60]} làm giảm điểm"]


@pytest.mark.parametrize(
    ("score", "reason", "said"),
    [
        (a_score(0.62, risk=1), FlagReason.THRESHOLD, "Mức của chính mô hình chỉ là 1, yếu, nhưng điểm trên ngưỡng"),
        (a_score(0.42, risk=2), FlagReason.AUDIT_SAMPLE, "Mức của chính mô hình là 2, đáng ngờ, nhưng điểm dưới"),
        (a_score(0.02), FlagReason.AUDIT_SAMPLE, "Bài được chọn ngẫu nhiên vào mẫu kiểm tra"),
    ],
)  # fmt: skip
async def test_where_level_and_flag_differ_the_page_says_why(
    console: Console, vault: Vault, score: object, reason: FlagReason, said: str
) -> None:
    flag_id = await an_open_flag(console.conn, vault, score=score, reason=reason)  # type: ignore[arg-type]
    reader = await console.signed_in()
    await reader.open(f"/console/flags/{flag_id}")
    assert said in reader.text


async def test_where_level_and_flag_agree_nothing_is_explained(console: Console, vault: Vault) -> None:
    flag_id = await an_open_flag(console.conn, vault, score=0.93)
    reader = await console.signed_in()
    await reader.open(f"/console/flags/{flag_id}")
    assert not reader.page.xpath("//p[@class='why']")


async def test_a_text_out_of_scope_is_not_judged_rather_than_low(console: Console, vault: Vault) -> None:
    score = a_score(0.01, out_of_scope=OutOfScope.LANGUAGE, role=Role.OTHER)
    flag_id = await an_open_flag(console.conn, vault, "ສະບາຍດີ", score=score, reason=FlagReason.AUDIT_SAMPLE)
    reader = await console.signed_in()
    await reader.open("/console/queue")
    assert "– không chấm điểm" in reader.text
    await reader.open(f"/console/flags/{flag_id}")
    assert "Không chấm điểm: bài không viết bằng ngôn ngữ mà mô hình đọc được." in reader.text
    assert "0,01" not in reader.text
    assert not reader.page.xpath("//*[@id='model-title']")


async def test_the_queue_stands_in_reading_order_with_its_marks(console: Console, vault: Vault) -> None:
    minor = a_score(0.71, risk=2, findings=(Finding("targets_minor", 0, 8, 2.0),))
    low = await an_open_flag(console.conn, vault, score=a_score(0.55, risk=2))
    high = await an_open_flag(console.conn, vault, score=0.97)
    sample = await an_open_flag(console.conn, vault, WARNING, score=0.1, reason=FlagReason.AUDIT_SAMPLE)
    child = await an_open_flag(console.conn, vault, score=minor)
    other = await console.signed_in("dieutra02", display_name="Lê Văn Mẫu")
    await other.open(f"/console/flags/{high}")
    await other.submit(f"/console/flags/{high}/take")
    reader = await console.signed_in()
    await reader.open("/console/queue")
    links = reader.page.xpath("//a[@class='open-flag']/@href")
    assert links == [f"/console/flags/{flag_id}" for flag_id in (child, high, low, sample)]
    rows = [" ".join(row.text_content().split()) for row in reader.page.xpath("//tbody/tr")]
    assert "có thể dưới 18 tuổi" in rows[0]
    assert "Nhắm người dưới 18 tuổi" in rows[0]
    assert "Lê Văn Mẫu" in rows[1]
    assert "0,97 rất cao ngưỡng 0,50 mô hình 0001" in rows[1]
    assert "mẫu kiểm tra ngẫu nhiên" in rows[3]
    assert "chưa ai nhận" in rows[3]
    assert "4 cờ đang chờ, 3 cờ chưa ai nhận" in reader.text


async def test_a_time_is_shown_in_vietnams_clock_as_finely_as_the_page_gave_it(console: Console, vault: Vault) -> None:
    at = datetime(2026, 11, 18, 20, 40, tzinfo=UTC)
    for precision in (Precision.MINUTE, Precision.DAY):
        await an_open_flag(console.conn, vault, posted_at=at, posted_precision=precision, platform=Platform.FORUM)
    reader = await console.signed_in()
    await reader.open("/console/queue")
    assert "19/11/2026 03:40" in reader.text
    assert "19/11/2026 (chỉ rõ ngày)" in reader.text


async def test_contacts_are_named_by_kind_and_counted_elsewhere_but_never_shown(console: Console, vault: Vault) -> None:
    flag_id = await an_open_flag(console.conn, vault, "Đi Cam bao hết, zalo 0912 000 123 nhé")
    await an_open_flag(console.conn, vault, "Ai cần việc gọi 0912.000.123")
    await an_open_flag(console.conn, vault, "Liên hệ 0912 000 124")
    reader = await console.signed_in()
    await reader.open(f"/console/flags/{flag_id}")
    assert reader.page.xpath("//span[@class='kind']/text()") == ["Zalo × 1"]
    assert "000" not in reader.text.replace("0001", "")


async def test_a_stale_lease_loses_neither_flag_nor_words(console: Console, vault: Vault) -> None:
    first, flag_id = await _taken(console, vault)
    await _expire(console)
    second = await console.signed_in("dieutra02", display_name="Lê Văn Mẫu")
    await second.open(f"/console/flags/{flag_id}")
    await second.submit(f"/console/flags/{flag_id}/take")
    await first.submit(
        f"/console/flags/{flag_id}/decide", verdict="refer", reason="giữ giấy tờ, <b>rất rõ</b>", then="next"
    )
    assert first.answer.status_code == 409
    assert "Lê Văn Mẫu giữ" not in first.text
    assert "Lê Văn Mẫu đang giữ cờ này đến" in first.text
    assert first.page.xpath("//blockquote//bdi/text()") == ["giữ giấy tờ, <b>rất rõ</b>"]
    assert await _decisions(console) == []
    await second.submit(f"/console/flags/{flag_id}/decide", verdict="dismiss", reason="việc bình thường", then="queue")
    assert await _decisions(console) == [("dismiss", "việc bình thường")]


async def test_words_typed_under_a_lost_lease_come_along_when_the_flag_is_taken_again(
    console: Console, vault: Vault
) -> None:
    reader, flag_id = await _taken(console, vault)
    kept = reader.fields(f"/console/flags/{flag_id}/decide")
    await reader.submit(f"/console/flags/{flag_id}/release")
    await reader.post(f"/console/flags/{flag_id}/decide", kept | {"verdict": "unsure", "reason": "thiếu ngữ cảnh"})
    assert reader.answer.status_code == 409
    await reader.submit(f"/console/flags/{flag_id}/take")
    form = next(one for one in reader.page.forms if one.get("id") == "decide")
    assert (form.fields["verdict"], form.fields["reason"]) == ("unsure", "thiếu ngữ cảnh")
    await reader.submit(f"/console/flags/{flag_id}/decide", then="queue")
    assert await _decisions(console) == [("unsure", "thiếu ngữ cảnh")]


async def test_a_late_decision_counts_while_nobody_else_took_the_flag(console: Console, vault: Vault) -> None:
    reader, flag_id = await _taken(console, vault)
    await _expire(console)
    await reader.submit(f"/console/flags/{flag_id}/decide", verdict="dismiss", reason="việc bình thường", then="queue")
    assert await _decisions(console) == [("dismiss", "việc bình thường")]


async def test_the_same_form_sent_twice_decides_once(console: Console, vault: Vault) -> None:
    reader, flag_id = await _taken(console, vault)
    fields = reader.fields(f"/console/flags/{flag_id}/decide") | {"verdict": "refer", "reason": "rõ ràng"}
    assert (await reader.post(f"/console/flags/{flag_id}/decide", fields)).status_code == 303
    assert (await reader.post(f"/console/flags/{flag_id}/decide", fields)).status_code == 409
    assert "cờ đã đóng" in reader.text
    assert await _decisions(console) == [("refer", "rõ ràng")]


async def test_a_held_flag_cannot_be_taken_by_another(console: Console, vault: Vault) -> None:
    _, flag_id = await _taken(console, vault)
    rival = await console.signed_in("dieutra02")
    await rival.open(f"/console/flags/{flag_id}")
    assert "đang đọc, giữ đến" in rival.text
    await rival.post(f"/console/flags/{flag_id}/take", {"csrf": rival.fields("/console/queue/next")["csrf"]})
    assert rival.answer.status_code == 409
    await rival.submit("/console/queue/next")
    assert "Hiện không còn cờ nào" in rival.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": "đã xem kỹ"}, "Hãy chọn cách xử lý"),
        ({"verdict": "guilty", "reason": "đã xem kỹ"}, "Hãy chọn cách xử lý"),
        ({"verdict": "refer", "reason": "  a "}, "ít nhất ba ký tự"),
        ({"verdict": "refer", "reason": ""}, "ít nhất ba ký tự"),
        ({"verdict": "refer", "reason": "a" * 2_001}, "Lý do quá dài"),
    ],
)
async def test_a_decision_without_verdict_or_reason_is_asked_for_again(
    console: Console, vault: Vault, typed: dict[str, str], said: str
) -> None:
    reader, flag_id = await _taken(console, vault)
    fields = {name: value for name, value in reader.fields(f"/console/flags/{flag_id}/decide").items() if value}
    await reader.post(f"/console/flags/{flag_id}/decide", fields | typed)
    assert reader.answer.status_code == 422
    assert said in reader.text
    form = next(one for one in reader.page.forms if one.get("id") == "decide")
    assert form.fields["reason"] == typed["reason"].strip()
    assert await _decisions(console) == []
    assert await _state(console, flag_id) == "taken"


async def test_a_contact_typed_into_a_reason_is_masked_before_it_is_kept(console: Console, vault: Vault) -> None:
    reader, flag_id = await _taken(console, vault)
    await reader.submit(
        f"/console/flags/{flag_id}/decide", verdict="refer", reason="số 0912 000 123 có ở bài khác", then="queue"
    )
    assert await _decisions(console) == [("refer", "số ●●●● ●●● ●●● có ở bài khác")]


@pytest.mark.parametrize(("verdict", "after"), [("refer", "closed"), ("dismiss", "closed"), ("unsure", "open")])
async def test_a_verdict_moves_the_flag_on(console: Console, vault: Vault, verdict: str, after: str) -> None:
    reader, flag_id = await _taken(console, vault)
    await reader.submit(f"/console/flags/{flag_id}/decide", verdict=verdict, reason="đã xem kỹ", then="next")
    assert await _state(console, flag_id) == after
    assert "Hiện không còn cờ nào" in reader.text, "the reviewer's own unsure flag came straight back"


async def test_an_escalated_flag_is_decided_by_a_lead(console: Console, vault: Vault) -> None:
    reader, flag_id = await _taken(console, vault)
    await reader.submit(f"/console/flags/{flag_id}/decide", verdict="escalate", reason="có thể trẻ em", then="queue")
    await reader.open(f"/console/flags/{flag_id}")
    assert "đã chuyển cho trưởng nhóm" in reader.text
    csrf = reader.page.forms[0].fields["csrf"]
    assert (await reader.post(f"/console/flags/{flag_id}/take", {"csrf": csrf})).status_code == 409
    lead = await console.signed_in("truongnhom", role=AccountRole.LEAD)
    await lead.open("/console/queue")
    assert "chờ trưởng nhóm" in lead.text
    await lead.submit("/console/queue/next")
    assert "Chuyển trưởng nhóm" in lead.text
    assert "có thể trẻ em" in lead.text
    await lead.submit(f"/console/flags/{flag_id}/decide", verdict="refer", reason="chuyển 111", then="queue")
    assert [verdict for verdict, _ in await _decisions(console)] == ["escalate", "refer"]


async def test_a_heartbeat_keeps_the_lease_and_learns_when_it_is_lost(console: Console, vault: Vault) -> None:
    reader, flag_id = await _taken(console, vault)
    fields = reader.fields(f"/console/flags/{flag_id}/decide")
    await _expire(console)
    answer = await reader.post(f"/console/flags/{flag_id}/extend", fields)
    assert (answer.status_code, answer.json()) == (200, {"seconds": 600})
    rival = await console.signed_in("dieutra02")
    await rival.open(f"/console/flags/{flag_id}")
    assert "đang đọc, giữ đến" in rival.text
    await _expire(console)
    await rival.submit("/console/queue/next")
    answer = await reader.post(f"/console/flags/{flag_id}/extend", fields)
    assert (answer.status_code, answer.json()) == (409, {"seconds": 0})


async def test_giving_back_frees_the_flag_for_others(console: Console, vault: Vault) -> None:
    reader, flag_id = await _taken(console, vault)
    await reader.submit(f"/console/flags/{flag_id}/release")
    assert await _state(console, flag_id) == "open"
    assert ("flag.released", flag_id) in await console.audit()


async def test_a_reason_typed_when_the_session_has_ended_is_shown_again(console: Console, vault: Vault) -> None:
    reader, flag_id = await _taken(console, vault)
    fields = reader.fields(f"/console/flags/{flag_id}/decide") | {"verdict": "refer", "reason": "giữ giấy tờ"}
    await console.conn.execute("delete from session")
    await console.conn.commit()
    await reader.post(f"/console/flags/{flag_id}/decide", fields)
    assert reader.answer.status_code == 401
    assert reader.page.xpath("//blockquote//bdi/text()") == ["giữ giấy tờ"]
    assert await _decisions(console) == []


async def test_a_flag_that_is_not_there_is_a_page_and_not_an_error(console: Console) -> None:
    reader = await console.signed_in()
    for address in ("/console/flags/999", "/console/flags/0", "/console/nothing", "/console/flags/x"):
        answer = await reader.open(address)
        assert answer.status_code in (400, 404), address
        assert "text/html" in answer.headers["content-type"]
        assert reader.page.xpath("//h1")


async def test_a_number_no_database_holds_is_not_an_error(console: Console) -> None:
    reader = await console.signed_in()
    for query in ("page=99999999999999999999", "page=-1", "page=x", "page=0", "done=%C2%B2", "done=" + "9" * 19):
        assert (await reader.open(f"/console/queue?{query}")).status_code == 200, query
    assert (await reader.client.get(f"/console/flags/{10**30}")).status_code in (400, 404)


async def test_an_erased_text_leaves_a_page_that_says_so(console: Console, vault: Vault) -> None:
    flag_id = await an_open_flag(console.conn, vault)
    await console.conn.execute("update post_version set masked_title = null, masked_text = null, search = null")
    reader = await console.signed_in()
    await reader.open("/console/queue")
    await reader.open(f"/console/flags/{flag_id}")
    assert reader.answer.status_code == 200
    assert "Nội dung đã được xóa" in reader.text


async def test_a_long_queue_has_pages(console: Console, vault: Vault) -> None:
    ids = [await an_open_flag(console.conn, vault, score=0.9) for _ in range(27)]
    reader = await console.signed_in()
    await reader.open("/console/queue")
    first = reader.page.xpath("//a[@class='open-flag']/@href")
    await reader.open(reader.page.xpath("//a[@rel='next']/@href")[0])
    second = reader.page.xpath("//a[@class='open-flag']/@href")
    assert first + second == [f"/console/flags/{flag_id}" for flag_id in ids]
    assert not reader.page.xpath("//a[@rel='next']")


async def test_the_threshold_shown_is_the_one_under_which_the_flag_opened(console: Console, vault: Vault) -> None:
    flag_id = await an_open_flag(console.conn, vault, score=0.93)
    await set_threshold(console.conn, MODEL, 0.95, "too many to read")
    reader = await console.signed_in()
    await reader.open(f"/console/flags/{flag_id}")
    assert "0,93, trên ngưỡng 0,50" in reader.text


async def test_a_finding_outside_the_text_does_not_break_the_page(console: Console, vault: Vault) -> None:
    findings = (Finding("unrealistic_pay", 5_000, 6_000, 1.0), Finding("gone_code", 0, 4, 0.1))
    score = replace(a_score(), findings=findings)
    flag_id = await an_open_flag(console.conn, vault, score=score)
    reader = await console.signed_in()
    await reader.open(f"/console/flags/{flag_id}")
    assert reader.answer.status_code == 200
    assert "gone code" in reader.text


async def test_the_page_says_how_the_text_came_here(console: Console, vault: Vault) -> None:
    flag_id = await an_open_flag(
        console.conn,
        vault,
        external_id="tin-1",
        edited_at=datetime(2026, 11, 19, 1, 0, tzinfo=UTC),
        truncated=True,
    )
    await a_kept_post(console.conn, vault, LURE + " Nhận cả nam và nữ, có người dẫn đi.", external_id="tin-1")
    await console.conn.execute("update post set deleted_at = '2026-11-20T05:00:00Z'")
    reader = await console.signed_in()
    await reader.open(f"/console/flags/{flag_id}")
    assert "1 trên 2" in reader.text
    assert "Được sửa lúc 19/11/2026 08:00." in reader.text
    assert "Không còn trên trang từ 20/11/2026 12:00." in reader.text
    assert "Bài này đã có bản mới hơn" in reader.text


async def test_a_text_that_its_page_cut_short_is_said_to_be_cut(console: Console, vault: Vault) -> None:
    flag_id = await an_open_flag(console.conn, vault, truncated=True)
    reader = await console.signed_in()
    await reader.open(f"/console/flags/{flag_id}")
    assert "Trang chỉ hiển thị một phần của bài." in reader.text


async def test_giving_back_a_flag_that_is_somebody_elses_by_now_leaves_it_theirs(
    console: Console, vault: Vault
) -> None:
    reader, flag_id = await _taken(console, vault)
    await _expire(console)
    rival = await console.signed_in("dieutra02")
    await rival.open("/console/queue")
    await rival.submit("/console/queue/next")
    await reader.submit(f"/console/flags/{flag_id}/release")
    assert str(reader.answer.url).endswith("/console/queue")
    assert await _state(console, flag_id) == "taken"


async def test_destinations_are_named_in_the_readers_language(console: Console, vault: Vault) -> None:
    score = a_score(destination=("CN", "VN-13", "ZZ"))
    flag_id = await an_open_flag(console.conn, vault, score=score)
    for locale, said in (("vi", "Trung Quốc, Quảng Ninh, ZZ"), ("en", "China, Quảng Ninh, ZZ")):
        reader = await console.signed_in(f"nguoidoc-{locale}", locale=locale)
        await reader.open(f"/console/flags/{flag_id}")
        assert said in reader.text


async def test_the_front_door_leads_to_the_queue_and_own_files_are_kept_by_browsers(console: Console) -> None:
    reader = await console.signed_in()
    for address in ("/", "/console/"):
        await reader.open(address)
        assert reader.answer.url.path == "/console/queue"
    (style,) = reader.page.xpath("//link[@rel='stylesheet']/@href")
    answer = await reader.client.get(style)
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    for name in ("nothing.css", "..%2frouter.py", "%2e%2e/router.py", "console.css/"):
        assert (await reader.client.get(f"/console/static/{name}")).status_code == 404, name
