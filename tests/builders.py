"""Builds what tests speak of: each builder takes only the facts its test is about and never commits."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api.v1.keys import Scope, new_api_key
from intake.door import admit
from records.post import AdmittedPost, Platform, RawPost
from records.review import AccountRole, FlagReason
from records.score import Exploitation, Finding, Reason, Role, Score
from records.source import Expectations, Pace, Reach, Source, SourceKind
from store.accounts import add_account, add_agency, add_key
from store.crawls import put_source
from store.pool import Connection
from store.posts import Origin, keep_posts
from store.scores import current_model, current_threshold, keep_scores, promote, raise_flags, register_model
from store.scores import set_threshold as set_threshold_in_force
from store.seal import Vault

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
SOURCE = "bang-viec-mau"
MODEL = "recruitment-risk-0001"
THRESHOLD = 0.5
LURE = "Việc nhẹ lương cao ở Campuchia, bao vé xe, không cần giấy tờ. Zalo 0912 000 123 gặp chị Mẫu."

#: What every account of the tests signs in with.
PASSWORD = "mật khẩu của bài thử 01"
#: Argon2 at its lowest cost: tests sign in often and guard nothing.
QUICK_HASH = PasswordHash([Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)])


@dataclass(frozen=True, slots=True)
class KeptPost:
    """Ids of a post that was stored; ``score_id`` is 0 before it is scored."""

    post_id: int
    capture_id: int
    score_id: int = 0


@dataclass(frozen=True, slots=True)
class SignedUp:
    """An account with the password in clear, as its person knows it."""

    account_id: int
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HandedOut:
    """An API key with its token in clear, as the agency received it."""

    api_key_id: int
    agency_id: int
    prefix: str
    token: str = field(repr=False)

    @property
    def header(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def a_raw_post(text: str = LURE, **facts: Any) -> RawPost:
    """A post as a crawler reads it; unless named, its external id is drawn, so each call is another post."""
    known: dict[str, Any] = {
        "platform": Platform.JOB_BOARD,
        "external_id": secrets.token_hex(8),
        "captured_at": NOW,
        "url": "https://bang-viec.mau.example/tin/1",
    }
    return RawPost(text=text, **(known | facts))


def a_post(text: str = LURE, **facts: Any) -> AdmittedPost:
    """A post that has come through the one door."""
    return admit(a_raw_post(text, **facts))


def a_score(score: float = 0.93, **facts: Any) -> Score:
    """What a model says of a lure; ``exploitation`` may be a collection of types or a mapping."""
    known: dict[str, Any] = {
        "risk": 3 if score >= 0.8 else 2 if score >= THRESHOLD else 0,
        "flag": score >= THRESHOLD,
        "role": Role.RECRUITER,
        "exploitation": [Exploitation.FORCED_CRIMINALITY] if score >= THRESHOLD else [],
        "findings": (Finding("unrealistic_pay", 0, 17, 1.3),) if score >= THRESHOLD else (),
        "reasons": (Reason(0, 17, 1.3), Reason(49, 68, 0.8)) if score >= THRESHOLD else (),
        "destination": ("KH",) if score >= THRESHOLD else (),
        "out_of_scope": None,
        "model": MODEL,
    }
    known |= facts
    role, types = Role(known["role"]), known["exploitation"]
    known.setdefault("roles", {str(other): 0.94 if other is role else 0.02 for other in Role})
    if not isinstance(types, dict):
        known["exploitation"] = {str(kind): 0.94 if kind in types else 0.02 for kind in Exploitation}
    return Score(score=score, **known)


def a_source(source_id: str = SOURCE, kind: SourceKind = SourceKind.JOB_BOARD, **facts: Any) -> Source:
    """A source as its file describes it."""
    known: dict[str, Any] = {
        "title": f"Nguồn Mẫu {source_id}",
        "platform": Platform.JOB_BOARD,
        "start": ("https://bang-viec.mau.example/",),
        "reach": Reach(frozenset({"bang-viec.mau.example"})),
        "pace": Pace(),
        "expectations": Expectations(0),
        "digest": hashlib.sha256(source_id.encode()).hexdigest(),
    }
    return Source(source_id=source_id, kind=kind, **(known | facts))


async def a_kept_post(
    conn: Connection, vault: Vault, text: str = LURE, *, source_id: str = SOURCE, **facts: Any
) -> KeptPost:
    """Store a post of a source; ``facts`` are those of a RawPost (external_id, title, posted_at …)."""
    await put_source(conn, a_source(source_id))
    (kept,) = await keep_posts(conn, vault, [a_post(text, **facts)], Origin(source_id))
    return KeptPost(kept.post_id, kept.capture_id or 0)


async def a_model(conn: Connection, model_id: str = MODEL, *, threshold: float = THRESHOLD) -> int:
    """Make a model the current one, unless it is, and return the id of its threshold in force."""
    await register_model(conn, model_id, hashlib.sha256(model_id.encode()).digest(), {"model_id": model_id})
    if await current_model(conn) != model_id:
        await promote(conn, model_id, "a test needs it")
    known = await current_threshold(conn, model_id)
    if known is not None and known.value == threshold:
        return known.threshold_id
    return await set_threshold_in_force(conn, model_id, threshold, "a test needs it")


async def a_scored_post(
    conn: Connection, vault: Vault, text: str = LURE, *, score: Score | float = 0.93, **facts: Any
) -> KeptPost:
    """Store a post and the current model's score of it; a bare number stands for ``a_score(number)``."""
    await a_model(conn)
    kept = await a_kept_post(conn, vault, text, **facts)
    judged = score if isinstance(score, Score) else a_score(score)
    (score_id,) = await keep_scores(conn, judged.model, [(kept.capture_id, judged)])
    return replace(kept, score_id=score_id)


async def a_flag(
    conn: Connection, post: KeptPost, reason: FlagReason = FlagReason.THRESHOLD, *, model_id: str = MODEL
) -> int:
    """Ask people to read a scored post, through the store's own rule, and return the flag's id."""
    threshold_id = await a_model(conn, model_id)
    share = 1.0 if reason is FlagReason.AUDIT_SAMPLE else 0.0
    raised = await raise_flags(conn, model_id, threshold_id, [post.score_id], audit_share=share, salt="a test")
    assert raised[reason] == 1, f"the score of post {post.post_id} opens no flag for {reason}"
    row = await (
        await conn.execute("select flag_id from flag where score_id = %s and state = 'open'", [post.score_id])
    ).fetchone()
    assert row is not None
    return int(row["flag_id"])


async def an_open_flag(
    conn: Connection,
    vault: Vault,
    text: str = LURE,
    *,
    score: Score | float = 0.93,
    reason: FlagReason = FlagReason.THRESHOLD,
    **facts: Any,
) -> int:
    """Store a post, score and flag it; returns the flag's id. For an audit sample give a score below 0.5."""
    return await a_flag(conn, await a_scored_post(conn, vault, text, score=score, **facts), reason)


async def an_account(
    conn: Connection,
    username: str = "dieutra01",
    *,
    role: AccountRole = AccountRole.INVESTIGATOR,
    password: str = PASSWORD,
    display_name: str = "",
    must_change: bool = False,
    locale: str = "vi",
) -> SignedUp:
    """Open a sign-in whose password is known."""
    account_id = await add_account(
        conn,
        username,
        display_name or f"Cán bộ {username}",
        role,
        QUICK_HASH.hash(password),
        must_change=must_change,
        locale=locale,
    )
    return SignedUp(account_id, username, password)


async def an_agency(conn: Connection, name: str = "Cơ quan Mẫu") -> int:
    """Admit an agency with a legal basis."""
    return await add_agency(conn, name, "thoả thuận phối hợp số 01 (mẫu)")


async def an_api_key(
    conn: Connection,
    scopes: Iterable[Scope] = tuple(Scope),
    *,
    agency: str = "Cơ quan Mẫu",
    expires_at: datetime | None = None,
) -> HandedOut:
    """Give an agency a key; unless said otherwise it runs out in a year, by the machine's clock."""
    agency_id = await an_agency(conn, agency)
    prefix, token = new_api_key()
    until = expires_at or datetime.now(UTC) + timedelta(days=365)
    key_id = await add_key(conn, agency_id, prefix, token, [str(scope) for scope in scopes], until)
    return HandedOut(key_id, agency_id, prefix, token)
