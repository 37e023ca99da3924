"""Partners list and read posts: every filter, cursors, ETags, and nothing that is sealed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.v1.keys import Scope
from records.post import Precision
from records.review import FlagReason
from records.score import Exploitation, Finding, OutOfScope, Role
from store.accounts import revoke_key
from store.pool import Connection, connect
from store.posts import Origin, keep_posts
from store.scores import claim_unscored, keep_scores, promote, register_model
from store.seal import Vault
from tests.builders import (
    MODEL,
    SOURCE,
    HandedOut,
    KeptPost,
    a_flag,
    a_kept_post,
    a_model,
    a_post,
    a_score,
    a_scored_post,
    an_api_key,
    an_open_flag,
)
from tests.conftest import Database
from tests.integration.api_lab import Api, served, settings_for


@pytest.fixture
async def api(db: Database, vault: Vault, now: datetime) -> AsyncIterator[Api]:
    async with served(settings_for(db.service_dsn, vault, lambda: now)) as api:
        yield api


@pytest.fixture
async def key(conn: Connection) -> HandedOut:
    handed = await an_api_key(conn)
    await conn.commit()
    return handed


async def listed(api: Api, key: HandedOut, **criteria: Any) -> list[int]:
    """The ids that a list with these criteria holds, in order, from one page."""
    answer = await api.client.get("/v1/posts", params=criteria, headers=key.header)
    assert answer.status_code == 200, answer.text
    return [post["post_id"] for post in answer.json()["data"]]


async def walked(api: Api, key: HandedOut, limit: int, **criteria: Any) -> list[int]:
    """The ids of all pages."""
    ids: list[int] = []
    params = criteria | {"limit": limit}
    while True:
        page = (await api.client.get("/v1/posts", params=params, headers=key.header)).json()
        assert len(page["data"]) <= limit
        ids += [post["post_id"] for post in page["data"]]
        assert len(ids) < 1000, "the pages do not end"
        if page["next"] is None:
            return ids
        params["cursor"] = page["next"]


async def test_a_post_is_shown_with_everything_about_its_score_and_nothing_sealed(
    api: Api, conn: Connection, vault: Vault, key: HandedOut, now: datetime
) -> None:
    text = "Việc nhẹ lương cao ở Campuchia, gọi 0912 000 123"
    flag = await an_open_flag(
        conn,
        vault,
        text,
        title="Tuyển gấp 0913 000 456",
        author_name="chị Mẫu",
        url="https://bang-viec.mau.example/tin/777",
        posted_at=now - timedelta(hours=5),
        posted_precision=Precision.HOUR,
    )
    await conn.commit()
    (shown,) = (await api.client.get("/v1/posts", headers=key.header)).json()["data"]
    assert shown["text"] == "Việc nhẹ lương cao ở Campuchia, gọi ●●●● ●●● ●●●"
    assert shown["title"] == "Tuyển gấp ●●●● ●●● ●●●"
    assert shown["masked"] is True
    assert (shown["source"], shown["host"], shown["version"]) == (SOURCE, "bang-viec.mau.example", 1)
    assert (shown["posted_at"], shown["posted_precision"]) == ("2026-11-19T22:00:00Z", "hour")
    score = shown["score"]
    assert (score["score"], score["risk"], score["flag"], score["role"]) == (0.93, 3, True, "recruiter")
    assert score["exploitation"]["forced_criminality"] == 0.94
    assert score["indicators"] == [
        {
            "code": "unrealistic_pay",
            "name_vi": "Lương phi thực tế",
            "name_en": "Unrealistic pay",
            "start": 0,
            "end": 17,
            "weight": 1.3,
        }
    ]
    assert score["reasons"] == [{"start": 0, "end": 17, "weight": 1.3}, {"start": 49, "end": 68, "weight": 0.8}]
    assert (score["destination"], score["out_of_scope"], score["model"]) == (["KH"], None, MODEL)
    whole = str(shown)
    for sealed in ("0912", "0913", "777", "chị Mẫu", "actor"):
        assert sealed not in whole
    assert flag
    assert (await api.client.get(f"/v1/posts/{shown['post_id']}", headers=key.header)).json() == shown


async def test_a_post_the_model_has_not_judged_yet_has_no_score(
    api: Api, conn: Connection, vault: Vault, key: HandedOut
) -> None:
    await a_model(conn)
    kept = await a_kept_post(conn, vault)
    await conn.commit()
    shown = (await api.client.get(f"/v1/posts/{kept.post_id}", headers=key.header)).json()
    assert shown["score"] is None
    assert shown["flagged"] is False


async def test_only_the_newest_version_and_the_current_models_score_are_shown(
    api: Api, conn: Connection, vault: Vault, key: HandedOut, now: datetime
) -> None:
    first = await a_scored_post(conn, vault, "Bản thứ nhất", external_id="một")
    await conn.commit()
    await keep_posts(
        conn,
        vault,
        [a_post("Bản thứ hai", external_id="một", captured_at=now + timedelta(hours=1))],
        Origin(SOURCE),
    )
    await conn.commit()
    (shown,) = (await api.client.get("/v1/posts", headers=key.header)).json()["data"]
    assert (shown["text"], shown["version"], shown["score"]) == ("Bản thứ hai", 2, None)
    assert await listed(api, key, min_score=0.1) == [], "the score of an old version says nothing of the new one"

    await register_model(conn, "recruitment-risk-0002", b"2" * 32, {})
    await promote(conn, "recruitment-risk-0002", "better")
    other = await a_scored_post(conn, vault, score=a_score(0.2, model="recruitment-risk-0002"), external_id="hai")
    await promote(conn, "recruitment-risk-0002", "a_scored_post had promoted the first again")
    await conn.commit()
    assert await listed(api, key, min_score=0.1) == [other.post_id]
    assert first.post_id != other.post_id


FILTERS: list[tuple[dict[str, str], set[str]]] = [
    ({"flagged": "true"}, {"lure"}),
    ({"flagged": "false"}, {"seeker", "warning", "abroad", "unscored"}),
    ({"min_score": "0.6"}, {"lure", "abroad"}),
    ({"min_score": "0.93"}, {"lure"}),
    ({"role": "seeker"}, {"seeker"}),
    ({"role": "warning"}, {"warning"}),
    ({"exploitation": "forced_criminality"}, {"lure"}),
    ({"exploitation": "forced_marriage"}, {"abroad"}),
    ({"exploitation": "surrogacy"}, set()),
    ({"destination": "KH"}, {"lure", "warning"}),
    ({"destination": "VN-QN"}, {"abroad"}),
    ({"source": SOURCE}, {"lure", "seeker", "warning", "abroad"}),
    ({"source": "nguon-khac"}, {"unscored"}),
    ({"q": "viec NHE"}, {"lure", "unscored"}),
    ({"q": "việc nhẹ đồng"}, {"unscored"}),
    ({"q": "khongcotunay"}, set()),
    ({"destination": "KH", "role": "warning"}, {"warning"}),
    ({"destination": "KH", "role": "seeker"}, set()),
    ({"flagged": "true", "q": "luong", "min_score": "0.5", "source": SOURCE}, {"lure"}),
]


async def test_a_filter_keeps_exactly_what_it_names(api: Api, conn: Connection, vault: Vault, key: HandedOut) -> None:
    abroad = a_score(
        0.6, exploitation=[Exploitation.FORCED_MARRIAGE], destination=("CN", "VN-QN"), role=Role.OTHER, findings=()
    )
    warning = a_score(0.05, role=Role.WARNING, destination=("KH",))
    posts = {
        "lure": await a_scored_post(conn, vault, "Việc nhẹ lương cao"),
        "seeker": await a_scored_post(conn, vault, "Em cần tìm việc làm", score=a_score(0.1, role=Role.SEEKER)),
        "warning": await a_scored_post(conn, vault, "Cảnh báo lừa đảo", score=warning),
        "abroad": await a_scored_post(conn, vault, "Lấy chồng xa", score=abroad),
        "unscored": await a_kept_post(conn, vault, "Việc nhẹ đồng bằng", source_id="nguon-khac"),
    }
    await a_flag(conn, posts["lure"])
    await conn.commit()
    names = {post.post_id: name for name, post in posts.items()}
    for criteria, expected in FILTERS:
        assert {names[post_id] for post_id in await listed(api, key, **criteria)} == expected, criteria


async def test_since_and_until_bound_the_last_change(
    api: Api, conn: Connection, vault: Vault, key: HandedOut, now: datetime
) -> None:
    ids = [(await a_kept_post(conn, vault)).post_id for _ in range(4)]
    for hours, post_id in enumerate(ids):
        moment = datetime(2026, 1, 1, hours, tzinfo=UTC)
        await conn.execute("update post set updated_at = %s where post_id = %s", [moment, post_id])
    await conn.commit()
    assert await listed(api, key, since="2026-01-01T01:00:00Z", until="2026-01-01T03:00:00Z") == ids[1:3]
    assert await listed(api, key, since="2026-01-01T08:00:00+07:00") == ids[1:], "another zone, the same moment"
    assert await listed(api, key, until="0001-01-01T00:00:00+14:00") == []
    assert await listed(api, key, until="9999-12-31T23:59:59-12:00") == ids


async def test_an_audit_sample_looks_like_any_unflagged_post(
    api: Api, conn: Connection, vault: Vault, key: HandedOut
) -> None:
    sampled = await a_scored_post(conn, vault, "Bán rau sạch", score=0.1, external_id="một")
    plain = await a_scored_post(conn, vault, "Bán rau sạch", score=0.1, external_id="hai")
    await conn.commit()
    before = (await api.client.get(f"/v1/posts/{sampled.post_id}", headers=key.header)).json()
    await a_flag(conn, sampled, FlagReason.AUDIT_SAMPLE)
    await conn.commit()
    assert (await api.client.get(f"/v1/posts/{sampled.post_id}", headers=key.header)).json() == before
    assert await listed(api, key, flagged=False) == [sampled.post_id, plain.post_id]


async def test_a_text_out_of_scope_is_shown_as_not_judged(
    api: Api, conn: Connection, vault: Vault, key: HandedOut
) -> None:
    score = a_score(0.01, out_of_scope=OutOfScope.LANGUAGE, role=Role.OTHER)
    kept = await a_scored_post(conn, vault, "Lorem ipsum", score=score)
    await conn.commit()
    shown = (await api.client.get(f"/v1/posts/{kept.post_id}", headers=key.header)).json()
    assert (shown["score"]["out_of_scope"], shown["score"]["flag"]) == ("language", False)


async def test_an_indicator_of_an_older_codebook_is_still_shown(
    api: Api, conn: Connection, vault: Vault, key: HandedOut
) -> None:
    kept = await a_scored_post(conn, vault, score=a_score(0.93, findings=(Finding("gone_by_now", 0, 4, 1.0),)))
    await conn.commit()
    shown = (await api.client.get(f"/v1/posts/{kept.post_id}", headers=key.header)).json()
    assert shown["score"]["indicators"][0]["code"] == "gone_by_now"


async def test_an_erased_post_is_gone_like_one_that_never_was(
    api: Api, conn: Connection, vault: Vault, key: HandedOut, now: datetime
) -> None:
    kept = await a_kept_post(conn, vault)
    await conn.execute("update post set erased_at = %s where post_id = %s", [now, kept.post_id])
    await conn.commit()
    gone = await api.client.get(f"/v1/posts/{kept.post_id}", headers=key.header)
    never = await api.client.get("/v1/posts/987654321", headers=key.header)
    assert (gone.status_code, gone.json()["code"]) == (404, "not-found")
    assert gone.content == never.content
    assert await listed(api, key) == []


# ── Cursors ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_pages_join_without_gap_or_repeat(api: Api, conn: Connection, vault: Vault, key: HandedOut) -> None:
    ids = [(await a_scored_post(conn, vault, f"Bài số {n}", score=0.6)).post_id for n in range(23)]
    await conn.commit()  # one transaction: all of them changed at the same moment
    for limit in (1, 7, 22, 23, 24, 200):
        assert await walked(api, key, limit) == ids
    assert await walked(api, key, 5, min_score=0.5, role="recruiter") == ids


async def test_nothing_is_missed_while_posts_change_under_the_reader(
    api: Api, conn: Connection, vault: Vault, key: HandedOut
) -> None:
    ids = [(await a_kept_post(conn, vault, f"Bài số {n}")).post_id for n in range(12)]
    await conn.commit()
    seen: list[int] = []
    params: dict[str, Any] = {"limit": 3}
    for turn in range(12):
        page = (await api.client.get("/v1/posts", params=params, headers=key.header)).json()
        seen += [post["post_id"] for post in page["data"]]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
        if turn < 3:  # one already read, one not yet read, and a new one
            for changed in (ids[0], ids[-1]):
                await conn.execute("update post set updated_at = now() where post_id = %s", [changed])
            ids.insert(-1, (await a_kept_post(conn, vault, f"Bài mới {turn}")).post_id)
            await conn.commit()
    assert set(seen) == set(ids)
    assert seen.count(ids[0]) == 2, "a post that changed after it was read comes again"


async def test_a_change_that_commits_late_is_not_skipped(
    api: Api, db: Database, conn: Connection, vault: Vault, key: HandedOut
) -> None:
    await a_kept_post(conn, vault, "Có sẵn")
    await conn.commit()
    async with connect(db.service_dsn) as slow:
        late = await a_kept_post(slow, vault, "Bắt đầu trước, xong sau")
        early = await a_kept_post(conn, vault, "Bắt đầu sau, xong trước", source_id="nguon-khac")
        await conn.commit()
        page = (await api.client.get("/v1/posts", params={"limit": 200}, headers=key.header)).json()
        last = page["data"][-1]["updated_at"]
        await slow.commit()
    after = await listed(api, key, since=last)
    assert {late.post_id, early.post_id} <= set(after) | {post["post_id"] for post in page["data"]}


async def test_a_score_and_a_flag_bring_a_post_back_to_whoever_read_on(
    api: Api, conn: Connection, vault: Vault, key: HandedOut
) -> None:
    await a_model(conn)
    await a_kept_post(conn, vault, "Việc nhẹ", external_id="một")
    await conn.commit()
    page = (await api.client.get("/v1/posts", headers=key.header)).json()
    seen = page["data"][-1]["updated_at"]
    (unscored,) = await claim_unscored(conn, MODEL, 10)
    (score_id,) = await keep_scores(conn, MODEL, [(unscored.capture_id, a_score())])
    await conn.commit()
    (scored,) = (await api.client.get("/v1/posts", params={"since": seen}, headers=key.header)).json()["data"]
    assert scored["updated_at"] > seen
    assert scored["score"]["flag"] is False
    await a_flag(conn, KeptPost(unscored.post_id, unscored.capture_id, score_id))
    await conn.commit()
    (flagged,) = (await api.client.get("/v1/posts", params={"flagged": True}, headers=key.header)).json()["data"]
    assert flagged["updated_at"] > scored["updated_at"]
    assert flagged["score"]["flag"] is True


async def test_a_cursor_opens_only_its_own_list(api: Api, conn: Connection, vault: Vault, key: HandedOut) -> None:
    for n in range(3):
        await a_kept_post(conn, vault, f"Bài số {n}")
    stranger = await an_api_key(conn, agency="Cơ quan Khác Mẫu")
    colleague = await an_api_key(conn)
    await conn.commit()
    criteria: dict[str, Any] = {"source": SOURCE, "limit": 1}
    cursor = (await api.client.get("/v1/posts", params=criteria, headers=key.header)).json()["next"]
    flipped = ("A" if cursor[0] != "A" else "B") + cursor[1:]

    async def status(who: HandedOut, **params: Any) -> tuple[int, str]:
        answer = await api.client.get("/v1/posts", params=params, headers=who.header)
        return answer.status_code, answer.json().get("code", "")

    assert await status(key, **criteria, cursor=cursor) == (200, "")
    assert await status(key, **criteria | {"limit": 2}, cursor=cursor) == (200, ""), (
        "another page size is no other list"
    )
    assert await status(colleague, **criteria, cursor=cursor) == (200, ""), "the same agency's other key"
    refused = (400, "cursor-refused")
    assert await status(stranger, **criteria, cursor=cursor) == refused
    assert await status(key, limit=1, cursor=cursor) == refused
    assert await status(key, **criteria | {"source": "nguon-khac"}, cursor=cursor) == refused
    assert await status(key, **criteria, flagged=False, cursor=cursor) == refused
    assert await status(key, **criteria, cursor=flipped) == refused
    assert await status(key, **criteria, cursor="A" * 43) == refused
    assert await status(key, **criteria, cursor=cursor[:-1]) == (400, "parameter-refused")


# ── ETags ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_unchanged_answer_is_not_sent_twice(api: Api, conn: Connection, vault: Vault, key: HandedOut) -> None:
    kept = await a_scored_post(conn, vault)
    await conn.commit()
    for path in (f"/v1/posts/{kept.post_id}", "/v1/posts", "/v1/me", "/v1/indicators"):
        first = await api.client.get(path, headers=key.header)
        etag = first.headers["etag"]
        assert etag.startswith('"')
        assert first.headers["cache-control"] == "private, no-cache"
        for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
            again = await api.client.get(path, headers=key.header | {"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        assert (await api.client.get(path, headers=key.header | {"If-None-Match": '"other"'})).status_code == 200


async def test_an_etag_changes_with_the_post_and_with_who_reads_it(
    api: Api, conn: Connection, vault: Vault, key: HandedOut
) -> None:
    kept = await a_scored_post(conn, vault)
    narrow = await an_api_key(conn, [Scope.POSTS_READ])
    stranger = await an_api_key(conn, agency="Cơ quan Khác Mẫu")
    await conn.commit()
    path = f"/v1/posts/{kept.post_id}"
    tags = [(await api.client.get(path, headers=who.header)).headers["etag"] for who in (key, narrow, stranger)]
    assert len(set(tags)) == 3
    await a_flag(conn, kept)
    await conn.commit()
    changed = await api.client.get(path, headers=key.header | {"If-None-Match": tags[0]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tags[0]


# ── Keys ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_revoked_key_is_refused_at_the_next_request(api: Api, conn: Connection, key: HandedOut) -> None:
    assert (await api.client.get("/v1/me", headers=key.header)).status_code == 200
    await revoke_key(conn, key.prefix)
    await conn.commit()
    refused = await api.client.get("/v1/me", headers=key.header)
    assert (refused.status_code, refused.json()["code"]) == (401, "key-refused")
    assert refused.headers["www-authenticate"].startswith("Bearer ")


async def test_an_expired_mistyped_or_missing_key_opens_nothing(api: Api, conn: Connection, key: HandedOut) -> None:
    expired = await an_api_key(conn, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    await conn.commit()
    headers = {
        "expired": expired.header,
        "mistyped": {"Authorization": f"Bearer {key.token[:-1]}{'0' if key.token[-1] != '0' else '1'}"},
        "prefix only": {"Authorization": f"Bearer rsk_{key.prefix}"},
        "other scheme": {"Authorization": f"Basic {key.token}"},
        "bare": {"Authorization": key.token},
        "odd letters": {"Authorization": b"Bearer rsk_\xff\xfe"},
        "missing": {},
    }
    for name, header in headers.items():
        for path in ("/v1/posts", "/v1/posts/1", "/v1/me", "/v1/indicators"):
            refused = await api.client.get(path, headers=header)  # type: ignore[arg-type]
            assert refused.status_code == 401, name
            assert key.prefix not in refused.text


async def test_a_key_is_good_for_its_scopes_only(api: Api, conn: Connection, vault: Vault) -> None:
    reader = await an_api_key(conn, [Scope.POSTS_READ])
    sender = await an_api_key(conn, [Scope.TIPS_WRITE])
    await conn.commit()
    refused = await api.client.get("/v1/posts", headers=sender.header)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
    assert (await api.client.get("/v1/posts", headers=reader.header)).status_code == 200
    assert (await api.client.post("/v1/tips", json={"text": "x"}, headers=reader.header)).status_code == 403
    me = (await api.client.get("/v1/me", headers=sender.header)).json()
    assert (me["scopes"], me["agency"], me["key"]) == (["tips:write"], "Cơ quan Mẫu", sender.prefix)


async def test_indicators_are_named_and_explained_but_never_spelled_out(api: Api, key: HandedOut) -> None:
    entries = (await api.client.get("/v1/indicators", headers=key.header)).json()["data"]
    assert {"unrealistic_pay", "targets_minor"} <= {entry["code"] for entry in entries}
    assert all(entry["name_vi"] and entry["name_en"] and entry["definition_vi"] for entry in entries)
    assert {frozenset(entry) for entry in entries} == {
        frozenset({"code", "name_vi", "name_en", "definition_vi", "definition_en", "weight"})
    }
